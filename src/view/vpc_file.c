/* SPDX-License-Identifier: MIT */
/* The files of a VPC: read from its document, written through commit. */
#include "vpc_nodes.h"

#include "changes.h"
#include "model/change.h"
#include "report.h"

static int show_text(
	const struct vpc_place *at, struct buf *ret, struct timespec *ret_error_at)
{
	if (at->field.type == FIELD_ERROR)
		return last_error_get(&vpc_local(at->vpc)->error, ret, ret_error_at);
	if (at->is_local)
		return 0; /* the value of a local entry is empty */
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

/* A look-up returns the attributes of the known document, and the kernel may not keep them if that
 * is old. The directory has asked just before; and a write to a file whose VPC cannot be read at
 * the moment must get as far as its open. A program that wants the attributes asks for them next.
 */
static int file_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	CLEANUP_BUF struct buf text = BUF_INIT(DOC_TEXT_MAX);
	int r = vpc_place_open(
		node, NULL, op, op->is_lookup ? FRESH_KNOWN : FRESH_TTL, &at);

	return r < 0 ? r : vpc_show(&at, &text, ret);
}

static int file_show(struct node *node, const struct op *op, struct node_text *ret)
{
	CLEANUP(vpc_place_release) struct vpc_place at = {0};
	int r = vpc_place_open(node, NULL, op, ret->must_ask ? FRESH_NOW : FRESH_TTL, &at);

	if (r == 0)
		r = vpc_show(&at, &ret->text, &ret->attr);
	if (r == 0)
		ret->base = STEAL(at.doc);
	return r;
}

static int file_store(struct node *node, const struct op *op, struct node_store *store)
{
	struct node_place place;
	int r = node_locate(node, &place);

	return r < 0 ? r : commit_text(place.data, op, place.path, store);
}

static bool spec_complete(struct node *node, const char *text, size_t len)
{
	return change_spec_is_complete(text, len);
}

static void spec_was_read(struct node *node, const struct op *op, void *base)
{
	struct node_place place;
	struct caller reader;

	if (!base || node_locate(node, &place) < 0)
		return;
	caller_of(op->pid, &reader);
	bases_read(&vpc_local(place.data)->bases, &reader, base);
}

void vpc_base_free(void *base)
{
	doc_unref(base);
}

const struct node_ops vpc_file_ops = {
	.stat = file_stat,
	.show = file_show,
	.store = file_store,
	.base_free = vpc_base_free,
	.refused = vpc_refused,
};

const struct node_ops vpc_read_only_ops = {
	.stat = file_stat,
	.show = file_show,
	.base_free = vpc_base_free,
	.refused = vpc_refused,
};

const struct node_ops vpc_spec_ops = {
	.stat = file_stat,
	.show = file_show,
	.complete = spec_complete,
	.store = file_store,
	.was_read = spec_was_read,
	.base_free = vpc_base_free,
	.refused = vpc_refused,
};
