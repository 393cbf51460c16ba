/* SPDX-License-Identifier: MIT */
/* Entries of vpcPrefixes and hostPrefixes: one less, one more, another name. */
#include "changing.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/utf8.h"
#include "document.h"
#include "items.h"
#include "leaf.h"
#include "member.h"
#include "rows.h"

static ssize_t item_index(
	const struct parsed *doc, const struct row *list, const char *file)
{
	return items_find(member_get(doc->root, list->path), file);
}

static int item_new_name(const struct parsed *doc, const struct row *list, const char *file,
	char name[NAME_FILE_MAX], struct err *err)
{
	if (item_index(doc, list, file) >= 0)
		return err_set(err, EEXIST, "%s/%s: there already", list->path, file);
	if (name_from_file(file, name, NAME_FILE_MAX) < 0 || !name[0] ||
		!utf8_is_valid(name, strlen(name)))
		return err_set(
			err, EINVAL, "%s/%s: not a name for the API", list->path, file);
	return 0;
}

static int item_remove(const struct doc *doc, const char *list_name, const char *file,
	struct change **ret, struct err *err)
{
	const struct row *list = row_child(NULL, list_name);
	CLEANUP_PARSED struct parsed *now = NULL;
	json_auto_t *value = NULL;
	ssize_t index;
	int r = doc_open(doc, &now);

	if (r < 0)
		return r;
	index = item_index(now, list, file);
	if (index < 0)
		return err_set(err, ENOENT, "%s/%s: not there", list_name, file);
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
	char name[NAME_FILE_MAX];
	json_auto_t *value = NULL;
	ssize_t index;
	int r = doc_open(doc, &now);

	if (r < 0)
		return r;
	index = item_index(now, list, from);
	if (index < 0)
		return err_set(err, ENOENT, "%s/%s: not there", list_name, from);
	if (strcmp(from, to) == 0)
		return change_new(ret);
	r = item_new_name(now, list, to, name, err);
	if (r < 0)
		return r;
	value = leaf_get(now->root, list);
	r = member_put_take(
		json_array_get(value, (size_t)index), "name", json_string(name));
	return r < 0 ? r : change_one_take(now, list, STEAL(value), ret);
}

/* What a new item of a draft has: the members that must be filled in, empty. */
static json_t *item_blank(const struct row *list, const char *name)
{
	const struct row *dir = row_child(list, "*"), *row = NULL;
	json_t *item = json_object();
	int r = item ? member_put_take(item, "name", json_string(name)) : -ENOMEM;

	while (r == 0 && (row = row_next_child(dir, row))) {
		if (row->flags & FIELD_REQUIRED)
			r = member_put_take(item, row_key(row),
				row->type == FIELD_CIDRS ? json_array() : json_string(""));
	}
	if (r == 0)
		return item;
	json_decref(item);
	return NULL;
}

int change_add_host_prefix(
	const struct doc *doc, const char *name, struct change **ret, struct err *err)
{
	const struct row *list = row_child(NULL, "hostPrefixes");
	CLEANUP_PARSED struct parsed *now = NULL;
	char text[NAME_FILE_MAX];
	json_auto_t *value = NULL;
	int r = doc_open(doc, &now);

	if (r == 0)
		r = item_new_name(now, list, name, text, err);
	if (r < 0)
		return r;
	value = leaf_get(now->root, list);
	if (json_array_append_new(value, item_blank(list, text)) < 0)
		return -ENOMEM;
	return change_one_take(now, list, STEAL(value), ret);
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

int change_remove_host_prefix(
	const struct doc *now, const char *name, struct change **ret, struct err *err)
{
	return item_remove(now, "hostPrefixes", name, ret, err);
}

int change_rename_host_prefix(const struct doc *now, const char *from, const char *to,
	struct change **ret, struct err *err)
{
	return item_rename(now, "hostPrefixes", from, to, ret, err);
}
