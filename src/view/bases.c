/* SPDX-License-Identifier: MIT */
/* What a save of spec.json is compared with, for an editor that reads, closes, and opens anew: what
 * the same process last read to its end, or has saved since. A process is known by its id and its
 * start time. A base lives as long as its process: it is swept when the process has ended and
 * something happens here, so it never outlives the next change of the VPC. */
#include "internal.h"

struct base {
	struct base *next;
	struct caller reader;
	struct doc *doc; /* owned */
};

static struct base *bases_find(struct vpc *vpc, const struct caller *reader)
{
	struct base *b = vpc->bases;

	while (b && !caller_equal(&b->reader, reader))
		b = b->next;
	return b;
}

static void base_set(struct base *b, struct doc *doc)
{
	doc_ref(doc);
	doc_unref(b->doc);
	b->doc = doc;
}

void bases_read(struct vpc *vpc, const struct caller *reader, struct doc *doc)
{
	struct base *b;

	if (!reader->known)
		return;
	bases_sweep(vpc);
	b = bases_find(vpc, reader);
	if (!b) {
		b = calloc(1, sizeof(*b));
		if (!b)
			return; /* its save is absolute, as of a process that has not read */
		b->reader = *reader;
		b->next = vpc->bases;
		vpc->bases = b;
	}
	base_set(b, doc);
}

struct doc *bases_get(struct vpc *vpc, const struct caller *reader)
{
	struct base *b = reader->known ? bases_find(vpc, reader) : NULL;

	return b ? doc_ref(b->doc) : NULL;
}

void bases_saved(struct vpc *vpc, const struct caller *writer, struct doc *doc)
{
	struct base *b = writer->known ? bases_find(vpc, writer) : NULL;

	if (b)
		base_set(b, doc);
}

void bases_sweep(struct vpc *vpc)
{
	for (struct base **at = &vpc->bases; *at;) {
		struct base *b = *at;

		if (caller_lives(&b->reader)) {
			at = &b->next;
			continue;
		}
		*at = b->next;
		doc_unref(b->doc);
		free(b);
	}
}

void bases_release(struct vpc *vpc)
{
	while (vpc->bases) {
		struct base *b = vpc->bases;

		vpc->bases = b->next;
		doc_unref(b->doc);
		free(b);
	}
}
