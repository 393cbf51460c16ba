/* SPDX-License-Identifier: MIT */
/* A chained hash map; the hash is seeded per process so that names from the network cannot aim at
 * one chain. */
#include "base/map.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define MAP_FIRST 16

struct map_entry {
	struct map_entry *next;
	void *value; /* borrowed */
	uint64_t hash;
	char key[];
};

static uint64_t map_seed(void)
{
	static uint64_t seed;
	uint64_t fresh = 0, none = 0;

	if (__atomic_load_n(&seed, __ATOMIC_RELAXED) == 0) {
		if (getrandom(&fresh, sizeof(fresh), GRND_NONBLOCK) != sizeof(fresh))
			fresh = (uintptr_t)&seed;
		__atomic_compare_exchange_n(
			&seed, &none, fresh | 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	}
	return __atomic_load_n(&seed, __ATOMIC_RELAXED);
}

/* FNV-1a over the seed, then a mix so that the low bits depend on all. */
static uint64_t map_hash(const char *key)
{
	uint64_t h = 14695981039346656037ULL ^ map_seed();

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 1099511628211ULL;
	h ^= h >> 32;
	return h * 0x9E3779B97F4A7C15ULL >> 8;
}

void map_release(struct map *m)
{
	for (size_t i = 0; i < m->slot_count; i++) {
		for (struct map_entry *e = m->slots[i], *next; e; e = next) {
			next = e->next;
			free(e);
		}
	}
	free(m->slots);
	*m = (struct map){0};
}

static struct map_entry **map_find(const struct map *m, const char *key, uint64_t hash)
{
	struct map_entry **at = &m->slots[hash & (m->slot_count - 1)];

	while (*at && ((*at)->hash != hash || strcmp((*at)->key, key) != 0))
		at = &(*at)->next;
	return at;
}

void *map_get(const struct map *m, const char *key)
{
	struct map_entry *e;

	if (!m->count)
		return NULL;
	e = *map_find(m, key, map_hash(key));
	return e ? e->value : NULL;
}

static int map_grow(struct map *m)
{
	size_t n = m->slot_count ? m->slot_count * 2 : MAP_FIRST;
	struct map_entry **slots = calloc(n, sizeof(struct map_entry *));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < m->slot_count; i++) {
		for (struct map_entry *e = m->slots[i], *next; e; e = next) {
			next = e->next;
			e->next = slots[e->hash & (n - 1)];
			slots[e->hash & (n - 1)] = e;
		}
	}
	free(m->slots);
	m->slots = slots;
	m->slot_count = n;
	return 0;
}

int map_add(struct map *m, const char *key, void *value)
{
	uint64_t hash = map_hash(key);
	size_t size = strlen(key) + 1;
	struct map_entry **at, *e;

	if (m->count >= m->slot_count && map_grow(m) < 0)
		return -ENOMEM;
	at = map_find(m, key, hash);
	if (*at)
		return -EEXIST;
	e = malloc(sizeof(*e) + size);
	if (!e)
		return -ENOMEM;
	*e = (struct map_entry){.value = value, .hash = hash};
	memcpy(e->key, key, size);
	*at = e;
	m->count++;
	return 0;
}

int map_set(struct map *m, const char *key, void *value)
{
	struct map_entry *e = m->count ? *map_find(m, key, map_hash(key)) : NULL;

	if (!e)
		return map_add(m, key, value);
	e->value = value;
	return 0;
}

void *map_remove(struct map *m, const char *key)
{
	struct map_entry **at, *e;
	void *value;

	if (!m->count)
		return NULL;
	at = map_find(m, key, map_hash(key));
	e = *at;
	if (!e)
		return NULL;
	value = e->value;
	*at = e->next;
	free(e);
	m->count--;
	return value;
}

int map_next(const struct map *m, struct map_pos *pos)
{
	struct map_entry *e = pos->next;

	while (!e && pos->slot < m->slot_count)
		e = m->slots[pos->slot++];
	if (!e)
		return 0;
	pos->key = e->key;
	pos->value = e->value;
	pos->next = e->next;
	return 1;
}
