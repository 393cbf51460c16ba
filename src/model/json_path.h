/* SPDX-License-Identifier: MIT */
/* A place in a JSON text, for error messages: the keys and indices that lead to it, as a chain from
 * the innermost outwards. */
#ifndef MODEL_JSON_PATH_H
#define MODEL_JSON_PATH_H

#include <stdbool.h>
#include <stddef.h>

#define JSON_PATH_TEXT_MAX 320 /* bytes of the start of an error message */

/* Lives on the stack of the function that walks the JSON. */
struct json_path {
	const struct json_path *up; /* NULL at the top */
	const char *key;	    /* NULL: use index */
	size_t index;
};

/* Writes "line 4 column 3: vpcPrefixes[1].value" for a text that has been parsed. Leaves the
 * position out if the text does not have that place. */
void json_path_where(const struct json_path *path, const char *text, size_t len,
	char out[JSON_PATH_TEXT_MAX]);

#endif
