/* SPDX-License-Identifier: MIT */
/* The schema table as a tree, as the leaves that a PATCH can name, and by paths of the mount. */
#include "rows.h"

#include <string.h>

static bool row_is_below(const struct row *dir, const struct row *row)
{
	const char *slash = strrchr(row->path, '/');
	size_t len = slash ? (size_t)(slash - row->path) : 0;

	if (!dir)
		return !slash;
	return slash && strlen(dir->path) == len && memcmp(dir->path, row->path, len) == 0;
}

const struct row *row_next_child(const struct row *dir, const struct row *after)
{
	size_t i = after ? (size_t)(after - schema_rows) + 1 : 0;

	for (; i < schema_row_count; i++) {
		if (row_is_below(dir, &schema_rows[i]))
			return &schema_rows[i];
	}
	return NULL;
}

const struct row *row_child(const struct row *dir, const char *name)
{
	size_t len = dir ? strlen(dir->path) : 0;

	if (strchr(name, '/'))
		return NULL;
	for (size_t i = 0; i < schema_row_count; i++) {
		const char *path = schema_rows[i].path;

		if (dir && (strncmp(path, dir->path, len) != 0 || path[len] != '/'))
			continue;
		if (strcmp(dir ? path + len + 1 : path, name) == 0)
			return &schema_rows[i];
	}
	return NULL;
}

const struct row *schema_with(const struct row *dir, unsigned flags)
{
	for (size_t i = 0; i < schema_row_count; i++) {
		if (schema_rows[i].flags & flags && row_is_below(dir, &schema_rows[i]))
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
