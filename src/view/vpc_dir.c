/* SPDX-License-Identifier: MIT */
/* The directories of a VPC or draft: what the document has there, and prefixes that have no value yet. */
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/process.h"

int vpc_field(struct vpc *vpc, const struct doc *doc, const char *path, struct field *ret)
{
	char name[NAME_FILE_MAX];
	const char *rest;
	bool local;
	int r = doc_find(doc, path, ret);

	/* In a draft what only the server sets is not there: copies of it are scratch. */
	if (r == 0 && vpc->is_draft && ret->type != FIELD_DIR && ret->type != FIELD_ERROR &&
		!(ret->flags & FIELD_WRITABLE))
		return -ENOENT;
	if (r != -ENOENT || strncmp(path, "vpcPrefixes/", 12) != 0)
		return r;
	rest = strchr(path + 12, '/');
	snprintf(name, sizeof(name), "%.*s", (int)(rest ? rest - path - 12 : 255),
		path + 12);
	pthread_mutex_lock(&vpc->view->lock);
	local = vpc_has_local_prefix(vpc, name);
	pthread_mutex_unlock(&vpc->view->lock);
	if (!local || (rest && strcmp(rest, "/value") != 0))
		return -ENOENT;
	*ret = (struct field){
		.type = rest ? FIELD_CIDR : FIELD_DIR, .flags = rest ? FIELD_WRITABLE : 0};
	return 0;
}

/* Why the last request failed can be read when no request gets through. */
static int open_error_file(struct vpc_place *at)
{
	pthread_mutex_lock(&at->vpc->view->lock);
	at->doc = at->vpc->doc ? doc_ref(at->vpc->doc) : NULL;
	pthread_mutex_unlock(&at->vpc->view->lock);
	return at->doc ? doc_find(at->doc, at->place.path, &at->field) : -ENOENT;
}

int vpc_open_field(
	struct node *node, const char *name, const struct op *op, struct vpc_place *ret)
{
	struct api_problem problem = {0};
	int r = name ? child_place(node, name, &ret->place)
		     : node_locate(node, &ret->place);

	if (r < 0)
		return r;
	ret->vpc = ret->place.data;
	if (strcmp(ret->place.path, ".error") == 0)
		return open_error_file(ret);
	r = answers_doc(ret->vpc, op, &ret->doc, &problem);
	if (r < 0)
		return read_fail(ret->vpc->view, ret->vpc, ret->place.path, &problem);
	return vpc_field(ret->vpc, ret->doc, ret->place.path, &ret->field);
}

void vpc_place_release(struct vpc_place *place)
{
	doc_unref(place->doc);
}

static int dir_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	int r = vpc_open_field(node, NULL, op, &at);

	if (r < 0)
		return r;
	*ret = (struct node_attr){.mode = 0755};
	pthread_mutex_lock(&at.vpc->view->lock);
	vpc_mtime(at.vpc, at.doc, at.place.path, &ret->mtime);
	pthread_mutex_unlock(&at.vpc->view->lock);
	return 0;
}

static struct node_entry field_entry(const struct field *field)
{
	bool is_dir = field->type == FIELD_DIR;

	return (struct node_entry){
		.ops = is_dir ? &vpc_dir_ops : &vpc_file_ops,
		.kind = is_dir ? NODE_DIR : NODE_FILE,
		.flags = (is_dir ? NODE_SCRATCH : 0) |
			 (field->flags & FIELD_HIDDEN ? NODE_HIDDEN : 0),
	};
}

struct below {
	const struct doc *doc;
	const char *dir;
};

static int is_set_below(void *arg, const char *name, const struct field *field)
{
	const struct below *b = arg;
	CLEANUP_BUF struct buf text = BUF_INIT(DOC_TEXT_MAX);
	char path[NODE_PATH_MAX];

	return field->type == FIELD_DIR || path_join(path, b->dir, name) < 0 ||
	       doc_show(b->doc, path, &text) < 0 || text.len > 0;
}

/* A file, or a directory of such, of an entry made with mkdir whose value nobody has given yet. */
static bool is_unset(const struct vpc_place *at)
{
	CLEANUP_BUF struct buf text = BUF_INIT(DOC_TEXT_MAX);
	const char *path = at->place.path;
	bool in_entry = strncmp(path, "vpcPrefixes/", 12) == 0 ||
			(at->vpc->is_draft && strncmp(path, "hostPrefixes/", 13) == 0);
	int r;

	if (!in_entry || strchr(path, '/') == strrchr(path, '/'))
		return false;
	if (at->field.type == FIELD_DIR)
		return doc_list(at->doc, path, is_set_below,
			       &(struct below){at->doc, path}) == 0;
	r = doc_show(at->doc, path, &text);
	return r == -ENOENT || (r == 0 && text.len == 0);
}

static int dir_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	int r = vpc_open_field(dir, name, op, &at);

	if (r < 0)
		return r;
	/* cp -r opens files with O_EXCL, and makes directories, in a directory that it has just made, and the kernel refuses
	 * that by itself where a look-up finds the name (fs/fuse/dir.c, fuse_atomic_open): for cp alone what is unset is
	 * not there yet. */
	if (is_unset(&at) && process_is_named(op->pid, "cp"))
		return -ENOENT;
	*ret = field_entry(&at.field);
	return 0;
}

static int dir_create(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};

	if (vpc_open_field(dir, name, op, &at) < 0 || !is_unset(&at))
		return -ENOSYS;
	*ret = field_entry(&at.field);
	return 0;
}

struct listing_of {
	struct vpc *vpc;
	struct node_listing *listing;
};

static int list_field(void *arg, const char *name, const struct field *field)
{
	const struct listing_of *l = arg;
	struct node_entry entry = field_entry(field);

	if (l->vpc->is_draft && field->type != FIELD_DIR &&
		!(field->flags & FIELD_WRITABLE))
		return 0;
	return node_listing_add(l->listing, name, &entry, NULL);
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
		struct node_entry entry = field_entry(&field);

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
	struct listing_of l = {.listing = listing};
	int r = vpc_open_field(dir, NULL, op, &at);

	if (r < 0)
		return r;
	l.vpc = at.vpc;
	r = doc_list(at.doc, at.place.path, list_field, &l);
	if (r == -ENOENT) { /* a prefix without a value */
		struct field value = {.type = FIELD_CIDR, .flags = FIELD_WRITABLE};

		return list_field(&l, "value", &value);
	}
	if (r == 0 && strcmp(at.place.path, "vpcPrefixes") == 0)
		r = list_local_prefixes(at.vpc, at.doc, listing);
	return r;
}

static int make_prefix(struct vpc_place *at, const char *path, const char *name)
{
	char api_name[NAME_TEXT_MAX];
	struct field field;
	int r = name_from_file(name, api_name, sizeof(api_name));

	if (r < 0)
		return r;
	if (vpc_field(at->vpc, at->doc, path, &field) == 0)
		return -EEXIST;
	if (path[0] == 'h')
		return draft_add_host_prefix(at->vpc, name);
	pthread_mutex_lock(&at->vpc->view->lock);
	r = vpc_add_local_prefix(at->vpc, name);
	pthread_mutex_unlock(&at->vpc->view->lock);
	return r;
}

/* Whether mkdir, rmdir and mv in this directory mean entries of the API's list. */
static bool holds_entries(const struct vpc *vpc, const char *path)
{
	return strcmp(path, "vpcPrefixes") == 0 ||
	       (vpc->is_draft && strcmp(path, "hostPrefixes") == 0);
}

/* cp -r makes it although it is there. */
static int make_unset_dir(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};

	if (vpc_open_field(dir, name, op, &at) < 0)
		return -ENOSYS;
	if (at.field.type != FIELD_DIR || !is_unset(&at))
		return -EEXIST;
	*ret = field_entry(&at.field);
	return 0;
}

static int dir_make(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	struct field field = {.type = FIELD_DIR};
	char path[NODE_PATH_MAX];
	int r = vpc_open_field(dir, NULL, op, &at);

	if (r < 0)
		return r;
	if (!holds_entries(at.vpc, at.place.path))
		return make_unset_dir(dir, op, name, ret);
	r = path_join(path, at.place.path, name);
	if (r == 0)
		r = make_prefix(&at, path, name);
	if (r == 0)
		*ret = field_entry(&field);
	return r;
}

static bool drop_local(struct vpc *vpc, const char *name)
{
	bool found;

	pthread_mutex_lock(&vpc->view->lock);
	found = vpc_drop_local_prefix(vpc, name);
	pthread_mutex_unlock(&vpc->view->lock);
	return found;
}

static int dir_remove(
	struct node *dir, const struct op *op, const char *name, bool has_scratch)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	char path[NODE_PATH_MAX];
	struct field field;
	int r = vpc_open_field(dir, NULL, op, &at);

	if (r < 0)
		return r;
	r = path_join(path, at.place.path, name);
	if (r < 0)
		return r;
	if (!holds_entries(at.vpc, at.place.path))
		return at.vpc->is_draft
			       ? 0
			       : -EPERM; /* rm -r of a draft passes fixed directories */
	if (has_scratch)
		return -ENOTEMPTY;
	if (path[0] == 'v' && drop_local(at.vpc, name) &&
		doc_find(at.doc, path, &field) < 0)
		return 0;
	return at.vpc->is_draft ? draft_remove_entry(at.vpc, path)
				: commit_remove_prefix(at.vpc, op, path);
}

/* A draft's file goes back to what it is in a new draft, as far as it may be empty. */
static int dir_unlink(struct node *dir, const struct op *op, const char *name)
{
	struct node_place place;
	struct vpc *vpc;
	int r = child_place(dir, name, &place);

	if (r < 0)
		return r;
	vpc = place.data;
	if (!vpc->is_draft) {
		cascade_note(vpc, op);
		return -EPERM;
	}
	draft_store(vpc, place.path, "", 0, NULL);
	return 0;
}

static int rename_entry(struct vpc_place *at, const struct op *op, const char *path,
	const char *name, const char *new_name)
{
	struct vpc *vpc = at->vpc;
	struct field field;
	int r = 0;

	if (path[0] == 'v' && doc_find(at->doc, path, &field) < 0) {
		pthread_mutex_lock(&vpc->view->lock);
		r = vpc_add_local_prefix(vpc, new_name);
		if (r == 0)
			vpc_drop_local_prefix(vpc, name);
		pthread_mutex_unlock(&vpc->view->lock);
		return r;
	}
	return vpc->is_draft ? draft_rename_entry(vpc, path, new_name)
			     : commit_rename_prefix(vpc, op, path, new_name);
}

static int dir_rename(struct node *dir, const struct op *op, const char *name,
	struct node *new_dir, const char *new_name, bool noreplace)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	char path[NODE_PATH_MAX], new_path[NODE_PATH_MAX], api_name[NAME_TEXT_MAX];
	struct node_place to;
	struct field field;
	int r = vpc_open_field(dir, NULL, op, &at);

	if (r == 0)
		r = node_locate(new_dir, &to);
	if (r < 0)
		return r;
	if (to.data != at.vpc)
		return -EXDEV;
	if (!holds_entries(at.vpc, at.place.path) || strcmp(to.path, at.place.path) != 0)
		return -EPERM;
	if (name_from_file(new_name, api_name, sizeof(api_name)) < 0)
		return -EINVAL;
	r = path_join(path, at.place.path, name);
	if (r == 0)
		r = path_join(new_path, at.place.path, new_name);
	if (r == 0 && vpc_field(at.vpc, at.doc, new_path, &field) == 0)
		r = -EEXIST;
	return r < 0 ? r : rename_entry(&at, op, path, name, new_name);
}

static void dir_release(void *data)
{
	vpc_unref(data);
}

void *vpc_origin(struct node *node)
{
	struct node_place place;
	struct doc *doc = NULL;
	struct vpc *vpc;

	if (node_locate(node, &place) < 0)
		return NULL;
	vpc = place.data;
	pthread_mutex_lock(&vpc->view->lock);
	if (vpc->doc)
		doc = doc_ref(vpc->doc);
	pthread_mutex_unlock(&vpc->view->lock);
	return doc;
}

void vpc_origin_free(void *origin)
{
	doc_unref(origin);
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
	.release = dir_release,
	.origin = vpc_origin,
	.origin_free = vpc_origin_free,
};
