/* SPDX-License-Identifier: MIT */
/* A secret is a type of its own: kept out of core dumps, wiped when freed, and no format prints it.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include "base/cleanup.h"

#define SECRET_MAX 4096

/* Caller's memory; zero-initialised is none. */
struct secret {
	char *bytes; /* owned, NUL-terminated, NULL when there is none */
	size_t len;
};

/* Errors: -ENOMEM, -EFBIG past SECRET_MAX. */
int secret_set(struct secret *s, const char *bytes, size_t len);
void secret_wipe(struct secret *s);
#define CLEANUP_SECRET CLEANUP(secret_wipe)
bool secret_equal(const struct secret *a, const struct secret *b);

#endif
