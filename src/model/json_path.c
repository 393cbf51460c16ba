/* SPDX-License-Identifier: MIT */
/* jansson forgets where a value stood; so the text, known to be well-formed, is walked again for a
 * sentence. */
#include "json_path.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include "base/utf8.h"
#include "scan.h"

static void step_add_path(const struct json_path *step, char *out, size_t size)
{
	size_t used;

	if (step->up)
		step_add_path(step->up, out, size);
	used = strlen(out);
	if (step->key)
		snprintf(out + used, size - used, "%s%s", used ? "." : "", step->key);
	else
		snprintf(out + used, size - used, "[%zu]", step->index);
}

/* "vpcPrefixes[1].value" */
static void json_path_print(const struct json_path *step, char out[JSON_PATH_TEXT_MAX])
{
	char raw[JSON_PATH_TEXT_MAX] = "";

	if (step)
		step_add_path(step, raw, sizeof(raw));
	utf8_clean(out, JSON_PATH_TEXT_MAX, raw, strlen(raw));
}

static void skip_value(struct reader *r)
{
	r->at += scan_value_len(r->text + r->at, r->len - r->at);
}

/* From a value to the value of its member; key_at gets where the key stands. */
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

static bool enter(struct reader *r, const struct json_path *step, size_t *ret_at)
{
	if (step->up && !enter(r, step->up, ret_at))
		return false;
	if (step->key)
		return enter_member(r, step->key, ret_at);
	if (!enter_item(r, step->index))
		return false;
	*ret_at = r->at;
	return true;
}

void json_path_where(const struct json_path *step, const char *text, size_t len,
	char out[JSON_PATH_TEXT_MAX])
{
	struct reader r = {.text = text, .len = len};
	char path[JSON_PATH_TEXT_MAX];
	size_t at, line = 1, column = 1;

	json_path_print(step, path);
	if (!step || !enter(&r, step, &at) || at > len) {
		snprintf(out, JSON_PATH_TEXT_MAX, "%s", path);
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
	snprintf(
		out, JSON_PATH_TEXT_MAX, "line %zu column %zu: %.250s", line, column, path);
}
