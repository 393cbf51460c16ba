/* SPDX-License-Identifier: MIT */
/* The file names of list items, and of keys that the schema does not know. */
#include "items.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "canonical.h"
#include "json_member.h"
#include "nul.h"
#include "schema_tree.h"

#define NUMBER_TEXT_MAX 12	    /* bytes of a 32-bit number with the NUL */
#define ITEM_TEXT_MAX	(64u << 20) /* bytes */
/* bytes; a shorter name is never cut, even if every byte of it is escaped */
#define CUT_FROM (NAME_FILE_MAX / 3)

static char seen_once, seen_more; /* only their addresses count */

json_t *item_name(const struct schema_field *list, const json_t *item)
{
	return json_member_get(item, schema_name_key(list));
}

int item_set_name(const struct schema_field *list, json_t *item, const char *name)
{
	return json_member_put_take(item, schema_name_key(list), nul_new_string(name));
}

int item_add_name(const struct schema_field *list, const json_t *item, struct buf *ret)
{
	return nul_add_string(item_name(list, item), ret);
}

bool item_file_is_numbered(const char *file, size_t *ret_len)
{
	const char *tail = strrchr(file, '~');

	if (!tail || !tail[1] || tail[1 + strspn(tail + 1, "0123456789")])
		return false;
	if (ret_len)
		*ret_len = (size_t)(tail - file);
	return true;
}

/* FNV-1a. */
static uint32_t hash_text(const char *text)
{
	uint32_t h = 2166136261u;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	return h;
}

static void number_text(uint32_t number, char out[NUMBER_TEXT_MAX])
{
	snprintf(out, NUMBER_TEXT_MAX, "%u", number);
}

static int item_number(const struct items *items, size_t index, uint32_t *ret)
{
	CLEANUP_BUF struct buf text = BUF_INIT(ITEM_TEXT_MAX);
	int r = canonical_add_item(items->list, json_array_get(items->array, index), &text);

	if (r == 0)
		*ret = hash_text(buf_str(&text));
	return r;
}

/* The file name of an item whose name no other item has. False if it must get a number. */
static bool plain_file(const char *name, char out[NAME_FILE_MAX])
{
	char back[NAME_FILE_MAX];

	name_to_file(name, "", out);
	if (item_file_is_numbered(out, NULL))
		return false;
	return strlen(name) < CUT_FROM ||
	       (name_from_file(out, back, sizeof(back)) == 0 && strcmp(back, name) == 0);
}

static int count_name(
	const struct schema_field *list, const json_t *item, struct map *names)
{
	CLEANUP_BUF struct buf name = BUF_INIT(ITEM_TEXT_MAX);
	int r = item_add_name(list, item, &name);

	if (r == 0)
		r = map_add(names, buf_str(&name), &seen_once);
	return r == -EEXIST ? map_set(names, buf_str(&name), &seen_more) : r;
}

static int items_put(struct items *items, size_t index, const char *file)
{
	int r = map_add(&items->by_file, file, &items->files[index]);

	if (r < 0)
		return r;
	items->files[index] = strdup(file);
	return items->files[index] ? 0 : -ENOMEM;
}

/* twins counts, for the first of several equal items, how many more have been named. */
static int items_put_numbered(
	struct items *items, size_t index, const char *name, uint32_t *twins)
{
	char digits[NUMBER_TEXT_MAX], file[NAME_FILE_MAX];
	uint32_t number;
	char **first;
	int r = item_number(items, index, &number);

	if (r)
		return r;
	number_text(number, digits);
	name_with_id(name, digits, file);
	first = map_get(&items->by_file, file);
	if (!first)
		return items_put(items, index, file);
	do {
		number_text(number + ++twins[first - items->files], digits);
		name_with_id(name, digits, file);
		r = items_put(items, index, file);
	} while (r == -EEXIST);
	return r;
}

static int items_name(
	struct items *items, size_t index, const struct map *names, uint32_t *twins)
{
	CLEANUP_BUF struct buf name = BUF_INIT(ITEM_TEXT_MAX);
	char file[NAME_FILE_MAX];
	int r = item_add_name(items->list, json_array_get(items->array, index), &name);

	if (r < 0)
		return r;
	if (map_get(names, buf_str(&name)) == &seen_once &&
		plain_file(buf_str(&name), file))
		return items_put(items, index, file);
	return items_put_numbered(items, index, buf_str(&name), twins);
}

static int items_fill(struct items *items)
{
	CLEANUP(map_release) struct map names = {0};
	CLEANUP_FREE uint32_t *twins = calloc(items->count + 1, sizeof(*twins));
	int r = 0;

	items->files = calloc(items->count + 1, sizeof(*items->files));
	if (!items->files || !twins)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < items->count; i++)
		r = count_name(items->list, json_array_get(items->array, i), &names);
	for (size_t i = 0; r == 0 && i < items->count; i++)
		r = items_name(items, i, &names, twins);
	return r;
}

int items_init(struct items *items, const struct schema_field *list, const json_t *array)
{
	int r;

	*items = (struct items){
		.list = list, .array = array, .count = json_array_size(array)};
	r = items_fill(items);
	if (r < 0)
		items_release(items);
	return r == -EFBIG ? -ENOMEM : r;
}

void items_release(struct items *items)
{
	map_release(&items->by_file);
	for (size_t i = 0; items->files && i < items->count; i++)
		free(items->files[i]);
	free(items->files);
	*items = (struct items){0};
}

/* Finds an item by NAME~NUMBER although its file name is NAME at present. */
static ssize_t find_alone(const struct items *items, const char *file)
{
	char name[NAME_FILE_MAX], digits[NUMBER_TEXT_MAX];
	uint32_t number;
	char **found;
	size_t len;

	if (strlen(file) >= NAME_FILE_MAX || !item_file_is_numbered(file, &len))
		return -1;
	memcpy(name, file, len);
	name[len] = '\0';
	found = map_get(&items->by_file, name);
	if (!found || item_number(items, (size_t)(found - items->files), &number) < 0)
		return -1;
	number_text(number, digits);
	return strcmp(file + len + 1, digits) == 0 ? found - items->files : -1;
}

ssize_t items_find(const struct items *items, const char *file)
{
	char **found = map_get(&items->by_file, file);

	return found ? found - items->files : find_alone(items, file);
}

bool items_have_name(const struct items *items, const char *name)
{
	size_t i;
	json_t *item;

	json_array_foreach (items->array, i, item) {
		json_t *own = item_name(items->list, item);

		if (own ? nul_equal(own, name) : !name[0])
			return true;
	}
	return false;
}

/* The file name of a field that the schema does not know; it depends on the key alone. */
static void unknown_key_file(const char *key, char out[NAME_FILE_MAX])
{
	char digits[NUMBER_TEXT_MAX];

	number_text(hash_text(key), digits);
	name_to_file(key, digits, out);
}

static const struct schema_field *known_field(const struct doc_field *dir, const char *key)
{
	return dir->flags & FIELD_UNKNOWN ? NULL : schema_child(dir->schema, key);
}

bool unknown_file_name(const struct doc_field *dir, const char *key, const json_t *value,
	char out[NAME_FILE_MAX])
{
	const struct schema_field *schema = known_field(dir, key);

	if (json_is_null(value) || (schema && schema_is_member(schema)))
		return false;
	unknown_key_file(key, out);
	return !known_field(dir, out);
}

/* A file name that was cut does not contain its whole key, so this compares each key's file
 * name. */
static json_t *unknown_find_cut(
	const struct doc_field *dir, json_t *object, const char *file)
{
	char own[NAME_FILE_MAX];
	const char *key;
	json_t *value;

	json_object_foreach (object, key, value) {
		if (strlen(key) >= CUT_FROM && unknown_file_name(dir, key, value, own) &&
			strcmp(own, file) == 0)
			return value;
	}
	return NULL;
}

json_t *unknown_find(const struct doc_field *dir, json_t *object, const char *file)
{
	char key[NAME_FILE_MAX], own[NAME_FILE_MAX];
	json_t *value = NULL;

	if (name_from_file(file, key, sizeof(key)) == 0)
		value = json_object_get(object, key);
	if (value && unknown_file_name(dir, key, value, own) && strcmp(own, file) == 0)
		return value;
	return strlen(file) >= CUT_FROM ? unknown_find_cut(dir, object, file) : NULL;
}
