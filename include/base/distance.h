/* SPDX-License-Identifier: MIT */
/* How far apart two words are, for "did you mean". */
#ifndef BASE_DISTANCE_H
#define BASE_DISTANCE_H

#include <stddef.h>

#define DISTANCE_WORD_MAX 48 /* bytes of a word that is worth a guess, with the NUL */

/* Levenshtein's distance in letters to insert, delete or replace; case, '_' and '-' do not count.
 * SIZE_MAX for a word of DISTANCE_WORD_MAX bytes or more. */
size_t word_distance(const char *a, const char *b);

#endif
