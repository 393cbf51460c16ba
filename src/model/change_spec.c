/* SPDX-License-Identifier: MIT */
/* A saved spec.json as a change: leaf by leaf, what was read against what is wanted, and that against what is now. */
#include "changing.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "canon.h"
#include "document.h"
#include "leaf.h"
#include "member.h"
#include "merge.h"
#include "rows.h"
#include "spec_read.h"

struct saving {
	struct spec spec;
	const json_t *origin, *now; /* borrowed */
	struct buf conflicts;
	struct change *change; /* owned */
};

static void saving_release(struct saving *s)
{
	spec_release(&s->spec);
	buf_release(&s->conflicts);
	change_free(s->change);
}

/* hostPrefix beside hostPrefixes: the API takes one of them. */
static int check_exclusive(const struct saving *s, const struct row *leaf, struct err *err)
{
	const struct row *other = leaf;

	if (!(leaf->flags & FIELD_SPEC_ONLY_WITH) ||
		!leaf_is_set(member_get(s->spec.object, leaf->path)))
		return 0;
	while ((other = leaf_next(other))) {
		if (other->flags & FIELD_SPEC_ONLY_WITH &&
			leaf_is_set(member_get(s->spec.object, other->path)))
			return err_set(err, EINVAL,
				"spec.json: %s and %s exclude each other; leave out %s",
				leaf->path, other->path, leaf->path);
	}
	return 0;
}

/* want differs from was. */
static int save_changed(struct saving *s, const struct row *leaf, const json_t *want,
	const json_t *was, struct err *err)
{
	json_auto_t *is = leaf_get(s->now, leaf), *result = NULL;
	struct merge merge = {.leaf = leaf,
		.was = was,
		.is = is,
		.want = want,
		.conflicts = &s->conflicts};
	bool same;
	int r = is ? check_exclusive(s, leaf, err) : -ENOMEM;

	if (r == 0)
		r = spec_check_leaf(&s->spec, leaf, want, was, err);
	if (r == 0)
		r = merge_leaf(&merge, &result);
	if (r == 0)
		r = canon_equal(leaf, is, result, &same);
	if (r == 0 && !same)
		r = change_add_take(s->change, leaf, STEAL(result));
	return r;
}

static int save_leaf(struct saving *s, const struct row *leaf, struct err *err)
{
	json_auto_t *want = NULL, *was = NULL;
	bool same;
	int r;

	/* Host prefixes are the server's to choose, and stay: left out means left alone. */
	if (leaf->flags & FIELD_SPEC_ONLY_WITH && !s->spec.is_draft &&
		!member_get(s->spec.object, leaf->path))
		return 0;
	want = leaf_get(s->spec.object, leaf);
	was = leaf_get(s->origin, leaf);
	r = want && was ? canon_equal(leaf, want, was, &same) : -ENOMEM;
	return r < 0 || same ? r : save_changed(s, leaf, want, was, err);
}

int change_spec(const struct doc *origin, const struct doc *now, const char *text,
	size_t len, struct change **ret, struct err *err)
{
	CLEANUP_PARSED struct parsed *was = NULL, *is = NULL;
	CLEANUP(saving_release)
	struct saving s = {
		.spec = {.text = text, .len = len, .is_draft = doc_is_draft(now)},
		.conflicts = BUF_INIT(DOC_TEXT_MAX),
	};
	const struct row *leaf = NULL;
	int r = doc_open(origin, &was);

	if (r == 0)
		r = doc_open(now, &is);
	if (r < 0)
		return r;
	s.origin = was->root;
	s.now = is->root;
	r = spec_read(&s.spec, err);
	if (r == 0)
		r = change_new(&s.change);
	while (r == 0 && (leaf = leaf_next(leaf)))
		r = save_leaf(&s, leaf, err);
	if (r < 0)
		return r;
	if (s.conflicts.len)
		return err_set(err, EBUSY, "%s", buf_str(&s.conflicts));
	*ret = STEAL(s.change);
	return 0;
}

bool change_spec_is_complete(const char *text, size_t len)
{
	size_t end = len;
	json_t *json;
	bool is_object;

	/* Cheap before exact: this is asked at every write. */
	if (!len || text[len - 1] != '\n')
		return false;
	while (end && text[end - 1] && strchr(" \t\r\n", text[end - 1]))
		end--;
	if (!end || text[end - 1] != '}')
		return false;
	json = json_loadb(text, len, 0, NULL);
	is_object = json_is_object(json);
	json_decref(json);
	return is_object;
}
