/* SPDX-License-Identifier: MIT */
/* Reading the directories of a VPC: what the document holds, and local entries. */
#include "vpc_dir.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/hash.h"
#include "cache.h"
#include "model/draft.h"
#include "place.h"
#include "report.h"
#include "vpc_entries.h"
#include "vpc_file.h"

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
	struct doc_field field;

	if (!local_entry_has_file(&vpc_local(dir->vpc)->entries, dir->place.path))
		return 0;
	field = field_of(schema);
	entry = field_entry(&field);
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

static int dir_make(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	struct vpc_place made = {0};
	int r = vpc_dir_make(dir, op, name, &made);

	if (r == 0)
		*ret = field_entry(&made.field);
	return r;
}

static int dir_create(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	struct vpc_place made = {0};
	int r = vpc_dir_create(dir, op, name, &made);

	if (r == 0)
		*ret = field_entry(&made.field);
	return r;
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
	.remove = vpc_dir_remove,
	.unlink = vpc_dir_unlink,
	.rename = vpc_dir_rename,
	.base_of = dir_base_of,
	.base_free = vpc_base_free,
	.claims = draft_claims,
	.key = dir_key,
	.release = dir_release,
	.refused = vpc_refused,
};
