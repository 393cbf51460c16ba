/* SPDX-License-Identifier: MIT */
/* A node of a VPC or draft: its path, its document as it is now, and what stands there. */
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int vpc_field(struct vpc *vpc, const struct doc *doc, const char *path, struct field *ret,
	bool *ret_is_local)
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
	if (ret_is_local)
		*ret_is_local = true;
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
	return vpc_field(ret->vpc, ret->doc, ret->place.path, &ret->field, &ret->is_local);
}

void vpc_stamp(const struct vpc_place *at, struct node_attr *ret)
{
	/* Unset is what is empty in an entry: cp may make it, and must not find it before. */
	bool is_unset = at->field.type == FIELD_DIR ? vpc_is_unset(at)
						    : !ret->size && vpc_is_in_entry(at);
	bool lasts = !at->is_local && at->field.type != FIELD_ERROR && !is_unset;

	pthread_mutex_lock(&at->vpc->view->lock);
	vpc_mtime(at->vpc, at->doc, at->place.path, &ret->mtime);
	ret->until_us = lasts ? news_until_us(at->vpc) : 0;
	pthread_mutex_unlock(&at->vpc->view->lock);
}

void vpc_place_release(struct vpc_place *place)
{
	doc_unref(place->doc);
}

struct node_entry vpc_field_entry(const struct field *field)
{
	bool is_dir = field->type == FIELD_DIR;

	return (struct node_entry){
		.ops = is_dir ? &vpc_dir_ops : &vpc_file_ops,
		.kind = is_dir ? NODE_DIR : NODE_FILE,
		.flags = (is_dir ? NODE_SCRATCH : 0) |
			 (field->flags & FIELD_HIDDEN ? NODE_HIDDEN : 0),
	};
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
