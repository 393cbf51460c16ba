/* SPDX-License-Identifier: MIT */
/* A change is a value for each leaf that it sets. */
#include "changing.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "canon.h"
#include "document.h"
#include "leaf.h"
#include "member.h"
#include "print.h"

#define LEAVES_MAX 16
#define MASK_MAX   512 /* bytes with the NUL: the table's masks are a third of it */

struct change {
	size_t count;
	const struct row *leaves[LEAVES_MAX];
	json_t *values[LEAVES_MAX]; /* owned */
	char mask[MASK_MAX];
};

int change_new(struct change **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

int change_none(struct change **ret)
{
	return change_new(ret);
}

void change_free(struct change *change)
{
	if (!change)
		return;
	for (size_t i = 0; i < change->count; i++)
		json_decref(change->values[i]);
	free(change);
}

void change_freep(struct change **change)
{
	change_free(*change);
	*change = NULL;
}

int change_add_take(struct change *change, const struct row *leaf, json_t *value)
{
	size_t used = strlen(change->mask);

	if (!value)
		return -ENOMEM;
	assert(change->count < LEAVES_MAX && used + strlen(leaf->mask) + 2 < MASK_MAX);
	if (used)
		change->mask[used++] = ',';
	strcpy(change->mask + used, leaf->mask);
	change->leaves[change->count] = leaf;
	change->values[change->count++] = value;
	return 0;
}

int change_one_take(const struct parsed *now, const struct row *leaf, json_t *value,
	struct change **ret)
{
	CLEANUP_CHANGE struct change *change = NULL;
	json_auto_t *old = leaf_get(now->root, leaf);
	json_auto_t *wanted = value;
	bool same;
	int r = old && wanted ? canon_equal(leaf, old, wanted, &same) : -ENOMEM;

	if (r == 0)
		r = change_new(&change);
	if (r == 0 && !same)
		r = change_add_take(change, leaf, STEAL(wanted));
	if (r == 0)
		*ret = STEAL(change);
	return r;
}

bool change_is_empty(const struct change *change)
{
	return change->count == 0;
}

const char *change_mask(const struct change *change)
{
	return change->mask;
}

int change_body(const struct change *change, struct buf *ret)
{
	json_auto_t *body = json_object();
	int r = body ? member_put_take(body, "updateMask", json_string(change->mask))
		     : -ENOMEM;

	for (size_t i = 0; r == 0 && i < change->count; i++)
		r = member_put_take(
			body, change->leaves[i]->path, json_deep_copy(change->values[i]));
	return r < 0 ? r : print_json(body, ret);
}

static void add_mask(struct buf *list, const char *mask)
{
	if (list->len)
		buf_addc(list, ',');
	buf_adds(list, mask);
}

bool change_is_shown(const struct change *change, const struct doc *doc,
	struct buf *ret_done, struct buf *ret_missing)
{
	CLEANUP_PARSED struct parsed *parsed = NULL;
	bool all = true, is_open = doc_open(doc, &parsed, NULL) == 0;

	for (size_t i = 0; i < change->count; i++) {
		const struct row *leaf = change->leaves[i];
		json_auto_t *value = is_open ? leaf_get(parsed->root, leaf) : NULL;
		bool same;
		struct buf *list;

		if (!value || canon_equal(leaf, change->values[i], value, &same) < 0)
			same = false;
		list = same ? ret_done : ret_missing;
		if (list)
			add_mask(list, leaf->mask);
		all = all && same;
	}
	return all;
}

/* False as well when there is no memory to look. */
static bool leaf_is_alike(const struct row *leaf, const json_t *value, const json_t *other)
{
	bool same;

	return value && other && canon_equal(leaf, value, other, &same) == 0 && same;
}

bool change_is_as_before(
	const struct change *change, const struct doc *before, const struct doc *doc)
{
	CLEANUP_PARSED struct parsed *was = NULL, *is = NULL;

	if (doc_open(before, &was, NULL) < 0 || doc_open(doc, &is, NULL) < 0)
		return false;
	for (size_t i = 0; i < change->count; i++) {
		const struct row *leaf = change->leaves[i];
		json_auto_t *old = leaf_get(was->root, leaf),
			    *new = leaf_get(is->root, leaf);

		if (!leaf_is_alike(leaf, new, change->values[i]) &&
			!leaf_is_alike(leaf, new, old))
			return false;
	}
	return true;
}

int change_apply(const struct change *change, const struct doc *doc, struct doc **ret,
	struct err *err)
{
	CLEANUP_PARSED struct parsed *parsed = NULL;
	json_auto_t *root = NULL;
	int r = doc_open(doc, &parsed, err);

	if (r < 0)
		return r;
	root = json_deep_copy(parsed->root);
	if (!root)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < change->count; i++)
		r = leaf_put(root, change->leaves[i], change->values[i]);
	if (r < 0)
		return r;
	return doc_from_json(root, ret, err);
}
