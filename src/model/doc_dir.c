/* SPDX-License-Identifier: MIT */
/* Lists a directory of a document: schema fields in the table's order, then unknown fields. */
#include "model/doc.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "doc_int.h"
#include "find.h"
#include "items.h"
#include "schema_tree.h"

/* a name of at least so many bytes may have been cut */
#define LONG_NAME (NAME_FILE_MAX - 8)

/* Called for each entry. A result other than 0 stops the listing. */
typedef int listing_fn(void *arg, const char *name, const struct place *place);

static int list_rows(
	const struct parsed *doc, const struct place *dir, listing_fn *fn, void *arg)
{
	const struct schema_field *schema = NULL;
	struct place place;
	int r = 0;

	while (r == 0 && (schema = schema_next_child(dir->field.schema, schema))) {
		if (!(schema->flags & FIELD_HIDDEN) &&
			place_field(doc, dir, schema, &place))
			r = fn(arg, schema_key(schema), &place);
	}
	return r;
}

static int list_items(
	const struct parsed *doc, const struct place *dir, listing_fn *fn, void *arg)
{
	const struct items *items = parsed_items(doc, dir->field.schema);
	struct place place;
	int r = 0;

	for (size_t i = 0; r == 0 && i < items->count; i++) {
		place_item(dir, i, &place);
		r = fn(arg, items->files[i], &place);
	}
	return r;
}

static int list_unknown(const struct place *dir, listing_fn *fn, void *arg)
{
	char name[NAME_FILE_MAX];
	const char *key;
	json_t *value;
	struct place place;
	int r;

	json_object_foreach (dir->value, key, value) {
		if (!unknown_file_name(&dir->field, key, value, name))
			continue;
		if (strlen(name) >= LONG_NAME &&
			unknown_find(&dir->field, dir->value, name) != value)
			continue;
		place_unknown(dir, value, &place);
		r = fn(arg, name, &place);
		if (r)
			return r;
	}
	return 0;
}

static int list_dir(
	const struct parsed *doc, const struct place *dir, listing_fn *fn, void *arg)
{
	int r = 0;

	if (dir->field.flags & FIELD_NAMED_ITEMS)
		return list_items(doc, dir, fn, arg);
	if (!(dir->field.flags & FIELD_UNKNOWN))
		r = list_rows(doc, dir, fn, arg);
	return r ? r : list_unknown(dir, fn, arg);
}

struct dir_walk {
	int (*fn)(void *arg, const char *name, const struct doc_field *field);
	void *arg;
};

static int give_field(void *arg, const char *name, const struct place *place)
{
	const struct dir_walk *listing = arg;

	return listing->fn(listing->arg, name, &place->field);
}

int doc_list(const struct doc *doc, const char *path,
	int (*fn)(void *arg, const char *name, const struct doc_field *field), void *arg)
{
	struct dir_walk listing = {.fn = fn, .arg = arg};
	CLEANUP_PARSED struct parsed *parsed = NULL;
	struct place dir;
	int r = doc_open(doc, &parsed, NULL);

	if (r == 0)
		r = place_find(parsed, path, &dir);
	if (r)
		return r;
	return dir.field.type == FIELD_DIR ? list_dir(parsed, &dir, give_field, &listing)
					   : -ENOTDIR;
}

struct naming {
	const struct parsed *doc;
	int (*fn)(void *arg, const char *name);
	void *arg;
};

static int give_unknown(void *arg, const char *name, const struct place *place)
{
	const struct naming *naming = arg;
	int r = place->field.flags & FIELD_UNKNOWN ? naming->fn(naming->arg, name) : 0;

	return r || place->field.type != FIELD_DIR
		       ? r
		       : list_dir(naming->doc, place, give_unknown, arg);
}

int doc_unknown_names(
	const struct doc *doc, int (*fn)(void *arg, const char *name), void *arg)
{
	CLEANUP_PARSED struct parsed *parsed = NULL;
	struct naming naming = {.fn = fn, .arg = arg};
	struct place root;
	int r = doc_open(doc, &parsed, NULL);

	if (r < 0)
		return r;
	naming.doc = parsed;
	root = place_root(parsed);
	return list_dir(parsed, &root, give_unknown, &naming);
}
