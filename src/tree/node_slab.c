/* SPDX-License-Identifier: MIT */
/* The memory of nodes, and their ids. */
#include "node_slab.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include "tree_int.h"

static_assert(sizeof(struct node) <= SLAB_SLOT_BYTES, "a node fits its slot");
static_assert(sizeof(struct slab_chunk) <= SLAB_SLOT_BYTES, "so does the head of a chunk");

/* With the sanitizer a freed node is poisoned, except for what a look-up by an old id reads: the
 * generation and what is behind it. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define POISON(n)   ASAN_POISON_MEMORY_REGION(n, offsetof(struct node, generation))
#define UNPOISON(n) ASAN_UNPOISON_MEMORY_REGION(n, sizeof(struct node))
#else
#define POISON(n)   ((void)(n))
#define UNPOISON(n) ((void)(n))
#endif

/* Maps twice the size and unmaps the ends, since mmap aligns to pages only. */
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
	struct node_slab *slab = &tree->node_slab;
	uint32_t number = slab->end / SLAB_CHUNK_SLOTS;
	struct slab_chunk *chunk;

	if (number >= SLAB_CHUNKS)
		return false;
	chunk = chunk_map();
	if (!chunk)
		return false;
	*chunk = (struct slab_chunk){.tree = tree, .first = slab->end};
	slab->chunks[number] = chunk;
	slab->end++;
	return true;
}

static struct node *slot_at(const struct node_slab *slab, uint32_t number)
{
	char *chunk = (char *)slab->chunks[number / SLAB_CHUNK_SLOTS];

	return (struct node *)(chunk + number % SLAB_CHUNK_SLOTS * SLAB_SLOT_BYTES);
}

struct node *node_slab_take_locked(struct tree *tree)
{
	struct node_slab *slab = &tree->node_slab;
	struct node *n;

	if (!slab->free && slab->end % SLAB_CHUNK_SLOTS == 0 &&
		!node_slab_grow_locked(tree))
		return NULL;
	n = slot_at(slab, slab->free ? slab->free : slab->end++);
	if (slab->free)
		slab->free = n->next;
	UNPOISON(n);
	*n = (struct node){.generation = n->generation, .refs = 1};
	slab->count++;
	return n;
}

void node_slab_retire_locked(struct node *node)
{
	node->generation++;
	node_tree(node)->node_slab.count--;
}

void node_slab_give_locked(struct node *node)
{
	struct node_slab *slab = &node_tree(node)->node_slab;

	node->next = slab->free;
	slab->free = slab_number(node);
	POISON(node);
}

void node_slab_release(struct node_slab *slab)
{
	for (size_t i = 0; i < SLAB_CHUNKS && slab->chunks[i]; i++) {
#ifdef __SANITIZE_ADDRESS__
		ASAN_UNPOISON_MEMORY_REGION(slab->chunks[i], SLAB_CHUNK_BYTES);
#endif
		munmap(slab->chunks[i], SLAB_CHUNK_BYTES);
	}
}

struct node *node_slab_find_locked(struct tree *tree, uint64_t id)
{
	struct node *n;
	uint32_t number = (uint32_t)id;

	if (number >= tree->node_slab.end || number % SLAB_CHUNK_SLOTS == 0)
		return NULL;
	n = slot_at(&tree->node_slab, number);
	return n->generation == id >> 32 && (n->refs || n->nlookup) ? n : NULL;
}

struct node *slab_node(const struct tree *tree, uint32_t number)
{
	return number ? slot_at(&tree->node_slab, number) : NULL;
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
