/* SPDX-License-Identifier: MIT */
/* Whether an answer shows the whole VPC: the service answers a PATCH with fewer members than a GET
 * in one of its forms. */
#include <stdbool.h>
#include "document.h"
#include "value.h"

static bool has_keys_of(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)b, key, value) {
		const json_t *own = json_object_get(a, key);

		if (!value_is_default(value) && (!own || json_is_null(own)))
			return false;
	}
	return true;
}

/* All items of one list have the same members, so the first of each stand for them. */
static bool items_alike(const json_t *a, const json_t *b)
{
	const json_t *x = json_array_get(a, 0), *y = json_array_get(b, 0);

	if (!json_is_object(x) || !json_is_object(y))
		return true;
	return has_keys_of(x, y);
}

bool doc_has_members_of(const struct doc *doc, const struct doc *other)
{
	CLEANUP_PARSED struct parsed *left = NULL, *right = NULL;
	const json_t *a, *b;
	const char *key;
	json_t *value;

	if (doc_open(doc, &left, NULL) < 0 || doc_open(other, &right, NULL) < 0)
		return false;
	a = left->root;
	b = right->root;
	if (!has_keys_of(a, b))
		return false;
	json_object_foreach ((json_t *)b, key, value) {
		if (json_is_array(value) && !items_alike(json_object_get(a, key), value))
			return false;
	}
	return true;
}
