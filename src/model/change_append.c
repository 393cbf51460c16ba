/* SPDX-License-Identifier: MIT */
/* Text behind what a file has: `>>`. */
#include "changing.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/map.h"
#include "document.h"
#include "find.h"
#include "nul.h"
#include "text.h"
#include "word.h"

/* -EEXIST when the list has it. */
static int note_word(struct map *words, json_t *word)
{
	CLEANUP_BUF struct buf text = BUF_INIT(DOC_TEXT_MAX);
	char canon[WORD_CANON_MAX];
	int r = nul_add_string(word, &text);

	if (r < 0)
		return r;
	return map_add(
		words, word_canon(buf_str(&text), canon) ? canon : buf_str(&text), word);
}

/* Adds to list what of more is not in it. */
static int extend_list(json_t *list, const json_t *more)
{
	CLEANUP(map_release) struct map words = {0};
	size_t i;
	json_t *word;

	json_array_foreach (list, i, word) {
		int r = note_word(&words, word);

		if (r < 0 && r != -EEXIST)
			return r;
	}
	json_array_foreach (more, i, word) {
		int r = note_word(&words, word);

		if (r == 0 && json_array_append(list, word) < 0)
			r = -ENOMEM;
		if (r < 0 && r != -EEXIST)
			return r;
	}
	return 0;
}

static int append_list(const struct parsed *now, const struct place *place,
	const struct text *text, struct change **ret, struct err *err)
{
	json_auto_t *more = NULL, *list = NULL;
	int r = text_parse(text, &more, err);

	if (r < 0)
		return r;
	list = place->value ? json_deep_copy(place->value) : json_array();
	r = list ? extend_list(list, more) : -ENOMEM;
	return r < 0 ? r : change_place_take(now, place, STEAL(list), ret);
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
	if (place.field.flags & FIELD_WRITABLE &&
		(place.field.type == FIELD_ADDRESSES || place.field.type == FIELD_CIDRS))
		return append_list(parsed, &place, &written, ret, err);
	return append_text(now, parsed, &place, &written, ret, err);
}
