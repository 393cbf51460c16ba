/* SPDX-License-Identifier: MIT */
/* Where in a JSON text something is: the way to it as a chain of keys and indices, for sentences.
 * */
#ifndef MODEL_JSON_PATH_H
#define MODEL_JSON_PATH_H

#include <stdbool.h>
#include <stddef.h>

#define JSON_PATH_TEXT_MAX 320 /* bytes of the start of a sentence */

/* Lives on the stack of who walks. */
struct json_path {
	const struct json_path *up; /* NULL at the top */
	const char *key;	    /* NULL: index counts */
	size_t index;
};

/* "line 4 column 3: vpcPrefixes[1].value" of a text that parsed; without a position where it has
 * none. */
void json_path_where(const struct json_path *step, const char *text, size_t len,
	char out[JSON_PATH_TEXT_MAX]);

#endif
