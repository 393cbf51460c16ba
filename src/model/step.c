/* SPDX-License-Identifier: MIT */
/* jansson forgets where a value stood; so the text, known to be well-formed, is walked again for a
 * sentence. */
#include "step.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include "base/utf8.h"
#include "scan.h"

struct cursor {
	const char *text;
	size_t len;
	size_t at;
};

static void step_add_path(const struct step *step, char *out, size_t size)
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

void step_path(const struct step *step, char out[STEP_TEXT_MAX])
{
	char raw[STEP_TEXT_MAX] = "";

	if (step)
		step_add_path(step, raw, sizeof(raw));
	utf8_clean(out, STEP_TEXT_MAX, raw, strlen(raw));
}

static char cursor_peek(struct cursor *c)
{
	while (c->at < c->len && strchr(" \t\r\n", c->text[c->at]) && c->text[c->at])
		c->at++;
	return c->at < c->len ? c->text[c->at] : '\0';
}

static void cursor_skip_string(struct cursor *c)
{
	for (c->at++; c->at < c->len && c->text[c->at] != '"'; c->at++)
		c->at += c->text[c->at] == '\\';
	c->at++;
}

static void cursor_skip_value(struct cursor *c)
{
	size_t depth = 0;

	do {
		char next = cursor_peek(c);

		if (next == '"') {
			cursor_skip_string(c);
			continue;
		}
		depth += next == '{' || next == '[';
		depth -= depth && (next == '}' || next == ']');
		c->at++;
		if (!depth && next != '}' && next != ']') /* a word: to its end */
			while (c->at < c->len && !strchr(" \t\r\n,]}", c->text[c->at]))
				c->at++;
	} while (depth && c->at < c->len);
}

static bool cursor_is_key(const struct cursor *c, size_t end, const char *key)
{
	json_auto_t *token =
		scan_parse(c->text + c->at, end - c->at, JSON_DECODE_ANY, NULL);

	return json_is_string(token) && strcmp(json_string_value(token), key) == 0;
}

/* From a value to the value of its member; key_at gets where the key stands. */
static bool cursor_enter_member(struct cursor *c, const char *key, size_t *key_at)
{
	if (cursor_peek(c) != '{')
		return false;
	c->at++;
	while (cursor_peek(c) == '"') {
		struct cursor end = *c;

		cursor_skip_string(&end);
		if (end.at > c->len)
			return false;
		*key_at = c->at;
		bool found = cursor_is_key(c, end.at, key);

		c->at = end.at;
		if (cursor_peek(c) == ':')
			c->at++;
		cursor_peek(c);
		if (found)
			return true;
		cursor_skip_value(c);
		if (cursor_peek(c) == ',')
			c->at++;
	}
	return false;
}

static bool cursor_enter_item(struct cursor *c, size_t index)
{
	if (cursor_peek(c) != '[')
		return false;
	c->at++;
	for (; index && cursor_peek(c); index--) {
		cursor_skip_value(c);
		if (cursor_peek(c) == ',')
			c->at++;
	}
	return cursor_peek(c) && !index;
}

static bool cursor_enter(struct cursor *c, const struct step *step, size_t *ret_at)
{
	if (step->up && !cursor_enter(c, step->up, ret_at))
		return false;
	if (step->key)
		return cursor_enter_member(c, step->key, ret_at);
	if (!cursor_enter_item(c, step->index))
		return false;
	*ret_at = c->at;
	return true;
}

void step_where(
	const struct step *step, const char *text, size_t len, char out[STEP_TEXT_MAX])
{
	struct cursor c = {.text = text, .len = len};
	char path[STEP_TEXT_MAX];
	size_t at, line = 1, column = 1;

	step_path(step, path);
	if (!step || !cursor_enter(&c, step, &at) || at > len) {
		snprintf(out, STEP_TEXT_MAX, "%s", path);
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
	snprintf(out, STEP_TEXT_MAX, "line %zu column %zu: %.250s", line, column, path);
}
