/* SPDX-License-Identifier: MIT */
/* From a path of the mount to the row of the table, without a document. */
#include <string.h>
#include "rows.h"

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
