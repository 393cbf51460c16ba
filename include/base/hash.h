/* SPDX-License-Identifier: MIT */
/* Hashes for tables, and for numbers that stand for longer values. Not cryptographic. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The hash of two numbers: every bit of the result depends on every bit of both. */
uint64_t hash_mix(uint64_t a, uint64_t b);
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t len);
/* The hash of a text that an attacker may choose. It has a random seed for each process, so that
 * nobody can construct texts that collide in a table. */
uint64_t hash_key(const char *text);

#endif
