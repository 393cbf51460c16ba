/* SPDX-License-Identifier: MIT */
/* Finding the field at a node of a VPC, in a document that is fresh enough. */
#include "vpc_nodes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cache.h"
#include "fetch.h"
#include "place.h"
#include "report.h"

/* Finds a local entry, or the file of its value if that was made. */
static int local_field(struct vpc *vpc, const char *path, struct doc_field *ret)
{
	const struct schema_field *schema = schema_match(path);
	size_t len = schema_item_len(path);
	char entry[NODE_PATH_MAX];

	snprintf(entry, sizeof(entry), "%.*s", (int)len, path);
	if (!schema || !local_entry_exists(&vpc_local(vpc)->entries, entry))
		return -ENOENT;
	if (path[len] && (!(schema->flags & FIELD_REQUIRED) ||
				 !local_entry_has_file(&vpc_local(vpc)->entries, entry)))
		return -ENOENT;
	*ret = field_of(schema);
	return 0;
}

int vpc_field(struct vpc *vpc, const struct doc *doc, const char *path,
	struct doc_field *ret, bool *ret_is_local)
{
	int r = doc_find(doc, path, ret);

	if (r != -ENOENT || local_field(vpc, path, ret) < 0)
		return r;
	if (ret_is_local)
		*ret_is_local = true;
	return 0;
}

static int get_doc(struct vpc_place *at, const struct op *op, enum freshness freshness)
{
	struct api_problem problem = {0};
	int r;

	if (freshness == FRESH_KNOWN)
		return cache_peek(at->vpc, &at->doc);
	r = freshness == FRESH_NOW ? fetch_doc_now(at->vpc, op, &at->doc, &problem)
				   : fetch_doc(at->vpc, op, &at->doc, &problem);
	if (r < 0 && r != -ENOENT && r != -EINTR && freshness == FRESH_OR_KNOWN)
		at->is_old = cache_peek(at->vpc, &at->doc) == 0;
	if (at->is_old)
		return 0;
	return r < 0 ? read_fail(vpc_view(at->vpc), at->vpc, at->place.path, &problem) : 0;
}

static int find_field(struct vpc_place *at)
{
	int r = vpc_field(at->vpc, at->doc, at->place.path, &at->field, &at->is_local);
	struct api_problem problem;

	if (r != -EBADMSG)
		return r;
	api_problem_say(&problem, EBADMSG, "%s", doc_problem(at->doc));
	return read_fail(vpc_view(at->vpc), at->vpc, at->place.path, &problem);
}

int vpc_place_open(struct node *node, const char *name, const struct op *op,
	enum freshness freshness, struct vpc_place *ret)
{
	const struct schema_field *schema;
	int r = place_of(node, name, &ret->place);

	if (r < 0)
		return r;
	ret->vpc = ret->place.data;
	schema = schema_match(ret->place.path);
	/* .error can be read even if no request gets through. */
	if (schema && schema->type == FIELD_ERROR) {
		ret->field = field_of(schema);
		return cache_peek(ret->vpc, &ret->doc);
	}
	r = get_doc(ret, op, freshness);
	return r < 0 ? r : find_field(ret);
}

void vpc_stamp(const struct vpc_place *at, struct node_attr *ret)
{
	ret->expires_us = cache_stamp(at->vpc, at->doc, at->place.path, &ret->mtime);
	if (at->is_local || at->field.type == FIELD_ERROR)
		ret->expires_us = 0;
}

void vpc_place_release(struct vpc_place *place)
{
	doc_unref(place->doc);
}
