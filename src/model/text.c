/* SPDX-License-Identifier: MIT */
/* The text of a file from a JSON value and back. A scalar is itself and a newline; a list is a line each. */
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "print.h"
#include "word.h"

#define LIST_ITEMS_MAX 4096
#define LIST_SEPARATED ", separated by blanks, commas or newlines"

/* A line must stay a line, and where blanks separate, one word: what would break that is shown as %XX, and % too. */
static int show_line(const char *text, const char *breaks, struct buf *ret)
{
	int r = 0;

	for (; *text && r == 0; text++) {
		unsigned char c = *text;

		if (c < 0x20 || c == 0x7F || c == '%' || strchr(breaks, c))
			r = buf_addf(ret, "%%%02X", c);
		else
			r = buf_addc(ret, c);
	}
	return r < 0 ? r : buf_addc(ret, '\n');
}

static int show_lines(enum field_type type, const json_t *array, struct buf *ret)
{
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item) {
		const char *text = json_string_value(item);
		int r;

		if (text) {
			r = show_line(text, type == FIELD_LINES ? "" : " ,", ret);
		} else {
			r = print_json(item, JSON_COMPACT, ret);
			if (r == 0)
				r = buf_addc(ret, '\n');
		}
		if (r < 0)
			return r;
	}
	return 0;
}

int text_show(enum field_type type, const json_t *value, struct buf *ret)
{
	const char *text = json_string_value(value);
	int r;

	if (!value)
		return type == FIELD_BOOL ? buf_adds(ret, "false\n") : 0;
	if (json_is_array(value))
		return show_lines(type, value, ret);
	if (!text)
		r = print_json(value, JSON_COMPACT, ret);
	else if (text[0])
		r = buf_adds(ret, text);
	else
		return 0;
	return r < 0 ? r : buf_addc(ret, '\n');
}

static bool is_blank(char c)
{
	return c && strchr(" \t\r\n", c);
}

/* A copy without the blanks around it; of a FIELD_STRING only the last newline goes. */
static char *text_word(const struct text *text, size_t *ret_len)
{
	const char *bytes = text->bytes;
	size_t len = text->len;

	if (text->row->type == FIELD_STRING) {
		len -= len && bytes[len - 1] == '\n';
	} else {
		for (; len && is_blank(bytes[len - 1]); len--)
			;
		for (; len && is_blank(bytes[0]); len--)
			bytes++;
	}
	*ret_len = len;
	return strndup(bytes, len);
}

static json_t *text_value(enum field_type type, const char *word)
{
	if (type == FIELD_BOOL)
		return json_boolean(word_bool(word) == 1);
	if (type == FIELD_INT)
		return json_integer(strtol(word, NULL, 10));
	return json_string(word);
}

static int parse_scalar(const struct text *text, json_t **ret, struct err *err)
{
	enum field_type type = text->row->type;
	size_t len;
	CLEANUP_FREE char *word = text_word(text, &len);
	int r;

	if (!word)
		return -ENOMEM;
	if (!len && text->may_clear) {
		*ret = type == FIELD_BOOL ? json_false() : json_null();
		return 0;
	}
	r = word_check(type, word, text->path, "", err);
	if (r < 0)
		return r;
	*ret = text_value(type, word);
	return *ret ? 0 : -ENOMEM;
}

static int parse_list(const struct text *text, json_t **ret, struct err *err)
{
	CLEANUP_FREE char *copy = strndup(text->bytes, text->len);
	json_auto_t *array = json_array();
	char *save = NULL;

	if (!copy || !array)
		return -ENOMEM;
	for (char *word = strtok_r(copy, " \t\r\n,", &save); word;
		word = strtok_r(NULL, " \t\r\n,", &save)) {
		int r = word_check(text->row->type, word, text->path, LIST_SEPARATED, err);

		if (r < 0)
			return r;
		if (json_array_size(array) >= LIST_ITEMS_MAX)
			return err_set(err, EINVAL, "%s: more than %d", text->path,
				LIST_ITEMS_MAX);
		if (json_array_append_new(array, json_string(word)) < 0)
			return -ENOMEM;
	}
	if (!json_array_size(array) && text->row->type == FIELD_CIDRS && !text->may_clear)
		return err_set(err, EINVAL,
			"%s: empty; expected at least one CIDR such as " CIDR_EXAMPLE,
			text->path);
	*ret = STEAL(array);
	return 0;
}

int text_parse(const struct text *text, json_t **ret, struct err *err)
{
	if (memchr(text->bytes, '\0', text->len))
		return err_set(err, EINVAL, "%s: the text holds NUL bytes", text->path);
	if (text->row->type == FIELD_CIDRS || text->row->type == FIELD_ADDRESSES)
		return parse_list(text, ret, err);
	return parse_scalar(text, ret, err);
}
