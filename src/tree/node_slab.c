/* SPDX-License-Identifier: MIT */
/* The memory of nodes, and their ids. */
#include "node_slab.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include "tree_int.h"

static_assert(sizeof(struct node) <= SLAB_SLOT_BYTES, "a node fits its slot");
static_assert(sizeof(struct slab_chunk) <= SLAB_SLOT_BYTES, "so does the head of a chunk");

/* The sanitizer finds who uses a node that is gone; its past (generation) is read, to tell who
 * asks for it by id. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define POISON(n)   ASAN_POISON_MEMORY_REGION(n, offsetof(struct node, generation))
#define UNPOISON(n) ASAN_UNPOISON_MEMORY_REGION(n, sizeof(struct node))
#else
#define POISON(n)   ((void)(n))
#define UNPOISON(n) ((void)(n))
#endif

/* mmap aligns to pages only. */
static struct slab_chunk *chunk_map(void)
{
	char *at = mmap(NULL, 2 * SLAB_CHUNK_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before;

	if (at == MAP_FAILED)
		return NULL;
	before = -(uintptr_t)at & (SLAB_CHUNK_BYTES - 1);
	if (before)
		munmap(at, before);
	munmap(at + before + SLAB_CHUNK_BYTES, SLAB_CHUNK_BYTES - before);
	return (struct slab_chunk *)(at + before);
}

static bool node_slab_grow_locked(struct tree *tree)
{
	struct node_slab *pool = &tree->pool;
	uint32_t number = pool->end / SLAB_CHUNK_SLOTS;
	struct slab_chunk *chunk;

	if (number >= SLAB_CHUNKS)
		return false;
	chunk = chunk_map();
	if (!chunk)
		return false;
	*chunk = (struct slab_chunk){.tree = tree, .first = pool->end};
	pool->chunks[number] = chunk;
	pool->end++;
	return true;
}

static struct node *slot_at(const struct node_slab *pool, uint32_t number)
{
	char *chunk = (char *)pool->chunks[number / SLAB_CHUNK_SLOTS];

	return (struct node *)(chunk + number % SLAB_CHUNK_SLOTS * SLAB_SLOT_BYTES);
}

struct node *node_slab_take_locked(struct tree *tree)
{
	struct node_slab *pool = &tree->pool;
	struct node *n;

	if (!pool->free && pool->end % SLAB_CHUNK_SLOTS == 0 &&
		!node_slab_grow_locked(tree))
		return NULL;
	n = slot_at(pool, pool->free ? pool->free : pool->end++);
	if (pool->free)
		pool->free = n->next;
	UNPOISON(n);
	*n = (struct node){.generation = n->generation, .refs = 1};
	pool->count++;
	return n;
}

void node_slab_retire_locked(struct node *node)
{
	node->generation++;
	node_tree(node)->pool.count--;
}

void node_slab_give_locked(struct node *node)
{
	struct node_slab *pool = &node_tree(node)->pool;

	node->next = pool->free;
	pool->free = slab_number(node);
	POISON(node);
}

void node_slab_release(struct node_slab *pool)
{
	for (size_t i = 0; i < SLAB_CHUNKS && pool->chunks[i]; i++) {
#ifdef __SANITIZE_ADDRESS__
		ASAN_UNPOISON_MEMORY_REGION(pool->chunks[i], SLAB_CHUNK_BYTES);
#endif
		munmap(pool->chunks[i], SLAB_CHUNK_BYTES);
	}
}

struct node *node_slab_find_locked(struct tree *tree, uint64_t id)
{
	struct node *n;
	uint32_t number = (uint32_t)id;

	if (number >= tree->pool.end || number % SLAB_CHUNK_SLOTS == 0)
		return NULL;
	n = slot_at(&tree->pool, number);
	return n->generation == id >> 32 && (n->refs || n->nlookup) ? n : NULL;
}

struct node *slab_node(const struct tree *tree, uint32_t number)
{
	return number ? slot_at(&tree->pool, number) : NULL;
}

uint32_t slab_number(const struct node *node)
{
	const struct slab_chunk *chunk;

	if (!node)
		return 0;
	chunk = slab_chunk_of(node);
	return chunk->first +
	       (uint32_t)(((const char *)node - (const char *)chunk) / SLAB_SLOT_BYTES);
}

uint64_t node_id(const struct node *node)
{
	return (uint64_t)node->generation << 32 | slab_number(node);
}
