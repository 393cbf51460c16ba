/* SPDX-License-Identifier: MIT */
/* A file of a document: whether it is there, its text, its time. */
#include "model/doc.h"

#include <errno.h>
#include "base/clock.h"
#include "document.h"
#include "find.h"
#include "member.h"
#include "print.h"
#include "rows.h"
#include "text.h"

int doc_find(const struct doc *doc, const char *path, struct field *ret)
{
	CLEANUP_PARSED struct parsed *parsed = NULL;
	struct place place;
	int r;

	if (!path[0]) { /* asked for every VPC of a long list: not worth a parse */
		*ret = (struct field){.type = FIELD_DIR};
		return 0;
	}
	r = doc_open(doc, &parsed, NULL);
	if (r == 0)
		r = place_find(parsed, path, &place);
	if (r == 0)
		*ret = place.field;
	return r;
}

int place_show(const struct parsed *doc, const struct place *place, struct buf *ret)
{
	switch (place->field.type) {
	case FIELD_DIR:
		return -EISDIR;
	case FIELD_SPEC:
		return spec_show(doc->root, ret);
	case FIELD_RAW:
		return print_pretty(place->value, ret);
	case FIELD_ERROR:
		return 0;
	default:
		return text_show(&place->field, place->value, ret);
	}
}

int doc_show(const struct doc *doc, const char *path, struct buf *ret)
{
	CLEANUP_PARSED struct parsed *parsed = NULL;
	struct place place;
	size_t before = ret->len;
	int r = doc_open(doc, &parsed, NULL);

	if (r == 0)
		r = place_find(parsed, path, &place);
	if (r == 0)
		r = place_show(parsed, &place, ret);
	if (r < 0 && ret->len > before)
		buf_resize(ret, before);
	return r;
}

bool doc_mtime(const struct doc *doc, const char *path, struct timespec *ret)
{
	CLEANUP_PARSED struct parsed *parsed = NULL;
	struct place place;

	if (path[0] &&
		(doc_open(doc, &parsed, NULL) < 0 || place_find(parsed, path, &place) < 0))
		return false;
	return (parsed && clock_parse_rfc3339(
				  member_text(place.dated, own_path(FIELD_MTIME)), ret)) ||
	       doc_own_mtime(doc, ret);
}
