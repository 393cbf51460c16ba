/* SPDX-License-Identifier: MIT */
/* The files of a VPC or draft: shown from its document, stored through commit. */
#include "internal.h"

#include <errno.h>
#include <string.h>
#include "base/process.h"

static int show_text(
	const struct vpc_place *at, struct buf *ret, struct timespec *ret_error_at)
{
	if (at->field.type == FIELD_ERROR)
		return journal_error(at->vpc->view, at->vpc, ret, ret_error_at);
	if (at->is_local)
		return 0; /* the value of a prefix that has none yet */
	return doc_show(at->doc, at->place.path, ret);
}

int vpc_show(const struct vpc_place *at, struct buf *ret, struct node_attr *ret_attr)
{
	struct timespec error_at;
	int r;

	*ret_attr =
		(struct node_attr){.mode = at->field.flags & FIELD_WRITABLE ? 0644 : 0444};
	r = show_text(at, ret, &error_at);
	if (r < 0)
		return r;
	ret_attr->size = ret->len;
	vpc_stamp(at, ret_attr);
	if (at->field.type == FIELD_ERROR)
		ret_attr->mtime = error_at;
	return 0;
}

static int file_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	CLEANUP_BUF struct buf text = BUF_INIT(DOC_TEXT_MAX);
	int r = vpc_open_field(node, NULL, op, &at);

	return r < 0 ? r : vpc_show(&at, &text, ret);
}

static int file_show(struct node *node, const struct op *op, struct node_text *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	int r = vpc_open_field(node, NULL, op, &at);

	if (r == 0)
		r = vpc_show(&at, &ret->text, &ret->attr);
	if (r < 0)
		return r;
	if (at.field.type == FIELD_SPEC && ret->is_read) {
		pid_t reader = process_of_thread(op->pid);

		pthread_mutex_lock(&at.vpc->view->lock);
		vpc_remember_reader(at.vpc, reader, at.doc, false);
		pthread_mutex_unlock(&at.vpc->view->lock);
	}
	ret->origin = STEAL(at.doc);
	return 0;
}

static bool is_spec(const struct node *node)
{
	struct node_place place;

	return node_locate(node, &place) == 0 && strcmp(place.path, "spec.json") == 0;
}

static bool file_complete(struct node *node, const char *text, size_t len)
{
	if (is_spec(node))
		return change_spec_is_complete(text, len);
	return len && text[len - 1] == '\n';
}

static int file_store(struct node *node, const struct op *op, enum store_why why,
	const char *text, size_t len, void **origin)
{
	struct node_place place;
	struct doc *doc = *origin;
	int r = node_locate(node, &place);

	if (r < 0)
		return r;
	r = commit_text(place.data, op, place.path, text, len, &doc);
	*origin = doc;
	return r;
}

const struct node_ops vpc_file_ops = {
	.stat = file_stat,
	.show = file_show,
	.complete = file_complete,
	.store = file_store,
	.origin = vpc_origin,
	.origin_free = vpc_origin_free,
};
