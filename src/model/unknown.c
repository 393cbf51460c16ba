/* SPDX-License-Identifier: MIT */
/* The names of the fields that no row knows, wherever in a document they are. */
#include "model/doc.h"

#include <errno.h>
#include "document.h"
#include "find.h"
#include "items.h"
#include "rows.h"

struct naming {
	const struct parsed *doc;
	int (*fn)(void *arg, const char *name);
	void *arg;
};

static int name_below(const struct naming *naming, const struct place *dir);

static int name_rows(const struct naming *naming, const struct place *dir)
{
	const struct row *row = NULL;
	struct place place;
	int r = 0;

	while (r == 0 && (row = row_next_child(dir->field.row, row))) {
		if (row->type == FIELD_DIR && place_row(naming->doc, dir, row, &place))
			r = name_below(naming, &place);
	}
	return r;
}

static int name_items(const struct naming *naming, const struct place *list)
{
	struct place place;
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_array_size(list->value); i++) {
		place_item(list, i, &place);
		r = name_below(naming, &place);
	}
	return r;
}

static int name_unknown(const struct naming *naming, const struct place *dir)
{
	bool is_known = !(dir->field.flags & FIELD_UNKNOWN);
	char name[NAME_FILE_MAX];
	const char *key;
	json_t *value;

	json_object_foreach (dir->value, key, value) {
		struct place place;
		int r;

		if (!unknown_file_name(dir->field.row, is_known, key, value, name))
			continue;
		place_unknown(dir, value, &place);
		r = naming->fn(naming->arg, name);
		if (r == 0 && place.field.type == FIELD_DIR)
			r = name_unknown(naming, &place);
		if (r)
			return r;
	}
	return 0;
}

static int name_below(const struct naming *naming, const struct place *dir)
{
	int r;

	if (dir->field.flags & FIELD_NAMED_ITEMS)
		return name_items(naming, dir);
	r = name_rows(naming, dir);
	return r ? r : name_unknown(naming, dir);
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
	return name_below(&naming, &root);
}
