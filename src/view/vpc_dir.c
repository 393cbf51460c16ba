/* SPDX-License-Identifier: MIT */
/* The directories of a VPC, read: what the document has there, and entries that have no value yet.
 */
#include "internal.h"

#include <errno.h>
#include <string.h>

/* The kernel asks for the attributes of each directory on the way to a file, also to .error and to
 * scratch files, which can be reached when the API cannot: so they are those that are known. */
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

/* The API cannot be reached. What is known is there all the same, and says so itself where it needs
 * the API. A name that is not known is free for a scratch file, but not where the API has names of
 * its own. */
static int lookup_known(struct vpc_place *at, struct node *dir, const struct op *op,
	const char *name, int failure)
{
	int r;

	vpc_place_release(at);
	*at = (struct vpc_place){0};
	r = vpc_place_open(dir, name, op, FRESH_KNOWN, at);
	return r == -ENOENT && schema_has(at->place.path, FIELD_ENTRY) ? failure : r;
}

static int dir_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	int r = vpc_place_open(dir, name, op, FRESH_TTL, &at);

	if (r < 0 && r != -ENOENT && r != -EINTR && r != -ENAMETOOLONG)
		r = lookup_known(&at, dir, op, name, r);
	if (r < 0)
		return r;
	*ret = vpc_field_entry(&at.field);
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

/* With its attributes, so that who lists need not ask for each. */
static int list_field(void *arg, const char *name, const struct field *field)
{
	const struct listing_of *l = arg;
	struct vpc_place at = {.vpc = l->dir->vpc, .doc = l->dir->doc, .field = *field};
	struct node_entry entry;
	struct node_attr attr;

	if (path_join(at.place.path, l->dir->place.path, name) < 0)
		return 0;
	entry = vpc_field_entry(field);
	return node_listing_add(
		l->listing, name, &entry, attr_of(&at, &attr) == 0 ? &attr : NULL);
}

/* The names of the directory's entries without a value. */
static int local_names(struct vpc *vpc, const char *dir, struct map *ret)
{
	size_t len = strlen(dir);
	int r = 0;

	pthread_mutex_lock(&vpc->view->lock);
	for (struct map_pos p = {0}; r == 0 && map_next(&vpc->local_entries, &p);) {
		if (strncmp(p.key, dir, len) == 0 && p.key[len] == '/')
			r = map_add(ret, p.key + len + 1, vpc);
	}
	pthread_mutex_unlock(&vpc->view->lock);
	return r;
}

static int list_local_entries(const struct vpc_place *dir, struct node_listing *listing)
{
	CLEANUP(map_release) struct map names = {0};
	struct field field;
	char path[NODE_PATH_MAX];
	int r = local_names(dir->vpc, dir->place.path, &names);

	for (struct map_pos p = {0}; r == 0 && map_next(&names, &p);) {
		bool is_local = false;
		struct node_entry entry;

		if (path_join(path, dir->place.path, p.key) < 0 ||
			vpc_field(dir->vpc, dir->doc, path, &field, &is_local) < 0 ||
			!is_local)
			continue;
		entry = vpc_field_entry(&field);
		r = node_listing_add(listing, p.key, &entry, NULL);
	}
	return r;
}

/* An entry without a value: empty, or the file that was made in it. */
static int list_local_entry(const struct vpc_place *dir, struct node_listing *listing)
{
	const struct row *row = schema_with(dir->field.row, FIELD_REQUIRED);
	struct node_entry entry;
	struct field field;

	if (!local_entry_has_file(dir->vpc, dir->place.path))
		return 0;
	field = field_of(row);
	entry = vpc_field_entry(&field);
	return node_listing_add(listing, schema_key(row), &entry, NULL);
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

static void *dir_base_of(struct node *dir, const struct caller *writer)
{
	struct node_place place;
	struct doc *base;
	struct vpc *vpc;

	if (node_locate(dir, &place) < 0)
		return NULL;
	vpc = place.data;
	pthread_mutex_lock(&vpc->view->lock);
	base = bases_get(vpc, writer);
	pthread_mutex_unlock(&vpc->view->lock);
	return base;
}

static void dir_release(void *data)
{
	vpc_unref(data);
}

const struct node_ops vpc_dir_ops = {
	.stat = dir_stat,
	.lookup = dir_lookup,
	.list = dir_list,
	.make = vpc_dir_make,
	.create = vpc_dir_create,
	.remove = vpc_dir_remove,
	.unlink = vpc_dir_unlink,
	.rename = vpc_dir_rename,
	.base_of = dir_base_of,
	.base_free = vpc_base_free,
	.claims = draft_claims,
	.release = dir_release,
	.refused = vpc_refused,
};
