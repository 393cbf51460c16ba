/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_SCENE_H
#define TESTS_FUZZ_SCENE_H

#include "model/change.h"
#include "model/doc.h"

/* Documents that texts are written to; made once. */
struct scene {
	struct doc *full, *other;
};
const struct scene *scene_get(void);
/* What holds for every change that was taken: the document with it shows it, and has it. Takes the
 * change. */
void scene_check_take(const struct doc *doc, struct change *change);

#endif
