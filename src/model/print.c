/* SPDX-License-Identifier: MIT */
/* Prints JSON straight into a capped buffer. jansson's own printer takes a KiB of stack for each
 * level; for a field nested 2,000 deep that is more stack than a thread has. So the open containers
 * are kept on the heap here. */
#include "print.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "base/quote.h"
#include "base/utf8.h"

#define SHORT_MAX  (1u << 20) /* bytes of a value that is printed for an error message */
#define REAL_MAX   64	      /* bytes of a number with a fraction */
#define OPEN_FIRST 16	      /* levels */

/* A container that is being printed. */
struct open {
	json_t *container;
	void *member; /* of an object: the next member */
	/* of an array: the next index; of an object: how many members were printed */
	size_t item;
};

struct printing {
	struct buf *buf;
	bool is_pretty;
	struct open *levels; /* owned */
	size_t depth, room;  /* levels */
};

static int print_real(const json_t *real, struct buf *ret)
{
	char text[REAL_MAX];
	size_t len = json_dumpb(real, text, sizeof(text), JSON_ENCODE_ANY);

	return len && len <= sizeof(text) ? buf_add(ret, text, len) : -ENOMEM;
}

static int print_scalar(const json_t *json, struct buf *ret)
{
	switch (json_typeof(json)) {
	case JSON_STRING:
		return quote_json(json_string_value(json), json_string_length(json), ret);
	case JSON_INTEGER:
		return buf_addf(ret, "%lld", (long long)json_integer_value(json));
	case JSON_REAL:
		return print_real(json, ret);
	case JSON_TRUE:
		return buf_adds(ret, "true");
	case JSON_FALSE:
		return buf_adds(ret, "false");
	default:
		return buf_adds(ret, "null");
	}
}

static int printing_push(struct printing *p, const json_t *container)
{
	json_t *own = (json_t *)container; /* jansson's iterator takes no const */

	if (p->depth == p->room) {
		size_t room = p->room ? 2 * p->room : OPEN_FIRST;
		struct open *levels = reallocarray(p->levels, room, sizeof(*levels));

		if (!levels)
			return -ENOMEM;
		p->levels = levels;
		p->room = room;
	}
	p->levels[p->depth++] =
		(struct open){.container = own, .member = json_object_iter(own)};
	return buf_addc(p->buf, json_is_object(container) ? '{' : '[');
}

static int print_value(struct printing *p, const json_t *json)
{
	if (json_is_object(json) || json_is_array(json))
		return printing_push(p, json);
	return print_scalar(json, p->buf);
}

static int print_newline(const struct printing *p)
{
	int r = p->is_pretty ? buf_addc(p->buf, '\n') : 0;

	for (size_t i = 0; p->is_pretty && r == 0 && i < p->depth; i++)
		r = buf_adds(p->buf, "  ");
	return r;
}

static int print_key(const struct printing *p, const char *key)
{
	int r = quote_json(key, strlen(key), p->buf);

	return r < 0 ? r : buf_adds(p->buf, p->is_pretty ? ": " : ":");
}

/* The next value of a container, with its key if it is an object; NULL at its end. */
static const json_t *open_next(struct open *open, const char **ret_key)
{
	const json_t *value;

	*ret_key = NULL;
	if (json_is_array(open->container))
		return json_array_get(open->container, open->item++);
	if (!open->member)
		return NULL;
	value = json_object_iter_value(open->member);
	*ret_key = json_object_iter_key(open->member);
	open->member = json_object_iter_next(open->container, open->member);
	open->item++;
	return value;
}

static int print_end(struct printing *p, bool is_empty)
{
	const json_t *container = p->levels[p->depth - 1].container;
	bool is_object = json_is_object(container);
	int r;

	p->depth--;
	r = is_empty ? 0 : print_newline(p);

	return r < 0 ? r : buf_addc(p->buf, is_object ? '}' : ']');
}

/* Prints the next value of the innermost container, or that container's end. */
static int print_next(struct printing *p)
{
	struct open *open = &p->levels[p->depth - 1];
	bool is_first = open->item == 0;
	const char *key;
	const json_t *value = open_next(open, &key);
	int r;

	if (!value)
		return print_end(p, is_first);
	r = is_first ? 0 : buf_addc(p->buf, ',');
	if (r == 0)
		r = print_newline(p);
	if (r == 0 && key)
		r = print_key(p, key);
	return r < 0 ? r : print_value(p, value);
}

static int print_all(const json_t *json, bool is_pretty, struct buf *ret)
{
	struct printing p = {.buf = ret, .is_pretty = is_pretty};
	size_t before = ret->len;
	int r = print_value(&p, json);

	while (r == 0 && p.depth)
		r = print_next(&p);
	free(p.levels);
	if (r < 0 && ret->data)
		buf_resize(ret, before);
	return r;
}

int print_json(const json_t *json, struct buf *ret)
{
	return print_all(json, false, ret);
}

int print_pretty(const json_t *json, struct buf *ret)
{
	size_t before = ret->len;
	int r = print_all(json, true, ret);

	if (r == 0)
		r = buf_addc(ret, '\n');
	if (r < 0 && ret->data)
		buf_resize(ret, before);
	return r;
}

void print_short(const json_t *json, char *out, size_t size)
{
	CLEANUP_BUF struct buf text = BUF_INIT(SHORT_MAX);
	int r = print_json(json, &text);

	if (r < 0)
		snprintf(out, size, "%s", r == -EFBIG ? "(a long text)" : "?");
	else
		utf8_clean(out, size, text.data, text.len);
}
