/* SPDX-License-Identifier: MIT */
/* The items of a list, found by name and values. */
#include "item_set.h"

#include <errno.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "canonical.h"
#include "items.h"

#define ITEM_TEXT_MAX (64u << 20) /* bytes */

static int item_set_add(struct item_set *set, json_t *item)
{
	CLEANUP_BUF struct buf name = BUF_INIT(ITEM_TEXT_MAX),
			       text = BUF_INIT(ITEM_TEXT_MAX);
	int r = item_add_name(set->list, item, &name);

	if (r == 0)
		r = canonical_add_item(set->list, item, &text);
	if (r == 0)
		r = map_add(&set->by_text, buf_str(&text), item);
	if (r == 0 || r == -EEXIST)
		r = map_add(&set->by_name, buf_str(&name), item);
	if (r != -EEXIST)
		return r;
	set->repeats = true;
	return map_set(&set->by_name, buf_str(&name), set);
}

int item_set_init(
	struct item_set *set, const struct schema_field *list, const json_t *array)
{
	size_t i;
	json_t *item;

	*set = (struct item_set){.list = list};
	json_array_foreach (array, i, item) {
		int r = item_set_add(set, item);

		if (r < 0)
			return r;
	}
	return 0;
}

void item_set_release(struct item_set *set)
{
	map_release(&set->by_text);
	map_release(&set->by_name);
}

int item_set_find(const struct item_set *set, const json_t *item, const json_t **ret_same,
	const json_t **ret_named)
{
	CLEANUP_BUF struct buf name = BUF_INIT(ITEM_TEXT_MAX),
			       text = BUF_INIT(ITEM_TEXT_MAX);
	const void *named;
	int r = item_add_name(set->list, item, &name);

	if (r == 0)
		r = canonical_add_item(set->list, item, &text);
	if (r < 0)
		return r;
	named = map_get(&set->by_name, buf_str(&name));
	*ret_same = map_get(&set->by_text, buf_str(&text));
	*ret_named = named == set ? NULL : named;
	return 0;
}
