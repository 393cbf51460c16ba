/* SPDX-License-Identifier: MIT */
/* Entries of vpcPrefixes and hostPrefixes: one less, one more, another name. */
#include "changing.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "document.h"
#include "items.h"
#include "leaf.h"
#include "member.h"
#include "nul.h"
#include "rows.h"

static int item_refuse_missing(const struct items *items, const char *file, struct err *err)
{
	char name[NAME_FILE_MAX];
	bool is_shared = name_from_file(file, name, sizeof(name)) == 0 &&
			 items_have_name(items, name);

	return err_set(err, ENOENT, "%s/%s: not there%s", items->list->path, file,
		is_shared ? "; several entries have this name, see the list for theirs"
			  : "");
}

static int item_new_name(const struct items *items, const char *file,
	char name[NAME_FILE_MAX], struct err *err)
{
	bool is_name = name_from_file(file, name, NAME_FILE_MAX) == 0 && name[0] &&
		       nul_is_text(name);

	if (items_find(items, file) >= 0 || (is_name && items_have_name(items, name)))
		return err_set(
			err, EEXIST, "%s/%s: there already", items->list->path, file);
	if (!is_name || item_file_is_numbered(file, NULL))
		return err_set(err, EINVAL, "%s/%s: not a name for the API",
			items->list->path, file);
	return 0;
}

static int item_remove(const struct doc *doc, const char *list_name, const char *file,
	struct change **ret, struct err *err)
{
	const struct row *list = row_child(NULL, list_name);
	CLEANUP_PARSED struct parsed *now = NULL;
	json_auto_t *value = NULL;
	ssize_t index;
	int r = doc_open(doc, &now, err);

	if (r < 0)
		return r;
	index = items_find(parsed_items(now, list), file);
	if (index < 0)
		return item_refuse_missing(parsed_items(now, list), file, err);
	value = leaf_get(now->root, list);
	if (!value || json_array_remove(value, (size_t)index) < 0)
		return -ENOMEM;
	return change_one_take(now, list, STEAL(value), ret);
}

static int item_rename(const struct doc *doc, const char *list_name, const char *from,
	const char *to, struct change **ret, struct err *err)
{
	const struct row *list = row_child(NULL, list_name);
	CLEANUP_PARSED struct parsed *now = NULL;
	const struct items *items;
	char name[NAME_FILE_MAX];
	json_auto_t *value = NULL;
	ssize_t index;
	int r = doc_open(doc, &now, err);

	if (r < 0)
		return r;
	items = parsed_items(now, list);
	index = items_find(items, from);
	if (index < 0)
		return item_refuse_missing(items, from, err);
	if (strcmp(from, to) == 0)
		return change_new(ret);
	r = item_new_name(items, to, name, err);
	if (r < 0)
		return r;
	value = leaf_get(now->root, list);
	r = member_put_take(
		json_array_get(value, (size_t)index), "name", nul_new_string(name));
	return r < 0 ? r : change_one_take(now, list, STEAL(value), ret);
}

int change_remove_prefix(
	const struct doc *now, const char *name, struct change **ret, struct err *err)
{
	return item_remove(now, "vpcPrefixes", name, ret, err);
}

int change_rename_prefix(const struct doc *now, const char *from, const char *to,
	struct change **ret, struct err *err)
{
	return item_rename(now, "vpcPrefixes", from, to, ret, err);
}
