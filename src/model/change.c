/* SPDX-License-Identifier: MIT */
/* A change is a list of mask fields, each with the value that it sets. */
#include "change_int.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "canonical.h"
#include "doc_int.h"
#include "mask_field.h"
#include "json_member.h"
#include "print.h"

#define MASK_MAX (64 << 10) /* bytes */

struct change {
	struct buf mask;
	size_t count;
	struct mask_field_value {
		const struct schema_field *mask_field;
		json_t *value; /* owned */
	} values[];	       /* room for all mask fields of the table */
};

int change_none(struct change **ret)
{
	*ret = calloc(
		1, sizeof(**ret) + schema_field_count * sizeof(struct mask_field_value));
	if (!*ret)
		return -ENOMEM;
	buf_init(&(*ret)->mask, MASK_MAX);
	return 0;
}

void change_free(struct change *change)
{
	if (!change)
		return;
	for (size_t i = 0; i < change->count; i++)
		json_decref(change->values[i].value);
	buf_release(&change->mask);
	free(change);
}

void change_freep(struct change **change)
{
	change_free(*change);
	*change = NULL;
}

static int add_mask(struct buf *list, const char *mask)
{
	int r = list->len ? buf_addc(list, ',') : 0;

	return r < 0 ? r : buf_adds(list, mask);
}

int change_add_take(
	struct change *change, const struct schema_field *mask_field, json_t *value)
{
	json_auto_t *taken = value;
	int r = taken ? add_mask(&change->mask, mask_field->mask) : -ENOMEM;

	if (r == 0)
		change->values[change->count++] = (struct mask_field_value){
			.mask_field = mask_field, .value = STEAL(taken)};
	return r;
}

int change_one_take(const struct parsed *now, const struct schema_field *mask_field,
	json_t *value, struct change **ret)
{
	CLEANUP_CHANGE struct change *change = NULL;
	json_auto_t *wanted = value;
	bool same;
	int r = wanted ? canonical_equal(mask_field,
				 json_member_get(now->root, mask_field->path), wanted,
				 &same)
		       : -ENOMEM;

	if (r == 0)
		r = change_none(&change);
	if (r == 0 && !same)
		r = change_add_take(change, mask_field, STEAL(wanted));
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
	return buf_str(&change->mask);
}

int change_body(const struct change *change, struct buf *ret)
{
	json_auto_t *body = json_object();
	int r = body ? json_member_put_take(
			       body, "updateMask", json_string(change_mask(change)))
		     : -ENOMEM;

	for (size_t i = 0; r == 0 && i < change->count; i++)
		r = json_member_put_take(body, change->values[i].mask_field->path,
			json_deep_copy(change->values[i].value));
	return r < 0 ? r : print_json(body, ret);
}

/* Whether the mask field has this value. False as well if memory runs out. */
static bool mask_field_is(
	const struct schema_field *mask_field, const json_t *object, const json_t *value)
{
	bool same;

	return canonical_equal(mask_field, json_member_get(object, mask_field->path), value,
		       &same) == 0 &&
	       same;
}

bool change_is_shown(const struct change *change, const struct doc *doc,
	struct buf *ret_done, struct buf *ret_missing)
{
	CLEANUP_PARSED struct parsed *parsed = NULL;
	bool all = true, is_open = doc_open(doc, &parsed, NULL) == 0;

	for (size_t i = 0; i < change->count; i++) {
		const struct mask_field_value *wanted = &change->values[i];
		bool same = is_open &&
			    mask_field_is(wanted->mask_field, parsed->root, wanted->value);
		struct buf *list = same ? ret_done : ret_missing;

		if (list)
			add_mask(list, wanted->mask_field->mask);
		all = all && same;
	}
	return all;
}

bool change_is_as_before(
	const struct change *change, const struct doc *before, const struct doc *doc)
{
	CLEANUP_PARSED struct parsed *was = NULL, *is = NULL;

	if (doc_open(before, &was, NULL) < 0 || doc_open(doc, &is, NULL) < 0)
		return false;
	for (size_t i = 0; i < change->count; i++) {
		const struct mask_field_value *wanted = &change->values[i];
		const struct schema_field *mask_field = wanted->mask_field;

		if (!mask_field_is(mask_field, is->root, wanted->value) &&
			!mask_field_is(mask_field, is->root,
				json_member_get(was->root, mask_field->path)))
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
		r = mask_field_put(
			root, change->values[i].mask_field, change->values[i].value);
	if (r < 0)
		return r;
	return doc_from_object(root, ret, err);
}
