/* SPDX-License-Identifier: MIT */
/* Immutable, reference-counted bytes. */
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text *text_new(const void *bytes, size_t len)
{
	struct text *t = malloc(sizeof(*t) + len + 1);

	if (!t)
		return NULL;
	*t = (struct text){.refs = 1, .len = len};
	if (len)
		memcpy(t->bytes, bytes, len);
	t->bytes[len] = '\0';
	return t;
}

struct text *text_from_json(const json_t *json)
{
	CLEANUP_FREE char *bytes = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

	return bytes ? text_new(bytes, strlen(bytes)) : NULL;
}

struct text *text_from_buf(const struct buf *b)
{
	return text_new(buf_str(b), b->len);
}

struct text *text_ref(struct text *t)
{
	if (t)
		__atomic_add_fetch(&t->refs, 1, __ATOMIC_RELAXED);
	return t;
}

void text_unref(struct text *t)
{
	if (!t || __atomic_sub_fetch(&t->refs, 1, __ATOMIC_ACQ_REL))
		return;
	for (unsigned i = 0; i < TEXT_FORMS; i++)
		text_unref(t->forms[i]);
	free(t);
}

struct text *text_form(struct text *t, enum text_form form)
{
	return text_ref(__atomic_load_n(&t->forms[form], __ATOMIC_ACQUIRE));
}

struct text *text_keep_take(struct text *t, enum text_form form, struct text *made)
{
	struct text *none = NULL;

	if (made && !__atomic_compare_exchange_n(&t->forms[form], &none, made, false,
			    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		text_unref(made);
		made = none;
	}
	return text_ref(made);
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0x9E3779B97F4A7C15ULL;
	return h ^ h >> 29;
}

static void hash_bytes(const struct text *t, uint64_t hash[2])
{
	uint64_t a = 0x243F6A8885A308D3ULL, b = 0x13198A2E03707344ULL, word;
	size_t at = 0;

	for (; at + sizeof(word) <= t->len; at += sizeof(word)) {
		memcpy(&word, t->bytes + at, sizeof(word));
		a = mix(a, word);
		b = mix(b, word + a);
	}
	word = t->len;
	for (; at < t->len; at++)
		word = word << 8 | (unsigned char)t->bytes[at];
	hash[0] = mix(a, word);
	hash[1] = mix(b, word);
}

/* Threads that run this at the same time store the same values. */
void text_tag(struct text *t, char out[TEXT_TAG_MAX])
{
	uint64_t hash[2];

	if (__atomic_load_n(&t->is_hashed, __ATOMIC_ACQUIRE)) {
		hash[0] = __atomic_load_n(&t->hash[0], __ATOMIC_RELAXED);
		hash[1] = __atomic_load_n(&t->hash[1], __ATOMIC_RELAXED);
	} else {
		hash_bytes(t, hash);
		__atomic_store_n(&t->hash[0], hash[0], __ATOMIC_RELAXED);
		__atomic_store_n(&t->hash[1], hash[1], __ATOMIC_RELAXED);
		__atomic_store_n(&t->is_hashed, true, __ATOMIC_RELEASE);
	}
	snprintf(out, TEXT_TAG_MAX, "\"%016" PRIx64 "%016" PRIx64 "\"", hash[0], hash[1]);
}
