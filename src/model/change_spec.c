/* SPDX-License-Identifier: MIT */
/* A saved spec.json as a change. For each mask field, the text is compared with what its writer had
 * read, and the result with the VPC's current document. */
#include "change_int.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "canonical.h"
#include "base/utf8.h"
#include "doc_int.h"
#include "mask_field.h"
#include "json_member.h"
#include "merge.h"
#include "print.h"
#include "schema_tree.h"
#include "scan.h"
#include "spec_read.h"

#define VALUE_TEXT_MAX 400 /* bytes of a value in an error message */

struct saving {
	struct spec spec;
	const json_t *base, *now; /* borrowed */
	/* nobody read anything: base is now, and the text is absolute */
	bool is_absolute;
	bool is_edited; /* the text differs from its base */
	struct buf conflicts;
	/* mask fields that the writer left alone and in which now differs from the text */
	struct buf stale;
	struct change *change; /* owned */
};

static void saving_release(struct saving *s)
{
	spec_release(&s->spec);
	buf_release(&s->conflicts);
	buf_release(&s->stale);
	change_free(s->change);
}

/* The API takes only one of the fields that exclude each other. */
static int check_exclusive(
	const struct saving *s, const struct schema_field *mask_field, struct err *err)
{
	const json_t *object = s->spec.object;
	const struct schema_field *other =
		mask_field_is_set(json_member_get(object, mask_field->path))
			? mask_field_instead(object, mask_field)
			: NULL;

	return other ? err_set(err, EINVAL,
			       "spec.json: %s and %s exclude each other; leave out %s",
			       mask_field->path, other->path, mask_field->path)
		     : 0;
}

/* Items keep the members of a newer API, because a PATCH replaces the whole list. */
static int add_whole(
	struct saving *s, const struct schema_field *mask_field, const json_t *value)
{
	json_auto_t *now = mask_field_get_whole(s->now, mask_field), *whole = NULL;
	int r = now ? mask_field_over(mask_field, now, value, &whole) : -ENOMEM;

	return r < 0 ? r : change_add_take(s->change, mask_field, STEAL(whole));
}

/* Adds a mask field that the writer changed. */
static int save_edited(struct saving *s, const struct schema_field *mask_field,
	const struct merge *merge, struct err *err)
{
	json_auto_t *result = NULL;
	bool same;
	int r = check_exclusive(s, mask_field, err);

	s->is_edited = true;
	if (r == 0)
		r = spec_check_mask_field(
			&s->spec, mask_field, merge->want, merge->was, err);
	if (r == 0 && s->is_absolute)
		result = json_incref((json_t *)merge->want);
	else if (r == 0)
		r = merge_mask_field(merge, &result);
	if (r == 0)
		r = canonical_equal(mask_field, merge->is, result, &same);
	if (r == 0 && !same)
		r = add_whole(s, mask_field, result);
	return r;
}

/* Checks a mask field that the writer left alone. */
static int save_untouched(
	struct saving *s, const struct schema_field *mask_field, const struct merge *merge)
{
	char is[VALUE_TEXT_MAX], want[VALUE_TEXT_MAX];
	bool same;
	int r = canonical_equal(mask_field, merge->is, merge->want, &same);

	if (r < 0 || same)
		return r;
	print_short(merge->is, is, sizeof(is));
	print_short(merge->want, want, sizeof(want));
	r = buf_addf(
		&s->stale, "\n%s: now %s, in this text %s", mask_field->mask, is, want);
	return r == -EFBIG ? 0 : r; /* the message is full */
}

static int save_mask_field(
	struct saving *s, const struct schema_field *mask_field, struct err *err)
{
	json_auto_t *want = mask_field_get(s->spec.object, mask_field),
		    *was = mask_field_get(s->base, mask_field),
		    *is = mask_field_get(s->now, mask_field);
	struct merge merge = {.mask_field = mask_field,
		.was = was,
		.is = is,
		.want = want,
		.conflicts = &s->conflicts};
	bool same;
	int r;

	/* The server chooses this field. Leaving it out of the text means leaving it alone. */
	if (mask_field->flags & FIELD_SPEC_ONLY_WITH &&
		!json_member_get(s->spec.object, mask_field->path))
		return 0;
	r = want && was && is ? canonical_equal(mask_field, want, was, &same) : -ENOMEM;
	if (r < 0)
		return r;
	return same ? save_untouched(s, mask_field, &merge)
		    : save_edited(s, mask_field, &merge, err);
}

static int save_mask_fields(struct saving *s, struct err *err)
{
	const struct schema_field *mask_field = NULL;
	int r = change_none(&s->change);

	while (r == 0 && (mask_field = mask_field_next(mask_field)))
		r = save_mask_field(s, mask_field, err);
	if (r < 0)
		return r;
	if (s->conflicts.len)
		return err_set(err, EBUSY, "%s", buf_str(&s->conflicts));
	if (!s->is_edited && s->stale.len)
		return err_set(err, EBUSY,
			"the text was saved as it was read, but someone else has "
			"changed the VPC since:%s",
			buf_str(&s->stale));
	return 0;
}

int change_spec(const struct doc *base, const struct doc *now, const char *text, size_t len,
	struct change **ret, struct err *err)
{
	CLEANUP_PARSED struct parsed *was = NULL, *is = NULL;
	CLEANUP(saving_release)
	struct saving s = {
		.spec = {.text = text, .len = len},
		.conflicts = BUF_INIT(ERR_TEXT_MAX),
		.stale = BUF_INIT(ERR_TEXT_MAX),
	};
	int r = base ? doc_open(base, &was, err) : 0;

	if (r == 0)
		r = doc_open(now, &is, err);
	if (r)
		return r;
	s.now = is->root;
	s.base = was ? was->root : s.now;
	s.is_absolute = !base;
	r = spec_read(&s.spec, err);
	if (r == 0)
		r = save_mask_fields(&s, err);
	if (r == 0)
		*ret = STEAL(s.change);
	return r;
}

bool change_spec_is_complete(const char *text, size_t len)
{
	size_t end = len;
	json_t *json;
	bool is_object;

	/* The cheap test comes first: this is called at every write. */
	if (!len || text[len - 1] != '\n')
		return false;
	while (end && utf8_is_blank(text[end - 1]))
		end--;
	if (!end || text[end - 1] != '}')
		return false;
	json = scan_parse(text, len, 0, NULL);
	is_object = json_is_object(json);
	json_decref(json);
	return is_object;
}
