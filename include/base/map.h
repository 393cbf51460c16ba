/* SPDX-License-Identifier: MIT */
/* A map from text to pointer; keys are copied, values are the caller's. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>

struct map_entry;
/* Caller's memory, zero-initialised is an empty map. Not locked. */
struct map {
	struct map_entry **slots; /* owned */
	size_t slot_count;
	size_t count; /* entries; may be read */
};

/* Frees the map, not the values. */
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
	struct map_entry *next;
};
int map_next(const struct map *m, struct map_pos *pos);

#endif
