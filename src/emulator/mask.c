/* SPDX-License-Identifier: MIT */
/* Which leaves of a VPC a PATCH is about (api.md 0 row 5, 3.3). */
#include "mask.h"

#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"

static unsigned leaf_of(const struct profile *p, const char *path, size_t len)
{
	for (size_t i = 0; i < p->mask_count; i++) {
		const char *known = p->masks[i].path;

		if (strlen(known) == len && memcmp(known, path, len) == 0)
			return p->masks[i].leaf;
	}
	return 0;
}

/* A message that is there counts as all its leaves: proto3 cannot tell false from absent. */
static unsigned leaves_present(const struct profile *p, const json_t *request)
{
	unsigned leaves = 0;

	for (size_t i = 0; i < p->mask_count; i++) {
		if (json_object_get(request, p->masks[i].field))
			leaves |= p->masks[i].leaf;
	}
	return leaves;
}

bool mask_leaves(const struct profile *p, const json_t *request, unsigned *ret_leaves,
	char **ret_unknown)
{
	const char *mask = json_string_value(json_object_get(request, "updateMask"));
	unsigned leaves = 0;

	if (!mask || !*mask) {
		*ret_leaves = leaves_present(p, request);
		return true;
	}
	for (;;) {
		size_t len = strcspn(mask, ",");
		unsigned leaf = leaf_of(p, mask, len);

		if (!leaf) {
			*ret_unknown = strndup(mask, len);
			return false;
		}
		leaves |= leaf;
		if (!mask[len])
			break;
		mask += len + 1;
	}
	*ret_leaves = leaves;
	return true;
}
