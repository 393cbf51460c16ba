/* SPDX-License-Identifier: MIT */
/* A chained hash table whose link is a member of the item. */
#include "table.h"

#include <errno.h>
#include <stdlib.h>

#define TABLE_FIRST 64

static void **table_link(const struct table *t, const void *item)
{
	return (void **)((char *)item + t->link);
}

int table_init(struct table *t, size_t link, uint64_t (*hash)(const void *item))
{
	*t = (struct table){.link = link, .hash = hash, .slot_count = TABLE_FIRST};
	t->slots = calloc(t->slot_count, sizeof(void *));
	return t->slots ? 0 : -ENOMEM;
}

void table_release(struct table *t)
{
	free(t->slots);
	t->slots = NULL;
}

static void **table_slot(const struct table *t, uint64_t hash)
{
	return &t->slots[hash & (t->slot_count - 1)];
}

static void table_grow(struct table *t)
{
	size_t old_count = t->slot_count;
	void **old = t->slots, **slots = calloc(old_count * 2, sizeof(void *));

	if (!slots)
		return;
	t->slots = slots;
	t->slot_count = old_count * 2;
	for (size_t i = 0; i < old_count; i++) {
		for (void *item = old[i], *next; item; item = next) {
			void **slot = table_slot(t, t->hash(item));

			next = *table_link(t, item);
			*table_link(t, item) = *slot;
			*slot = item;
		}
	}
	free(old);
}

void table_add(struct table *t, void *item)
{
	void **slot;

	if (t->count >= t->slot_count)
		table_grow(t);
	slot = table_slot(t, t->hash(item));
	*table_link(t, item) = *slot;
	*slot = item;
	t->count++;
}

void table_remove(struct table *t, void *item)
{
	void **at = table_slot(t, t->hash(item));

	while (*at && *at != item)
		at = table_link(t, *at);
	if (!*at)
		return;
	*at = *table_link(t, item);
	*table_link(t, item) = NULL;
	t->count--;
}

void *table_first(const struct table *t, uint64_t hash)
{
	return *table_slot(t, hash);
}

/* splitmix64's finish. */
uint64_t hash_mix(uint64_t a, uint64_t b)
{
	uint64_t h = a * 0x9E3779B97F4A7C15ULL ^ b;

	h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9ULL;
	h = (h ^ h >> 27) * 0x94D049BB133111EBULL;
	return h ^ h >> 31;
}

/* FNV-1a, mixed at the end. */
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	uint64_t h = 14695981039346656037ULL ^ seed;

	for (size_t i = 0; i < len; i++)
		h = (h ^ at[i]) * 1099511628211ULL;
	return hash_mix(h, len);
}
