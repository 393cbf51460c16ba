/* SPDX-License-Identifier: MIT */
/* mkdir, rmdir and mv in the directories of a VPC: entries of the API's lists, which exist here only until they have a value. */
#include "internal.h"

#include <errno.h>
#include <string.h>
#include "base/process.h"

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

bool vpc_is_in_entry(const struct vpc_place *at)
{
	const char *path = at->place.path;
	bool in_entry = strncmp(path, "vpcPrefixes/", 12) == 0 ||
			(at->vpc->is_draft && strncmp(path, "hostPrefixes/", 13) == 0);

	return in_entry && strchr(path, '/') != strrchr(path, '/');
}

/* A file, or a directory of such, of an entry made with mkdir whose value nobody has given yet. */
bool vpc_is_unset(const struct vpc_place *at)
{
	CLEANUP_BUF struct buf text = BUF_INIT(DOC_TEXT_MAX);
	const char *path = at->place.path;
	int r;

	if (!vpc_is_in_entry(at))
		return false;
	if (at->field.type == FIELD_DIR)
		return doc_list(at->doc, path, is_set_below,
			       &(struct below){at->doc, path}) == 0;
	r = doc_show(at->doc, path, &text);
	return r == -ENOENT || (r == 0 && text.len == 0);
}

int vpc_dir_create(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};

	if (vpc_open_field(dir, name, op, &at) < 0 || !vpc_is_unset(&at))
		return -ENOSYS;
	*ret = vpc_field_entry(&at.field);
	return 0;
}

static int make_prefix(struct vpc_place *at, const char *path, const char *name)
{
	char api_name[NAME_TEXT_MAX];
	struct field field;
	int r = name_from_file(name, api_name, sizeof(api_name));

	if (r < 0)
		return r;
	if (vpc_field(at->vpc, at->doc, path, &field, NULL) == 0)
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

/* cp -r opens files with O_EXCL, and makes directories, in a directory that it has just made, and the kernel refuses that by
 * itself where a look-up finds the name (fs/fuse/dir.c, fuse_atomic_open): for cp alone what is unset is not there until
 * it has made it. */
bool vpc_is_hidden_from(const struct vpc_place *at, const struct op *op)
{
	bool made;

	if (!vpc_is_unset(at) || !process_is_named(op->pid, "cp"))
		return false;
	pthread_mutex_lock(&at->vpc->view->lock);
	made = map_get(&at->vpc->made, at->place.path) != NULL;
	pthread_mutex_unlock(&at->vpc->view->lock);
	return !made;
}

static int make_unset_dir(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	int r;

	if (vpc_open_field(dir, name, op, &at) < 0)
		return -ENOSYS;
	if (at.field.type != FIELD_DIR || !vpc_is_hidden_from(&at, op))
		return -EEXIST;
	pthread_mutex_lock(&at.vpc->view->lock);
	r = map_add(&at.vpc->made, at.place.path, at.vpc);
	pthread_mutex_unlock(&at.vpc->view->lock);
	if (r == 0)
		*ret = vpc_field_entry(&at.field);
	return r;
}

int vpc_dir_make(
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
		*ret = vpc_field_entry(&field);
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

int vpc_dir_remove(
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
int vpc_dir_unlink(struct node *dir, const struct op *op, const char *name)
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

int vpc_dir_rename(struct node *dir, const struct op *op, const char *name,
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
	if (r == 0 && vpc_field(at.vpc, at.doc, new_path, &field, NULL) == 0)
		r = -EEXIST;
	return r < 0 ? r : rename_entry(&at, op, path, name, new_name);
}
