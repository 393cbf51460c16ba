/* SPDX-License-Identifier: MIT */
/* Removing and renaming an entry of a list. */
#include "change_int.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "doc_int.h"
#include "items.h"
#include "mask_field.h"
#include "nul.h"
#include "schema_tree.h"

static int refuse_missing(const struct items *items, const char *file, struct err *err)
{
	char name[NAME_FILE_MAX];
	bool is_shared = name_from_file(file, name, sizeof(name)) == 0 &&
			 items_have_name(items, name);

	return err_set(err, ENOENT, "%s/%s: no such entry%s", items->list->path, file,
		is_shared ? "; several entries share this name, list the directory for "
			    "their file names"
			  : "");
}

static int read_new_name(const struct items *items, const char *file,
	char name[NAME_FILE_MAX], struct err *err)
{
	bool is_name = name_from_file(file, name, NAME_FILE_MAX) == 0 && name[0] &&
		       nul_is_text(name);

	if (items_find(items, file) >= 0 || (is_name && items_have_name(items, name)))
		return err_set(
			err, EEXIST, "%s/%s: already exists", items->list->path, file);
	if (!is_name || item_file_is_numbered(file, NULL))
		return err_set(err, EINVAL, "%s/%s: not a valid name for an entry",
			items->list->path, file);
	return 0;
}

/* to is the entry's new file name, or NULL to remove the entry. */
static int change_item(const struct doc *doc, const char *path, const char *to,
	struct change **ret, struct err *err)
{
	CLEANUP_PARSED struct parsed *now = NULL;
	const struct schema_field *schema = schema_match(path);
	const char *file = strrchr(path, '/') + 1;
	const struct items *items;
	char name[NAME_FILE_MAX];
	json_auto_t *value = NULL;
	ssize_t index;
	int r = doc_open(doc, &now, err);

	if (r < 0)
		return r;
	items = parsed_items(now, mask_field_of(schema));
	index = items_find(items, file);
	if (index < 0)
		return refuse_missing(items, file, err);
	if (to && strcmp(file, to) == 0)
		return change_none(ret);
	r = to ? read_new_name(items, to, name, err) : 0;
	if (r < 0)
		return r;
	value = mask_field_get_whole(now->root, items->list);
	if (!value ||
		(to ? item_set_name(items->list, json_array_get(value, (size_t)index), name)
		    : json_array_remove(value, (size_t)index)) < 0)
		return -ENOMEM;
	return change_one_take(now, items->list, STEAL(value), ret);
}

int change_remove_item(
	const struct doc *now, const char *path, struct change **ret, struct err *err)
{
	return change_item(now, path, NULL, ret, err);
}

int change_rename_item(const struct doc *now, const char *path, const char *to,
	struct change **ret, struct err *err)
{
	return change_item(now, path, to, ret, err);
}
