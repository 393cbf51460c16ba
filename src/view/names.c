/* SPDX-License-Identifier: MIT */
/* Names in the API are hostile input: whatever the names and the ids are, no two VPCs share a file
 * name. */
#include "names.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/hash.h"
#include "collection_int.h"

/* Counts how often each name occurs. The map's value is the count itself, as a pointer. */
static int count_names(struct collection *c, struct map *counts)
{
	for (struct map_pos p = {0}; map_next(&c->by_id, &p);) {
		const struct vpc *vpc = p.value;
		const char *name;
		uintptr_t n;

		if (!vpc_is_shown_locked(vpc))
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
	invalidate_locked(vpc);
	return vpc_set_file_locked(vpc, file);
}

/* Takes the first of these that is free: the name; the name with the id; the name with a number and
 * the id, if somebody has given another VPC that very name. A long id is cut at its end, so the
 * number stands before it. */
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
		snprintf(id, sizeof(id), "%u~%s", i, vpc->id);
		name_with_id(name, id, file);
		r = map_add(files, file, vpc);
	}
	return r < 0 ? r : set_name(vpc, file);
}

/* VPCs that share a name go first: NAME~ID belongs to them. */
static int claim_names(
	struct collection *c, const struct map *counts, bool shared, struct map *files)
{
	for (struct map_pos p = {0}; map_next(&c->by_id, &p);) {
		struct vpc *vpc = p.value;

		if (!vpc_is_shown_locked(vpc) ||
			((uintptr_t)map_get(counts, doc_name(vpc->doc)) > 1) != shared)
			continue;
		if (claim_name(files, vpc, shared) < 0)
			return -ENOMEM;
	}
	return 0;
}

int names_rebuild_locked(struct collection *c)
{
	CLEANUP(map_release) struct map counts = {0};
	struct map files = {0};

	if (count_names(c, &counts) < 0 || claim_names(c, &counts, true, &files) < 0 ||
		claim_names(c, &counts, false, &files) < 0) {
		map_release(&files);
		return -ENOMEM;
	}
	map_release(&c->by_file);
	c->by_file = files;
	return 0;
}

static bool is_whole_id(const char *file, const char *id)
{
	char back[NAME_FILE_MAX];

	return name_from_file(file, back, sizeof(back)) == 0 && strcmp(back, id) == 0;
}

/* Ids that have to be cut come last. Each gets a number that is made from the whole id. */
static int list_ids_locked(struct collection *c, struct map *ret)
{
	CLEANUP(map_release) struct map cut = {0};
	int r = 0;

	for (struct map_pos p = {0}; r == 0 && map_next(&c->by_id, &p);) {
		char file[NAME_FILE_MAX];

		if (!vpc_is_shown_locked(p.value))
			continue;
		name_to_file(p.key, "", file);
		r = map_add(is_whole_id(file, p.key) ? ret : &cut,
			is_whole_id(file, p.key) ? file : p.key, p.value);
	}
	for (struct map_pos p = {0}; r == 0 && map_next(&cut, &p);) {
		uint32_t number = (uint32_t)hash_bytes(0, p.key, strlen(p.key));
		char file[NAME_FILE_MAX], text[16];

		r = -EEXIST;
		for (; r == -EEXIST; number++) {
			snprintf(text, sizeof(text), "%" PRIu32, number);
			name_with_id(p.key, text, file);
			r = map_add(ret, file, p.value);
		}
	}
	return r;
}

static struct vpc *find_id_locked(struct collection *c, const char *file)
{
	CLEANUP(map_release) struct map files = {0};
	char id[NAME_FILE_MAX];
	struct vpc *vpc = NULL;

	if (name_from_file(file, id, sizeof(id)) == 0)
		vpc = map_get(&c->by_id, id);
	if (!vpc && list_ids_locked(c, &files) == 0)
		vpc = map_get(&files, file);
	return vpc && vpc_is_shown_locked(vpc) ? vpc : NULL;
}

int names_list_ids(struct collection *c, struct map *ret)
{
	int r;

	collection_lock(c);
	r = list_ids_locked(c, ret);
	collection_unlock(c);
	return r;
}

int names_of_id(struct collection *c, const char *file, struct buf *ret)
{
	const struct vpc *vpc;
	int r;

	collection_lock(c);
	vpc = find_id_locked(c, file);
	r = vpc ? buf_adds(ret, vpc->file) : -ENOENT;
	collection_unlock(c);
	return r;
}

struct vpc *names_find(struct collection *c, const char *file)
{
	struct vpc *vpc;

	collection_lock(c);
	vpc = map_get(&c->by_file, file);
	if (vpc)
		vpc_ref(vpc);
	collection_unlock(c);
	return vpc;
}

int names_list(struct collection *c, struct map *ret)
{
	int r = 0;

	collection_lock(c);
	for (struct map_pos p = {0}; r == 0 && map_next(&c->by_file, &p);) {
		r = map_add(ret, p.key, p.value);
		if (r == 0)
			vpc_ref(p.value);
	}
	collection_unlock(c);
	return r;
}

void names_release(struct map *names)
{
	for (struct map_pos p = {0}; map_next(names, &p);)
		vpc_unref(p.value);
	map_release(names);
}

int names_find_all(struct collection *c, const char *api_name, struct vpc_list *ret)
{
	int r = 0;

	collection_lock(c);
	for (struct map_pos p = {0}; r == 0 && map_next(&c->by_id, &p);) {
		struct vpc *vpc = p.value;

		if (vpc_is_shown_locked(vpc) && strcmp(doc_name(vpc->doc), api_name) == 0)
			r = vpc_list_add(ret, vpc);
	}
	collection_unlock(c);
	return r;
}

void names_path(struct vpc *vpc, const char *path, char ret[NODE_PATH_MAX])
{
	collection_lock(vpc->collection);
	snprintf(ret, NODE_PATH_MAX, "%s%s%s", vpc->file, path[0] ? "/" : "", path);
	collection_unlock(vpc->collection);
}
