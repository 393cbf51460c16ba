/* SPDX-License-Identifier: MIT */
/* spec.json saved, alone and beside somebody else. */
#include "fuzz.h"

#include "scene.h"

static void check(
	const struct doc *base, const struct doc *now, const char *text, size_t len)
{
	struct change *change = NULL;
	struct err err = {""};

	if (change_spec(base, now, text, len, &change, &err) == 0)
		scene_check_take(now, change);
	else
		CHECK(err.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct scene *scene = scene_get();
	const char *text = (const char *)data;

	change_spec_is_complete(text, size);
	check(scene->full, scene->full, text, size);
	check(scene->full, scene->other, text, size);
	check(NULL, scene->other, text, size);
	return 0;
}
