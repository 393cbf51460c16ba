/* SPDX-License-Identifier: MIT */
/* Three-way for one leaf. In a list of named items an item is what it is: its name and its values.
 * While a name stands once in each of the lists, other values are a change of that item; where it
 * stands more often, each name with its values is a leaf of its own, of which a list has none, one
 * or several. */
#include "merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "canon.h"
#include "items.h"
#include "print.h"
#include "rows.h"

#define ITEM_TEXT_MAX  (64u << 20) /* bytes */
#define VALUE_TEXT_MAX 400	   /* bytes of a value, or of a side, in a sentence */

/* A line for a conflict. name: of an item, as JSON text, "" for the leaf itself. */
static int add_conflict(
	const struct merge *merge, const char *name, const char *is, const char *want)
{
	int r = buf_addf(merge->conflicts,
		"%s%s%s%s: changed by someone else since it was read: now %s, this save "
		"wants %s",
		merge->conflicts->len ? "\n" : "", merge->leaf->mask, name[0] ? " " : "",
		name, is, want);

	return r == -EFBIG ? 0 : r; /* enough of them */
}

struct entry {
	char *name, *text; /* owned; text: canonical, name and values */
	size_t index;	   /* in its list */
};

/* One of the three lists, sorted. */
struct side {
	const json_t *array;   /* borrowed */
	struct entry *entries; /* owned */
	size_t count;
	size_t at;  /* the first entry of the name, or of the text, that is looked at */
	size_t end; /* behind the last of the name */
};

enum { WAS, IS, WANT, SIDES };

struct merging {
	const struct merge *merge;
	struct side sides[SIDES];
	const json_t **
		kept; /* owned; in the places of the list as it is: what stands there, or NULL */
	bool *added; /* owned; of the wanted list: goes to the end */
};

static void side_release(struct side *side)
{
	for (size_t i = 0; i < side->count; i++) {
		free(side->entries[i].name);
		free(side->entries[i].text);
	}
	free(side->entries);
}

static void merging_release(struct merging *m)
{
	for (size_t i = 0; i < SIDES; i++)
		side_release(&m->sides[i]);
	free(m->kept);
	free(m->added);
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (!order)
		order = strcmp(x->text, y->text);
	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int entry_fill(struct entry *entry, const struct row *list, const json_t *item)
{
	CLEANUP_BUF struct buf name = BUF_INIT(ITEM_TEXT_MAX),
			       text = BUF_INIT(ITEM_TEXT_MAX);
	int r = item_add_name(list, item, &name);

	if (r == 0)
		r = canon_add_item(list, item, &text);
	if (r < 0)
		return r;
	entry->name = buf_steal(&name);
	entry->text = buf_steal(&text);
	return entry->name && entry->text ? 0 : -ENOMEM;
}

static int side_fill(struct side *side, const struct row *list, const json_t *array)
{
	size_t i;
	json_t *item;

	side->array = array;
	side->entries = calloc(json_array_size(array) + 1, sizeof(*side->entries));
	if (!side->entries)
		return -ENOMEM;
	json_array_foreach (array, i, item) {
		int r;

		side->count = i + 1;
		side->entries[i].index = i;
		r = entry_fill(&side->entries[i], list, item);
		if (r < 0)
			return r;
	}
	qsort(side->entries, side->count, sizeof(*side->entries), compare_entries);
	return 0;
}

static int merging_fill(struct merging *m)
{
	const struct merge *merge = m->merge;
	int r = side_fill(&m->sides[WAS], merge->leaf, merge->was);

	if (r == 0)
		r = side_fill(&m->sides[IS], merge->leaf, merge->is);
	if (r == 0)
		r = side_fill(&m->sides[WANT], merge->leaf, merge->want);
	m->kept = calloc(json_array_size(merge->is) + 1, sizeof(json_t *));
	m->added = calloc(json_array_size(merge->want) + 1, sizeof(bool));
	return r < 0 || (m->kept && m->added) ? r : -ENOMEM;
}

/* Moves each side to the next name, the smallest there is. False after the last. */
static bool next_name(struct merging *m)
{
	const char *name = NULL;

	for (size_t i = 0; i < SIDES; i++) {
		const struct side *side = &m->sides[i];

		if (side->end < side->count &&
			(!name || strcmp(side->entries[side->end].name, name) < 0))
			name = side->entries[side->end].name;
	}
	for (size_t i = 0; name && i < SIDES; i++) {
		struct side *side = &m->sides[i];

		side->at = side->end;
		while (side->end < side->count &&
			strcmp(side->entries[side->end].name, name) == 0)
			side->end++;
	}
	return name;
}

/* How many of each side are the next text of this name, the smallest; first gets where they begin.
 * False after the last. */
static bool next_text(struct merging *m, size_t first[SIDES], size_t counts[SIDES])
{
	const char *text = NULL;

	for (size_t i = 0; i < SIDES; i++) {
		const struct side *side = &m->sides[i];

		if (side->at < side->end &&
			(!text || strcmp(side->entries[side->at].text, text) < 0))
			text = side->entries[side->at].text;
	}
	for (size_t i = 0; text && i < SIDES; i++) {
		struct side *side = &m->sides[i];

		first[i] = side->at;
		while (side->at < side->end &&
			strcmp(side->entries[side->at].text, text) == 0)
			side->at++;
		counts[i] = side->at - first[i];
	}
	return text;
}

static void show_side(const struct side *side, size_t start, char out[VALUE_TEXT_MAX])
{
	size_t used = 0;

	strcpy(out, "(removed)");
	for (size_t i = start; i < side->end && used + 2 < VALUE_TEXT_MAX; i++) {
		if (used) {
			strcpy(out + used, ",");
			used++;
		}
		print_short(json_array_get(side->array, side->entries[i].index), out + used,
			VALUE_TEXT_MAX - used);
		used += strlen(out + used);
	}
}

static int conflict(const struct merging *m, const size_t start[SIDES])
{
	char is[VALUE_TEXT_MAX], want[VALUE_TEXT_MAX], name[VALUE_TEXT_MAX];
	json_t *item = NULL;

	for (size_t i = 0; i < SIDES && !item; i++) {
		if (start[i] < m->sides[i].end)
			item = json_array_get(
				m->sides[i].array, m->sides[i].entries[start[i]].index);
	}
	print_short(item_name(m->merge->leaf, item), name, sizeof(name));
	show_side(&m->sides[IS], start[IS], is);
	show_side(&m->sides[WANT], start[WANT], want);
	return add_conflict(m->merge, name, is, want);
}

/* What both sides did to the texts of one name. */
struct doings {
	bool both_removed, mine_new, theirs_new, disagree;
};

static void look_at_text(struct doings *d, const size_t counts[SIDES])
{
	size_t was = counts[WAS], is = counts[IS], want = counts[WANT];

	d->both_removed = d->both_removed || (was > is && was > want);
	d->mine_new = d->mine_new || (want > was && want != is);
	d->theirs_new = d->theirs_new || (is > was && is != want);
	d->disagree = d->disagree || (was != is && was != want && is != want);
}

/* Keeps of the list as it is what shall stay of one text; returns how many of the wanted ones are
 * missing. */
static size_t keep_text(
	struct merging *m, const size_t first[SIDES], const size_t counts[SIDES])
{
	const struct side *is = &m->sides[IS];
	size_t result = counts[WANT] == counts[WAS] ? counts[IS] : counts[WANT];

	for (size_t i = 0; i < counts[IS] && i < result; i++) {
		size_t index = is->entries[first[IS] + i].index;

		m->kept[index] = json_array_get(is->array, index);
	}
	return result > counts[IS] ? result - counts[IS] : 0;
}

/* Into the place of one of this name that goes, else to the end. */
static void add_entry(struct merging *m, size_t is_start, size_t index)
{
	const struct side *is = &m->sides[IS];

	for (size_t i = is_start; i < is->end; i++) {
		if (!m->kept[is->entries[i].index]) {
			m->kept[is->entries[i].index] =
				json_array_get(m->sides[WANT].array, index);
			return;
		}
	}
	m->added[index] = true;
}

static void rewind_to(struct merging *m, const size_t start[SIDES])
{
	for (size_t i = 0; i < SIDES; i++)
		m->sides[i].at = start[i];
}

/* Everything of one name. */
static int merge_name(struct merging *m)
{
	size_t start[SIDES], first[SIDES], counts[SIDES];
	struct doings d = {0};
	bool is_single = true;

	for (size_t i = 0; i < SIDES; i++) {
		start[i] = m->sides[i].at;
		is_single = is_single && m->sides[i].end - start[i] <= 1;
	}
	while (next_text(m, first, counts))
		look_at_text(&d, counts);
	if (d.disagree || (d.both_removed && (d.mine_new || d.theirs_new)) ||
		(is_single && d.mine_new && d.theirs_new))
		return conflict(m, start);
	rewind_to(m, start);
	while (next_text(m, first, counts))
		keep_text(m, first, counts);
	rewind_to(m, start);
	while (next_text(m, first, counts)) {
		size_t missing = keep_text(m, first, counts);

		for (size_t i = 0; i < missing; i++)
			add_entry(m, start[IS],
				m->sides[WANT].entries[first[WANT] + i].index);
	}
	return 0;
}

static int append_copy(json_t *array, const json_t *item)
{
	if (!item)
		return 0;
	return json_array_append_new(array, json_deep_copy(item)) < 0 ? -ENOMEM : 0;
}

/* In the order of now, what is new at the end. */
static int merging_collect(const struct merging *m, json_t *ret)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->sides[IS].count; i++)
		r = append_copy(ret, m->kept[i]);
	for (size_t i = 0; r == 0 && i < m->sides[WANT].count; i++) {
		if (m->added[i])
			r = append_copy(ret, json_array_get(m->sides[WANT].array, i));
	}
	return r;
}

static int merge_items(const struct merge *merge, json_t **ret)
{
	CLEANUP(merging_release) struct merging m = {.merge = merge};
	json_auto_t *list = json_array();
	int r = list ? merging_fill(&m) : -ENOMEM;

	while (r == 0 && next_name(&m))
		r = merge_name(&m);
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
	int r = canon_equal(merge->leaf, merge->is, merge->was, &alone);

	if (r == 0)
		r = canon_equal(merge->leaf, merge->is, merge->want, &agreed);
	if (r == 0 && !alone && !agreed) {
		print_short(merge->is, is, sizeof(is));
		print_short(merge->want, want, sizeof(want));
		r = add_conflict(merge, "", is, want);
	}
	if (r < 0)
		return r;
	*ret = json_deep_copy(merge->want);
	return *ret ? 0 : -ENOMEM;
}

int merge_leaf(const struct merge *merge, json_t **ret)
{
	if (merge->leaf->flags & FIELD_NAMED_ITEMS)
		return merge_items(merge, ret);
	return merge_whole(merge, ret);
}
