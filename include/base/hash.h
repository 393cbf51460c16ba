/* SPDX-License-Identifier: MIT */
/* Hashes for tables and for numbers that stand for something longer. Not cryptographic. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Of two numbers; all bits of the result depend on all bits of both. */
uint64_t hash_mix(uint64_t a, uint64_t b);
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t len);
/* Of a text that somebody else may choose: seeded per process, so that nobody can aim at one
 * chain of a table. */
uint64_t hash_key(const char *text);

#endif
