/* SPDX-License-Identifier: MIT */
/* Reads the files of a draft's fields into one object, each at its path in the schema. */
#include "draft_fields.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/utf8.h"
#include "items.h"
#include "json_member.h"
#include "nul.h"
#include "schema_tree.h"
#include "text.h"

static char seen_once, seen_more; /* only their addresses count */

bool draft_claims(const char *path, bool is_dir)
{
	const struct schema_field *schema = schema_match(path);

	return schema && (is_dir || !schema_is_item(schema));
}

void draft_fields_release(struct draft_fields *fields)
{
	json_decref(fields->object);
	map_release(&fields->items);
	map_release(&fields->numbered);
	*fields = (struct draft_fields){0};
}

/* Writes the path of the item that a path is at or below; "" if the path is in no list. */
static void item_path(const char *path, char out[DOC_PATH_MAX])
{
	snprintf(out, DOC_PATH_MAX, "%.*s", (int)schema_item_len(path), path);
}

static int note_numbered(struct draft_fields *fields, const char *path)
{
	CLEANUP_FREE char *base = strdup(path);
	size_t len;
	int r;

	if (!base)
		return -ENOMEM;
	if (!item_file_is_numbered(base, &len))
		return 0;
	base[len] = '\0';
	r = map_add(&fields->numbered, base, &seen_once);
	return r == -EEXIST ? map_set(&fields->numbered, base, &seen_more) : r;
}

static json_t *make_list(struct draft_fields *fields, const struct schema_field *list)
{
	json_t *array = json_member_get(fields->object, list->path);

	if (array)
		return array;
	array = json_array();
	return json_member_put_take(fields->object, list->path, array) < 0 ? NULL : array;
}

/* Finds the item that a path is at or below, or makes it if it is new. finish_item gives it its
 * name, once all items are known. */
static int make_item(struct draft_fields *fields, const char *path,
	const struct schema_field *schema, json_t **ret)
{
	char item[DOC_PATH_MAX];
	json_t *array;
	int r;

	item_path(path, item);
	*ret = map_get(&fields->items, item);
	if (*ret)
		return 0;
	array = make_list(fields, mask_field_of(schema));
	*ret = json_object();
	if (!array || json_array_append_new(array, *ret) < 0)
		return -ENOMEM;
	r = map_add(&fields->items, item, *ret);
	return r < 0 ? r : note_numbered(fields, item);
}

static int read_dir(struct draft_fields *fields, const struct draft_file *file,
	const struct schema_field *schema)
{
	json_t *item;
	int r;

	if (schema->flags & FIELD_NAMED_ITEMS)
		return make_list(fields, schema) ? 0 : -ENOMEM;
	if (!schema_is_item(schema) && !schema_below_item(schema))
		return 0;
	r = make_item(fields, file->path, schema, &item);
	if (r == 0 && schema_below_item(schema) &&
		!json_member_get(item, schema_below_item(schema)))
		r = json_member_put_take(item, schema_below_item(schema), json_object());
	return r;
}

static int read_value(struct draft_fields *fields, const struct draft_file *file,
	const struct schema_field *schema, struct err *err)
{
	const struct text text = {.path = file->path,
		.schema = schema,
		.bytes = file->len ? file->text : "",
		.len = file->len};
	json_t *value, *item;
	int r;

	if (file->len > DOC_TEXT_MAX)
		return err_set(err, EIO, "%s: the text is too long", file->path);
	fields->count++;
	r = text_parse(&text, &value, err);
	if (r < 0)
		return r == -EINVAL ? -EIO : r;
	if (!schema_below_item(schema))
		return json_member_put_take(fields->object, schema->path, value);
	r = make_item(fields, file->path, schema, &item);
	if (r == 0)
		return json_member_put_take(item, schema_below_item(schema), value);
	json_decref(value);
	return r;
}

static int read_file(
	struct draft_fields *fields, const struct draft_file *file, struct err *err)
{
	const struct schema_field *schema = schema_match(file->path);

	if (!draft_claims(file->path, file->is_dir))
		return 0;
	if (file->is_dir != (schema->type == FIELD_DIR))
		return err_set(err, EIO, "%s: %s", file->path,
			file->is_dir ? "a directory; expected a file"
				     : "a file; expected a directory");
	if (file->is_other) /* a link may lead out of the draft */
		return err_set(err, EIO, "%s: a link or a special file; expected a file",
			file->path);
	if (file->is_dir)
		return read_dir(fields, file, schema);
	if (schema->type == FIELD_SPEC)
		fields->spec = file;
	else if (schema->flags & FIELD_WRITABLE && !(schema->flags & FIELD_NAME))
		return read_value(fields, file, schema, err);
	return 0;
}

/* Reads an item's name from its file name: NAME, if several items are NAME~NUMBER; else the whole
 * file name is the name. */
static int read_item_name(const struct draft_fields *fields, const char *path,
	char name[NAME_FILE_MAX], struct err *err)
{
	CLEANUP_FREE char *base = strdup(path);
	size_t len;
	int r;

	if (!base)
		return -ENOMEM;
	if (item_file_is_numbered(base, &len)) {
		base[len] = '\0';
		if (map_get(&fields->numbered, base) != &seen_more)
			base[len] = '~';
	}
	r = name_from_file(strrchr(base, '/') + 1, name, NAME_FILE_MAX);
	if (r < 0 || !name[0] || !nul_is_text(name))
		return err_set(err, EIO, "%s: not a valid name for an entry", path);
	return 0;
}

/* Whether an item has all that it must have; if not, missing gets the first schema field that it
 * lacks. */
static bool item_is_whole(const struct schema_field *dir, const json_t *item,
	const struct schema_field **missing)
{
	const struct schema_field *schema = NULL, *below;

	while ((schema = schema_next_child(dir, schema))) {
		const json_t *value = json_member_get(item, schema_key(schema));

		*missing = schema;
		if (schema->flags & FIELD_REQUIRED && !value)
			return false;
		if (schema->type != FIELD_DIR || !value)
			continue;
		below = schema_next_child(schema, NULL);
		*missing = below;
		if (below && !json_member_get(value, schema_key(below)))
			return false;
	}
	return true;
}

/* Checks the item that a path is at or below, and gives it its name. */
static int finish_item(
	const struct draft_fields *fields, const char *below, struct err *err)
{
	char path[DOC_PATH_MAX], name[NAME_FILE_MAX];
	const struct schema_field *schema, *missing;
	json_t *item;
	int r;

	item_path(below, path);
	item = map_get(&fields->items, path);
	schema = item ? schema_match(path) : NULL;
	if (!item || item_name(mask_field_of(schema), item))
		return 0;
	if (!item_is_whole(schema, item, &missing))
		return err_set(err, EIO,
			"%s: an entry without its value; expected a file %s/%s", path, path,
			schema_below_item(missing));
	r = read_item_name(fields, path, name, err);
	return r < 0 ? r : item_set_name(mask_field_of(schema), item, name);
}

int draft_fields_read(struct draft_fields *fields, const struct draft_file *files,
	size_t count, struct err *err)
{
	int r;

	*fields = (struct draft_fields){.object = json_object()};
	r = fields->object ? 0 : -ENOMEM;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = read_file(fields, &files[i], err);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = finish_item(fields, files[i].path, err);
	return r;
}
