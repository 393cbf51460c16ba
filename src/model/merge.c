/* SPDX-License-Identifier: MIT */
/* Three-way merge of one mask field. In a list of named items an item is identified by its name and
 * values. While a name occurs at most once in each of the three lists, other values are a change of
 * that item. If it occurs more often, each combination of name and values is merged on its own, and
 * what is merged is how many of it a list has. */
#include "merge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "canonical.h"
#include "items.h"
#include "print.h"
#include "schema_tree.h"

#define ITEM_TEXT_MAX  (64u << 20) /* bytes */
#define VALUE_TEXT_MAX 400	   /* bytes of a value, or of a side, in an error message */

/* Adds a line for a conflict. name is the item's name as JSON text; "" for the mask field
 * itself. */
static int merge_add_conflict(
	const struct merge *merge, const char *name, const char *is, const char *want)
{
	int r = buf_addf(merge->conflicts,
		"%s%s%s%s: changed by someone else since it was read: now %s, this save "
		"wants %s",
		merge->conflicts->len ? "\n" : "", merge->mask_field->mask,
		name[0] ? " " : "", name, is, want);

	return r == -EFBIG ? 0 : r; /* the message is full */
}

enum side { WAS, IS, WANT, SIDES };

/* An item of one of the three lists. */
struct side_item {
	/* owned; text is the canonical text of name and values */
	char *name, *text;
	const json_t *item;
	enum side side;
	size_t index; /* in its list */
};

struct merging {
	const struct merge *merge;
	/* owned; the items of all three lists, sorted by name, text, list and index */
	struct side_item *items;
	size_t count;
	/* owned; for each place in the current list the item that stands there, or NULL */
	const json_t **kept;
	/* owned; for each item of the wanted list whether it is added at the end */
	bool *added;
};

static void merging_release(struct merging *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->items[i].name);
		free(m->items[i].text);
	}
	free(m->items);
	free(m->kept);
	free(m->added);
}

static int compare_items(const void *a, const void *b)
{
	const struct side_item *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (!order)
		order = strcmp(x->text, y->text);
	if (!order)
		order = (x->side > y->side) - (x->side < y->side);
	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int side_item_fill(struct side_item *entry, const struct schema_field *list)
{
	CLEANUP_BUF struct buf name = BUF_INIT(ITEM_TEXT_MAX),
			       text = BUF_INIT(ITEM_TEXT_MAX);
	int r = item_add_name(list, entry->item, &name);

	if (r == 0)
		r = canonical_add_item(list, entry->item, &text);
	if (r < 0)
		return r;
	entry->name = buf_steal(&name);
	entry->text = buf_steal(&text);
	return entry->name && entry->text ? 0 : -ENOMEM;
}

static int merging_fill(struct merging *m)
{
	const struct merge *merge = m->merge;
	const json_t *lists[SIDES] = {merge->was, merge->is, merge->want};
	size_t is = json_array_size(merge->is), want = json_array_size(merge->want);
	int r = 0;

	m->items = calloc(json_array_size(merge->was) + is + want + 1, sizeof(*m->items));
	m->kept = calloc(is + 1, sizeof(json_t *));
	m->added = calloc(want + 1, sizeof(bool));
	if (!m->items || !m->kept || !m->added)
		return -ENOMEM;
	for (size_t side = 0; side < SIDES; side++) {
		for (size_t i = 0; r == 0 && i < json_array_size(lists[side]); i++) {
			struct side_item *entry = &m->items[m->count++];

			*entry = (struct side_item){.item = json_array_get(lists[side], i),
				.side = side,
				.index = i};
			r = side_item_fill(entry, merge->mask_field);
		}
	}
	if (r == 0)
		qsort(m->items, m->count, sizeof(*m->items), compare_items);
	return r;
}

/* Adjacent items: all those with one name, or all those with one text. */
struct group {
	const struct side_item *start, *end;
	size_t counts[SIDES];
};

/* Moves ret to the next text of a name. False after the last. */
static bool next_text(const struct group *name, struct group *ret)
{
	const struct side_item *at = ret->end ? ret->end : name->start;

	*ret = (struct group){.start = at, .end = at};
	for (; at < name->end && strcmp(at->text, ret->start->text) == 0; at++)
		ret->counts[at->side]++;
	ret->end = at;
	return ret->end > ret->start;
}

/* Moves ret to the next name. False after the last. */
static bool next_name(const struct merging *m, struct group *ret)
{
	const struct side_item *at = ret->end ? ret->end : m->items;

	*ret = (struct group){.start = at, .end = at};
	for (; at < m->items + m->count && strcmp(at->name, ret->start->name) == 0; at++)
		ret->counts[at->side]++;
	ret->end = at;
	return ret->end > ret->start;
}

static void merge_show_side(
	const struct group *name, enum side side, char out[VALUE_TEXT_MAX])
{
	size_t used = 0;

	snprintf(out, VALUE_TEXT_MAX, "(removed)");
	for (const struct side_item *e = name->start; e < name->end; e++) {
		if (e->side != side || used + 2 >= VALUE_TEXT_MAX)
			continue;
		if (used)
			out[used++] = ',';
		print_short(e->item, out + used, VALUE_TEXT_MAX - used);
		used += strlen(out + used);
	}
}

static int conflict(const struct merging *m, const struct group *name)
{
	char is[VALUE_TEXT_MAX], want[VALUE_TEXT_MAX], text[VALUE_TEXT_MAX];

	print_short(item_name(m->merge->mask_field, name->start->item), text, sizeof(text));
	merge_show_side(name, IS, is);
	merge_show_side(name, WANT, want);
	return merge_add_conflict(m->merge, text, is, want);
}

/* Whether the two sides changed the items of this name in ways that exclude each other. */
static bool disagrees(const struct group *name)
{
	bool is_single =
		name->counts[WAS] <= 1 && name->counts[IS] <= 1 && name->counts[WANT] <= 1;
	bool both_removed = false, mine_new = false, theirs_new = false, disagree = false;
	struct group text = {0};

	while (next_text(name, &text)) {
		size_t was = text.counts[WAS], is = text.counts[IS],
		       want = text.counts[WANT];

		both_removed |= was > is && was > want;
		mine_new |= want > was && want != is;
		theirs_new |= is > was && is != want;
		disagree |= was != is && was != want && is != want;
	}
	return disagree || (both_removed && (mine_new || theirs_new)) ||
	       (is_single && mine_new && theirs_new);
}

/* How many items with this text the result has. */
static size_t count_result(const struct group *text)
{
	return text->counts[WANT] == text->counts[WAS] ? text->counts[IS]
						       : text->counts[WANT];
}

/* Keeps as many of the current list's items with this text as the result has. */
static void keep_text(struct merging *m, const struct group *text)
{
	size_t left = count_result(text);

	for (const struct side_item *e = text->start; e < text->end; e++) {
		if (e->side == IS && left) {
			m->kept[e->index] = e->item;
			left--;
		}
	}
}

/* Puts the item into the place of a removed item of the same name, else at the end. */
static void add_entry(
	struct merging *m, const struct group *name, const struct side_item *wanted)
{
	for (const struct side_item *e = name->start; e < name->end; e++) {
		if (e->side == IS && !m->kept[e->index]) {
			m->kept[e->index] = wanted->item;
			return;
		}
	}
	m->added[wanted->index] = true;
}

/* Adds those items with this text that the result has and the current list lacks. */
static void add_text(struct merging *m, const struct group *name, const struct group *text)
{
	size_t result = count_result(text), is = text->counts[IS];
	size_t left = result > is ? result - is : 0;

	for (const struct side_item *e = text->start; e < text->end; e++) {
		if (e->side == WANT && left) {
			add_entry(m, name, e);
			left--;
		}
	}
}

static int merge_name(struct merging *m, const struct group *name)
{
	struct group text = {0};

	if (disagrees(name))
		return conflict(m, name);
	while (next_text(name, &text))
		keep_text(m, &text);
	for (text = (struct group){0}; next_text(name, &text);)
		add_text(m, name, &text);
	return 0;
}

static int append_copy(json_t *array, const json_t *item)
{
	if (!item)
		return 0;
	return json_array_append_new(array, json_deep_copy(item)) < 0 ? -ENOMEM : 0;
}

/* Collects the result in the order of the current list, with new items at the end. */
static int merging_collect(const struct merging *m, json_t *ret)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_array_size(m->merge->is); i++)
		r = append_copy(ret, m->kept[i]);
	for (size_t i = 0; r == 0 && i < json_array_size(m->merge->want); i++) {
		if (m->added[i])
			r = append_copy(ret, json_array_get(m->merge->want, i));
	}
	return r;
}

static int merge_items(const struct merge *merge, json_t **ret)
{
	CLEANUP(merging_release) struct merging m = {.merge = merge};
	struct group name = {0};
	json_auto_t *list = json_array();
	int r = list ? merging_fill(&m) : -ENOMEM;

	while (r == 0 && next_name(&m, &name))
		r = merge_name(&m, &name);
	if (r == 0)
		r = merging_collect(&m, list);
	if (r == 0)
		*ret = STEAL(list);
	return r;
}

static int merge_whole(const struct merge *merge, json_t **ret)
{
	char is[VALUE_TEXT_MAX], want[VALUE_TEXT_MAX];
	bool alone, agreed;
	int r = canonical_equal(merge->mask_field, merge->is, merge->was, &alone);

	if (r == 0)
		r = canonical_equal(merge->mask_field, merge->is, merge->want, &agreed);
	if (r == 0 && !alone && !agreed) {
		print_short(merge->is, is, sizeof(is));
		print_short(merge->want, want, sizeof(want));
		r = merge_add_conflict(merge, "", is, want);
	}
	if (r < 0)
		return r;
	*ret = json_deep_copy(merge->want);
	return *ret ? 0 : -ENOMEM;
}

int merge_mask_field(const struct merge *merge, json_t **ret)
{
	if (merge->mask_field->flags & FIELD_NAMED_ITEMS)
		return merge_items(merge, ret);
	return merge_whole(merge, ret);
}
