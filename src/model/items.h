/* SPDX-License-Identifier: MIT */
/* The file names of what the API names: items of a list by their `name`, keys of an object that no
 * row knows.
 *
 * A file name of an item means the same item in whatever list it stands, wherever it stands there.
 * A name that no other item has is the file name. Items that share one are NAME~NUMBER; the number
 * is a hash of what the item is (name and values), of equal items each further one has one more. So
 * has a name that is too long for a file name, or ends like NAME~NUMBER. */
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
	struct map by_file; /* where in files */
};

/* Errors: -ENOMEM (and there is nothing to release). */
int items_init(struct items *items, const struct schema_field *list, const json_t *array);
void items_release(struct items *items);
/* The index of the item with this file name, -1 when there is none. NAME~NUMBER is found as well
 * while the item it means is alone with its name. */
ssize_t items_find(const struct items *items, const char *file);
/* Whether an item has this name (a name, no file name). */
bool items_have_name(const struct items *items, const char *name);

/* An item's name, NULL when it has none; borrowed. */
json_t *item_name(const struct schema_field *list, const json_t *item);
/* name is a C string (nul.h). Errors: -ENOMEM. */
int item_set_name(const struct schema_field *list, json_t *item, const char *name);
/* Adds the item's name as a C string, nothing when it has none. Errors: -ENOMEM, -EFBIG. */
int item_add_name(const struct schema_field *list, const json_t *item, struct buf *ret);
/* Whether a file name has the form NAME~NUMBER; *ret_len, which may be NULL, gets the length of
 * NAME. */
bool item_file_is_numbered(const char *file, size_t *ret_len);

/* Whether a member of an object that is shown as this directory is an unknown field, and under
 * which name. */
bool unknown_file_name(const struct doc_field *dir, const char *key, const json_t *value,
	char out[NAME_FILE_MAX]);
/* The unknown field with this file name, NULL when there is none; the first where several have it.
 * Borrowed. */
json_t *unknown_find(const struct doc_field *dir, json_t *object, const char *file);

#endif
