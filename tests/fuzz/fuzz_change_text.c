/* SPDX-License-Identifier: MIT */
/* A file written: the first line is the path, the rest the text. What was taken is taken again
 * without a change. */
#include "fuzz.h"

#include <string.h>
#include "scene.h"

static void check(const struct doc *doc, const char *path, const char *text, size_t len)
{
	struct change *change = NULL, *again = NULL;
	struct doc *next = NULL;
	struct err err = {""};

	if (change_text(doc, path, text, len, &change, &err) < 0)
		return;
	CHECK(!err.text[0]);
	CHECK(change_apply(change, doc, &next, NULL) == 0);
	CHECK(change_text(next, path, text, len, &again, NULL) == 0);
	CHECK(change_is_empty(again));
	scene_check_take(doc, change);
	change_free(again);
	doc_unref(next);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct scene *scene = scene_get();
	const char *text = (const char *)data;
	size_t len = strnlen(text, size);
	const char *newline = memchr(text, '\n', len);
	CLEANUP_FREE char *path = newline ? strndup(text, newline - text) : NULL;

	if (!path)
		return 0;
	newline++;
	check(scene->full, path, newline, size - (newline - text));
	check(scene->other, path, newline, size - (newline - text));
	return 0;
}
