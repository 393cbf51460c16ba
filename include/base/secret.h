/* SPDX-License-Identifier: MIT */
/* A secret has a type of its own: it is kept out of core dumps and wiped when freed, and no format
 * prints it. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include "base/cleanup.h"

#define SECRET_MAX 4096

/* Caller's memory; zero-initialised it holds no secret. */
struct secret {
	char *bytes; /* owned, NUL-terminated, NULL if there is no secret */
	size_t len;
};

/* Copies the bytes and wipes the secret that was there; bytes may be a part of that. Errors:
 * -ENOMEM, -EFBIG past SECRET_MAX. */
int secret_set(struct secret *s, const char *bytes, size_t len);
/* Wipes and frees the secret. */
void secret_wipe(struct secret *s);
#define CLEANUP_SECRET CLEANUP(secret_wipe)
/* The time it takes depends on the lengths only. */
bool secret_equal(const struct secret *a, const struct secret *b);

#endif
