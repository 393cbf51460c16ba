/* SPDX-License-Identifier: MIT */
/* The list of the API becomes the directory: which VPCs there are, and under which file name each
 * is shown. Names of the API are hostile input: whatever they and the ids are, no two VPCs share a
 * file name. */
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool is_shown(const struct vpc *vpc)
{
	return !vpc->is_gone && vpc->doc;
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
		n = (uintptr_t)map_get(counts, name) + 1;
		if (map_set(counts, name, (void *)n) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int set_name(struct vpc *vpc, const char *file)
{
	if (strcmp(file, vpc->file) == 0)
		return 0;
	invalidation_add(vpc);
	return vpc_set_file(vpc, file);
}

/* The name, or where it is taken the name with the id, or where somebody has given that very name
 * to another VPC the name with the id and a number. */
static int claim_name(struct map *files, struct vpc *vpc, bool is_shared)
{
	const char *name = doc_name(vpc->doc);
	char file[NAME_FILE_MAX], id[NAME_FILE_MAX];
	int r = -EEXIST;

	if (!is_shared) {
		name_to_file(name, vpc->id, file);
		r = map_add(files, file, vpc);
	}
	if (r == -EEXIST) {
		name_with_id(name, vpc->id, file);
		r = map_add(files, file, vpc);
	}
	for (unsigned i = 2; r == -EEXIST; i++) {
		snprintf(id, sizeof(id), "%.64s~%u", vpc->id, i);
		name_with_id(name, id, file);
		r = map_add(files, file, vpc);
	}
	return r < 0 ? r : set_name(vpc, file);
}

/* Those that share a name go first: NAME~ID is theirs. */
static int claim_names(
	struct view *view, const struct map *counts, bool shared, struct map *files)
{
	for (struct map_pos p = {0}; map_next(&view->by_id, &p);) {
		struct vpc *vpc = p.value;

		if (!is_shown(vpc) ||
			((uintptr_t)map_get(counts, doc_name(vpc->doc)) > 1) != shared)
			continue;
		if (claim_name(files, vpc, shared) < 0)
			return -ENOMEM;
	}
	return 0;
}

int names_rebuild(struct view *view)
{
	CLEANUP(map_release) struct map counts = {0};
	struct map files = {0};

	if (count_names(view, &counts) < 0 ||
		claim_names(view, &counts, true, &files) < 0 ||
		claim_names(view, &counts, false, &files) < 0) {
		map_release(&files);
		return -ENOMEM;
	}
	map_release(&view->by_file);
	view->by_file = files;
	return 0;
}

static bool is_whole(const char *file, const char *id)
{
	char back[NAME_FILE_MAX];

	return name_from_file(file, back, sizeof(back)) == 0 && strcmp(back, id) == 0;
}

struct vpc *names_find_id(struct view *view, const char *file)
{
	CLEANUP(map_release) struct map files = {0};
	char id[NAME_FILE_MAX];
	struct vpc *vpc = NULL;

	if (name_from_file(file, id, sizeof(id)) == 0)
		vpc = map_get(&view->by_id, id);
	if (!vpc && names_of_ids(view, &files) == 0)
		vpc = map_get(&files, file);
	return vpc && is_shown(vpc) ? vpc : NULL;
}

/* Ids that had to be cut go last, and one whose name is taken by then gets a number. */
int names_of_ids(struct view *view, struct map *ret)
{
	CLEANUP(map_release) struct map cut = {0};
	int r = 0;

	for (struct map_pos p = {0}; r == 0 && map_next(&view->by_id, &p);) {
		char file[NAME_FILE_MAX];

		if (!is_shown(p.value))
			continue;
		name_to_file(p.key, "", file);
		r = map_add(is_whole(file, p.key) ? ret : &cut,
			is_whole(file, p.key) ? file : p.key, p.value);
	}
	for (struct map_pos p = {0}; r == 0 && map_next(&cut, &p);) {
		char file[NAME_FILE_MAX], number[16];

		r = -EEXIST;
		for (unsigned i = 1; r == -EEXIST; i++) {
			snprintf(number, sizeof(number), "%u", i);
			name_with_id(p.key, number, file);
			r = map_add(ret, file, p.value);
		}
	}
	return r;
}

static int merge_doc(struct view *view, struct doc *doc, uint64_t asked_us)
{
	struct vpc *vpc = map_get(&view->by_id, doc_id(doc));

	if (!vpc) {
		vpc = vpc_new(view, doc_id(doc));
		if (!vpc || map_add(&view->by_id, vpc->id, vpc) < 0) {
			vpc_unref(vpc);
			return -ENOMEM;
		}
	}
	vpc->list_mark = view->list_mark;
	cache_take_listed(vpc, doc, asked_us);
	return 0;
}

static void drop_unlisted(struct view *view, uint64_t asked_us)
{
	for (struct map_pos p = {0}; map_next(&view->by_id, &p);) {
		struct vpc *vpc = p.value;

		if (vpc->list_mark == view->list_mark ||
			!cache_take_listed(vpc, NULL, asked_us))
			continue;
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
