/* SPDX-License-Identifier: MIT */
/* Where in a JSON text something is: the way to it as a chain of keys and indices, for sentences.
 * */
#ifndef MODEL_STEP_H
#define MODEL_STEP_H

#include <stdbool.h>
#include <stddef.h>

#define STEP_TEXT_MAX 320 /* bytes of the start of a sentence */

/* Lives on the stack of who walks. */
struct step {
	const struct step *up; /* NULL at the top */
	const char *key;       /* NULL: index counts */
	size_t index;
};

/* "line 4 column 3: vpcPrefixes[1].value" of a text that parsed; without a position where it has
 * none. */
void step_where(
	const struct step *step, const char *text, size_t len, char out[STEP_TEXT_MAX]);

#endif
