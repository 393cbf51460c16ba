/* SPDX-License-Identifier: MIT */
/* Three-way for one leaf. */
#include "merge.h"

#include <errno.h>
#include "base/cleanup.h"
#include "canon.h"
#include "print.h"

#define VALUE_TEXT_MAX 400 /* bytes of a value in a sentence */

int merge_add_conflict(
	const struct merge *merge, const char *name, const char *is, const char *want)
{
	int r = buf_addf(merge->conflicts,
		"%s%s%s%s: changed by someone else since it was read: now %s, this save "
		"wants %s",
		merge->conflicts->len ? "\n" : "", merge->leaf->mask, name[0] ? " " : "",
		name, is, want);

	return r == -EFBIG ? 0 : r; /* enough of them */
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
		r = merge_add_conflict(merge, "", is, want);
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
