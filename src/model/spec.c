/* SPDX-License-Identifier: MIT */
/* spec.json: the settable part of a document as one JSON text. */
#include "model/doc.h"

#include <errno.h>
#include "document.h"
#include "leaf.h"
#include "member.h"
#include "nul.h"
#include "print.h"
#include "rows.h"

/* Of the leaves that exclude each other the last that is set is written, or none. */
static bool spec_leaves_out(const json_t *root, const struct row *leaf)
{
	return leaf->flags & FIELD_SPEC_ONLY_WITH &&
	       (!leaf_is_set(member_get(root, leaf->path)) || leaf_instead(root, leaf));
}

static int spec_add(json_t *spec, const json_t *root, const struct row *leaf)
{
	json_t *value;

	if (spec_leaves_out(root, leaf))
		return 0;
	value = leaf_get(root, leaf);
	if (json_is_null(value)) { /* a required text may not be there yet */
		if (!(leaf->flags & FIELD_REQUIRED))
			return 0;
		value = json_string("");
	}
	return member_put_take(spec, leaf->path, value);
}

int spec_show(const json_t *root, struct buf *ret)
{
	json_auto_t *spec = json_object();
	const struct row *leaf = NULL;
	int r = spec ? 0 : -ENOMEM;

	while (r == 0 && (leaf = leaf_next(leaf)))
		r = spec_add(spec, root, leaf);
	return r < 0 ? r : print_pretty(spec, ret);
}

int doc_plain_spec(const char *name, const char *zone, struct buf *ret)
{
	json_auto_t *spec = json_object();
	int r = spec ? 0 : -ENOMEM;

	if (!nul_is_text(name) || !nul_is_text(zone))
		return -EINVAL;
	if (r == 0)
		r = member_put_take(spec, own_path(FIELD_NAME), nul_new_string(name));
	if (r == 0)
		r = member_put_take(spec, own_path(FIELD_OPTION), nul_new_string(zone));
	return r < 0 ? r : print_json(spec, ret);
}
