/* SPDX-License-Identifier: MIT */
/* A list answer as documents: all of them or none. */
#include "model/doc.h"

#include <errno.h>
#include <stdio.h>
#include "base/cleanup.h"
#include "base/map.h"

void doc_list_release(struct doc_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		doc_unref(list->docs[i]);
	free(list->docs);
	*list = (struct doc_list){0};
}

static int doc_list_fill(
	struct val *array, struct doc_list *list, struct map *ids, struct err *err)
{
	size_t count = val_count(array);

	for (; list->count < count; list->count++) {
		struct doc **doc = &list->docs[list->count];
		int r = doc_from_val(val_item(array, list->count), doc, err);

		if (r < 0)
			return r;
		r = map_add(ids, doc_id(*doc), *doc);
		if (r == -EEXIST)
			err_set(err, EBADMSG, "two VPCs have the id %.80s", doc_id(*doc));
		if (r < 0) {
			doc_unref(*doc);
			return r == -EEXIST ? -EBADMSG : r;
		}
	}
	return 0;
}

int doc_list_from_val(struct val *array, struct doc_list *ret, struct err *err)
{
	CLEANUP_DOC_LIST struct doc_list list = {0};
	CLEANUP(map_release) struct map ids = {0};
	int r;

	if (!val_is_array(array))
		return err_set(err, EBADMSG, "expected an array of VPCs");
	list.docs = calloc(val_count(array) + 1, sizeof(struct doc *));
	if (!list.docs)
		return -ENOMEM;
	r = doc_list_fill(array, &list, &ids, err);
	if (r < 0)
		return r;
	*ret = list;
	list = (struct doc_list){0};
	return 0;
}
