/* SPDX-License-Identifier: MIT */
/* Three-way: an entry that only one side touched is taken from that side. */
#include "merge.h"

#include <errno.h>
#include <stdio.h>
#include "base/cleanup.h"
#include "base/map.h"
#include "canon.h"
#include "items.h"
#include "print.h"
#include "rows.h"

#define VALUE_TEXT_MAX 400 /* bytes of a value in a sentence */

/* The three lists by name. */
struct sides {
	struct map was, is, want;
};

static void sides_release(struct sides *sides)
{
	map_release(&sides->was);
	map_release(&sides->is);
	map_release(&sides->want);
}

static int add_names(struct map *map, const json_t *array)
{
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item) {
		int r = map_add(map, item_name(item), item);

		if (r < 0)
			return r;
	}
	return 0;
}

static void shown_value(const json_t *value, char out[VALUE_TEXT_MAX])
{
	if (value)
		print_short(value, out, VALUE_TEXT_MAX);
	else
		snprintf(out, VALUE_TEXT_MAX, "(removed)");
}

/* item: which of a list's, or NULL for the leaf. */
static int conflict(
	const struct merge *merge, const json_t *item, const json_t *is, const json_t *want)
{
	char now[VALUE_TEXT_MAX], wanted[VALUE_TEXT_MAX], name[VALUE_TEXT_MAX] = "";
	int r;

	shown_value(is, now);
	shown_value(want, wanted);
	if (item)
		print_short(json_object_get(item, "name"), name, sizeof(name));
	r = buf_addf(merge->conflicts,
		"%s%s%s%s: changed by someone else since it was read: now %s, this save "
		"wants %s",
		merge->conflicts->len ? "\n" : "", merge->leaf->mask, item ? " " : "", name,
		now, wanted);
	return r == -EFBIG ? 0 : r; /* enough of them */
}

static int same(const struct row *row, const json_t *a, const json_t *b, bool *ret)
{
	if (a && b)
		return canon_equal(row, a, b, ret);
	*ret = a == b;
	return 0;
}

/* One entry; each side NULL where it has none. *ret is what it shall be, NULL for none. */
static int merge_item(const struct merge *merge, const json_t *was, const json_t *is,
	const json_t *want, const json_t **ret)
{
	const struct row *row = row_child(merge->leaf, "*");
	bool untouched, alone, agreed;
	int r = same(row, want, was, &untouched);

	if (r == 0)
		r = same(row, is, was, &alone);
	if (r == 0)
		r = same(row, is, want, &agreed);
	if (r < 0)
		return r;
	*ret = untouched || agreed ? is : want;
	if (untouched || agreed || alone)
		return 0;
	return conflict(merge, is ? is : want, is, want);
}

static int append_copy(json_t *array, const json_t *item)
{
	if (!item)
		return 0;
	return json_array_append_new(array, json_deep_copy(item)) < 0 ? -ENOMEM : 0;
}

/* In the order of now, what is new at the end. */
static int merge_items(const struct merge *merge, const struct sides *sides, json_t *ret)
{
	const json_t *result;
	json_t *item;
	size_t i;
	int r = 0;

	json_array_foreach (merge->is, i, item) {
		const char *name = item_name(item);

		r = merge_item(merge, map_get(&sides->was, name), item,
			map_get(&sides->want, name), &result);
		if (r == 0)
			r = append_copy(ret, result);
		if (r < 0)
			return r;
	}
	json_array_foreach (merge->want, i, item) {
		const char *name = item_name(item);

		if (map_get(&sides->is, name))
			continue;
		r = merge_item(merge, map_get(&sides->was, name), NULL, item, &result);
		if (r == 0)
			r = append_copy(ret, result);
		if (r < 0)
			return r;
	}
	return 0;
}

static int merge_whole(const struct merge *merge, json_t **ret)
{
	bool alone, agreed;
	int r = canon_equal(merge->leaf, merge->is, merge->was, &alone);

	if (r == 0)
		r = canon_equal(merge->leaf, merge->is, merge->want, &agreed);
	if (r == 0 && !alone && !agreed)
		r = conflict(merge, NULL, merge->is, merge->want);
	if (r < 0)
		return r;
	*ret = json_deep_copy(merge->want);
	return *ret ? 0 : -ENOMEM;
}

int merge_leaf(const struct merge *merge, json_t **ret)
{
	CLEANUP(sides_release) struct sides sides = {0};
	json_auto_t *list = NULL;
	int r = 0;

	if (!(merge->leaf->flags & FIELD_NAMED_ITEMS))
		return merge_whole(merge, ret);
	r = add_names(&sides.was, merge->was);
	if (r == 0)
		r = add_names(&sides.is, merge->is);
	if (r == 0)
		r = add_names(&sides.want, merge->want);
	if (r == -EEXIST) /* names that say nothing */
		return merge_whole(merge, ret);
	list = json_array();
	if (r == 0)
		r = list ? merge_items(merge, &sides, list) : -ENOMEM;
	if (r == 0)
		*ret = STEAL(list);
	return r;
}
