/* SPDX-License-Identifier: MIT */
/* An answer is as old as its question, and is used for the ttl. verdict.c decides what an answer
 * means for the known document; this file carries that out. */
#include "cache.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"
#include "etag.h"
#include "names.h"
#include "verdict.h"

int cache_peek(struct vpc *vpc, struct doc **ret)
{
	int r = -ENOENT;

	collection_lock(vpc->collection);
	if (vpc_is_shown_locked(vpc)) {
		*ret = doc_ref(vpc->doc);
		r = 0;
	}
	collection_unlock(vpc->collection);
	return r;
}

int cache_peek_all(struct collection *c, struct doc_list *ret)
{
	collection_lock(c);
	ret->docs = calloc(c->by_id.count + 1, sizeof(*ret->docs));
	for (struct map_pos p = {0}; ret->docs && map_next(&c->by_id, &p);) {
		const struct vpc *vpc = p.value;

		if (vpc_is_shown_locked(vpc) && doc_is_readable(vpc->doc))
			ret->docs[ret->count++] = doc_ref(vpc->doc);
	}
	collection_unlock(c);
	return ret->docs ? 0 : -ENOMEM;
}

static uint64_t expires_us(const struct collection *c, uint64_t requested_us)
{
	return requested_us ? requested_us + c->options.ttl_ms * 1000 : 0;
}

/* The kernel may keep attributes only if they come from the last document. */
uint64_t cache_stamp(struct vpc *vpc, const struct doc *doc, const char *path,
	struct timespec *ret_mtime)
{
	struct collection *c = vpc->collection;
	uint64_t expires = 0;

	collection_lock(c);
	vpc_mtime_locked(vpc, doc ? doc : vpc->doc, path, ret_mtime);
	if (!vpc->is_gone && (!doc || doc == vpc->doc))
		expires = expires_us(c, vpc->resource.requested_us);
	collection_unlock(c);
	return expires;
}

uint64_t cache_stamp_root(struct collection *c, struct timespec *ret_mtime)
{
	struct timespec at;
	uint64_t requested_us;

	*ret_mtime = (struct timespec){0};
	collection_lock(c);
	requested_us = c->list.requested_us;
	for (struct map_pos p = {0}; map_next(&c->by_id, &p);) {
		const struct vpc *vpc = p.value;

		if (!vpc_is_shown_locked(vpc))
			continue;
		if (vpc->resource.requested_us > requested_us)
			requested_us = vpc->resource.requested_us;
		if (doc_mtime(vpc->doc, "", &at) && clock_is_later(at, *ret_mtime))
			*ret_mtime = at;
	}
	collection_unlock(c);
	return expires_us(c, requested_us);
}

/* Whether the answer equals the known document, or is not older by the API's own updatedAt. */
static bool agrees(const struct vpc *vpc, const struct doc *doc)
{
	struct timespec known, said;

	if (!vpc->doc || doc_equal(vpc->doc, doc))
		return true;
	if (!doc_mtime(vpc->doc, "", &known) || !doc_mtime(doc, "", &said))
		return false;
	return !clock_is_later(known, said);
}

/* doc NULL: the answer does not hold the VPC. */
static enum verdict judge(
	const struct vpc *vpc, bool is_list, const struct doc *doc, uint64_t requested_us)
{
	struct known known = {
		.requested_us = vpc->resource.requested_us,
		.written_us = vpc->written_us,
		.is_new = vpc_is_new_locked(vpc),
		.is_unsettled = vpc->is_unsettled,
		.is_gone = vpc->is_gone,
		.is_deleted = vpc->is_deleted,
	};
	struct answer answer = {
		.is_list = is_list,
		.requested_us = requested_us,
		.has_it = doc != NULL,
		.is_deleting = vpc_is_deleting(doc),
		.agrees = doc && agrees(vpc, doc),
	};

	return verdict_of(&known, &answer);
}

static void set_gone_locked(struct vpc *vpc, uint64_t requested_us)
{
	struct collection *c = vpc->collection;

	vpc->resource.requested_us = requested_us;
	vpc->is_doubtful = false;
	etag_set_locked(&vpc->resource, NULL);
	if (vpc->is_gone)
		return;
	vpc->is_gone = true;
	invalidate_locked(vpc);
	if (map_get(&c->by_file, vpc->file) == vpc)
		map_remove(&c->by_file, vpc->file);
}

/* Returns whether the file names must be made anew. */
static bool set_known_locked(struct vpc *vpc, struct doc *doc, uint64_t requested_us)
{
	bool is_renamed =
		!vpc_is_shown_locked(vpc) || strcmp(doc_name(vpc->doc), doc_name(doc)) != 0;

	if (vpc_set_doc_locked(vpc, doc)) {
		etag_set_locked(&vpc->resource, NULL);
		invalidate_locked(vpc);
	} else if (vpc->is_gone) {
		invalidate_locked(vpc);
	}
	vpc->is_gone = vpc->is_deleted = vpc->is_doubtful = false;
	vpc->resource.requested_us = requested_us;
	return is_renamed;
}

int cache_take_doc_locked(struct vpc *vpc, int r, struct doc *doc,
	const struct api_tag *tag, uint64_t requested_us)
{
	enum verdict verdict;

	if (r == 0 && tag->unchanged) {
		etag_renew_locked(&vpc->resource, tag, requested_us);
		return 0;
	}
	if (r < 0 && r != -ENOENT)
		return r;
	verdict = judge(vpc, false, doc, requested_us);
	if (verdict == VERDICT_GONE) {
		set_gone_locked(vpc, requested_us);
	} else if (verdict == VERDICT_TAKE) {
		if (set_known_locked(vpc, doc, requested_us))
			names_rebuild_locked(vpc->collection);
		etag_set_locked(&vpc->resource, tag);
	}
	return verdict == VERDICT_KEEP ? 0 : r;
}

/* doc NULL: the list does not hold it. */
static enum verdict take_listed_locked(
	struct vpc *vpc, struct doc *doc, uint64_t requested_us)
{
	enum verdict verdict = judge(vpc, true, doc, requested_us);

	if (doc)
		vpc->listed_us = requested_us;
	switch (verdict) {
	case VERDICT_TAKE:
		vpc->is_unsettled = false;
		set_known_locked(vpc, doc, requested_us);
		break;
	case VERDICT_DOUBT:
		vpc->is_doubtful = true;
		break;
	case VERDICT_GONE:
		set_gone_locked(vpc, requested_us);
		break;
	case VERDICT_KEEP:
		break;
	}
	return verdict;
}

/* Borrowed from by_id. Returns NULL if there is no memory. */
static struct vpc *add_vpc_locked(struct collection *c, const char *id)
{
	struct vpc *vpc = vpc_new(c, id, collection_generation(c), &c->tree);

	if (vpc && map_add(&c->by_id, id, vpc) == 0)
		return vpc;
	vpc_unref(vpc);
	return NULL;
}

static int take_docs_locked(
	struct collection *c, const struct doc_list *list, uint64_t requested_us)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *id = doc_id(list->docs[i]);
		struct vpc *vpc = map_get(&c->by_id, id);

		if (!vpc)
			vpc = add_vpc_locked(c, id);
		if (!vpc)
			return -ENOMEM;
		take_listed_locked(vpc, list->docs[i], requested_us);
	}
	return 0;
}

static void drop_unlisted_locked(struct collection *c, uint64_t requested_us)
{
	for (struct map_pos p = {0}; map_next(&c->by_id, &p);) {
		struct vpc *vpc = p.value;

		if (vpc->listed_us == requested_us ||
			take_listed_locked(vpc, NULL, requested_us) != VERDICT_GONE)
			continue;
		map_remove(&c->by_id, vpc->id);
		vpc_unref(vpc);
	}
}

int cache_take_list_locked(struct collection *c, const struct doc_list *list,
	const struct api_tag *tag, uint64_t requested_us)
{
	if (tag->unchanged) {
		etag_renew_list_locked(c, tag, requested_us);
		return 0;
	}
	etag_set_locked(&c->list, NULL);
	if (take_docs_locked(c, list, requested_us) < 0)
		return -ENOMEM;
	/* by_file borrows from by_id: empty it before VPCs are dropped from there. */
	map_release(&c->by_file);
	drop_unlisted_locked(c, requested_us);
	if (names_rebuild_locked(c) < 0)
		return -ENOMEM;
	if (c->list.requested_us < requested_us)
		c->list.requested_us = requested_us;
	etag_set_list_locked(c, tag, requested_us);
	return 0;
}

void cache_take_written(struct vpc *vpc, struct doc *doc)
{
	struct collection *c = vpc->collection;

	collection_lock(c);
	vpc->written_us = collection_generation(c);
	vpc->is_unsettled = true;
	invalidate_locked(vpc);
	etag_set_locked(&vpc->resource, NULL);
	if (!doc)
		vpc->resource.requested_us = 0;
	else if (set_known_locked(vpc, doc, vpc->written_us))
		names_rebuild_locked(c);
	collection_unlock(c);
}

/* The answer to a POST need not show the whole VPC, so the document is out of date from the start:
 * the first read asks for it. */
int cache_take_created(struct collection *c, struct doc *doc, struct vpc **ret)
{
	struct vpc *vpc;
	int r = -ENOMEM;

	collection_lock(c);
	vpc = map_get(&c->by_id, doc_id(doc));
	if (!vpc)
		vpc = add_vpc_locked(c, doc_id(doc));
	if (vpc) {
		vpc->written_us = collection_generation(c);
		vpc->is_unsettled = true;
		set_known_locked(vpc, doc, 0);
		r = names_rebuild_locked(c);
	}
	if (r == 0)
		*ret = vpc_ref(vpc);
	collection_unlock(c);
	return r;
}

void cache_take_deleted(struct vpc *vpc)
{
	struct collection *c = vpc->collection;

	collection_lock(c);
	vpc->written_us = collection_generation(c);
	vpc->is_deleted = true;
	set_gone_locked(vpc, vpc->written_us);
	/* An answer that came meanwhile may have removed the VPC from by_id. Put it back, since a
	 * list that lags may still hold it. */
	if (!map_get(&c->by_id, vpc->id) && map_add(&c->by_id, vpc->id, vpc) == 0)
		vpc_ref(vpc);
	names_rebuild_locked(c);
	collection_unlock(c);
}

static void forget_locked(struct resource *resource)
{
	resource->requested_us = 0;
	free(STEAL(resource->etag));
	free(STEAL(resource->breaker));
}

void cache_forget(struct collection *c)
{
	collection_lock(c);
	c->forgotten_us = collection_generation(c);
	forget_locked(&c->list);
	for (struct map_pos p = {0}; map_next(&c->by_id, &p);) {
		struct vpc *vpc = p.value;

		forget_locked(&vpc->resource);
		invalidate_locked(vpc);
	}
	collection_unlock(c);
}
