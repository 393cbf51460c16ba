/* SPDX-License-Identifier: MIT */
/* google.protobuf.FieldMask. In JSON it is one string of paths such as
 * "ingress.disablePublicServices,dhcp"; on the wire the paths are spelled as in the .proto file. A
 * path that would not convert back to itself is refused. */
#include "google/protobuf/field_mask.pb-c.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include "base/quote.h"
#include "base/utf8.h"
#include "known.h"

#define SHOWN_MAX    100 /* bytes of a path in an error message */
#define INVALID_PATH "google.protobuf.FieldMask.paths contains invalid path: \"%.*s\""

/* Whether the path consists of names of letters and digits with single dots between them. */
static bool is_json_path(const char *path, size_t len)
{
	bool begins = true;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)path[i];

		if (begins ? !isalpha(c) : (c != '.' && !isalnum(c)))
			return false;
		begins = c == '.';
	}
	return !begins;
}

static int refuse_path(const char *path, size_t len, struct err *err)
{
	return err_set(
		err, EINVAL, INVALID_PATH, (int)utf8_cut(path, len, SHOWN_MAX), path);
}

/* Converts vpcPrefixes to vpc_prefixes. The path is not empty. */
static int path_from_json(const char *path, size_t len, char **ret)
{
	CLEANUP_BUF struct buf snake = BUF_INIT(2 * len);
	int r = 0;

	for (size_t i = 0; i < len && r == 0; i++) {
		if (isupper((unsigned char)path[i]))
			r = buf_addc(&snake, '_');
		if (r == 0)
			r = buf_addc(&snake, (char)tolower((unsigned char)path[i]));
	}
	if (r < 0)
		return r;
	*ret = buf_steal(&snake);
	return 0;
}

/* Fills the mask from a text that is not empty and has no white space at its ends. */
static int mask_fill(const char *text, const char *end, const struct reading *how,
	Google__Protobuf__FieldMask *mask)
{
	size_t count = 1;

	for (const char *at = text; at < end; at++)
		count += *at == ',';
	mask->paths = calloc(count, sizeof(*mask->paths));
	if (!mask->paths)
		return -ENOMEM;
	while (mask->n_paths < count) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		size_t len = (size_t)((comma ? comma : end) - text);
		int r;

		if (!is_json_path(text, len))
			return refuse_path(text, len, how->err);
		r = path_from_json(text, len, &mask->paths[mask->n_paths]);
		if (r < 0)
			return r;
		mask->n_paths++;
		text += len + 1;
	}
	return 0;
}

int mask_read(const json_t *in, const struct reading *how, ProtobufCMessage *message)
{
	const char *text = json_string_value(in), *end;

	if (!text)
		return err_set(how->err, EINVAL, "syntax error: unexpected token %s",
			json_is_array(in)    ? "["
			: json_is_object(in) ? "{"
					     : "for google.protobuf.FieldMask");
	end = text + json_string_length(in);
	while (text < end && isspace((unsigned char)*text))
		text++;
	while (text < end && isspace((unsigned char)end[-1]))
		end--;
	if (text == end)
		return 0;
	return mask_fill(text, end, how, (Google__Protobuf__FieldMask *)message);
}

/* Whether the path is lower case and digits with single dots, and each underscore stands before a
 * letter. */
static bool is_proto_path(const char *path)
{
	bool begins = true;

	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if (c == '_' ? !islower((unsigned char)path[1])
			     : !islower(c) && (begins || (c != '.' && !isdigit(c))))
			return false;
		begins = c == '.';
	}
	return !begins;
}

static int write_path(const char *path, const struct writing *how)
{
	int r = 0;

	if (!is_proto_path(path))
		return refuse_path(path, strlen(path), how->err);
	for (; *path && r == 0; path++) {
		if (*path == '_')
			r = buf_addc(how->buf, (char)toupper((unsigned char)*++path));
		else
			r = buf_addc(how->buf, *path);
	}
	return r;
}

static int write_as_they_are(
	const Google__Protobuf__FieldMask *mask, const struct writing *how)
{
	struct buf paths CLEANUP_BUF = BUF_INIT(MSG_LEN_MAX);
	int r = 0;

	for (size_t i = 0; i < mask->n_paths && r == 0; i++)
		r = buf_addf(&paths, "%s%s", i ? "," : "", mask->paths[i]);
	return r < 0 ? r : quote_json(buf_str(&paths), paths.len, how->buf);
}

int mask_write(const ProtobufCMessage *message, const struct writing *how)
{
	const Google__Protobuf__FieldMask *mask =
		(const Google__Protobuf__FieldMask *)message;
	int r;

	if (how->flags & MSG_MASK_PATHS)
		return write_as_they_are(mask, how);
	r = buf_addc(how->buf, '"');
	for (size_t i = 0; i < mask->n_paths && r == 0; i++) {
		if (i)
			r = buf_addc(how->buf, ',');
		if (r == 0)
			r = write_path(mask->paths[i], how);
	}
	return r < 0 ? r : buf_addc(how->buf, '"');
}
