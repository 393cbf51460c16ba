/* SPDX-License-Identifier: MIT */
/* What a save of spec.json is compared with, for an editor that reads the file, closes it and opens
 * it again: what the same process last read to its end, or has saved since. A process is identified
 * by its id and its start time. A base lives as long as its process: bases of processes that have
 * ended are removed at the next read, and at the next change of the VPC. */
#include "bases.h"

struct base {
	struct base *next;
	struct caller reader;
	struct doc *doc; /* owned */
};

void bases_init(struct bases *bases, pthread_mutex_t *lock)
{
	*bases = (struct bases){.lock = lock};
}

static void bases_drop_one(struct base **at)
{
	struct base *b = *at;

	*at = b->next;
	doc_unref(b->doc);
	free(b);
}

void bases_release(struct bases *bases)
{
	while (bases->first)
		bases_drop_one(&bases->first);
}

static struct base *bases_find_locked(struct bases *bases, const struct caller *reader)
{
	struct base *b = bases->first;

	while (b && !caller_equal(&b->reader, reader))
		b = b->next;
	return b;
}

static void bases_sweep_locked(struct bases *bases)
{
	for (struct base **at = &bases->first; *at;) {
		if (caller_lives(&(*at)->reader))
			at = &(*at)->next;
		else
			bases_drop_one(at);
	}
}

/* If there is no memory, the reader's save is absolute, as that of a process that has not read. */
static struct base *bases_add_locked(struct bases *bases, const struct caller *reader)
{
	struct base *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->reader = *reader;
	b->next = bases->first;
	bases->first = b;
	return b;
}

static void base_set(struct base *b, struct doc *doc)
{
	doc_ref(doc);
	doc_unref(b->doc);
	b->doc = doc;
}

void bases_read(struct bases *bases, const struct caller *reader, struct doc *doc)
{
	struct base *b;

	if (!reader->known)
		return;
	pthread_mutex_lock(bases->lock);
	bases_sweep_locked(bases);
	b = bases_find_locked(bases, reader);
	if (!b)
		b = bases_add_locked(bases, reader);
	if (b)
		base_set(b, doc);
	pthread_mutex_unlock(bases->lock);
}

struct doc *bases_get(struct bases *bases, const struct caller *reader)
{
	struct doc *doc = NULL;
	struct base *b;

	pthread_mutex_lock(bases->lock);
	b = bases_find_locked(bases, reader);
	if (b)
		doc = doc_ref(b->doc);
	pthread_mutex_unlock(bases->lock);
	return doc;
}

void bases_saved(struct bases *bases, const struct caller *writer, struct doc *doc)
{
	struct base *b;

	pthread_mutex_lock(bases->lock);
	b = bases_find_locked(bases, writer);
	if (b)
		base_set(b, doc);
	pthread_mutex_unlock(bases->lock);
}

void bases_sweep(struct bases *bases)
{
	pthread_mutex_lock(bases->lock);
	bases_sweep_locked(bases);
	pthread_mutex_unlock(bases->lock);
}
