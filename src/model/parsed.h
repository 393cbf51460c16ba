/* SPDX-License-Identifier: MIT */
/* A document's JSON object, for as long as a caller looks at it. */
#ifndef MODEL_PARSED_H
#define MODEL_PARSED_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/cleanup.h"
#include "items.h"

struct parsed {
	/* Owned, and shared by all readers. It is never changed, and no reference is ever taken to
	 * its values (use json_deep_copy), so readers write nothing to memory that they share. */
	json_t *root;
	uint64_t serial; /* the document's number */
	atomic_uint refs;
	size_t list_count;
	struct items lists[]; /* one for each list of named items in the table */
};

/* A number that no other document of this process has or had. */
uint64_t parsed_new_serial(void);
/* A reference to the object of this document if it was used recently, else NULL. */
struct parsed *parsed_find(uint64_t serial);
/* Parses the document's own text, and keeps the object for the next caller. Errors: -ENOMEM. */
int parsed_make(uint64_t serial, const char *text, size_t len, struct parsed **ret);
/* The items of a list of named items, which must be one of the table's. Borrowed. */
const struct items *parsed_items(
	const struct parsed *parsed, const struct schema_field *list);
/* Drops the object of a document that is being freed. */
void parsed_forget(uint64_t serial);
void parsed_unref(struct parsed *parsed); /* NULL is allowed */
void parsed_unrefp(struct parsed **parsed);
#define CLEANUP_PARSED CLEANUP(parsed_unrefp)

#endif
