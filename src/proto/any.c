/* SPDX-License-Identifier: MIT */
/* google.protobuf.Any, which carries the details of errors: "@type", then the members of the
 * message of that type. */
#include "google/protobuf/any.pb-c.h"

#include <errno.h>
#include <string.h>
#include "base/base64.h"
#include "base/quote.h"
#include "known.h"
#include "type.h"

#define TYPE_KEY  "@type"
#define VALUE_KEY "value"

static int any_put(const ProtobufCMessage *detail, Google__Protobuf__Any *any)
{
	size_t len = protobuf_c_message_get_packed_size(detail);

	any->value.data = malloc(len + 1);
	if (!any->value.data)
		return -ENOMEM;
	any->value.len = protobuf_c_message_pack(detail, any->value.data);
	return 0;
}

static int any_read_members(const ProtobufCMessageDescriptor *type, const json_t *in,
	const struct reading *how, Google__Protobuf__Any *any)
{
	CLEANUP_MESSAGE ProtobufCMessage *detail = walk_new(type);
	int r;

	if (!detail)
		return -ENOMEM;
	r = read_members(in, TYPE_KEY, how, detail);
	return r < 0 ? r : any_put(detail, any);
}

static int any_read_value(
	const json_t *in, const struct reading *how, Google__Protobuf__Any *any)
{
	const json_t *value = json_object_get(in, VALUE_KEY);
	CLEANUP_BUF struct buf bytes = BUF_INIT(MSG_LEN_MAX);
	int r = -EINVAL;

	if (json_is_string(value))
		r = base64_decode(
			json_string_value(value), json_string_length(value), &bytes);
	if (r == -EINVAL)
		return err_set(how->err, EINVAL,
			"google.protobuf.Any of an unknown type needs \"%s\" in base64: "
			"%.100s",
			VALUE_KEY, any->type_url);
	if (r < 0)
		return r;
	any->value.len = bytes.len;
	any->value.data = (uint8_t *)buf_steal(&bytes);
	return any->value.data ? 0 : -ENOMEM;
}

int any_read(const json_t *in, const struct reading *how, ProtobufCMessage *message)
{
	Google__Protobuf__Any *any = (Google__Protobuf__Any *)message;
	const json_t *url = json_object_get(in, TYPE_KEY);
	const ProtobufCMessageDescriptor *type;

	if (json_is_object(in) && !url &&
		(json_object_size(in) == 0 || !(how->flags & MSG_REFUSE_UNKNOWN)))
		return 0;
	if (!json_string_length(url) ||
		strlen(json_string_value(url)) != json_string_length(url))
		return err_set(how->err, EINVAL,
			"google.protobuf.Any: missing or wrong \"%s\"", TYPE_KEY);
	any->type_url = strdup(json_string_value(url));
	if (!any->type_url)
		return -ENOMEM;
	type = type_detail(any->type_url);
	return type ? any_read_members(type, in, how, any) : any_read_value(in, how, any);
}

static int any_write_value(const Google__Protobuf__Any *any, struct buf *buf)
{
	int r = buf_adds(buf, ",\"" VALUE_KEY "\":\"");

	if (r == 0)
		r = base64_encode(any->value.data, any->value.len, true, buf);
	return r < 0 ? r : buf_addc(buf, '"');
}

/* Unpacks the detail, if the schema has its type and the bytes are of that type. */
static int any_detail(const Google__Protobuf__Any *any, ProtobufCMessage **ret)
{
	const ProtobufCMessageDescriptor *type = type_detail(any->type_url);
	struct msg *detail = NULL;
	int r = 0;

	if (type)
		r = msg_from_wire((const struct msg_type *)type, any->value.data,
			any->value.len, &detail, NULL);
	*ret = (ProtobufCMessage *)detail;
	return r == -EINVAL ? 0 : r;
}

int any_write(const ProtobufCMessage *message, const struct writing *how)
{
	const Google__Protobuf__Any *any = (const Google__Protobuf__Any *)message;
	CLEANUP_MESSAGE ProtobufCMessage *detail = NULL;
	int r;

	if (!*any->type_url && !any->value.len)
		return buf_adds(how->buf, "{}");
	r = any_detail(any, &detail);
	if (r == 0)
		r = buf_adds(how->buf, "{\"" TYPE_KEY "\":");
	if (r == 0)
		r = quote_json(any->type_url, strlen(any->type_url), how->buf);
	if (r == 0)
		r = detail ? write_members(detail, false, how)
			   : any_write_value(any, how->buf);
	return r < 0 ? r : buf_addc(how->buf, '}');
}
