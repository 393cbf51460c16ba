/* SPDX-License-Identifier: MIT */
/* The names of the files that only the API sets, as patterns for rsync and tar to exclude. rsync
 * would exclude a VPC or an entry of such a name, too; so a line before each name includes
 * directories of that name. */
#include "model/schema.h"

#include <errno.h>
#include <string.h>
#include "base/map.h"
#include "schema_tree.h"

static bool is_server_owned(const struct schema_field *schema)
{
	return schema->type != FIELD_DIR &&
	       (!(schema->flags & FIELD_WRITABLE) || schema->flags & FIELD_DEPRECATED);
}

/* Whether something settable has this name, which must then not be excluded. */
static bool is_settable(const char *name)
{
	for (size_t i = 0; i < schema_field_count; i++) {
		if (!is_server_owned(&schema_fields[i]) &&
			strcmp(schema_key(&schema_fields[i]), name) == 0)
			return true;
	}
	return false;
}

/* Adds a name as a pattern. Brackets go around each character with a meaning in patterns, and
 * around a first character that would make the line a comment or a rule. */
static int add_pattern(const char *name, struct buf *ret)
{
	int r = 0;

	for (const char *p = name; *p && r == 0; p++) {
		if (*p == '\\')
			r = buf_adds(ret, "[\\\\]");
		else if (p == name && *p == '!')
			r = buf_adds(ret, "[\\!]");
		else if (strchr("*?[", *p) || (p == name && strchr("#;+- ", *p)))
			r = buf_addf(ret, "[%c]", *p);
		else
			r = buf_addc(ret, *p);
	}
	return r;
}

static int add_name(struct map *names, const char *name, struct buf *ret)
{
	int r = is_settable(name) ? -EEXIST : map_add(names, name, names);

	if (r < 0)
		return r == -EEXIST ? 0 : r;
	r = buf_adds(ret, "+ ");
	if (r == 0)
		r = add_pattern(name, ret);
	if (r == 0)
		r = buf_adds(ret, "/\n");
	if (r == 0)
		r = add_pattern(name, ret);
	return r < 0 ? r : buf_addc(ret, '\n');
}

int schema_server_owned(const char *const *unknown, size_t count, struct buf *ret)
{
	struct map names = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < schema_field_count; i++) {
		if (is_server_owned(&schema_fields[i]))
			r = add_name(&names, schema_key(&schema_fields[i]), ret);
	}
	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_name(&names, unknown[i], ret);
	map_release(&names);
	return r;
}
