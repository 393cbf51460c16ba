/* SPDX-License-Identifier: MIT */
/* A VPC as the mount knows it: an object with a life of its own, whatever its name and its document
 * are today. */
#include "internal.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"
#include "inflight.h"

struct vpc *vpc_new(struct view *view, const char *id)
{
	struct vpc *vpc = calloc(1, sizeof(*vpc));

	if (!vpc)
		return NULL;
	vpc->id = strdup(id);
	vpc->file = strdup("");
	if (!vpc->id || !vpc->file) {
		free(vpc->id);
		free(vpc->file);
		free(vpc);
		return NULL;
	}
	atomic_init(&vpc->refs, 1);
	vpc->view = view;
	vpc->seen_us = view_generation(view);
	vpc->seen = clock_real();
	return vpc;
}

struct vpc *vpc_ref(struct vpc *vpc)
{
	atomic_fetch_add(&vpc->refs, 1);
	return vpc;
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
	drop_observations(vpc);
	local_entries_release(vpc);
	bases_release(vpc);
	rmdir_guard_release(vpc);
	doc_unref(vpc->doc);
	free(vpc->breaker);
	free(vpc->etag);
	free(vpc->error);
	free(vpc->id);
	free(vpc->file);
	free(vpc);
}

void vpc_unrefp(struct vpc **vpc)
{
	vpc_unref(*vpc);
}

int vpc_set_file(struct vpc *vpc, const char *file)
{
	char *copy = strdup(file);

	if (!copy)
		return -ENOMEM;
	free(vpc->file);
	vpc->file = copy;
	return 0;
}

/* Without memory the file keeps its old time: a time is all that is lost. */
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

/* Walk of a document that compares each file with the one before. */
struct observing {
	struct vpc *vpc;
	const struct doc *old, *new;
	struct timespec now;
	char path[NODE_PATH_MAX]; /* of the directory that is walked now */
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

static int observe_entry(void *arg, const char *name, const struct field *field)
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

/* updatedAt tells when content changed; where it stays and content does not, the time of now is
 * noted for each file. */
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

void vpc_set_doc(struct vpc *vpc, struct doc *doc)
{
	struct doc *old = vpc->doc;

	if (old == doc || (old && doc_equal(old, doc)))
		return;
	invalidation_add(vpc);
	if (old)
		observe_changes(vpc, old, doc);
	vpc->doc = doc_ref(doc);
	doc_unref(old);
	bases_sweep(vpc);
	etag_drop_doc(vpc);
	etag_drop_list(vpc->view);
}

void vpc_mtime(const struct vpc *vpc, const struct doc *doc, const char *path,
	struct timespec *ret)
{
	const struct timespec *at = map_get(&vpc->observations, path);

	if (!doc_mtime(doc, path, ret))
		*ret = vpc->seen;
	if (at && clock_is_later(*at, *ret))
		*ret = *at;
}
