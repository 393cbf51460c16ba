/* SPDX-License-Identifier: MIT */
/* FNV-1a over bytes, splitmix64 for numbers. */
#include "base/hash.h"

#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

uint64_t hash_mix(uint64_t a, uint64_t b)
{
	uint64_t h = a * 0x9E3779B97F4A7C15ULL ^ b;

	h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9ULL;
	h = (h ^ h >> 27) * 0x94D049BB133111EBULL;
	return h ^ h >> 31;
}

uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	uint64_t h = 14695981039346656037ULL ^ seed;

	for (size_t i = 0; i < len; i++)
		h = (h ^ at[i]) * 1099511628211ULL;
	return hash_mix(h, len);
}

static uint64_t process_seed(void)
{
	static uint64_t seed;
	uint64_t fresh = 0, none = 0;

	if (__atomic_load_n(&seed, __ATOMIC_RELAXED) == 0) {
		if (getrandom(&fresh, sizeof(fresh), GRND_NONBLOCK) != sizeof(fresh))
			fresh = (uintptr_t)&seed;
		__atomic_compare_exchange_n(
			&seed, &none, fresh | 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	}
	return __atomic_load_n(&seed, __ATOMIC_RELAXED);
}

uint64_t hash_key(const char *text)
{
	return hash_bytes(process_seed(), text, strlen(text));
}
