/* SPDX-License-Identifier: MIT */
/* spec.json: the settable part of a document as one JSON text. */
#include "model/doc.h"

#include <errno.h>
#include "doc_int.h"
#include "mask_field.h"
#include "json_member.h"
#include "nul.h"
#include "print.h"
#include "schema_tree.h"

/* Whether spec.json leaves this field out. Of the fields that exclude each other spec.json has the
 * last one that is set, or none. */
static bool spec_leaves_out(const json_t *root, const struct schema_field *mask_field)
{
	return mask_field->flags & FIELD_SPEC_ONLY_WITH &&
	       (!mask_field_is_set(json_member_get(root, mask_field->path)) ||
		       mask_field_instead(root, mask_field));
}

static int spec_add(json_t *spec, const json_t *root, const struct schema_field *mask_field)
{
	json_t *value;

	if (spec_leaves_out(root, mask_field))
		return 0;
	value = mask_field_get(root, mask_field);
	if (json_is_null(value)) { /* a required string may be missing from the answer */
		if (!(mask_field->flags & FIELD_REQUIRED))
			return 0;
		value = json_string("");
	}
	return json_member_put_take(spec, mask_field->path, value);
}

int spec_show(const json_t *root, struct buf *ret)
{
	json_auto_t *spec = json_object();
	const struct schema_field *mask_field = NULL;
	int r = spec ? 0 : -ENOMEM;

	while (r == 0 && (mask_field = mask_field_next(mask_field)))
		r = spec_add(spec, root, mask_field);
	return r < 0 ? r : print_pretty(spec, ret);
}

int doc_plain_spec(const char *name, const char *zone, struct buf *ret)
{
	json_auto_t *spec = json_object();
	int r = spec ? 0 : -ENOMEM;

	if (!nul_is_text(name) || !nul_is_text(zone))
		return -EINVAL;
	if (r == 0)
		r = json_member_put_take(spec, own_path(FIELD_NAME), nul_new_string(name));
	if (r == 0)
		r = json_member_put_take(
			spec, own_path(FIELD_OPTION), nul_new_string(zone));
	return r < 0 ? r : print_json(spec, ret);
}
