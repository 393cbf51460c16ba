/* SPDX-License-Identifier: MIT */
/* Scope cleanup: a local variable that owns something releases it on every way out of its scope,
 * unless STEAL took it. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))

static inline void cleanup_freep(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* The scope's end frees the local with free(3). */
#define CLEANUP_FREE CLEANUP(cleanup_freep)
/* The scope's end closes the local file descriptor, unless it is -1. */
#define CLEANUP_CLOSE CLEANUP(cleanup_closep)

/* Takes the pointer out of a local and leaves NULL there, so that its cleanup does nothing. */
#define STEAL(p)                                                                           \
	__extension__({                                                                    \
		typeof(p) stolen_ = (p);                                                   \
		(p) = NULL;                                                                \
		stolen_;                                                                   \
	})

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
