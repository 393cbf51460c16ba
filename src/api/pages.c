/* SPDX-License-Identifier: MIT */
/* Joins the pages of a list. */
#include "pages.h"

#include <errno.h>
#include <string.h>
#include "base/map.h"

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
