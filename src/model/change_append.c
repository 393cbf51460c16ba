/* SPDX-License-Identifier: MIT */
/* Text behind what a file has: `>>`. */
#include "changing.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "canon.h"
#include "document.h"
#include "find.h"
#include "text.h"

/* Adds to list what of more is not in it. */
static int extend_list(const struct row *row, json_t *list, const json_t *more)
{
	json_auto_t *rest = json_array();
	int r = rest ? canon_list_minus(row, more, list, rest) : -ENOMEM;

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
	r = list ? extend_list(text->row, list, more) : -ENOMEM;
	return r < 0 ? r : change_place_take(now, place, "", STEAL(list), ret);
}

/* What the file shows, and the text behind it. */
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
	written.row = place.field.row;
	if (place.field.flags & FIELD_WRITABLE && place.field.flags & FIELD_LINES)
		return append_list(parsed, &place, &written, ret, err);
	return append_text(now, parsed, &place, &written, ret, err);
}
