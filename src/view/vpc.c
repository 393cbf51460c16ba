/* SPDX-License-Identifier: MIT */
/* A VPC and the times of its files: those that the API gives, and those at which content was seen
 * to change without one. */
#include "vpc_int.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"

static void vpc_local_init(struct vpc_local *local, struct tree *const *tree)
{
	pthread_mutex_init(&local->lock, NULL);
	bases_init(&local->bases, &local->lock);
	last_error_init(&local->error, &local->lock, (struct timespec){0});
	local_entries_init(&local->entries, &local->lock, tree);
	rmdir_guard_init(&local->rmdir_guard, &local->lock);
}

static void vpc_local_release(struct vpc_local *local)
{
	bases_release(&local->bases);
	last_error_release(&local->error);
	local_entries_release(&local->entries);
	rmdir_guard_release(&local->rmdir_guard);
	pthread_mutex_destroy(&local->lock);
}

struct vpc *vpc_new(struct collection *collection, const char *id, uint64_t seen_us,
	struct tree *const *tree)
{
	struct vpc *vpc = calloc(1, sizeof(*vpc));

	if (!vpc)
		return NULL;
	atomic_init(&vpc->refs, 1);
	vpc->collection = collection;
	vpc->seen_us = seen_us;
	vpc->seen = clock_real();
	vpc_local_init(&vpc->local, tree);
	vpc->id = strdup(id);
	vpc->file = strdup("");
	if (!vpc->id || !vpc->file) {
		vpc_unref(vpc);
		return NULL;
	}
	return vpc;
}

struct vpc *vpc_ref(struct vpc *vpc)
{
	atomic_fetch_add(&vpc->refs, 1);
	return vpc;
}

void resource_release(struct resource *resource)
{
	free(resource->etag);
	free(resource->breaker);
}

static void drop_observations(struct vpc *vpc)
{
	for (struct map_pos p = {0}; map_next(&vpc->observations, &p);)
		free(p.value);
	map_release(&vpc->observations);
}

void vpc_unref(struct vpc *vpc)
{
	if (!vpc || atomic_fetch_sub(&vpc->refs, 1) != 1)
		return;
	vpc_local_release(&vpc->local);
	resource_release(&vpc->resource);
	drop_observations(vpc);
	doc_unref(vpc->doc);
	free(vpc->id);
	free(vpc->file);
	free(vpc);
}

void vpc_unrefp(struct vpc **vpc)
{
	vpc_unref(*vpc);
}

const char *vpc_id(const struct vpc *vpc)
{
	return vpc->id;
}

uint64_t vpc_seen_us(const struct vpc *vpc)
{
	return vpc->seen_us;
}

struct vpc_local *vpc_local(struct vpc *vpc)
{
	return &vpc->local;
}

int vpc_list_add(struct vpc_list *list, struct vpc *vpc)
{
	if (list->count == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 16;
		struct vpc **vpcs = reallocarray(list->vpcs, cap, sizeof(struct vpc *));

		if (!vpcs)
			return -ENOMEM;
		list->vpcs = vpcs;
		list->cap = cap;
	}
	list->vpcs[list->count++] = vpc_ref(vpc);
	return 0;
}

void vpc_list_release(struct vpc_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		vpc_unref(list->vpcs[i]);
	free(list->vpcs);
}

bool vpc_is_shown_locked(const struct vpc *vpc)
{
	return !vpc->is_gone && vpc->doc;
}

bool vpc_is_new_locked(const struct vpc *vpc)
{
	return !vpc->listed_us && !vpc->is_gone;
}

int vpc_set_file_locked(struct vpc *vpc, const char *file)
{
	char *copy = strdup(file);

	if (!copy)
		return -ENOMEM;
	free(vpc->file);
	vpc->file = copy;
	return 0;
}

/* If there is no memory, the file keeps its old time; nothing else is lost. */
static void observe_path(struct vpc *vpc, const char *path, struct timespec now)
{
	struct timespec *at = map_get(&vpc->observations, path);

	if (at) {
		*at = now;
		return;
	}
	at = malloc(sizeof(*at));
	if (!at)
		return;
	*at = now;
	if (map_add(&vpc->observations, path, at) < 0)
		free(at);
}

/* A walk through a document that compares each file with that of the document before. */
struct observing {
	struct vpc *vpc;
	const struct doc *old, *new;
	struct timespec now;
	char path[NODE_PATH_MAX]; /* of the directory that is being walked */
};

static void observe_file(const struct observing *walk)
{
	CLEANUP_BUF struct buf a = BUF_INIT(DOC_TEXT_MAX), b = BUF_INIT(DOC_TEXT_MAX);

	if (doc_show(walk->new, walk->path, &b) < 0)
		return;
	if (doc_show(walk->old, walk->path, &a) < 0 || a.len != b.len ||
		memcmp(buf_str(&a), buf_str(&b), a.len) != 0)
		observe_path(walk->vpc, walk->path, walk->now);
}

static int observe_entry(void *arg, const char *name, const struct doc_field *field)
{
	struct observing *walk = arg;
	size_t len = strlen(walk->path), name_len = strlen(name);

	if (len + name_len + 2 > sizeof(walk->path))
		return 0;
	if (len)
		walk->path[len++] = '/';
	memcpy(walk->path + len, name, name_len + 1);
	if (field->type == FIELD_DIR)
		doc_list(walk->new, walk->path, observe_entry, walk);
	else
		observe_file(walk);
	walk->path[len ? len - 1 : 0] = '\0';
	return 0;
}

/* updatedAt says when content changed. If content changes but updatedAt does not, the time of each
 * changed file is noted. */
static void observe_changes(struct vpc *vpc, const struct doc *old, const struct doc *new)
{
	struct observing walk = {.vpc = vpc, .old = old, .new = new, .now = clock_real()};
	struct timespec before = {0}, after = {0};
	bool has_before = doc_mtime(old, "", &before),
	     has_after = doc_mtime(new, "", &after);

	if (has_after && (!has_before || before.tv_sec != after.tv_sec ||
				 before.tv_nsec != after.tv_nsec)) {
		drop_observations(vpc);
		return;
	}
	doc_list(new, "", observe_entry, &walk);
	observe_path(vpc, "", walk.now);
}

bool vpc_is_deleting(const struct doc *doc)
{
	return doc && doc_state(doc) == STATE_DELETING;
}

bool vpc_set_doc_locked(struct vpc *vpc, struct doc *doc)
{
	struct doc *old = vpc->doc;

	if (old == doc || (old && doc_equal(old, doc)))
		return false;
	if (old)
		observe_changes(vpc, old, doc);
	vpc->doc = doc_ref(doc);
	doc_unref(old);
	bases_sweep(&vpc->local.bases);
	return true;
}

void vpc_mtime_locked(const struct vpc *vpc, const struct doc *doc, const char *path,
	struct timespec *ret)
{
	const struct timespec *at = map_get(&vpc->observations, path);

	if (!doc_mtime(doc, path, ret))
		*ret = vpc->seen;
	if (at && clock_is_later(*at, *ret))
		*ret = *at;
}
