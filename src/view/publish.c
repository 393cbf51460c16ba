/* SPDX-License-Identifier: MIT */
/* Copies a draft's files into the form that the model reads. */
#include "publish.h"

#include <errno.h>
#include <string.h>
#include "model/draft.h"
#include "tree/tree.h"

/* A copy of a draft's files. */
struct draft_files {
	const struct node_draft *draft;
	struct draft_file *files; /* owned, and so are their path and text */
	size_t count, cap;
};

static void draft_files_release(struct draft_files *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free((char *)d->files[i].path);
		free((char *)d->files[i].text);
	}
	free(d->files);
}

static struct draft_file *draft_files_grow(struct draft_files *d)
{
	if (d->count == d->cap) {
		size_t cap = d->cap ? d->cap * 2 : 64;
		struct draft_file *files = reallocarray(d->files, cap, sizeof(*files));

		if (!files)
			return NULL;
		d->files = files;
		d->cap = cap;
	}
	d->files[d->count] = (struct draft_file){0};
	return &d->files[d->count];
}

static int draft_files_add(void *arg, const char *path, mode_t type, uint64_t size)
{
	CLEANUP_BUF struct buf text = BUF_INIT(TREE_TEXT_MAX);
	struct draft_files *d = arg;
	struct draft_file *file = draft_files_grow(d);
	int r = 0;

	if (!file)
		return -ENOMEM;
	file->is_dir = S_ISDIR(type);
	file->path = strdup(path);
	d->count++;
	if (S_ISREG(type) && draft_claims(path, false))
		r = node_draft_read(d->draft, path, &text);
	file->len = text.len;
	file->text = r == 0 ? buf_steal(&text) : NULL;
	return r < 0 || file->path ? r : -ENOMEM;
}

int publish_read(const struct node_draft *draft, const char *name, const char *zone,
	struct buf *ret, struct err *err)
{
	CLEANUP(draft_files_release) struct draft_files d = {.draft = draft};
	int r = node_draft_walk(draft, draft_files_add, &d);

	if (r < 0)
		return err_set(err, -r, "the draft cannot be read: %s", strerror(-r));
	return draft_read(d.files, d.count, name, zone, ret, err);
}
