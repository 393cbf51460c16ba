/* SPDX-License-Identifier: MIT */
/* Requests and answers between a door's bytes and the service's JSON. */
#include "message.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include "proto/json.h"

#define KEY_MAX 64

static int as_value(const struct msg *msg, unsigned flags, json_t **ret, struct err *err)
{
	struct buf text CLEANUP_BUF = BUF_INIT(MSG_LEN_MAX);
	int r = msg_to_json(msg, flags, &text, err);

	if (r < 0)
		return r;
	*ret = json_loadb(buf_str(&text), text.len, JSON_DECODE_ANY, NULL);
	return *ret ? 0 : -ENOMEM;
}

/* Removes nulls; each stands for a message that is not there. */
static void drop_nulls(json_t *value)
{
	const char *key;
	json_t *child;
	void *next;
	size_t i;

	json_array_foreach (value, i, child) {
		drop_nulls(child);
	}
	json_object_foreach_safe(value, next, key, child)
	{
		if (json_is_null(child))
			json_object_del(value, key);
		else
			drop_nulls(child);
	}
}

/* The client may have written "vpcPrefixes" as "vpc_prefixes". */
static const json_t *given(const json_t *in, const char *key)
{
	const json_t *camel = json_object_get(in, key);
	char snake[KEY_MAX];
	size_t n = 0;

	for (; *key && n < sizeof(snake) - 2; key++) {
		if (isupper((unsigned char)*key))
			snake[n++] = '_';
		snake[n++] = (char)tolower((unsigned char)*key);
	}
	snake[n] = '\0';
	return camel ? camel : json_object_get(in, snake);
}

/* Removes the fields that the JSON did not have. */
static void drop_unsaid(json_t *object, const json_t *in)
{
	const char *key;
	json_t *child;
	void *next;

	json_object_foreach_safe(object, next, key, child)
	{
		const json_t *said = given(in, key);

		if (!said || json_is_null(said))
			json_object_del(object, key);
		else
			drop_unsaid(child, said);
	}
}

static int whole_value(const struct msg *msg, json_t **ret, struct err *err)
{
	int r = as_value(msg, MSG_WRITE_UNSET | MSG_MASK_PATHS, ret, err);

	if (r == 0)
		drop_nulls(*ret);
	return r;
}

int message_from_json(
	const struct msg_type *type, const json_t *in, json_t **ret, struct err *err)
{
	struct msg *msg CLEANUP_MSG = NULL;
	int r = msg_from_value(type, in, 0, &msg, err);

	if (r == 0)
		r = whole_value(msg, ret, err);
	if (r == 0)
		drop_unsaid(*ret, in);
	return r;
}

int message_from_wire(const struct msg_type *type, const void *bytes, size_t len,
	json_t **ret, json_t **ret_shown, struct err *err)
{
	struct msg *msg CLEANUP_MSG = NULL;
	json_auto_t *whole = NULL;
	int r = msg_from_wire(type, bytes, len, &msg, err);

	if (r == 0)
		r = whole_value(msg, &whole, err);
	if (r < 0)
		return r;
	/* JSON cannot express every mask; show such a one as it is */
	if (as_value(msg, 0, ret_shown, NULL) < 0)
		r = as_value(msg, MSG_MASK_PATHS, ret_shown, err);
	if (r == 0)
		*ret = json_incref(whole);
	return r;
}

/* Adds a list with this one item. In the wire format lists are joined by writing one after the
 * other. */
static int list_add_item_take(
	const struct msg_type *type, json_t *item, struct buf *wire, struct err *err)
{
	json_auto_t *list = json_pack("{s:[o]}", "items", item);
	struct msg *msg CLEANUP_MSG = NULL;
	int r = list ? msg_from_value(type, list, 0, &msg, err) : -ENOMEM;

	return r < 0 ? r : msg_to_wire(msg, wire);
}

/* Reads the list item by item: as one value, 10,000 VPCs take ten times the memory of their text,
 * and twice the time. */
static int list_to_wire(const struct msg_type *type, const struct text *json,
	struct buf *wire, struct err *err)
{
	const char *at = json->bytes + strlen(MESSAGE_LIST_BEGIN);
	int r = 0;

	while (r == 0 && *at != ']') {
		json_error_t end = {0};
		json_t *item = json_loadb(at, json->len - (size_t)(at - json->bytes),
			JSON_ALLOW_NUL | JSON_DISABLE_EOF_CHECK, &end);

		r = item ? list_add_item_take(type, item, wire, err) : -ENOMEM;
		at += end.position;
		at += *at == ',';
	}
	return r < 0 ? err_set(err, -r, "%s", strerror(-r)) : 0;
}

static bool is_list(const struct text *json)
{
	return strncmp(json->bytes, MESSAGE_LIST_BEGIN, strlen(MESSAGE_LIST_BEGIN)) == 0;
}

struct text *message_to_wire(
	const struct msg_type *type, struct text *json, struct err *err)
{
	struct buf wire CLEANUP_BUF = BUF_INIT(MSG_LEN_MAX);
	struct text *known = text_form(json, TEXT_WIRE);
	int r;

	if (known)
		return known;
	r = is_list(json) ? list_to_wire(type, json, &wire, err)
			  : msg_json_to_wire(type, json->bytes, json->len, 0, &wire, err);
	if (r < 0)
		return NULL;
	return text_keep_take(json, TEXT_WIRE, text_from_buf(&wire));
}
