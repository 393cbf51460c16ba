/* SPDX-License-Identifier: MIT */
/* Which mask fields of a VPC a PATCH sets (the API reference). */
#include "mask.h"

#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"

static unsigned field_of(const struct profile *p, const char *path, size_t len)
{
	for (size_t i = 0; i < p->mask_count; i++) {
		const char *known = p->masks[i].path;

		if (strlen(known) == len && memcmp(known, path, len) == 0)
			return p->masks[i].field;
	}
	return 0;
}

/* A message that is there sets all its fields: proto3 cannot tell false from absent. */
static unsigned fields_present(const struct profile *p, const json_t *request)
{
	unsigned fields = 0;

	for (size_t i = 0; i < p->mask_count; i++) {
		if (json_object_get(request, p->masks[i].member))
			fields |= p->masks[i].field;
	}
	return fields;
}

bool mask_fields(const struct profile *p, const json_t *request, unsigned *ret_fields,
	char **ret_unknown)
{
	const char *mask = json_string_value(json_object_get(request, "updateMask"));
	unsigned fields = 0;

	if (!mask || !*mask) {
		*ret_fields = fields_present(p, request);
		return true;
	}
	for (;;) {
		size_t len = strcspn(mask, ",");
		unsigned field = field_of(p, mask, len);

		if (!field) {
			*ret_unknown = strndup(mask, len);
			return false;
		}
		fields |= field;
		if (!mask[len])
			break;
		mask += len + 1;
	}
	*ret_fields = fields;
	return true;
}
