/* SPDX-License-Identifier: MIT */
/* The Levenshtein distance, keeping only one row of the table. */
#include "base/distance.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

static size_t word_fold(const char *word, char out[DISTANCE_WORD_MAX])
{
	size_t len = 0;

	for (; *word; word++) {
		if (*word != '_' && *word != '-')
			out[len++] = (char)tolower((unsigned char)*word);
	}
	return len;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

size_t word_distance(const char *a, const char *b)
{
	char x[DISTANCE_WORD_MAX], y[DISTANCE_WORD_MAX];
	size_t n, m, row[DISTANCE_WORD_MAX];

	if (strlen(a) >= DISTANCE_WORD_MAX || strlen(b) >= DISTANCE_WORD_MAX)
		return SIZE_MAX;
	n = word_fold(a, x);
	m = word_fold(b, y);
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
