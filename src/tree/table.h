/* SPDX-License-Identifier: MIT */
/* A chained hash table whose link is a member of the item: no allocation for each item. Not
 * locked. */
#ifndef TREE_TABLE_H
#define TREE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table {
	void **slots; /* owned */
	size_t slot_count;
	size_t count;
	size_t link; /* offset of the item's link, a void * */
	uint64_t (*hash)(const void *item);
};

/* Errors: -ENOMEM. */
int table_init(struct table *t, size_t link, uint64_t (*hash)(const void *item));
/* Frees the table, not the items. */
void table_release(struct table *t);

/* Never fails: a table that cannot grow has longer chains. */
void table_add(struct table *t, void *item);
void table_remove(struct table *t, void *item);
/* The first item of a chain; the caller follows the links and compares. */
void *table_first(const struct table *t, uint64_t hash);

uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t len);
uint64_t hash_mix(uint64_t a, uint64_t b);

#endif
