/* SPDX-License-Identifier: MIT */
/* VPCs being written, not yet created: the same documents and the same changes, applied here instead of sent. */
#include "internal.h"

#include <errno.h>
#include <string.h>

/* Makes one change to the draft's document. plan as in commit.h, with what it needs in arg. */
static int draft_change(struct vpc *draft, const void *arg,
	int (*plan)(const void *arg, const struct doc *now, struct change **ret,
		struct err *err),
	struct err *err)
{
	CLEANUP_CHANGE struct change *change = NULL;
	CLEANUP_DOC struct doc *after = NULL;
	int r;

	pthread_mutex_lock(&draft->view->lock);
	r = plan(arg, draft->doc, &change, err);
	if (r == 0 && !change_is_empty(change)) {
		r = change_apply(change, draft->doc, &after, err);
		if (r == 0)
			vpc_set_doc(draft, after);
	}
	pthread_mutex_unlock(&draft->view->lock);
	return r;
}

struct draft_text {
	const char *path;
	const char *text;
	size_t len;
};

static int plan_text(
	const void *arg, const struct doc *now, struct change **ret, struct err *err)
{
	const struct draft_text *t = arg;

	if (strcmp(t->path, "spec.json") == 0)
		return change_spec(now, now, t->text, t->len, ret, err);
	return change_text(now, t->path, t->text, t->len, ret, err);
}

int draft_store(
	struct vpc *draft, const char *path, const char *text, size_t len, struct err *err)
{
	struct draft_text t = {.path = path, .text = text, .len = len};

	return draft_change(draft, &t, plan_text, err);
}

int draft_new(struct view *view, const char *file, struct vpc **ret)
{
	CLEANUP_DOC struct doc *doc = NULL;
	CLEANUP_VPC struct vpc *draft = NULL;
	char name[NAME_TEXT_MAX];
	int r = name_from_file(file, name, sizeof(name));

	if (r < 0)
		return r;
	r = doc_new_draft(name, view->zone ? view->zone : "", &doc, NULL);
	if (r < 0)
		return r;
	draft = vpc_new(view, "", true);
	if (!draft || vpc_set_file(draft, file) < 0)
		return -ENOMEM;
	vpc_set_doc(draft, doc);
	pthread_mutex_lock(&view->lock);
	r = map_add(&view->drafts, file, draft);
	if (r == 0) {
		*ret = vpc_ref(draft);
		STEAL(draft); /* the map's reference */
	}
	pthread_mutex_unlock(&view->lock);
	return r;
}

void draft_drop(struct vpc *draft)
{
	struct view *view = draft->view;

	pthread_mutex_lock(&view->lock);
	draft->gone = true;
	if (map_get(&view->drafts, draft->file) == draft) {
		map_remove(&view->drafts, draft->file);
		vpc_unref(draft);
	}
	pthread_mutex_unlock(&view->lock);
}

/* The draft's name goes with its directory, unless somebody has given it another. */
static void rename_doc(struct vpc *draft, const char *from, const char *to)
{
	CLEANUP_CHANGE struct change *change = NULL;
	CLEANUP_DOC struct doc *after = NULL;
	char old_name[NAME_TEXT_MAX], name[NAME_TEXT_MAX];

	if (name_from_file(from, old_name, sizeof(old_name)) < 0 ||
		name_from_file(to, name, sizeof(name)) < 0 ||
		strcmp(doc_name(draft->doc), old_name) != 0)
		return;
	if (change_text(draft->doc, "name", name, strlen(name), &change, NULL) == 0 &&
		change_apply(change, draft->doc, &after, NULL) == 0)
		vpc_set_doc(draft, after);
}

int draft_move(struct vpc *draft, const char *file)
{
	struct view *view = draft->view;
	char old[NAME_FILE_MAX];
	int r;

	if (strlen(file) >= NAME_FILE_MAX)
		return -ENAMETOOLONG;
	pthread_mutex_lock(&view->lock);
	r = map_add(&view->drafts, file, draft);
	if (r == 0) {
		strcpy(old, draft->file);
		r = vpc_set_file(draft, file);
		map_remove(&view->drafts, r == 0 ? old : file);
	}
	if (r == 0)
		rename_doc(draft, old, file);
	pthread_mutex_unlock(&view->lock);
	return r;
}

static int plan_add(
	const void *name, const struct doc *now, struct change **ret, struct err *err)
{
	return change_add_host_prefix(now, name, ret, err);
}

static int plan_remove(
	const void *arg, const struct doc *now, struct change **ret, struct err *err)
{
	const char *path = arg, *name = strrchr(path, '/') + 1;

	return path[0] == 'h' ? change_remove_host_prefix(now, name, ret, err)
			      : change_remove_prefix(now, name, ret, err);
}

int draft_add_host_prefix(struct vpc *draft, const char *name)
{
	return draft_change(draft, name, plan_add, NULL);
}

int draft_remove_entry(struct vpc *draft, const char *path)
{
	return draft_change(draft, path, plan_remove, NULL);
}

static int plan_rename(
	const void *arg, const struct doc *now, struct change **ret, struct err *err)
{
	const struct draft_text *t = arg;
	const char *name = strrchr(t->path, '/') + 1;

	return t->path[0] == 'h' ? change_rename_host_prefix(now, name, t->text, ret, err)
				 : change_rename_prefix(now, name, t->text, ret, err);
}

int draft_rename_entry(struct vpc *draft, const char *path, const char *new_name)
{
	struct draft_text t = {.path = path, .text = new_name};

	return draft_change(draft, &t, plan_rename, NULL);
}
