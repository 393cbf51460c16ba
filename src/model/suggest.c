/* SPDX-License-Identifier: MIT */
/* "Did you mean": case and underscores do not count, two typing errors do not matter. */
#include "suggest.h"

#include <ctype.h>
#include <string.h>
#include "rows.h"

#define WORD_MAX    48 /* bytes of a word that is worth a guess */
#define TYPOS_MAX   2
#define TYPO_LENGTH 4 /* one typing error for so many bytes */

static size_t word_fold(const char *key, char out[WORD_MAX])
{
	size_t len = 0;

	for (; *key && len < WORD_MAX - 1; key++) {
		if (*key != '_' && *key != '-')
			out[len++] = (char)tolower((unsigned char)*key);
	}
	return len;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein's distance. */
static size_t word_distance(const char *a, const char *b)
{
	char x[WORD_MAX], y[WORD_MAX];
	size_t n = word_fold(a, x), m = word_fold(b, y), row[WORD_MAX];

	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t old = row[j];

			row[j] = min3(
				old + 1, row[j - 1] + 1, diagonal + (x[i - 1] != y[j - 1]));
			diagonal = old;
		}
	}
	return row[m];
}

const char *suggest_key(const struct row *dir, const char *key)
{
	const struct row *row = NULL;
	const char *best = NULL;
	size_t best_distance = TYPOS_MAX + 1;

	if (strlen(key) >= WORD_MAX)
		return NULL;
	while ((row = row_next_child(dir, row))) {
		size_t distance = word_distance(schema_key(row), key);

		if (row_is_member(row) && distance < best_distance &&
			distance * TYPO_LENGTH <= strlen(schema_key(row))) {
			best = schema_key(row);
			best_distance = distance;
		}
	}
	return best;
}
