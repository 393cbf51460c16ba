/* SPDX-License-Identifier: MIT */
/* Copies the text token by token, and replaces each token that jansson cannot hold. The copy is
 * then parsed, which checks everything else: a text that is not JSON stays refused. */
#include "scan.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include "base/buf.h"
#include "base/utf8.h"

#define REPAIRED_MAX (1u << 30) /* bytes */
#define DEPTH_MAX    1024	/* levels; jansson parses twice as many */

struct scan {
	const char *text;
	size_t len, at;
	size_t depth;
	struct buf out;
	bool is_repaired;
};

json_t *scan_parse(const char *text, size_t len, size_t flags, json_error_t *error)
{
	return json_loadb(text, len, flags | JSON_ALLOW_NUL, error);
}

char reader_peek(struct reader *r)
{
	while (r->at < r->len && utf8_is_blank(r->text[r->at]))
		r->at++;
	return r->at < r->len ? r->text[r->at] : '\0';
}

bool reader_pass(struct reader *r, char c)
{
	bool is_next = reader_peek(r) == c;

	r->at += is_next;
	return is_next;
}

json_t *reader_value(struct reader *r)
{
	json_error_t error = {0};
	json_t *value = scan_parse(r->text + r->at, r->len - r->at,
		JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &error);

	if (value)
		r->at += (size_t)error.position;
	return value;
}

/* The position after the string that begins at `at`, or the end of the text. */
static size_t string_end(const char *text, size_t len, size_t at)
{
	for (at++; at < len && text[at] != '"'; at++)
		at += text[at] == '\\';
	return at < len ? at + 1 : len;
}

static bool is_in(char c, const char *set)
{
	return c && strchr(set, c);
}

/* The position after a number or a literal (true, false, null). */
static size_t scalar_end(const char *text, size_t len, size_t at)
{
	while (at < len && !is_in(text[at], " \t\r\n,:\"[]{}"))
		at++;
	return at;
}

/* The position after the token that begins at `at`. */
static size_t token_end(const char *text, size_t len, size_t at)
{
	if (text[at] == '"')
		return string_end(text, len, at);
	return is_in(text[at], " \t\r\n,:[]{}") ? at + 1 : scalar_end(text, len, at);
}

size_t scan_value_len(const char *text, size_t len)
{
	size_t at = 0, depth = 0;

	while (at < len) {
		bool opens = is_in(text[at], "[{"), closes = is_in(text[at], "]}");
		bool is_blank = utf8_is_blank(text[at]);

		if (closes && !depth)
			return 0;
		depth += opens;
		depth -= closes;
		at = token_end(text, len, at);
		if (!depth && !is_blank)
			return at;
	}
	return 0;
}

/* jansson may leave the error text empty when memory runs out. */
static bool is_out_of_memory(const json_error_t *error)
{
	return !error->text[0] || json_error_code(error) == json_error_out_of_memory;
}

/* Checks whether a token can be read. Errors: -EINVAL with the reason, -ENOMEM. */
static int token_check(const char *token, size_t len, struct err *err)
{
	json_error_t error = {0};
	json_auto_t *value = scan_parse(token, len, JSON_DECODE_ANY, &error);
	char text[JSON_ERROR_TEXT_LENGTH];

	if (value)
		return 0;
	if (is_out_of_memory(&error))
		return -ENOMEM;
	if (token[0] != '"' && json_error_code(&error) != json_error_numeric_overflow)
		return 0; /* not JSON at all: the parse of the copy says so */
	utf8_clean(text, sizeof(text), error.text, strnlen(error.text, sizeof(text)));
	return err_set(err, EINVAL, "%s", text);
}

/* Most strings need no check: printable ASCII without escapes. */
static bool is_plain(const char *token, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)token[i] < 0x20 || (unsigned char)token[i] >= 0x7F ||
			token[i] == '\\')
			return false;
	}
	return true;
}

static bool is_key(const struct scan *s, size_t end)
{
	while (end < s->len && utf8_is_blank(s->text[end]))
		end++;
	return end < s->len && s->text[end] == ':';
}

/* jansson holds no key with a NUL in it. */
static bool is_bad_key(const char *token, size_t len)
{
	json_auto_t *key = scan_parse(token, len, JSON_DECODE_ANY, NULL);

	return key && memchr(json_string_value(key), '\0', json_string_length(key));
}

static int scan_string(struct scan *s, size_t end, struct err *err)
{
	const char *token = s->text + s->at;
	size_t len = end - s->at;
	bool key = is_key(s, end);
	int r = is_plain(token, len) ? 0 : token_check(token, len, err);

	if (r == 0 && key && !is_plain(token, len) && is_bad_key(token, len))
		r = err_set(err, EINVAL, "NUL in a key");
	if (r == 0)
		return buf_add(&s->out, token, len);
	if (r != -EINVAL)
		return r;
	s->is_repaired = true;
	return buf_adds(&s->out, key ? "\"\"" : "null");
}

static int scan_literal(struct scan *s, size_t end, struct err *err)
{
	const char *token = s->text + s->at;
	bool is_number = is_in(token[0], "-0123456789");
	int r = is_number ? token_check(token, end - s->at, err) : 0;

	if (r != -EINVAL)
		return r < 0 ? r : buf_add(&s->out, token, end - s->at);
	s->is_repaired = true;
	return buf_adds(&s->out, "null");
}

/* Replaces a whole container that is nested too deep. */
static int scan_skip(struct scan *s, size_t *end, struct err *err)
{
	size_t len = scan_value_len(s->text + s->at, s->len - s->at);

	if (!len)
		return -EBADMSG;
	err_set(err, EINVAL, "nested more than %d levels deep", DEPTH_MAX);
	s->is_repaired = true;
	*end = s->at + len;
	return buf_adds(&s->out, "null");
}

static int scan_token(struct scan *s, struct err *err)
{
	char c = s->text[s->at];
	size_t end = token_end(s->text, s->len, s->at);
	int r;

	if (is_in(c, "[{") && s->depth == DEPTH_MAX) {
		r = scan_skip(s, &end, err);
	} else if (c == '"') {
		r = scan_string(s, end, err);
	} else if (is_in(c, " \t\r\n,:[]{}")) {
		s->depth += is_in(c, "[{");
		s->depth -= s->depth && is_in(c, "]}");
		r = buf_addc(&s->out, c);
	} else {
		r = scan_literal(s, end, err);
	}
	s->at = end;
	return r;
}

int scan_repair(const char *text, size_t len, json_t **ret, struct err *err)
{
	struct scan s = {.text = text, .len = len, .out = BUF_INIT(REPAIRED_MAX)};
	json_error_t error = {.text = "nothing was repaired"};
	struct err what = {""};
	json_t *json = NULL;
	int r = 0;

	while (r == 0 && s.at < s.len)
		r = scan_token(&s, &what);
	if (r == 0 && s.is_repaired)
		json = scan_parse(buf_str(&s.out), s.out.len, JSON_DECODE_ANY, &error);
	buf_release(&s.out);
	if (r == -ENOMEM || r == -EFBIG || (!json && is_out_of_memory(&error)))
		return -ENOMEM;
	if (!json)
		return -EINVAL;
	err_set(err, EBADMSG, "%s", what.text);
	*ret = json;
	return 0;
}
