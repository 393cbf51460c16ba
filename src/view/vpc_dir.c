/* SPDX-License-Identifier: MIT */
/* The directories of a VPC. Reading them shows what the document holds, and local entries. mkdir,
 * rmdir and mv in them make, remove and rename entries of the API's lists; an entry exists only in
 * this mount until it has a value. */
#include "vpc_nodes.h"

#include <errno.h>
#include <string.h>
#include "base/hash.h"
#include "cache.h"
#include "changes.h"
#include "model/draft.h"
#include "model/name.h"
#include "names.h"
#include "place.h"
#include "report.h"

/* The kernel asks for the attributes of each directory on the way to a file. Some of these files,
 * .error and scratch, can be reached when the API cannot. So the attributes are those of the known
 * document, however old. */
static int dir_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	int r = node_locate(node, &at.place);

	if (r == 0) {
		at.vpc = at.place.data;
		r = cache_peek(at.vpc, &at.doc);
	}
	if (r == 0 && at.place.path[0])
		r = vpc_field(at.vpc, at.doc, at.place.path, &at.field, &at.is_local);
	if (r < 0)
		return r;
	*ret = (struct node_attr){.mode = 0755};
	vpc_stamp(&at, ret);
	return 0;
}

static struct node_entry field_entry(const struct doc_field *field)
{
	struct node_entry entry = {.ops = &vpc_file_ops, .kind = NODE_FILE};

	if (field->type == FIELD_DIR) {
		entry = (struct node_entry){
			.ops = &vpc_dir_ops, .kind = NODE_DIR, .flags = NODE_SCRATCH};
	} else if (field->type == FIELD_SPEC) {
		entry.ops = &vpc_spec_ops;
	} else if (!(field->flags & FIELD_WRITABLE)) {
		entry.ops = &vpc_read_only_ops;
	}
	if (field->flags & FIELD_HIDDEN)
		entry.flags |= NODE_HIDDEN;
	if (field->flags & FIELD_ENTRY)
		entry.flags |= NODE_FLEETING;
	return entry;
}

static struct node_entry schema_entry(const struct schema_field *schema)
{
	struct doc_field field = field_of(schema);

	return field_entry(&field);
}

/* A look-up continues with what is known; operations that need the API report the failure
 * themselves. An unknown name is free for a scratch file, unless it stands where the API has names
 * of its own: there the look-up waits for an answer of its own, whatever failed before, because the
 * name may be about to be made. */
static int dir_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	struct op ask = *op;
	int r = vpc_place_open(dir, name, op, FRESH_OR_KNOWN, &at);

	if (r == -ENOENT && at.is_old && schema_has(at.place.path, FIELD_ENTRY)) {
		vpc_place_release(&at);
		at = (struct vpc_place){0};
		ask.is_lookup = false;
		r = vpc_place_open(dir, name, &ask, FRESH_TTL, &at);
	}
	if (r < 0)
		return r;
	*ret = field_entry(&at.field);
	return 0;
}

struct listing_of {
	const struct vpc_place *dir;
	struct node_listing *listing;
};

static int attr_of(const struct vpc_place *at, struct node_attr *ret)
{
	CLEANUP_BUF struct buf text = BUF_INIT(DOC_TEXT_MAX);

	if (at->field.type != FIELD_DIR)
		return vpc_show(at, &text, ret);
	*ret = (struct node_attr){.mode = 0755};
	vpc_stamp(at, ret);
	return 0;
}

/* Adds the entry with its attributes, so that a program that lists need not ask for each. */
static int list_field(void *arg, const char *name, const struct doc_field *field)
{
	const struct listing_of *l = arg;
	struct vpc_place at = {.vpc = l->dir->vpc, .doc = l->dir->doc, .field = *field};
	struct node_entry entry;
	struct node_attr attr;

	if (path_join(at.place.path, l->dir->place.path, name) < 0)
		return 0;
	entry = field_entry(field);
	return node_listing_add(
		l->listing, name, &entry, attr_of(&at, &attr) == 0 ? &attr : NULL);
}

static int list_local_entries(const struct vpc_place *dir, struct node_listing *listing)
{
	CLEANUP(map_release) struct map names = {0};
	struct doc_field field;
	char path[NODE_PATH_MAX];
	int r = local_entry_names(&vpc_local(dir->vpc)->entries, dir->place.path, &names);

	for (struct map_pos p = {0}; r == 0 && map_next(&names, &p);) {
		bool is_local = false;
		struct node_entry entry;

		if (path_join(path, dir->place.path, p.key) < 0 ||
			vpc_field(dir->vpc, dir->doc, path, &field, &is_local) < 0 ||
			!is_local)
			continue;
		entry = field_entry(&field);
		r = node_listing_add(listing, p.key, &entry, NULL);
	}
	return r;
}

/* A local entry is empty, or holds the file of its value, which was made in it. */
static int list_local_entry(const struct vpc_place *dir, struct node_listing *listing)
{
	const struct schema_field *schema = schema_with(dir->field.schema, FIELD_REQUIRED);
	struct node_entry entry;

	if (!local_entry_has_file(&vpc_local(dir->vpc)->entries, dir->place.path))
		return 0;
	entry = schema_entry(schema);
	return node_listing_add(listing, schema_key(schema), &entry, NULL);
}

static int dir_list(struct node *dir, const struct op *op, struct node_listing *listing)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	struct listing_of l = {.dir = &at, .listing = listing};
	int r = vpc_place_open(dir, NULL, op, FRESH_TTL, &at);

	if (r < 0)
		return r;
	if (at.is_local)
		return list_local_entry(&at, listing);
	r = doc_list(at.doc, at.place.path, list_field, &l);
	if (r == 0 && at.field.flags & FIELD_NAMED_ITEMS)
		r = list_local_entries(&at, listing);
	return r;
}

/* Names in the schema table belong to the API, whether or not the API has set the field: a scratch
 * file of such a name would hide what the API says there. Only the file for a new entry's value can
 * be made. */
static int refuse_claimed(
	struct vpc *vpc, const char *what, const char *dir, const char *path)
{
	CLEANUP_DOC struct doc *known = NULL;
	struct doc_field field;

	/* A name that the schema does not know is free for scratch, and so is that of a list entry;
	 * every other name of the schema is the API's. */
	if (!schema_match(path) || !path[schema_item_len(path)])
		return -ENOSYS;
	if (cache_peek(vpc, &known) < 0 ||
		vpc_field(vpc, known, dir, &field, NULL) == -ENOENT)
		return -ENOENT; /* the entry is gone */
	return refuse(vpc_view(vpc), vpc, what, path, EPERM,
		"the API has not set this field, and it cannot be set here");
}

static int dir_create(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	struct local_entries *entries;
	struct node_place place, at;
	int r = place_both(dir, name, &place, &at);

	if (r < 0)
		return r;
	entries = &vpc_local(place.data)->entries;
	if (!schema_has(at.path, FIELD_REQUIRED) ||
		!local_entry_exists(entries, place.path) ||
		local_entry_has_file(entries, place.path))
		return refuse_claimed(place.data, "create", place.path, at.path);
	local_entry_make_file(entries, place.path);
	*ret = schema_entry(schema_match(at.path));
	return 0;
}

/* Returns -EEXIST if the API's list has an entry of this name by now. The cache may be old, so an
 * entry that it has is asked for. */
static int check_free(struct node *dir, const struct op *op, const char *name)
{
	CLEANUP(vpc_place_release) struct vpc_place known = {0}, at = {0};
	int r = vpc_place_open(dir, name, op, FRESH_KNOWN, &known);

	if (r == -ENOENT)
		return 0;
	if (r < 0 || known.is_local)
		return r < 0 ? r : -EEXIST;
	r = vpc_place_open(dir, name, op, FRESH_NOW, &at);
	return r == 0 ? -EEXIST : r == -ENOENT ? 0 : r;
}

static int dir_make(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	char api_name[NAME_TEXT_MAX];
	struct node_place place, at;
	int r = place_both(dir, name, &place, &at);

	if (r < 0)
		return r;
	if (!schema_has(at.path, FIELD_MADE))
		return refuse_claimed(place.data, "mkdir", place.path, at.path);
	if (name_from_file(name, api_name, sizeof(api_name)) < 0)
		return refuse(vpc_view(place.data), place.data, "mkdir", at.path, EINVAL,
			"%s is not a valid name of an entry: expected two hex digits of an "
			"escaped character after each %%",
			name);
	r = check_free(dir, op, name);
	if (r == 0)
		r = local_entry_add(&vpc_local(place.data)->entries, at.path);
	if (r == 0)
		*ret = schema_entry(schema_match(at.path));
	return r;
}

/* Whether the entry exists only here. */
static bool is_local(struct vpc *vpc, const char *path)
{
	CLEANUP_DOC struct doc *known = NULL;
	struct doc_field field;

	return local_entry_exists(&vpc_local(vpc)->entries, path) &&
	       (cache_peek(vpc, &known) < 0 || doc_find(known, path, &field) < 0);
}

static int dir_remove(
	struct node *dir, const struct op *op, const char *name, bool has_scratch)
{
	struct node_place place, at;
	const char *why;
	struct vpc *vpc;
	int r = place_both(dir, name, &place, &at);

	if (r < 0)
		return r;
	vpc = place.data;
	if (!schema_has(at.path, FIELD_REMOVED))
		return refuse(vpc_view(vpc), vpc, "rmdir", at.path, EPERM,
			"this directory is a part of the VPC; rmdir removes a VPC, or an "
			"entry of a list that can be changed");
	if (has_scratch)
		return -ENOTEMPTY;
	if (is_local(vpc, at.path))
		return local_entry_drop(&vpc_local(vpc)->entries, at.path) ? 0 : -ENOENT;
	why = rmdir_guard_refuses(&vpc_local(vpc)->rmdir_guard, op, at.path);
	if (why)
		return refuse(vpc_view(vpc), vpc, "rmdir", at.path, ENOTEMPTY, "%s", why);
	return commit_remove_entry(vpc, op, at.path);
}

static int dir_unlink(struct node *dir, const struct op *op, const char *name)
{
	struct node_place place, at;
	struct vpc *vpc;
	int r = place_both(dir, name, &place, &at);

	if (r < 0)
		return r;
	vpc = place.data;
	if (!is_local(vpc, place.path))
		rmdir_guard_note(&vpc_local(vpc)->rmdir_guard, op, place.path);
	/* An editor that could not save puts its own copy back, and vim removes the file first. The
	 * user looks for the reason why the save failed, so .error is left alone. */
	if (has_refused_text(vpc, at.path))
		return -EPERM;
	return refuse(vpc_view(vpc), vpc, "unlink", at.path, EPERM,
		"rm never changes a VPC: write another value, or rmdir the whole VPC or "
		"entry");
}

static int rename_in_list(struct vpc *vpc, const struct op *op, struct node *dir,
	const char *path, const char *new_path, const char *new_name)
{
	char api_name[NAME_TEXT_MAX];
	int r;

	if (name_from_file(new_name, api_name, sizeof(api_name)) < 0)
		return refuse(vpc_view(vpc), vpc, "mv", new_path, EINVAL,
			"this is not a valid name");
	r = check_free(dir, op, new_name);
	if (r < 0)
		return r;
	return is_local(vpc, path)
		       ? local_entry_rename(&vpc_local(vpc)->entries, path, new_path)
		       : commit_rename_entry(vpc, op, path, new_name);
}

static int dir_rename(struct node *dir, const struct op *op, const char *name,
	struct node *new_dir, const char *new_name)
{
	struct node_place place, to, at, new_at;
	struct vpc *vpc;
	int r = place_both(dir, name, &place, &at);

	if (r == 0)
		r = place_both(new_dir, new_name, &to, &new_at);
	if (r)
		return r;
	vpc = place.data;
	if (to.data != vpc)
		return -EXDEV;
	if (!schema_has(at.path, FIELD_RENAMED) || strcmp(to.path, place.path) != 0)
		return refuse(vpc_view(vpc), vpc, "mv", at.path, EPERM,
			"this directory is a part of the VPC and cannot be moved");
	return rename_in_list(vpc, op, dir, at.path, new_at.path, new_name);
}

static void *dir_base_of(struct node *dir, const struct caller *writer)
{
	struct node_place place;

	return node_locate(dir, &place) < 0
		       ? NULL
		       : bases_get(&vpc_local(place.data)->bases, writer);
}

static uint64_t dir_key(const void *data)
{
	const char *id = vpc_id(data);

	return hash_bytes(0, id, strlen(id));
}

static void dir_release(void *data)
{
	vpc_unref(data);
}

const struct node_ops vpc_dir_ops = {
	.stat = dir_stat,
	.lookup = dir_lookup,
	.list = dir_list,
	.make = dir_make,
	.create = dir_create,
	.remove = dir_remove,
	.unlink = dir_unlink,
	.rename = dir_rename,
	.base_of = dir_base_of,
	.base_free = vpc_base_free,
	.claims = draft_claims,
	.key = dir_key,
	.release = dir_release,
	.refused = vpc_refused,
};
