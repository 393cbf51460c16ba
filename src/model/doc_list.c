/* SPDX-License-Identifier: MIT */
/* What is in a directory of a document: rows in the table's order, then what no row knows. */
#include "model/doc.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "document.h"
#include "find.h"
#include "items.h"
#include "rows.h"

#define LONG_NAME (NAME_FILE_MAX - 8) /* bytes from which a name may have been cut */

struct listing {
	int (*fn)(void *arg, const char *name, const struct field *field);
	void *arg;
};

static int list_rows(
	const struct parsed *doc, const struct place *dir, const struct listing *listing)
{
	const struct row *row = NULL;
	struct place place;
	int r = 0;

	while (r == 0 && (row = row_next_child(dir->field.row, row))) {
		if (!(row->flags & FIELD_HIDDEN) && place_row(doc, dir, row, &place))
			r = listing->fn(listing->arg, schema_key(row), &place.field);
	}
	return r;
}

static int list_items(
	const struct parsed *doc, const struct place *dir, const struct listing *listing)
{
	const struct items *items = parsed_items(doc, dir->field.row);
	struct place place;
	int r = 0;

	for (size_t i = 0; r == 0 && i < items->count; i++) {
		place_item(dir, i, &place);
		r = listing->fn(listing->arg, items->files[i], &place.field);
	}
	return r;
}

static int list_unknown(const struct place *dir, const struct listing *listing)
{
	bool is_known = !(dir->field.flags & FIELD_UNKNOWN);
	const struct row *row = dir->field.row;
	char name[NAME_FILE_MAX];
	const char *key;
	json_t *value;
	struct place place;
	int r;

	json_object_foreach (dir->value, key, value) {
		if (!unknown_file_name(row, is_known, key, value, name))
			continue;
		if (strlen(name) >= LONG_NAME &&
			unknown_find(row, is_known, dir->value, name) != value)
			continue;
		place_unknown(dir, value, &place);
		r = listing->fn(listing->arg, name, &place.field);
		if (r)
			return r;
	}
	return 0;
}

int doc_list(const struct doc *doc, const char *path,
	int (*fn)(void *arg, const char *name, const struct field *field), void *arg)
{
	const struct listing listing = {.fn = fn, .arg = arg};
	CLEANUP_PARSED struct parsed *parsed = NULL;
	struct place dir;
	int r = doc_open(doc, &parsed, NULL);

	if (r == 0)
		r = place_find(parsed, path, &dir);
	if (r < 0)
		return r;
	if (dir.field.type != FIELD_DIR)
		return -ENOTDIR;
	if (dir.field.flags & FIELD_NAMED_ITEMS)
		return list_items(parsed, &dir, &listing);
	if (!(dir.field.flags & FIELD_UNKNOWN)) {
		r = list_rows(parsed, &dir, &listing);
		if (r)
			return r;
	}
	return list_unknown(&dir, &listing);
}
