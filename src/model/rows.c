/* SPDX-License-Identifier: MIT */
/* The schema table as a tree, as the leaves that a PATCH can name, and by paths of the mount. */
#include "rows.h"

#include <string.h>

/* The path of a row below dir, relative to it; NULL for every other row. */
static const char *path_below(const struct row *dir, const struct row *row)
{
	const char *path = row->path, *up = dir ? dir->path : "";

	for (; *up && *up == *path; up++)
		path++;
	if (*up || (dir && *path != '/'))
		return NULL;
	return dir ? path + 1 : path;
}

static bool row_is_child(const struct row *dir, const struct row *row)
{
	const char *path = path_below(dir, row);

	return path && !strchr(path, '/');
}

const struct row *row_next_child(const struct row *dir, const struct row *after)
{
	const struct row *last = after ? after : dir;

	for (size_t i = last ? (size_t)(last - schema_rows) + 1 : 0; i < schema_row_count;
		i++) {
		if (row_is_child(dir, &schema_rows[i]))
			return &schema_rows[i];
	}
	return NULL;
}

const struct row *row_child(const struct row *dir, const char *name)
{
	for (size_t i = dir ? (size_t)(dir - schema_rows) + 1 : 0; i < schema_row_count;
		i++) {
		const char *path = path_below(dir, &schema_rows[i]);

		if (path && strcmp(path, name) == 0)
			return strchr(name, '/') ? NULL : &schema_rows[i];
	}
	return NULL;
}

const struct row *schema_with(const struct row *dir, unsigned flags)
{
	for (size_t i = 0; i < schema_row_count; i++) {
		if (schema_rows[i].flags & flags && row_is_child(dir, &schema_rows[i]))
			return &schema_rows[i];
	}
	return NULL;
}

const char *schema_key(const struct row *row)
{
	const char *slash = strrchr(row->path, '/');

	return slash ? slash + 1 : row->path;
}

bool row_is_member(const struct row *row)
{
	return row->type != FIELD_SPEC && row->type != FIELD_RAW &&
	       row->type != FIELD_ERROR;
}

bool row_is_file(const struct row *row)
{
	return !(row->flags & FIELD_NAME && row_below_item(row));
}

bool row_is_item(const struct row *row)
{
	return strcmp(schema_key(row), "*") == 0;
}

const char *own_path(unsigned flag)
{
	return schema_with(NULL, flag)->path;
}

const char *row_name_key(const struct row *list)
{
	return schema_key(schema_with(row_child(list, "*"), FIELD_NAME));
}

const char *row_below_item(const struct row *row)
{
	const char *item = strstr(row->path, "/*/");

	return item ? item + strlen("/*/") : NULL;
}

const struct row *leaf_next(const struct row *after)
{
	size_t i = after ? (size_t)(after - schema_rows) + 1 : 0;

	for (; i < schema_row_count; i++) {
		const struct row *row = &schema_rows[i];

		if (row->mask[0] && leaf_of(row) == row)
			return row;
	}
	return NULL;
}

const struct row *leaf_of(const struct row *row)
{
	for (size_t i = 0; i < schema_row_count; i++) {
		if (strcmp(schema_rows[i].mask, row->mask) == 0)
			return &schema_rows[i];
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

const struct row *schema_match(const char *path)
{
	for (size_t i = 0; *path && i < schema_row_count; i++) {
		if (!path[match_len(schema_rows[i].path, path)] &&
			row_is_file(&schema_rows[i]))
			return &schema_rows[i];
	}
	return NULL;
}

bool schema_has(const char *path, unsigned flags)
{
	const struct row *row = schema_match(path);

	return row && row->flags & flags;
}

size_t schema_item_len(const char *path)
{
	size_t len = 0;

	for (size_t i = 0; !len && i < schema_row_count; i++) {
		if (row_is_item(&schema_rows[i]))
			len = match_len(schema_rows[i].path, path);
	}
	return len;
}
