/* SPDX-License-Identifier: MIT */
/* One VPC: an immutable JSON object with a count of its readers. */
#include "model/doc.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/map.h"
#include "base/utf8.h"
#include "document.h"
#include "member.h"
#include "shape.h"

#define ID_TEXT_MAX 80 /* bytes of an id in a sentence */
#define DIGITS_MAX  24 /* bytes of a number with the NUL */

struct doc {
	atomic_uint refs;
	bool is_draft;
	char status_digits[DIGITS_MAX]; /* where the API gives the status as a number */
	json_t *root;			/* owned, never changed */
};

json_t *doc_root(const struct doc *doc)
{
	return doc->root;
}

/* Takes root. */
static int doc_make_take(json_t *root, bool is_draft, struct doc **ret)
{
	struct doc *doc = calloc(1, sizeof(*doc));
	const json_t *status = json_object_get(root, "status");

	if (!doc || !root) {
		json_decref(root);
		free(doc);
		return -ENOMEM;
	}
	atomic_init(&doc->refs, 1);
	doc->is_draft = is_draft;
	doc->root = root;
	if (json_is_integer(status))
		snprintf(doc->status_digits, DIGITS_MAX, "%lld",
			(long long)json_integer_value(status));
	*ret = doc;
	return 0;
}

static int doc_check(json_t *root, bool is_draft, struct err *err)
{
	struct shape shape = {.errnum = EBADMSG};
	char id[ID_TEXT_MAX];
	int r = shape_check(&shape, root, err);

	if (r < 0)
		return r;
	if (!is_draft && !member_text(root, "id")[0])
		return err_set(err, EBADMSG, "a VPC without an id");
	if (member_text(root, "name")[0])
		return 0;
	utf8_clean(
		id, sizeof(id), member_text(root, "id"), strlen(member_text(root, "id")));
	return err_set(err, EBADMSG, "the VPC with the id %s has no name", id);
}

int doc_from_json_take(json_t *root, bool is_draft, struct doc **ret, struct err *err)
{
	int r = root ? doc_check(root, is_draft, err) : -ENOMEM;

	if (r < 0) {
		json_decref(root);
		return r;
	}
	return doc_make_take(root, is_draft, ret);
}

int doc_from_val(struct val *object, struct doc **ret, struct err *err)
{
	if (!val_is_object(object))
		return err_set(err, EBADMSG, "expected a VPC: an object");
	return doc_from_json_take((json_t *)val_ref(object), false, ret, err);
}

int doc_new_draft(const char *name, const char *zone, struct doc **ret, struct err *err)
{
	json_auto_t *root = json_object();
	int r;

	if (!name[0] || !utf8_is_valid(name, strlen(name)) ||
		!utf8_is_valid(zone, strlen(zone)))
		return err_set(err, EINVAL, "a VPC's name and zone must be UTF-8");
	if (!root)
		return -ENOMEM;
	r = member_put_take(root, "name", json_string(name));
	if (r == 0)
		r = member_put_take(root, "zone", json_string(zone));
	return r < 0 ? r : doc_make_take(STEAL(root), true, ret);
}

struct doc *doc_ref(struct doc *doc)
{
	atomic_fetch_add_explicit(&doc->refs, 1, memory_order_relaxed);
	return doc;
}

void doc_unref(struct doc *doc)
{
	if (!doc || atomic_fetch_sub_explicit(&doc->refs, 1, memory_order_acq_rel) != 1)
		return;
	json_decref(doc->root);
	free(doc);
}

void doc_unrefp(struct doc **doc)
{
	doc_unref(*doc);
	*doc = NULL;
}

const char *doc_id(const struct doc *doc)
{
	return member_text(doc->root, "id");
}

const char *doc_name(const struct doc *doc)
{
	return member_text(doc->root, "name");
}

const char *doc_zone(const struct doc *doc)
{
	return member_text(doc->root, "zone");
}

const char *doc_status(const struct doc *doc)
{
	return doc->status_digits[0] ? doc->status_digits
				     : member_text(doc->root, "status");
}

bool doc_is_draft(const struct doc *doc)
{
	return doc->is_draft;
}

bool doc_equal(const struct doc *a, const struct doc *b)
{
	return a == b || (a->is_draft == b->is_draft && json_equal(a->root, b->root));
}
