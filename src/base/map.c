/* SPDX-License-Identifier: MIT */
/* A chained hash table, and the map from text to pointer built on it. */
#include "base/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"

#define MAP_FIRST 16

struct map_entry {
	struct map_link link;
	void *value; /* borrowed */
	char key[];
};

static size_t chain_count(const struct map *m)
{
	return m->slots ? m->slot_count : 1;
}

static struct map_link **chain_at(struct map *m, uint64_t hash)
{
	return m->slots ? &m->slots[hash & (m->slot_count - 1)] : &m->only;
}

static void map_grow(struct map *m)
{
	struct map old = *m;

	m->slot_count = old.slots ? old.slot_count * 2 : MAP_FIRST;
	m->slots = calloc(m->slot_count, sizeof(struct map_link *));
	if (!m->slots) {
		*m = old;
		return;
	}
	m->only = NULL;
	for (size_t i = 0; i < chain_count(&old); i++) {
		for (struct map_link *link = *chain_at(&old, i), *next; link; link = next) {
			struct map_link **at = chain_at(m, link->hash);

			next = link->next;
			link->next = *at;
			*at = link;
		}
	}
	free(old.slots);
}

void map_link(struct map *m, struct map_link *link, uint64_t hash)
{
	struct map_link **at;

	if (m->count >= m->slot_count)
		map_grow(m);
	at = chain_at(m, hash);
	*link = (struct map_link){.next = *at, .hash = hash};
	*at = link;
	m->count++;
}

void map_unlink(struct map *m, struct map_link *link)
{
	struct map_link **at = chain_at(m, link->hash);

	while (*at != link)
		at = &(*at)->next;
	*at = link->next;
	m->count--;
}

struct map_link *map_chain(const struct map *m, uint64_t hash)
{
	return *chain_at((struct map *)m, hash);
}

void map_release(struct map *m)
{
	for (struct map_pos p = {0}; map_next(m, &p);)
		free((char *)p.key - offsetof(struct map_entry, key));
	free(m->slots);
	*m = (struct map){0};
}

static struct map_entry *map_find(const struct map *m, const char *key, uint64_t hash)
{
	struct map_link *link = map_chain(m, hash);

	while (link &&
		(link->hash != hash || strcmp(((struct map_entry *)link)->key, key) != 0))
		link = link->next;
	return (struct map_entry *)link;
}

void *map_get(const struct map *m, const char *key)
{
	struct map_entry *e = m->count ? map_find(m, key, hash_key(key)) : NULL;

	return e ? e->value : NULL;
}

int map_add(struct map *m, const char *key, void *value)
{
	uint64_t hash = hash_key(key);
	size_t size = strlen(key) + 1;
	struct map_entry *e;

	if (map_find(m, key, hash))
		return -EEXIST;
	e = malloc(sizeof(*e) + size);
	if (!e)
		return -ENOMEM;
	e->value = value;
	memcpy(e->key, key, size);
	map_link(m, &e->link, hash);
	return 0;
}

int map_set(struct map *m, const char *key, void *value)
{
	struct map_entry *e = map_find(m, key, hash_key(key));

	if (!e)
		return map_add(m, key, value);
	e->value = value;
	return 0;
}

void *map_remove(struct map *m, const char *key)
{
	struct map_entry *e = m->count ? map_find(m, key, hash_key(key)) : NULL;
	void *value;

	if (!e)
		return NULL;
	value = e->value;
	map_unlink(m, &e->link);
	free(e);
	return value;
}

int map_next(const struct map *m, struct map_pos *pos)
{
	struct map_link *link = pos->next;

	while (!link && pos->slot < chain_count(m))
		link = map_chain(m, pos->slot++);
	if (!link)
		return 0;
	pos->key = ((struct map_entry *)link)->key;
	pos->value = ((struct map_entry *)link)->value;
	pos->next = link->next;
	return 1;
}
