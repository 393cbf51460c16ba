/* SPDX-License-Identifier: MIT */
/* Secrets live in pages of their own that are locked, left out of core dumps and wiped. */
#include "base/secret.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define SECRET_PAGES (2 * SECRET_MAX)

int secret_set(struct secret *s, const char *bytes, size_t len)
{
	char *pages;

	if (len > SECRET_MAX)
		return -EFBIG;
	pages = mmap(NULL, SECRET_PAGES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		return -ENOMEM;
	/* Limits may forbid either; the secret is still wiped. */
	(void)madvise(pages, SECRET_PAGES, MADV_DONTDUMP);
	(void)mlock(pages, SECRET_PAGES);
	memcpy(pages, bytes, len);
	secret_wipe(s);
	*s = (struct secret){.bytes = pages, .len = len};
	return 0;
}

void secret_wipe(struct secret *s)
{
	if (s->bytes) {
		explicit_bzero(s->bytes, SECRET_PAGES);
		munmap(s->bytes, SECRET_PAGES);
	}
	*s = (struct secret){0};
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	unsigned char differ = 0;

	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		differ |= (unsigned char)(a->bytes[i] ^ b->bytes[i]);
	return differ == 0;
}
