/* SPDX-License-Identifier: MIT */
/* A list answer as documents: all of them or none. Parsed values take nine times the memory of
 * their text. If a whole list were parsed at once, the process would keep that memory, because the
 * documents allocated meanwhile lie scattered over it. So the answer is read item by item:
 * jansson's own parser walks the text one value at a time, and the text around the items is checked
 * as if it were an answer without items.
 * If anything about the text is odd, the text is parsed as a whole instead; that parse says what is
 * wrong, or that nothing is. */
#include "model/doc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/map.h"
#include "doc_int.h"
#include "scan.h"

#define ROOM_FIRST 64 /* documents */

void doc_list_release(struct doc_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		doc_unref(list->docs[i]);
	free(list->docs);
	*list = (struct doc_list){0};
}

struct collecting {
	struct doc_list list;
	size_t room; /* documents */
	struct map ids;
};

static void collecting_release(struct collecting *c)
{
	doc_list_release(&c->list);
	map_release(&c->ids);
}

static int collecting_grow(struct collecting *c)
{
	size_t room = c->room ? 2 * c->room : ROOM_FIRST;
	struct doc **docs;

	if (c->list.count < c->room)
		return 0;
	docs = reallocarray(c->list.docs, room, sizeof(*docs));
	if (!docs)
		return -ENOMEM;
	c->list.docs = docs;
	c->room = room;
	return 0;
}

static int collecting_add_take(struct collecting *c, struct doc *doc, struct err *err)
{
	CLEANUP_DOC struct doc *taken = doc;
	int r = collecting_grow(c);

	if (r == 0)
		r = map_add(&c->ids, doc_id(taken), taken);
	if (r == -EEXIST)
		return err_set(err, EBADMSG, "two VPCs have the id %.80s", doc_id(taken));
	if (r == 0)
		c->list.docs[c->list.count++] = STEAL(taken);
	return r;
}

static int collecting_finish(struct collecting *c, struct doc_list *ret)
{
	struct doc **docs = reallocarray(c->list.docs, c->list.count + 1, sizeof(*docs));

	if (!docs)
		return -ENOMEM;
	*ret = (struct doc_list){.docs = docs, .count = c->list.count};
	c->list = (struct doc_list){0};
	return 0;
}

int doc_list_from_val(struct val *array, struct doc_list *ret, struct err *err)
{
	CLEANUP(collecting_release) struct collecting c = {0};

	if (!val_is_array(array))
		return err_set(err, EBADMSG, "expected an array of VPCs");
	for (size_t i = 0; i < val_count(array); i++) {
		struct doc *doc;
		int r = doc_from_val(val_item(array, i), &doc, err);

		if (r == 0)
			r = collecting_add_take(&c, doc, err);
		if (r < 0)
			return r;
	}
	return collecting_finish(&c, ret);
}

/* Moves to the array with this key. */
static bool reader_find(struct reader *r, const char *key)
{
	if (!reader_pass(r, '{'))
		return false;
	do {
		json_auto_t *name = reader_value(r), *value = NULL;

		if (!json_is_string(name) || !reader_pass(r, ':'))
			return false;
		if (strcmp(json_string_value(name), key) == 0)
			return reader_peek(r) == '[';
		value = reader_value(r);
		if (!value)
			return false;
	} while (reader_pass(r, ','));
	return false;
}

/* Reads an item that holds a value that cannot be read. */
static int reader_repair(struct reader *r, struct doc **ret, struct err *err)
{
	const char *text = r->text + r->at;
	size_t len = scan_value_len(text, r->len - r->at);
	json_auto_t *item = NULL;
	struct err problem = {""};
	int e = len ? scan_repair(text, len, &item, &problem) : -EINVAL;

	if (e == 0)
		e = doc_from_repaired(item, problem.text, ret, err);
	if (e == 0)
		r->at += len;
	return e;
}

static int reader_item(struct reader *r, struct doc **ret, struct err *err)
{
	const char *text = r->text + r->at;
	json_auto_t *item = reader_value(r);

	if (!item)
		return reader_repair(r, ret, err);
	return doc_from_text(item, text, (size_t)(r->text + r->at - text), ret, err);
}

/* Reads the array, from its start to its end. -EINVAL if the text must be parsed as a whole. */
static int reader_collect(struct reader *r, struct collecting *c, struct err *err)
{
	int e = 0;

	if (!reader_pass(r, '['))
		return -EINVAL;
	if (reader_pass(r, ']'))
		return 0;
	do {
		struct doc *doc;

		e = reader_item(r, &doc, err);
		if (e == 0)
			e = collecting_add_take(c, doc, err);
	} while (e == 0 && reader_pass(r, ','));
	return e == 0 && !reader_pass(r, ']') ? -EINVAL : e;
}

static bool is_error(const struct val *object)
{
	return val_is_set(val_member(object, "code")) ||
	       val_is_set(val_member(object, "error"));
}

/* Parses the text without the items of the array. A repeated key is refused, so that the parse of
 * the whole text decides which of its values counts. */
static int reader_rest(
	const struct reader *r, size_t start, struct val **ret, struct err *err)
{
	CLEANUP_BUF struct buf rest = BUF_INIT(r->len + 2);
	int e = buf_add(&rest, r->text, start);

	if (e == 0)
		e = buf_adds(&rest, "[]");
	if (e == 0)
		e = buf_add(&rest, r->text + r->at, r->len - r->at);
	return e < 0 ? e : val_parse(rest.data, rest.len, VAL_STRICT, ret, err);
}

static int list_from_items(struct reader *r, const char *key, struct doc_list *ret,
	struct val **ret_rest, struct err *err)
{
	CLEANUP(collecting_release) struct collecting c = {0};
	CLEANUP_VAL struct val *rest = NULL;
	size_t start;
	int e;

	if (!reader_find(r, key))
		return -EINVAL;
	start = r->at;
	e = reader_collect(r, &c, err);
	if (e == 0)
		e = reader_rest(r, start, &rest, NULL);
	if (e == 0 && is_error(rest))
		e = -EINVAL;
	if (e == 0)
		e = collecting_finish(&c, ret);
	if (e == 0)
		*ret_rest = STEAL(rest);
	return e;
}

/* Finds the array; NULL for a list without VPCs. `{}` is such a list, since ProtoJSON leaves an
 * empty array out, and so is null. An error is not a list. */
static int whole_array(
	struct val *whole, const char *key, struct val **ret, struct err *err)
{
	struct val *array = val_member(whole, key);

	if (!val_is_object(whole) || is_error(whole) ||
		(!array ? val_count(whole) > 0 : val_is_set(array) && !val_is_array(array)))
		return err_set(err, EBADMSG, "it has no array \"%s\"", key);
	*ret = val_is_set(array) ? array : NULL;
	return 0;
}

static int list_from_whole(const struct reader *r, const char *key, struct doc_list *ret,
	struct val **ret_rest, struct err *err)
{
	CLEANUP_VAL struct val *whole = NULL;
	struct val *array = NULL;
	int e = val_parse(r->text, r->len, 0, &whole, err);

	if (e < 0)
		return e == -ENOMEM ? e : -EBADMSG;
	e = whole_array(whole, key, &array, err);
	if (e == 0 && array)
		e = doc_list_from_val(array, ret, err);
	if (e == 0)
		*ret_rest = STEAL(whole);
	return e;
}

int doc_list_from_text(const char *text, size_t len, const char *key, struct doc_list *ret,
	struct val **ret_rest, struct err *err)
{
	struct reader r = {.text = text, .len = len};
	int e = list_from_items(&r, key, ret, ret_rest, err);

	return e == -EINVAL ? list_from_whole(&r, key, ret, ret_rest, err) : e;
}
