/* SPDX-License-Identifier: MIT */
/* The directories of a VPC or draft, read: what the document has there, and prefixes that have no value yet. */
#include "internal.h"

#include <errno.h>
#include <string.h>

static int dir_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	int r = vpc_open_field(node, NULL, op, &at);

	if (r < 0)
		return r;
	*ret = (struct node_attr){.mode = 0755};
	vpc_stamp(&at, ret);
	return 0;
}

static int dir_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	int r = vpc_open_field(dir, name, op, &at);

	if (r < 0)
		return r;
	if (vpc_is_hidden_from(&at, op))
		return -ENOENT;
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
	struct node_entry entry = vpc_field_entry(field);
	struct vpc_place at = {.vpc = l->dir->vpc, .doc = l->dir->doc, .field = *field};
	struct node_attr attr;

	if (at.vpc->is_draft && field->type != FIELD_DIR &&
		!(field->flags & FIELD_WRITABLE))
		return 0;
	if (path_join(at.place.path, l->dir->place.path, name) < 0)
		return 0;
	return node_listing_add(
		l->listing, name, &entry, attr_of(&at, &attr) == 0 ? &attr : NULL);
}

static int list_local_prefixes(
	struct vpc *vpc, const struct doc *doc, struct node_listing *listing)
{
	struct field field = {.type = FIELD_DIR}, known;
	struct map names = {0};
	char path[NODE_PATH_MAX];
	int r = 0;

	pthread_mutex_lock(&vpc->view->lock);
	for (const struct local_prefix *p = vpc->local_prefixes; p && r == 0; p = p->next)
		r = map_add(&names, p->file, vpc);
	pthread_mutex_unlock(&vpc->view->lock);
	for (struct map_pos p = {0}; r == 0 && map_next(&names, &p);) {
		struct node_entry entry = vpc_field_entry(&field);

		if (path_join(path, "vpcPrefixes", p.key) == 0 &&
			doc_find(doc, path, &known) < 0)
			r = node_listing_add(listing, p.key, &entry, NULL);
	}
	map_release(&names);
	return r;
}

static int dir_list(struct node *dir, const struct op *op, struct node_listing *listing)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	struct listing_of l = {.dir = &at, .listing = listing};
	int r = vpc_open_field(dir, NULL, op, &at);

	if (r < 0)
		return r;
	r = doc_list(at.doc, at.place.path, list_field, &l);
	if (r == -ENOENT) { /* a prefix without a value */
		struct field value = {.type = FIELD_CIDR, .flags = FIELD_WRITABLE};
		struct node_entry entry = vpc_field_entry(&value);

		return node_listing_add(listing, "value", &entry, NULL);
	}
	if (r == 0 && strcmp(at.place.path, "vpcPrefixes") == 0)
		r = list_local_prefixes(at.vpc, at.doc, listing);
	return r;
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
	.release = dir_release,
	.origin = vpc_origin,
	.origin_free = vpc_origin_free,
};
