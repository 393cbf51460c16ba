/* SPDX-License-Identifier: MIT */
/* The way from a path to the JSON value it shows: table and document are walked side by side. */
#include "find.h"

#include <errno.h>
#include <string.h>
#include "items.h"
#include "member.h"
#include "rows.h"
#include "value.h"

struct place place_root(const struct parsed *doc)
{
	json_t *root = doc->root;

	return (struct place){
		.field = {.type = FIELD_DIR},
		.value = root,
		.item = NO_ITEM,
		.dated = member_text(root, "updatedAt")[0] ? root : NULL,
	};
}

static void place_enter(
	const struct place *dir, struct field field, json_t *value, struct place *ret)
{
	*ret = (struct place){
		.field = field,
		.value = value,
		.depth = dir->depth + 1,
		.item = dir->item,
		.dated = member_text(value, "updatedAt")[0] ? value : dir->dated,
	};
}

static bool row_exists(const struct row *row, const json_t *value)
{
	if (!(row->flags & FIELD_IF_PRESENT))
		return true;
	return row->type == FIELD_DIR ? value != NULL : !value_is_zero(row, value);
}

bool place_row(const struct parsed *doc, const struct place *dir, const struct row *row,
	struct place *ret)
{
	json_t *value =
		row_is_member(row) ? member_get(dir->value, row_key(row)) : dir->value;
	struct field field = {.type = row->type, .flags = row->flags, .row = row};

	if (!row_exists(row, value))
		return false;
	place_enter(dir, field, value, ret);
	return true;
}

void place_item(const struct place *dir, size_t index, struct place *ret)
{
	const struct row *row = row_child(dir->field.row, "*");
	struct field field = {.type = row->type, .flags = row->flags, .row = row};

	place_enter(dir, field, json_array_get(dir->value, index), ret);
	ret->item = index;
}

/* An object that is too deep for a directory is a file of compact JSON. */
static enum field_type unknown_type(const json_t *value, unsigned depth)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return depth < DOC_DEPTH_MAX ? FIELD_DIR : FIELD_STRING;
	case JSON_ARRAY:
		return FIELD_LINES;
	case JSON_TRUE:
	case JSON_FALSE:
		return FIELD_BOOL;
	case JSON_INTEGER:
		return FIELD_INT;
	default:
		return FIELD_STRING;
	}
}

void place_unknown(const struct place *dir, json_t *value, struct place *ret)
{
	struct field field = {
		.type = unknown_type(value, dir->depth + 1), .flags = FIELD_UNKNOWN};

	place_enter(dir, field, value, ret);
}

int path_next(const char **path, char name[NAME_FILE_MAX])
{
	size_t len = strcspn(*path, "/");

	if (len >= NAME_FILE_MAX)
		return -ENAMETOOLONG;
	if (!len || strcmp(*path + len, "/") == 0)
		return -ENOENT;
	memcpy(name, *path, len);
	name[len] = '\0';
	*path += len + ((*path)[len] == '/');
	return 0;
}

static int place_enter_name(const struct parsed *doc, const struct place *dir,
	const char *name, struct place *ret)
{
	const struct field *field = &dir->field;
	bool is_known = !(field->flags & FIELD_UNKNOWN);
	const struct row *row = is_known ? row_child(field->row, name) : NULL;
	json_t *value;
	ssize_t item;

	if (field->type != FIELD_DIR)
		return -ENOTDIR;
	if (field->flags & FIELD_NAMED_ITEMS) {
		item = items_find(parsed_items(doc, field->row), name);
		if (item < 0)
			return -ENOENT;
		place_item(dir, (size_t)item, ret);
		return 0;
	}
	if (row)
		return place_row(doc, dir, row, ret) ? 0 : -ENOENT;
	value = unknown_find(field->row, is_known, dir->value, name);
	if (!value)
		return -ENOENT;
	place_unknown(dir, value, ret);
	return 0;
}

int place_find(const struct parsed *doc, const char *path, struct place *ret)
{
	struct place at = place_root(doc), next;
	char name[NAME_FILE_MAX];

	if (strnlen(path, DOC_PATH_MAX) >= DOC_PATH_MAX)
		return -ENAMETOOLONG;
	while (*path) {
		int r = path_next(&path, name);

		if (r == 0)
			r = place_enter_name(doc, &at, name, &next);
		if (r < 0)
			return r;
		at = next;
	}
	*ret = at;
	return 0;
}
