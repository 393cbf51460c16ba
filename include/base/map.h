/* SPDX-License-Identifier: MIT */
/* A hash table in two forms: a map from text to pointer that copies its keys, and a table of
 * items that bring their own link, for what has a key of its own. One table is used in one form
 * only. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

/* First member of an item that brings its link. Members are private but to follow a chain. */
struct map_link {
	struct map_link *next;
	uint64_t hash;
};

/* Caller's memory, zero-initialised is an empty map. Not locked. */
struct map {
	struct map_link **slots; /* owned; NULL: everything is in the chain `only` */
	struct map_link *only;
	size_t slot_count;
	size_t count; /* entries; may be read */
};

/* Frees the map and the keys, not the values. Items with links of their own are out by then. */
void map_release(struct map *m);

/* NULL when there is none. */
void *map_get(const struct map *m, const char *key);
/* Errors: -EEXIST, -ENOMEM. value must not be NULL. */
int map_add(struct map *m, const char *key, void *value);
/* As map_add, and in place of what is there: then it cannot fail. */
int map_set(struct map *m, const char *key, void *value);
/* Takes the entry out and returns its value, NULL when there was none. */
void *map_remove(struct map *m, const char *key);

/* Iteration in no order. The entry just returned may be removed meanwhile, nothing added.
 *   for (struct map_pos p = {0}; map_next(&m, &p);) use(p.key, p.value); */
struct map_pos {
	const char *key;
	void *value;
	size_t slot;
	struct map_link *next;
};
int map_next(const struct map *m, struct map_pos *pos);

/* Adds an item. Never fails: a table that cannot grow has longer chains. */
void map_link(struct map *m, struct map_link *link, uint64_t hash);
/* The item is in the table. */
void map_unlink(struct map *m, struct map_link *link);
/* The first item of the chain for this hash; the caller follows the links and compares. */
struct map_link *map_chain(const struct map *m, uint64_t hash);

#endif
