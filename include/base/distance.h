/* SPDX-License-Identifier: MIT */
/* How different two words are, for "did you mean". */
#ifndef BASE_DISTANCE_H
#define BASE_DISTANCE_H

#include <stddef.h>

#define DISTANCE_WORD_MAX 48 /* bytes with the NUL; longer words are not compared */

/* The Levenshtein distance: letters to insert, delete or replace. Ignores case, '_' and '-'.
 * SIZE_MAX if either word has DISTANCE_WORD_MAX bytes or more. */
size_t word_distance(const char *a, const char *b);

#endif
