/* SPDX-License-Identifier: MIT */
/* The few documents that are parsed at the moment. A parsed document takes nine times its text, so
 * documents keep the text. But a caller that walks a VPC looks at one file after the other, and one
 * parse should serve all of them.
 *
 * So the objects parsed last are kept in slots that all threads share. A pool of 400 threads hands
 * one walk from thread to thread; slots of each thread's own would parse once per thread and keep
 * 400 objects. The slots are the only state of this layer that no caller owns. They are a cache:
 * without them every result is the same, only slower.
 *
 * There is no lock. A thread that looks into a slot takes the object out, which no other thread can
 * then do. It takes a reference if the object is the right one, and puts the object back. A thread
 * that comes between these two steps finds the slot empty and parses for itself.
 * A document is known by a number that is never used again, not by its address: an object in a slot
 * can outlive its document. */
#include "parsed.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include "json_member.h"
#include "schema_tree.h"
#include "scan.h"

/* Documents of one list have consecutive numbers, so this many neighbours fit without displacing
 * each other. A document as the service sends it takes 8 KiB when parsed. */
#define SLOTS 16

static _Atomic(struct parsed *) slots[SLOTS];
static atomic_uint_fast64_t last_serial;

uint64_t parsed_new_serial(void)
{
	return atomic_fetch_add_explicit(&last_serial, 1, memory_order_relaxed) + 1;
}

static void parsed_free(struct parsed *parsed)
{
	for (size_t i = 0; i < parsed->list_count; i++)
		items_release(&parsed->lists[i]);
	json_decref(parsed->root);
	free(parsed);
}

void parsed_unref(struct parsed *parsed)
{
	if (parsed &&
		atomic_fetch_sub_explicit(&parsed->refs, 1, memory_order_acq_rel) == 1)
		parsed_free(parsed);
}

void parsed_unrefp(struct parsed **parsed)
{
	parsed_unref(*parsed);
	*parsed = NULL;
}

static struct parsed *slot_take(uint64_t serial)
{
	return atomic_exchange_explicit(&slots[serial % SLOTS], NULL, memory_order_acquire);
}

/* Fills an empty slot only: an object that came into it meanwhile is newer. */
static void slot_put_back(uint64_t serial, struct parsed *parsed)
{
	struct parsed *empty = NULL;

	if (!atomic_compare_exchange_strong_explicit(&slots[serial % SLOTS], &empty, parsed,
		    memory_order_release, memory_order_relaxed))
		parsed_unref(parsed);
}

struct parsed *parsed_find(uint64_t serial)
{
	struct parsed *in_slot = slot_take(serial), *found = NULL;

	if (!in_slot)
		return NULL;
	if (in_slot->serial == serial) {
		found = in_slot;
		atomic_fetch_add_explicit(&found->refs, 1, memory_order_relaxed);
	}
	slot_put_back(serial, in_slot);
	return found;
}

static size_t count_lists(void)
{
	const struct schema_field *mask_field = NULL;
	size_t count = 0;

	while ((mask_field = mask_field_next(mask_field)))
		count += mask_field->flags & FIELD_NAMED_ITEMS ? 1 : 0;
	return count;
}

static int parsed_fill(struct parsed *parsed, const char *text, size_t len)
{
	const struct schema_field *mask_field = NULL;
	int r = 0;

	parsed->root = scan_parse(text, len, 0, NULL);
	if (!parsed->root) /* the text was parsed before, so only memory can be missing */
		return -ENOMEM;
	while (r == 0 && (mask_field = mask_field_next(mask_field))) {
		if (!(mask_field->flags & FIELD_NAMED_ITEMS))
			continue;
		r = items_init(&parsed->lists[parsed->list_count++], mask_field,
			json_member_get(parsed->root, mask_field->path));
	}
	return r;
}

int parsed_make(uint64_t serial, const char *text, size_t len, struct parsed **ret)
{
	struct parsed *parsed =
		calloc(1, sizeof(*parsed) + count_lists() * sizeof(struct items));
	int r = parsed ? parsed_fill(parsed, text, len) : -ENOMEM;

	if (r < 0) {
		if (parsed)
			parsed_free(parsed);
		return r;
	}
	parsed->serial = serial;
	atomic_init(&parsed->refs, 2); /* one for the caller, one for the slot */
	parsed_unref(atomic_exchange_explicit(
		&slots[serial % SLOTS], parsed, memory_order_acq_rel));
	*ret = parsed;
	return 0;
}

const struct items *parsed_items(
	const struct parsed *parsed, const struct schema_field *list)
{
	size_t i = 0;

	while (i < parsed->list_count && parsed->lists[i].list != list)
		i++;
	assert(i < parsed->list_count);
	return &parsed->lists[i];
}

void parsed_forget(uint64_t serial)
{
	struct parsed *in_slot = slot_take(serial);

	if (in_slot && in_slot->serial == serial)
		parsed_unref(in_slot);
	else if (in_slot)
		slot_put_back(serial, in_slot);
}
