/* SPDX-License-Identifier: MIT */
/* From a path of the mount to the row of the table, without a document. */
#include <string.h>
#include "model/schema.h"

static bool matches(const char *pattern, const char *path)
{
	while (*pattern && *path) {
		size_t want = strcspn(pattern, "/"), has = strcspn(path, "/");
		bool is_any = want == 1 && *pattern == '*';

		if (!has || (!is_any && (want != has || strncmp(pattern, path, has) != 0)))
			return false;
		pattern += want;
		path += has;
		if (*pattern != *path)
			return false;
		pattern += *pattern == '/';
		path += *path == '/';
	}
	return !*pattern && !*path;
}

const struct row *schema_match(const char *path)
{
	for (size_t i = 0; i < schema_row_count; i++) {
		if (matches(schema_rows[i].path, path))
			return &schema_rows[i];
	}
	return NULL;
}

const struct row *schema_next_required(const char *dir, const struct row *after)
{
	const struct row *end = schema_rows + schema_row_count;

	for (const struct row *row = after ? after + 1 : schema_rows; row < end; row++) {
		const char *slash = strrchr(row->path, '/');
		char parent[128];

		if (!slash || !(row->flags & FIELD_REQUIRED) ||
			(size_t)(slash - row->path) >= sizeof(parent))
			continue;
		memcpy(parent, row->path, (size_t)(slash - row->path));
		parent[slash - row->path] = '\0';
		if (matches(parent, dir))
			return row;
	}
	return NULL;
}
