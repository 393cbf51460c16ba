/* SPDX-License-Identifier: MIT */
/* One VPC: its JSON text, compact, and a count of its readers. What is asked for without a walk is copied out of it when it
 * is made, all in one allocation; whoever needs more opens it, which parses (parsed.c). */
#include "model/doc.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "document.h"
#include "member.h"
#include "shape.h"

#define ID_TEXT_MAX 80 /* bytes of an id in a sentence */
#define DIGITS_MAX  24 /* bytes of a number with the NUL */

struct doc {
	atomic_uint refs;
	bool is_draft;
	bool has_mtime;
	struct timespec mtime; /* the VPC's own updatedAt */
	uint64_t serial;
	const char *id, *name, *zone, *status; /* in bytes */
	size_t len;			       /* of the JSON text */
	char bytes[];			       /* the JSON text, then the four texts */
};

/* The texts that are copied out, all borrowed. */
struct heads {
	const char *id, *name, *zone, *status;
	char digits[DIGITS_MAX]; /* where the API gives the status as a number */
};

static void heads_find(const json_t *root, struct heads *ret)
{
	const json_t *status = json_object_get(root, "status");

	ret->id = member_text(root, "id");
	ret->name = member_text(root, "name");
	ret->zone = member_text(root, "zone");
	ret->status = member_text(root, "status");
	if (!json_is_integer(status))
		return;
	snprintf(ret->digits, DIGITS_MAX, "%lld", (long long)json_integer_value(status));
	ret->status = ret->digits;
}

static size_t heads_size(const struct heads *heads)
{
	return strlen(heads->id) + strlen(heads->name) + strlen(heads->zone) +
	       strlen(heads->status) + 4;
}

/* Copies a text; returns the copy, and moves on behind it. */
static const char *put_text(char **at, const char *text)
{
	char *start = *at;

	*at = stpcpy(start, text) + 1;
	return start;
}

static void doc_put_heads(struct doc *doc, const struct heads *heads)
{
	char *at = doc->bytes + doc->len;

	doc->id = put_text(&at, heads->id);
	doc->name = put_text(&at, heads->name);
	doc->zone = put_text(&at, heads->zone);
	doc->status = put_text(&at, heads->status);
}

/* Copies JSON text without the blanks between its values, or with out NULL only counts. Returns the bytes. */
static size_t text_compact(const char *text, size_t len, char *out)
{
	bool in_string = false, is_escaped = false;
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (!in_string && (c == ' ' || c == '\n' || c == '\t' || c == '\r'))
			continue;
		if (out)
			out[used] = c;
		used++;
		if (c == '"' && !is_escaped)
			in_string = !in_string;
		is_escaped = c == '\\' && !is_escaped;
	}
	return used;
}

/* text is what root was parsed from, or is printed as. */
static int doc_make(const json_t *root, const char *text, size_t text_len, bool is_draft,
	struct doc **ret)
{
	size_t len = text_compact(text, text_len, NULL);
	struct heads heads;
	struct doc *doc;

	heads_find(root, &heads);
	doc = malloc(sizeof(*doc) + len + heads_size(&heads));
	if (!doc)
		return -ENOMEM;
	*doc = (struct doc){.is_draft = is_draft, .len = len};
	atomic_init(&doc->refs, 1);
	doc->serial = parsed_new_serial();
	doc->has_mtime = clock_parse_rfc3339(member_text(root, "updatedAt"), &doc->mtime);
	text_compact(text, text_len, doc->bytes);
	doc_put_heads(doc, &heads);
	*ret = doc;
	return 0;
}

static int doc_make_printed(const json_t *root, bool is_draft, struct doc **ret)
{
	size_t len = json_dumpb(root, NULL, 0, JSON_COMPACT);
	CLEANUP_FREE char *text = len ? malloc(len) : NULL;

	if (!text || json_dumpb(root, text, len, JSON_COMPACT) != len)
		return -ENOMEM;
	return doc_make(root, text, len, is_draft, ret);
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

int doc_from_json(json_t *root, bool is_draft, struct doc **ret, struct err *err)
{
	int r = doc_check(root, is_draft, err);

	return r < 0 ? r : doc_make_printed(root, is_draft, ret);
}

int doc_from_text(
	json_t *root, const char *text, size_t len, struct doc **ret, struct err *err)
{
	int r;

	if (!json_is_object(root))
		return err_set(err, EBADMSG, "expected a VPC: an object");
	r = doc_check(root, false, err);
	return r < 0 ? r : doc_make(root, text, len, false, ret);
}

int doc_from_val(struct val *object, struct doc **ret, struct err *err)
{
	if (!val_is_object(object))
		return err_set(err, EBADMSG, "expected a VPC: an object");
	return doc_from_json((json_t *)object, false, ret, err);
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
	return r < 0 ? r : doc_make_printed(root, true, ret);
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
	parsed_forget(doc->serial);
	free(doc);
}

void doc_unrefp(struct doc **doc)
{
	doc_unref(*doc);
	*doc = NULL;
}

int doc_open(const struct doc *doc, struct parsed **ret)
{
	struct parsed *found = parsed_find(doc->serial);

	if (!found)
		return parsed_make(doc->serial, doc->is_draft, doc->bytes, doc->len, ret);
	*ret = found;
	return 0;
}

const char *doc_id(const struct doc *doc)
{
	return doc->id;
}

const char *doc_name(const struct doc *doc)
{
	return doc->name;
}

const char *doc_zone(const struct doc *doc)
{
	return doc->zone;
}

const char *doc_status(const struct doc *doc)
{
	return doc->status;
}

bool doc_is_draft(const struct doc *doc)
{
	return doc->is_draft;
}

bool doc_own_mtime(const struct doc *doc, struct timespec *ret)
{
	if (doc->has_mtime)
		*ret = doc->mtime;
	return doc->has_mtime;
}

bool doc_equal(const struct doc *a, const struct doc *b)
{
	CLEANUP_PARSED struct parsed *left = NULL, *right = NULL;

	if (a == b)
		return true;
	if (a->is_draft != b->is_draft)
		return false;
	if (a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0)
		return true;
	return doc_open(a, &left) == 0 && doc_open(b, &right) == 0 &&
	       json_equal(left->root, right->root);
}
