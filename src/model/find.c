/* SPDX-License-Identifier: MIT */
/* Finds the JSON value that a path shows, its text and its time, by walking schema table and
 * document side by side. */
#include "find.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"
#include "doc_int.h"
#include "items.h"
#include "json_member.h"
#include "print.h"
#include "schema_tree.h"
#include "text.h"
#include "value.h"

struct doc_field field_of(const struct schema_field *schema)
{
	return (struct doc_field){
		.type = schema->type, .flags = schema->flags, .schema = schema};
}

struct place place_root(const struct parsed *doc)
{
	return (struct place){
		.field = {.type = FIELD_DIR},
		.value = doc->root,
		.item = NO_ITEM,
		.dated = doc->root,
	};
}

static void place_enter(
	const struct place *dir, struct doc_field field, json_t *value, struct place *ret)
{
	bool has_time =
		json_is_object(value) && json_member_text(value, own_path(FIELD_MTIME))[0];

	*ret = (struct place){
		.field = field,
		.value = value,
		.depth = dir->depth + 1,
		.item = dir->item,
		.dated = has_time ? value : dir->dated,
	};
}

static bool schema_exists(const struct schema_field *schema, const json_t *value)
{
	if (!(schema->flags & FIELD_IF_PRESENT))
		return true;
	return schema->type == FIELD_DIR ? value != NULL : !value_is_zero(schema, value);
}

bool place_field(const struct parsed *doc, const struct place *dir,
	const struct schema_field *schema, struct place *ret)
{
	json_t *value = schema_is_member(schema)
				? json_member_get(dir->value, schema_key(schema))
				: dir->value;
	struct doc_field field = field_of(schema);

	if (!schema_is_file(schema) || !schema_exists(schema, value))
		return false;
	place_enter(dir, field, value, ret);
	return true;
}

void place_item(const struct place *dir, size_t index, struct place *ret)
{
	const struct schema_field *schema = schema_child(dir->field.schema, "*");

	place_enter(dir, field_of(schema), json_array_get(dir->value, index), ret);
	ret->item = index;
}

/* The type of a field that the schema does not know. An object that is too deep for a directory is
 * a file of compact JSON. */
static enum field_type unknown_type(const json_t *value, unsigned depth)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return depth < DOC_DEPTH_MAX ? FIELD_DIR : FIELD_STRING;
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
	struct doc_field field = {.type = unknown_type(value, dir->depth + 1),
		.flags = FIELD_UNKNOWN | (json_is_array(value) ? FIELD_LINES : 0)};

	place_enter(dir, field, value, ret);
}

/* Copies the next name of the path and moves past it. */
static int path_next(const char **path, char name[NAME_FILE_MAX])
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
	const struct doc_field *field = &dir->field;
	const struct schema_field *schema =
		field->flags & FIELD_UNKNOWN ? NULL : schema_child(field->schema, name);
	json_t *value;
	ssize_t item;

	if (field->type != FIELD_DIR)
		return -ENOTDIR;
	if (field->flags & FIELD_NAMED_ITEMS) {
		item = items_find(parsed_items(doc, field->schema), name);
		if (item < 0)
			return -ENOENT;
		place_item(dir, (size_t)item, ret);
		return 0;
	}
	if (schema)
		return place_field(doc, dir, schema, ret) ? 0 : -ENOENT;
	value = unknown_find(field, dir->value, name);
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

int doc_find(const struct doc *doc, const char *path, struct doc_field *ret)
{
	CLEANUP_PARSED struct parsed *parsed = NULL;
	struct place place;
	int r;

	if (!path[0]) { /* called for every VPC of a long list: not worth a parse */
		*ret = (struct doc_field){.type = FIELD_DIR};
		return 0;
	}
	r = doc_open(doc, &parsed, NULL);
	if (r == 0)
		r = place_find(parsed, path, &place);
	if (r == 0)
		*ret = place.field;
	return r;
}

int place_show(const struct parsed *doc, const struct place *place, struct buf *ret)
{
	switch (place->field.type) {
	case FIELD_DIR:
		return -EISDIR;
	case FIELD_SPEC:
		return spec_show(doc->root, ret);
	case FIELD_RAW:
		return print_pretty(place->value, ret);
	case FIELD_ERROR:
		return 0;
	default:
		return text_show(&place->field, place->value, ret);
	}
}

int doc_show(const struct doc *doc, const char *path, struct buf *ret)
{
	CLEANUP_PARSED struct parsed *parsed = NULL;
	struct place place;
	size_t before = ret->len;
	int r = doc_open(doc, &parsed, NULL);

	if (r == 0)
		r = place_find(parsed, path, &place);
	if (r == 0)
		r = place_show(parsed, &place, ret);
	if (r < 0 && ret->len > before)
		buf_resize(ret, before);
	return r;
}

bool doc_mtime(const struct doc *doc, const char *path, struct timespec *ret)
{
	CLEANUP_PARSED struct parsed *parsed = NULL;
	struct place place;

	if (path[0] &&
		(doc_open(doc, &parsed, NULL) < 0 || place_find(parsed, path, &place) < 0))
		return false;
	return (parsed && clock_parse_rfc3339(
				  json_member_text(place.dated, own_path(FIELD_MTIME)),
				  ret)) ||
	       doc_own_mtime(doc, ret);
}
