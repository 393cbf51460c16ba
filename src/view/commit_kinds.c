/* SPDX-License-Identifier: MIT */
/* The kinds of change: the text of a file, spec.json, an entry of a list removed or renamed, the
 * VPC's name. Each is a plan that makes a change from a document; commit.c does the rest. */
#include "changes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cache.h"
#include "commit.h"

/* Writes the path of the list entry that path is in, or "" if it is in none. */
static void entry_of(const char *path, char ret[NODE_PATH_MAX])
{
	snprintf(ret, NODE_PATH_MAX, "%.*s", (int)schema_item_len(path), path);
}

/* Whether a path that the document lacks belongs to an entry that was made with mkdir and now gets
 * its value. If not, somebody else has removed the entry. */
static bool is_new_value(const struct commit *c)
{
	char entry[NODE_PATH_MAX];

	entry_of(c->path, entry);
	return local_entry_exists(&vpc_local(c->vpc)->entries, entry);
}

static int plan_text(
	struct commit *c, const struct doc *now, struct change **ret, struct err *err)
{
	const struct node_store *s = c->store;
	struct doc_field field;
	int r = doc_find(now, c->path, &field);

	if (r == -ENOENT && is_new_value(c))
		r = 0;
	if (r < 0)
		return err_set(err, -r,
			r == -EBADMSG ? "%s: what the API says of this VPC cannot be read"
				      : "%s does not exist any more",
			c->path);
	if (s->is_append)
		return change_append(now, c->path, s->text, s->len, ret, err);
	return change_text(now, c->path, s->text, s->len, ret, err);
}

static int plan_spec(
	struct commit *c, const struct doc *now, struct change **ret, struct err *err)
{
	return change_spec(c->base, now, c->store->text, c->store->len, ret, err);
}

/* When it is planned anew after a request whose answer was lost, the entry may be gone already, as
 * wanted. The same for the new name below. */
static int plan_remove(
	struct commit *c, const struct doc *now, struct change **ret, struct err *err)
{
	int r = change_remove_item(now, c->path, ret, err);

	if (r != -ENOENT || !c->sent)
		return r;
	err_clear(err);
	return change_none(ret);
}

static bool has_new_name(const struct commit *c, const struct doc *now)
{
	int dir_len = (int)(strrchr(c->path, '/') - c->path);
	char entry[NODE_PATH_MAX];
	struct doc_field field;

	snprintf(entry, sizeof(entry), "%.*s/%s", dir_len, c->path, c->new_name);
	return doc_find(now, entry, &field) == 0;
}

static int plan_rename(
	struct commit *c, const struct doc *now, struct change **ret, struct err *err)
{
	int r = change_rename_item(now, c->path, c->new_name, ret, err);

	if (r != -ENOENT || !c->sent || !has_new_name(c, now))
		return r;
	err_clear(err);
	return change_none(ret);
}

static int plan_name(
	struct commit *c, const struct doc *now, struct change **ret, struct err *err)
{
	return change_text(now, c->path, c->new_name, strlen(c->new_name), ret, err);
}

/* Whether the text is the whole value or list: it is not a part of a list, and is not appended. */
static bool is_replacement(
	struct vpc *vpc, const char *path, const struct node_store *store)
{
	CLEANUP_DOC struct doc *known = NULL;
	struct doc_field field = {0};

	return !store->is_append && cache_peek(vpc, &known) == 0 &&
	       doc_find(known, path, &field) == 0 && !(field.flags & FIELD_WHOLE_LIST);
}

static bool equals_base(const struct doc *base, const struct node_store *s)
{
	CLEANUP_CHANGE struct change *change = NULL;

	return change_spec(base, base, s->text, s->len, &change, NULL) == 0 &&
	       change_is_empty(change);
}

/* Returns the base of the save, a reference that the caller owns. NULL: the text is absolute. */
static struct doc *choose_base(struct vpc *vpc, const struct node_store *s)
{
	if (s->why == STORE_RENAME) {
		/* A process that renames a copy of what another process read puts that copy back:
		 * no base. */
		if (!s->base ||
			(!caller_equal(&s->writer, &s->mover) && equals_base(s->base, s)))
			return NULL;
		return doc_ref(s->base);
	}
	return s->base ? doc_ref(s->base) : bases_get(&vpc_local(vpc)->bases, &s->writer);
}

/* Moves the base on: the writer's next save is compared with its own text. What others changed
 * meanwhile is not in that text, and must not look as if the writer had removed it. If the text
 * equals its base, the base stays: an editor whose save was refused renames its copy of the old
 * file back, and goes on with what it has read. */
static void move_base(struct vpc *vpc, struct doc *base, struct node_store *s)
{
	CLEANUP_CHANGE struct change *change = NULL;
	CLEANUP_DOC struct doc *after = NULL;

	if (change_spec(base, base, s->text, s->len, &change, NULL) < 0 ||
		change_is_empty(change) || change_apply(change, base, &after, NULL) < 0)
		return;
	bases_saved(&vpc_local(vpc)->bases, &s->writer, after);
	if (s->base) {
		doc_unref(s->base);
		s->base = STEAL(after);
	}
}

static int commit_spec(struct commit *c, struct node_store *store)
{
	CLEANUP_DOC struct doc *base = choose_base(c->vpc, store);
	int r;

	c->base = base;
	c->is_document = true;
	c->plan = plan_spec;
	r = commit_run(c);
	if (r == 0 && base && !c->view->dry_run)
		move_base(c->vpc, base, store);
	return r;
}

static int commit_value(struct commit *c)
{
	char entry[NODE_PATH_MAX];
	int r;

	c->plan = plan_text;
	c->is_replacement = is_replacement(c->vpc, c->path, c->store);
	r = commit_run(c);
	entry_of(c->path, entry);
	if (r == 0 && entry[0] && !c->view->dry_run)
		local_entry_drop(&vpc_local(c->vpc)->entries, entry);
	return r;
}

/* Whether there is no text: the file was emptied and then fsync was called. That clears a list, and
 * changes no other file. */
static bool has_no_text(struct vpc *vpc, const char *path, const struct node_store *store)
{
	CLEANUP_DOC struct doc *known = NULL;
	struct doc_field field = {0};

	if (store->why != STORE_FSYNC || store->len)
		return false;
	return cache_peek(vpc, &known) < 0 || doc_find(known, path, &field) < 0 ||
	       !(field.flags & FIELD_LINES);
}

int commit_text(
	struct vpc *vpc, const struct op *op, const char *path, struct node_store *store)
{
	const struct schema_field *schema = schema_match(path);
	bool is_spec = schema && schema->type == FIELD_SPEC;
	struct commit c;
	int r;

	if (has_no_text(vpc, path, store))
		return 0;
	commit_init(&c, vpc, op, path);
	c.store = store;
	r = is_spec ? commit_spec(&c, store) : commit_value(&c);
	return commit_end(&c, r);
}

static int commit_entry(struct vpc *vpc, const struct op *op, const char *path,
	const char *new_name,
	int (*plan)(struct commit *, const struct doc *, struct change **, struct err *))
{
	struct commit c;
	int r;

	commit_init(&c, vpc, op, path);
	c.new_name = new_name;
	c.plan = plan;
	r = commit_run(&c);
	/* A local entry of this name must not show up again. */
	if (r == 0 && !vpc_view(vpc)->dry_run)
		local_entry_drop(&vpc_local(vpc)->entries, path);
	return commit_end(&c, r);
}

int commit_remove_entry(struct vpc *vpc, const struct op *op, const char *path)
{
	return commit_entry(vpc, op, path, NULL, plan_remove);
}

int commit_rename_entry(
	struct vpc *vpc, const struct op *op, const char *path, const char *new_name)
{
	return commit_entry(vpc, op, path, new_name, plan_rename);
}

int commit_rename_vpc(struct vpc *vpc, const struct op *op, const char *name)
{
	struct commit c;

	commit_init(&c, vpc, op, schema_with(NULL, FIELD_NAME)->path);
	c.new_name = name;
	c.plan = plan_name;
	c.is_replacement = true;
	return commit_end(&c, commit_run(&c));
}
