/* SPDX-License-Identifier: MIT */
/* A file of a document: whether it is there, its text, its time. */
#include "model/doc.h"

#include <errno.h>
#include "base/clock.h"
#include "document.h"
#include "find.h"
#include "member.h"
#include "print.h"
#include "text.h"

int doc_find(const struct doc *doc, const char *path, struct field *ret)
{
	struct place place;
	int r = place_find(doc, path, &place);

	if (r == 0)
		*ret = place.field;
	return r;
}

int place_show(const struct doc *doc, const struct place *place, struct buf *ret)
{
	switch (place->field.type) {
	case FIELD_DIR:
		return -EISDIR;
	case FIELD_SPEC:
		return doc_spec(doc, ret);
	case FIELD_RAW:
		return print_pretty(place->value, ret);
	case FIELD_ERROR:
		return 0;
	default:
		return text_show(place->field.type, place->value, ret);
	}
}

int doc_show(const struct doc *doc, const char *path, struct buf *ret)
{
	struct place place;
	size_t before = ret->len;
	int r = place_find(doc, path, &place);

	if (r == 0)
		r = place_show(doc, &place, ret);
	if (r < 0 && ret->len > before)
		buf_resize(ret, before);
	return r;
}

bool doc_mtime(const struct doc *doc, const char *path, struct timespec *ret)
{
	struct place place;

	if (place_find(doc, path, &place) < 0)
		return false;
	return clock_parse_rfc3339(member_text(place.dated, "updatedAt"), ret) ||
	       clock_parse_rfc3339(member_text(doc_root(doc), "updatedAt"), ret);
}
