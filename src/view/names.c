/* SPDX-License-Identifier: MIT */
/* The list of the API becomes the directory: which VPCs there are, and under which file name each is shown. */
#include "internal.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"

static bool is_shown(const struct vpc *vpc)
{
	return !vpc->gone && vpc->doc;
}

/* How often each name of the API occurs; the value is a count in the pointer. */
static int count_names(struct view *view, struct map *counts)
{
	for (struct map_pos p = {0}; map_next(&view->by_id, &p);) {
		const struct vpc *vpc = p.value;
		const char *name;
		uintptr_t n;

		if (!is_shown(vpc))
			continue;
		name = doc_name(vpc->doc);
		n = (uintptr_t)map_remove(counts, name) + 1;
		if (map_add(counts, name, (void *)n) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int set_name(struct vpc *vpc, const char *file)
{
	if (strcmp(file, vpc->file) == 0)
		return 0;
	news_add(vpc);
	return vpc_set_file(vpc, file);
}

int names_rebuild(struct view *view)
{
	CLEANUP(map_release) struct map counts = {0};
	struct map files = {0};

	if (count_names(view, &counts) < 0)
		return -ENOMEM;
	for (struct map_pos p = {0}; map_next(&view->by_id, &p);) {
		struct vpc *vpc = p.value;
		char file[NAME_FILE_MAX];
		const char *name;

		if (!is_shown(vpc))
			continue;
		name = doc_name(vpc->doc);
		if ((uintptr_t)map_get(&counts, name) > 1)
			name_with_id(name, vpc->id, file);
		else
			name_to_file(name, vpc->id, file);
		/* A name may look like NAME~ID of others: then it takes its id as well. */
		if (map_get(&files, file))
			name_with_id(name, vpc->id, file);
		if (set_name(vpc, file) < 0 || map_add(&files, file, vpc) == -ENOMEM) {
			map_release(&files);
			return -ENOMEM;
		}
	}
	map_release(&view->by_file);
	view->by_file = files;
	return 0;
}

/* Written here a while ago, different now, and no updatedAt to tell which came first: the list may lag, a GET by id decides. */
static bool is_doubtful(const struct vpc *vpc, const struct doc *doc)
{
	struct timespec at;

	return vpc->doc && vpc->written_us &&
	       vpc->view->last_stamp - vpc->written_us <= LIST_LAG_US &&
	       !(doc_mtime(vpc->doc, "", &at) && doc_mtime(doc, "", &at)) &&
	       !doc_equal(vpc->doc, doc);
}

static int merge_doc(struct view *view, struct doc *doc, uint64_t asked_us)
{
	struct vpc *vpc = map_get(&view->by_id, doc_id(doc));

	if (!vpc) {
		vpc = vpc_new(view, doc_id(doc), false);
		if (!vpc || map_add(&view->by_id, vpc->id, vpc) < 0) {
			vpc_unref(vpc);
			return -ENOMEM;
		}
	}
	vpc->list_mark = view->list_mark;
	if (vpc->deleted_here)
		return 0;
	vpc->created_us = 0;
	vpc->is_unlisted = false;
	/* Counts only if nothing was written, and nothing newer was learnt, since the question was asked. */
	if (vpc->written_us > asked_us || vpc->asked_us > asked_us)
		return 0;
	if (answers_is_behind(vpc, doc))
		return 0;
	if (is_doubtful(vpc, doc)) {
		vpc->is_unlisted = true;
		return 0;
	}
	vpc->gone = false;
	vpc->asked_us = asked_us;
	vpc_set_doc(vpc, doc);
	return 0;
}

/* Not in the list: gone, unless the list may simply not know it yet. */
static bool may_lag(struct vpc *vpc, uint64_t asked_us)
{
	if (vpc->gone)
		return false;
	if (vpc->created_us && vpc->view->last_stamp - vpc->created_us < LIST_LAG_US) {
		vpc->is_unlisted = true;
		return true;
	}
	return vpc->written_us > asked_us || vpc->asked_us > asked_us;
}

static void drop_unlisted(struct view *view, uint64_t asked_us)
{
	for (struct map_pos p = {0}; map_next(&view->by_id, &p);) {
		struct vpc *vpc = p.value;

		if (vpc->list_mark == view->list_mark || may_lag(vpc, asked_us))
			continue;
		/* A mark of a deletion stays while a question asked before it may still be answered. */
		if (vpc->deleted_here && vpc->written_us > asked_us)
			continue;
		if (!vpc->gone) {
			view->changed_at = clock_real();
			news_add(vpc);
		}
		vpc->gone = true;
		map_remove(&view->by_id, vpc->id);
		vpc_unref(vpc);
	}
}

int names_merge(struct view *view, const struct doc_list *list, uint64_t asked_us)
{
	view->list_mark++;
	for (size_t i = 0; i < list->count; i++) {
		if (merge_doc(view, list->docs[i], asked_us) < 0)
			return -ENOMEM;
	}
	/* by_file borrows from by_id: it must not outlive what is dropped. */
	map_release(&view->by_file);
	drop_unlisted(view, asked_us);
	return names_rebuild(view);
}
