/* SPDX-License-Identifier: MIT */
/* One file's text as a change of the leaf that the file belongs to. */
#include "changing.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "document.h"
#include "find.h"
#include "items.h"
#include "leaf.h"
#include "member.h"
#include "nul.h"
#include "rows.h"
#include "text.h"

/* What a text is for: a row, and below a list the item, which may be one more than the list has. */
struct target {
	const struct row *row;
	size_t item;		      /* or NO_ITEM */
	char new_name[NAME_FILE_MAX]; /* of the item that is to be added */
};

/* Whether an item that is not in the list may get this file name. */
static int target_new_name(const struct items *items, const char *file,
	char name[NAME_FILE_MAX], struct err *err)
{
	int r = name_from_file(file, name, NAME_FILE_MAX);

	if (items_find(items, file) >= 0)
		return -ENOENT; /* the item is there, the file in it is not */
	if (r == 0 && items_have_name(items, name))
		return err_set(err, ENOENT,
			"%s/%s: not there; several entries have this name, "
			"see the list for theirs",
			items->list->path, file);
	if (item_file_is_numbered(file, NULL))
		return err_set(err, ENOENT,
			"%s/%s: not there; a name that ends in ~ and a number is "
			"that of one of several entries that share a name",
			items->list->path, file);
	return r == 0 && name[0] && nul_is_text(name) ? 0 : -EINVAL;
}

/* A path below an item that is not there: "vpcPrefixes/NAME/value". */
static int target_new_item(
	const struct parsed *doc, const char *path, struct target *ret, struct err *err)
{
	const struct row *list, *row;
	char name[NAME_FILE_MAX], file[NAME_FILE_MAX];

	if (path_next(&path, name) < 0)
		return -ENOENT;
	list = row_child(NULL, name);
	if (!list || !(list->flags & FIELD_NAMED_ITEMS) || path_next(&path, file) < 0)
		return -ENOENT;
	/* Host prefixes are given when the VPC is made, or never. */
	if (list->flags & FIELD_SPEC_ONLY_WITH)
		return -ENOENT;
	row = row_child(list, "*");
	while (row && *path)
		row = path_next(&path, name) == 0 ? row_child(row, name) : NULL;
	if (!row || !(row->flags & FIELD_WRITABLE))
		return -ENOENT;
	ret->row = row;
	ret->item = parsed_items(doc, list)->count;
	return target_new_name(parsed_items(doc, list), file, ret->new_name, err);
}

/* The list with the target's member set in its item. */
static int list_with(
	const struct target *target, json_t *list, const json_t *value, const char *below)
{
	json_t *item;

	if (target->new_name[0]) {
		item = json_object();
		if (json_array_append_new(list, item) < 0 ||
			member_put_take(item, "name", nul_new_string(target->new_name)) < 0)
			return -ENOMEM;
	}
	item = json_array_get(list, target->item);
	return member_put_take(item, below, json_deep_copy(value));
}

static int change_target_take(const struct parsed *now, const struct target *target,
	json_t *parsed, struct change **ret)
{
	const struct row *leaf = leaf_of(target->row);
	const char *below = row_below_item(target->row);
	json_auto_t *value = parsed, *list = NULL;
	int r;

	if (!below)
		return change_one_take(now, leaf, STEAL(value), ret);
	list = leaf_get(now->root, leaf);
	r = list ? list_with(target, list, value, below) : -ENOMEM;
	return r < 0 ? r : change_one_take(now, leaf, STEAL(list), ret);
}

int change_place_take(const struct parsed *now, const struct place *place, json_t *value,
	struct change **ret)
{
	struct target target = {.row = place->field.row, .item = place->item};

	return change_target_take(now, &target, value, ret);
}

/* Whether the text is what the file shows, with or without the last newline. */
static int shows_text(const struct parsed *doc, const struct place *place, const char *text,
	size_t len, bool *ret)
{
	CLEANUP_BUF struct buf shown = BUF_INIT(DOC_TEXT_MAX);
	int r = place_show(doc, place, &shown);

	*ret = false;
	if (r < 0)
		return r == -EFBIG ? 0 : r;
	*ret = (len == shown.len || (len + 1 == shown.len && shown.data[len] == '\n')) &&
	       (!len || memcmp(shown.data, text, len) == 0);
	return 0;
}

/* What a place that exists makes of the text before anything is parsed: *ret_done when that is all.
 * */
static int text_meets_place(const struct parsed *now, const struct place *place,
	const char *text, size_t len, bool *ret_done)
{
	enum field_type type = place->field.type;
	bool is_writable = place->field.flags & FIELD_WRITABLE;
	int r;

	if (type == FIELD_DIR)
		return -EISDIR;
	if (type == FIELD_SPEC)
		return -EINVAL;
	if (type == FIELD_ERROR)
		return -EPERM;
	r = shows_text(now, place, text, len, ret_done);
	if (r < 0)
		return r;
	return *ret_done || is_writable ? 0 : -EPERM;
}

static int text_target(const struct parsed *now, const char *path, const char *text,
	size_t len, struct target *ret, bool *ret_done, struct err *err)
{
	struct place place;
	int r = place_find(now, path, &place);

	*ret = (struct target){.item = NO_ITEM};
	*ret_done = false;
	if (r == -ENOENT)
		return target_new_item(now, path, ret, err);
	if (r == 0)
		r = text_meets_place(now, &place, text, len, ret_done);
	if (r < 0)
		return r;
	ret->row = place.field.row;
	ret->item = place.item;
	return 0;
}

static int refuse(int errnum, const char *path, struct err *err)
{
	switch (errnum) {
	case ENOENT:
		return err_set(err, errnum, "%s: no such file", path);
	case EISDIR:
		return err_set(err, errnum, "%s: a directory", path);
	case EPERM:
		return err_set(err, errnum, "%s: read-only: the API sets it", path);
	case EINVAL:
		return err_set(err, errnum, "%s: not a name for the API", path);
	default:
		return -errnum;
	}
}

static int change_parsed_text(const struct parsed *now, const char *path, const char *text,
	size_t len, struct change **ret, struct err *err)
{
	struct target target;
	json_t *value;
	bool done;
	int r;

	r = text_target(now, path, text, len, &target, &done, err);
	if (r < 0)
		return refuse(-r, path, err);
	if (done)
		return change_new(ret);

	struct text written = {
		.path = path,
		.row = target.row,
		.bytes = text,
		.len = len,
	};

	r = text_parse(&written, &value, err);
	return r < 0 ? r : change_target_take(now, &target, value, ret);
}

int change_text(const struct doc *now, const char *path, const char *text, size_t len,
	struct change **ret, struct err *err)
{
	CLEANUP_PARSED struct parsed *parsed = NULL;
	int r;

	if (len > DOC_TEXT_MAX)
		return err_set(err, EINVAL, "%s: the text is too long", path);
	r = doc_open(now, &parsed, err);
	return r < 0 ? r : change_parsed_text(parsed, path, text, len, ret, err);
}
