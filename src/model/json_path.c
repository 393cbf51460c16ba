/* SPDX-License-Identifier: MIT */
/* jansson does not keep the position of a value. To name it in an error message, the text, which is
 * known to be well-formed, is walked again. */
#include "json_path.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include "base/utf8.h"
#include "scan.h"

static void json_path_add(const struct json_path *path, char *out, size_t size)
{
	size_t used;

	if (path->up)
		json_path_add(path->up, out, size);
	used = strlen(out);
	if (path->key)
		snprintf(out + used, size - used, "%s%s", used ? "." : "", path->key);
	else
		snprintf(out + used, size - used, "[%zu]", path->index);
}

/* Prints "vpcPrefixes[1].value". */
static void json_path_print(const struct json_path *path, char out[JSON_PATH_TEXT_MAX])
{
	char raw[JSON_PATH_TEXT_MAX] = "";

	if (path)
		json_path_add(path, raw, sizeof(raw));
	utf8_clean(out, JSON_PATH_TEXT_MAX, raw, strlen(raw));
}

static void skip_value(struct reader *r)
{
	r->at += scan_value_len(r->text + r->at, r->len - r->at);
}

/* Moves from an object to the value of a member; key_at gets the position of the key. */
static bool enter_member(struct reader *r, const char *key, size_t *key_at)
{
	if (!reader_pass(r, '{'))
		return false;
	while (reader_peek(r) == '"') {
		json_auto_t *name = NULL;

		*key_at = r->at;
		name = reader_value(r);
		if (!name || !reader_pass(r, ':'))
			return false;
		reader_peek(r);
		if (strcmp(json_string_value(name), key) == 0)
			return true;
		skip_value(r);
		reader_pass(r, ',');
	}
	return false;
}

static bool enter_item(struct reader *r, size_t index)
{
	if (!reader_pass(r, '['))
		return false;
	for (; index && reader_peek(r); index--) {
		skip_value(r);
		reader_pass(r, ',');
	}
	return reader_peek(r) && !index;
}

static bool enter(struct reader *r, const struct json_path *path, size_t *ret_at)
{
	if (path->up && !enter(r, path->up, ret_at))
		return false;
	if (path->key)
		return enter_member(r, path->key, ret_at);
	if (!enter_item(r, path->index))
		return false;
	*ret_at = r->at;
	return true;
}

void json_path_where(const struct json_path *path, const char *text, size_t len,
	char out[JSON_PATH_TEXT_MAX])
{
	struct reader r = {.text = text, .len = len};
	char shown[JSON_PATH_TEXT_MAX];
	size_t at, line = 1, column = 1;

	json_path_print(path, shown);
	if (!path || !enter(&r, path, &at) || at > len) {
		snprintf(out, JSON_PATH_TEXT_MAX, "%s", shown);
		return;
	}
	for (size_t i = 0; i < at; i++) {
		if (text[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)text[i] & 0xC0) != 0x80) {
			column++;
		}
	}
	snprintf(out, JSON_PATH_TEXT_MAX, "line %zu column %zu: %.250s", line, column,
		shown);
}
