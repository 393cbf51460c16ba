/* SPDX-License-Identifier: MIT */
/* The schema table as a tree, as the leaves that a PATCH can name, and by paths of the mount. */
#include "schema_tree.h"

#include <string.h>

/* The path of a row below dir, relative to it; NULL for every other row. */
static const char *path_below(
	const struct schema_field *dir, const struct schema_field *schema)
{
	const char *path = schema->path, *up = dir ? dir->path : "";

	for (; *up && *up == *path; up++)
		path++;
	if (*up || (dir && *path != '/'))
		return NULL;
	return dir ? path + 1 : path;
}

static bool schema_is_child(
	const struct schema_field *dir, const struct schema_field *schema)
{
	const char *path = path_below(dir, schema);

	return path && !strchr(path, '/');
}

const struct schema_field *schema_next_child(
	const struct schema_field *dir, const struct schema_field *after)
{
	const struct schema_field *last = after ? after : dir;

	for (size_t i = last ? (size_t)(last - schema_fields) + 1 : 0;
		i < schema_field_count; i++) {
		if (schema_is_child(dir, &schema_fields[i]))
			return &schema_fields[i];
	}
	return NULL;
}

const struct schema_field *schema_child(const struct schema_field *dir, const char *name)
{
	for (size_t i = dir ? (size_t)(dir - schema_fields) + 1 : 0; i < schema_field_count;
		i++) {
		const char *path = path_below(dir, &schema_fields[i]);

		if (path && path[0] == name[0] && strcmp(path, name) == 0)
			return strchr(name, '/') ? NULL : &schema_fields[i];
	}
	return NULL;
}

const struct schema_field *schema_with(const struct schema_field *dir, unsigned flags)
{
	for (size_t i = 0; i < schema_field_count; i++) {
		if (schema_fields[i].flags & flags &&
			schema_is_child(dir, &schema_fields[i]))
			return &schema_fields[i];
	}
	return NULL;
}

const char *schema_key(const struct schema_field *schema)
{
	const char *slash = strrchr(schema->path, '/');

	return slash ? slash + 1 : schema->path;
}

bool schema_is_member(const struct schema_field *schema)
{
	return schema->type != FIELD_SPEC && schema->type != FIELD_RAW &&
	       schema->type != FIELD_ERROR;
}

bool schema_is_file(const struct schema_field *schema)
{
	return !(schema->flags & FIELD_NAME && schema_below_item(schema));
}

bool schema_is_item(const struct schema_field *schema)
{
	return strcmp(schema_key(schema), "*") == 0;
}

const char *own_path(unsigned flag)
{
	return schema_with(NULL, flag)->path;
}

const char *schema_name_key(const struct schema_field *list)
{
	return schema_key(schema_with(schema_child(list, "*"), FIELD_NAME));
}

const char *schema_below_item(const struct schema_field *schema)
{
	const char *item = strstr(schema->path, "/*/");

	return item ? item + strlen("/*/") : NULL;
}

const struct schema_field *mask_field_next(const struct schema_field *after)
{
	size_t i = after ? (size_t)(after - schema_fields) + 1 : 0;

	for (; i < schema_field_count; i++) {
		const struct schema_field *schema = &schema_fields[i];

		if (schema->mask[0] && mask_field_of(schema) == schema)
			return schema;
	}
	return NULL;
}

const struct schema_field *mask_field_of(const struct schema_field *schema)
{
	for (size_t i = 0; i < schema_field_count; i++) {
		if (strcmp(schema_fields[i].mask, schema->mask) == 0)
			return &schema_fields[i];
	}
	return NULL;
}

/* Bytes at the start of the path that the pattern stands for, whole names; 0 when it does not. */
static size_t match_len(const char *pattern, const char *path)
{
	const char *at = path;

	for (; *pattern; pattern++) {
		size_t name = *pattern == '*' ? strcspn(at, "/") : *pattern == *at;

		if (!name)
			return 0;
		at += name;
	}
	return *at && *at != '/' ? 0 : (size_t)(at - path);
}

const struct schema_field *schema_match(const char *path)
{
	for (size_t i = 0; *path && i < schema_field_count; i++) {
		if (!path[match_len(schema_fields[i].path, path)] &&
			schema_is_file(&schema_fields[i]))
			return &schema_fields[i];
	}
	return NULL;
}

bool schema_has(const char *path, unsigned flags)
{
	const struct schema_field *schema = schema_match(path);

	return schema && schema->flags & flags;
}

size_t schema_item_len(const char *path)
{
	size_t len = 0;

	for (size_t i = 0; !len && i < schema_field_count; i++) {
		if (schema_is_item(&schema_fields[i]))
			len = match_len(schema_fields[i].path, path);
	}
	return len;
}
