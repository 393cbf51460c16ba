/* SPDX-License-Identifier: MIT */
/* A change made from the text of one file, which replaces the file's text or is appended to it. */
#include "change_int.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "canonical.h"
#include "doc_int.h"
#include "find.h"
#include "items.h"
#include "mask_field.h"
#include "json_member.h"
#include "nul.h"
#include "schema_tree.h"
#include "text.h"

/* Whether an item that is not in the list may get this file name; name gets the item's name. */
static int check_new_name(const struct items *items, const char *file,
	char name[NAME_FILE_MAX], struct err *err)
{
	int r = name_from_file(file, name, NAME_FILE_MAX);

	if (items_find(items, file) >= 0)
		return -ENOENT; /* the item exists, the file in it does not */
	if (r == 0 && items_have_name(items, name))
		return err_set(err, ENOENT,
			"%s/%s: no such entry; several entries share this name, "
			"list the directory for their file names",
			items->list->path, file);
	if (item_file_is_numbered(file, NULL))
		return err_set(err, ENOENT,
			"%s/%s: no such entry; a name that ends in ~ and a number "
			"belongs to one of several entries that share a name",
			items->list->path, file);
	return r == 0 && name[0] && nul_is_text(name) ? 0 : -EINVAL;
}

/* Finds the place of a file in an item that does not exist yet and may be made: the item after the
 * list's last. */
static int place_new_item(const struct parsed *doc, const char *path, struct place *ret,
	char name[NAME_FILE_MAX], struct err *err)
{
	const struct schema_field *schema = schema_match(path),
				  *list = schema ? mask_field_of(schema) : NULL;
	const struct items *items;
	char item[DOC_PATH_MAX];

	if (!schema || !schema_below_item(schema) || !(schema->flags & FIELD_WRITABLE) ||
		!(schema_child(list, "*")->flags & FIELD_MADE))
		return -ENOENT;
	items = parsed_items(doc, list);
	*ret = (struct place){.field.schema = schema, .item = items->count};
	snprintf(item, sizeof(item), "%.*s", (int)schema_item_len(path), path);
	return check_new_name(items, strrchr(item, '/') + 1, name, err);
}

/* Makes the change that gives the file at a place this value. The file is writable, and may be in
 * an item of a list. new_name is the name of an item that is to be added, else "". Takes value. */
static int change_place_take(const struct parsed *now, const struct place *place,
	const char *new_name, json_t *value, struct change **ret)
{
	const struct schema_field *mask_field = mask_field_of(place->field.schema);
	const char *below = schema_below_item(place->field.schema);
	json_auto_t *taken = value, *list = NULL, *item = NULL;
	int r = 0;

	if (!below)
		return change_one_take(now, mask_field, STEAL(taken), ret);
	list = mask_field_get_whole(now->root, mask_field);
	item = new_name[0] ? json_object() : json_incref(json_array_get(list, place->item));
	if (new_name[0])
		r = item && json_array_append(list, item) == 0
			    ? item_set_name(mask_field, item, new_name)
			    : -ENOMEM;
	if (r == 0)
		r = item ? json_member_put_take(item, below, STEAL(taken)) : -ENOMEM;
	return r < 0 ? r : change_one_take(now, mask_field, STEAL(list), ret);
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

/* Checks, before anything is parsed, whether the text may be written to an existing place.
 * *ret_done is true if the file has this text already, so that nothing is left to do. */
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

static int refuse_text(int errnum, const char *path, struct err *err)
{
	switch (errnum) {
	case ENOENT:
		return err_set(err, errnum, "%s: no such file", path);
	case EISDIR:
		return err_set(err, errnum, "%s: a directory; expected a file", path);
	case EPERM:
		return err_set(err, errnum, "%s: read-only: the API sets it", path);
	case EINVAL:
		return err_set(err, errnum, "%s: not a valid name for an entry", path);
	default:
		return -errnum;
	}
}

static int change_parsed_text(const struct parsed *now, const char *path, const char *text,
	size_t len, struct change **ret, struct err *err)
{
	struct text written = {.path = path, .bytes = text, .len = len};
	char new_name[NAME_FILE_MAX] = "";
	struct place place;
	bool is_same = false;
	json_t *value;
	int r = place_find(now, path, &place);

	if (r == 0)
		r = text_meets_place(now, &place, text, len, &is_same);
	else if (r == -ENOENT)
		r = place_new_item(now, path, &place, new_name, err);
	if (r < 0)
		return refuse_text(-r, path, err);
	if (is_same)
		return change_none(ret);
	written.schema = place.field.schema;
	r = text_parse(&written, &value, err);
	return r < 0 ? r : change_place_take(now, &place, new_name, value, ret);
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

/* Adds to list those items of more that it does not have. */
static int extend_list(const struct schema_field *schema, json_t *list, const json_t *more)
{
	json_auto_t *rest = json_array();
	int r = rest ? canonical_list_minus(schema, more, list, rest) : -ENOMEM;

	if (r == 0 && json_array_extend(list, rest) < 0)
		r = -ENOMEM;
	return r;
}

static int append_list(const struct parsed *now, const struct place *place,
	const struct text *text, struct change **ret, struct err *err)
{
	json_auto_t *more = NULL, *list = NULL;
	int r = text_parse(text, &more, err);

	if (r < 0)
		return r;
	list = place->value ? json_deep_copy(place->value) : json_array();
	r = list ? extend_list(text->schema, list, more) : -ENOMEM;
	return r < 0 ? r : change_place_take(now, place, "", STEAL(list), ret);
}

/* Makes the change for the file's text followed by this text. */
static int append_text(const struct doc *doc, const struct parsed *now,
	const struct place *place, const struct text *text, struct change **ret,
	struct err *err)
{
	CLEANUP_BUF struct buf whole = BUF_INIT(DOC_TEXT_MAX);
	int r = place->field.type == FIELD_DIR ? 0 : place_show(now, place, &whole);

	if (r == 0)
		r = buf_add(&whole, text->bytes, text->len);
	if (r == -EFBIG)
		return err_set(err, EINVAL, "%s: the text is too long", text->path);
	if (r < 0)
		return r;
	return change_text(doc, text->path, buf_str(&whole), whole.len, ret, err);
}

int change_append(const struct doc *now, const char *path, const char *text, size_t len,
	struct change **ret, struct err *err)
{
	CLEANUP_PARSED struct parsed *parsed = NULL;
	struct text written = {
		.path = path, .may_be_empty = true, .bytes = text, .len = len};
	struct place place;
	int r = doc_open(now, &parsed, err);

	if (r < 0)
		return r;
	if (len > DOC_TEXT_MAX || place_find(parsed, path, &place) < 0)
		return change_text(now, path, text, len, ret, err);
	written.schema = place.field.schema;
	if (place.field.flags & FIELD_WRITABLE && place.field.flags & FIELD_LINES)
		return append_list(parsed, &place, &written, ret, err);
	return append_text(now, parsed, &place, &written, ret, err);
}
