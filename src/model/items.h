/* SPDX-License-Identifier: MIT */
/* The file names of list items, which come from their `name`, and of object keys that the schema
 * does not know.
 *
 * A file name means the same item in whatever list and at whatever position the item stands. If no
 * other item has an item's name, that name is its file name. Items that share a name are
 * NAME~NUMBER; the number is a hash of the item's name and values, and among equal items each
 * further one has one more. A name that is too long for a file name, or that itself ends like
 * NAME~NUMBER, gets a number as well. */
#ifndef MODEL_ITEMS_H
#define MODEL_ITEMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "base/buf.h"
#include "base/map.h"
#include "model/doc.h"
#include "model/name.h"

/* The items of one list by file name. Caller's memory; the array must outlive it. */
struct items {
	const struct schema_field *list;
	const json_t *array; /* borrowed; may be NULL */
	char **files;	     /* owned, one an item, each owned */
	size_t count;
	struct map by_file; /* the value points into files */
};

/* Errors: -ENOMEM (then there is nothing to release). */
int items_init(struct items *items, const struct schema_field *list, const json_t *array);
void items_release(struct items *items);
/* The index of the item with this file name, -1 if there is none. NAME~NUMBER also finds its item
 * while no other item has that name. */
ssize_t items_find(const struct items *items, const char *file);
/* Whether an item has this name (the API's name, not a file name). */
bool items_have_name(const struct items *items, const char *name);

/* An item's name, NULL if it has none. Borrowed. */
json_t *item_name(const struct schema_field *list, const json_t *item);
/* Sets an item's name. name is a C string (nul.h). Errors: -ENOMEM. */
int item_set_name(const struct schema_field *list, json_t *item, const char *name);
/* Adds the item's name as a C string; adds nothing if the item has none. Errors: -ENOMEM,
 * -EFBIG. */
int item_add_name(const struct schema_field *list, const json_t *item, struct buf *ret);
/* Whether a file name has the form NAME~NUMBER. *ret_len (ret_len may be NULL) gets the length of
 * NAME. */
bool item_file_is_numbered(const char *file, size_t *ret_len);

/* Whether a member of an object, which dir shows, is a field that the schema does not know. If so,
 * out gets its file name. */
bool unknown_file_name(const struct doc_field *dir, const char *key, const json_t *value,
	char out[NAME_FILE_MAX]);
/* The unknown field with this file name, NULL if there is none; if several have it, the first.
 * Borrowed. */
json_t *unknown_find(const struct doc_field *dir, json_t *object, const char *file);

#endif
