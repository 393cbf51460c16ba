/* SPDX-License-Identifier: MIT */
/* A document's JSON object for as long as somebody looks at it. */
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
	/* Owned, and shared by every reader: never changed, and its values never get a reference of
	 * their own (json_deep_copy them), so that readers write nothing at all to what they share.
	 */
	json_t *root;
	uint64_t serial; /* whose it is */
	atomic_uint refs;
	size_t list_count;
	struct items lists[]; /* of named items, those that the table has */
};

/* A number no other document of this process has or had. */
uint64_t parsed_new_serial(void);
/* A reference to the object of this document when it was looked at lately, else NULL. */
struct parsed *parsed_find(uint64_t serial);
/* Parses the document's own text, and remembers the object for the next who looks. Errors: -ENOMEM.
 * */
int parsed_make(uint64_t serial, const char *text, size_t len, struct parsed **ret);
/* The items of a list of named items. Borrowed. */
const struct items *parsed_items(
	const struct parsed *parsed, const struct schema_field *list);
/* The document goes. */
void parsed_forget(uint64_t serial);
void parsed_unref(struct parsed *parsed); /* NULL is allowed */
void parsed_unrefp(struct parsed **parsed);
#define CLEANUP_PARSED CLEANUP(parsed_unrefp)

#endif
