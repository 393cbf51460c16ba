/* SPDX-License-Identifier: MIT */
/* "Did you mean": ignores case and underscores, and allows two typing errors. */
#include "suggest.h"

#include <string.h>
#include "base/distance.h"
#include "schema_tree.h"

#define TYPOS_MAX   2
#define TYPO_LENGTH 4 /* bytes of a key for each typing error allowed */

const char *suggest_key(const struct schema_field *dir, const char *key)
{
	const struct schema_field *field = NULL;
	const char *best = NULL;
	size_t best_distance = TYPOS_MAX + 1;

	while ((field = schema_next_child(dir, field))) {
		size_t distance = word_distance(schema_key(field), key);

		if (schema_is_member(field) && distance < best_distance &&
			distance * TYPO_LENGTH <= strlen(schema_key(field))) {
			best = schema_key(field);
			best_distance = distance;
		}
	}
	return best;
}
