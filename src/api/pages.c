/* SPDX-License-Identifier: MIT */
/* Text for URLs, and a list that came in pages. */
#include "pages.h"

#include <errno.h>
#include <string.h>
#include "base/map.h"

int pages_escape(struct buf *ret, const char *text)
{
	bool dots = text[strspn(text, ".")] == '\0';
	int r = 0;

	for (; *text && r == 0; text++) {
		unsigned char c = (unsigned char)*text;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || strchr("-_~", c) ||
			     (c == '.' && !dots);

		/* NUL, as the model writes it */
		if (c == 0xC0 && (unsigned char)text[1] == 0x80) {
			r = buf_adds(ret, "%00");
			text++;
			continue;
		}
		r = plain ? buf_addc(ret, *text) : buf_addf(ret, "%%%02X", c);
	}
	return r;
}

int pages_join(struct doc_list *list, struct doc_list *page)
{
	size_t count = list->count + page->count;
	struct doc **docs;

	if (!list->count) {
		doc_list_release(list);
		*list = *page;
		*page = (struct doc_list){0};
		return 0;
	}
	docs = reallocarray(list->docs, count, sizeof(struct doc *));
	if (!docs)
		return -ENOMEM;
	if (page->count)
		memcpy(docs + list->count, page->docs, page->count * sizeof(struct doc *));
	*list = (struct doc_list){.docs = docs, .count = count};
	page->count = 0;
	doc_list_release(page);
	return 0;
}

int pages_drop_doubles(struct doc_list *list)
{
	struct map seen = {0};
	size_t kept = list->count;
	int r = 0;

	for (size_t i = list->count; i-- > 0;) {
		int added =
			r < 0 ? r : map_add(&seen, doc_id(list->docs[i]), list->docs[i]);

		if (added == -EEXIST) {
			doc_unref(list->docs[i]);
			continue;
		}
		r = added;
		list->docs[--kept] = list->docs[i];
	}
	list->count -= kept;
	memmove(list->docs, list->docs + kept, list->count * sizeof(struct doc *));
	map_release(&seen);
	return r;
}
