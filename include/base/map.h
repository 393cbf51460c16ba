/* SPDX-License-Identifier: MIT */
/* A hash table in two forms: a map from text to pointer, which copies its keys, and an intrusive
 * table of items that embed their link and compare their own keys. A table is used in one form
 * only. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

/* First member of an item of an intrusive table. The members are private, except that a caller may
 * follow next along a chain and compare hash. */
struct map_link {
	struct map_link *next;
	uint64_t hash;
};

/* Caller's memory; zero-initialised it is empty. Has no lock of its own. */
struct map {
	struct map_link **slots; /* owned; NULL: all entries are in the chain `only` */
	struct map_link *only;
	size_t slot_count;
	size_t count; /* entries; may be read */
};

/* Frees the map and the keys, not the values. The caller has unlinked all items of an intrusive
 * table before. */
void map_release(struct map *m);

/* The key's value, or NULL. */
void *map_get(const struct map *m, const char *key);
/* Errors: -EEXIST, -ENOMEM. value must not be NULL. */
int map_add(struct map *m, const char *key, void *value);
/* As map_add, but replaces the value of an existing key, which cannot fail. */
int map_set(struct map *m, const char *key, void *value);
/* Removes the entry and returns its value, or NULL if there is none. */
void *map_remove(struct map *m, const char *key);

/* Iterates in no particular order. Meanwhile the entry just returned may be removed, but nothing
 * may be added.
 *   for (struct map_pos p = {0}; map_next(&m, &p);) use(p.key, p.value); */
struct map_pos {
	const char *key;
	void *value;
	size_t slot;
	struct map_link *next;
};
int map_next(const struct map *m, struct map_pos *pos);

/* Adds an item. Never fails: if the table cannot grow, its chains get longer. */
void map_link(struct map *m, struct map_link *link, uint64_t hash);
/* Removes an item, which must be in the table. */
void map_unlink(struct map *m, struct map_link *link);
/* The first item of the chain for this hash, or NULL. The caller follows the links and compares. */
struct map_link *map_chain(const struct map *m, uint64_t hash);

#endif
