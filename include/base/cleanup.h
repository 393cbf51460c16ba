/* SPDX-License-Identifier: MIT */
/* Scope cleanup: a local that owns something gives it back on every way out, unless it was stolen.
 */
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

/* The local is freed with free(3) when the scope ends. */
#define CLEANUP_FREE CLEANUP(cleanup_freep)
/* The local file descriptor is closed when the scope ends; -1 is none. */
#define CLEANUP_CLOSE CLEANUP(cleanup_closep)

/* Takes the pointer out of a local so that its cleanup finds NULL. */
#define STEAL(p)                                                                           \
	__extension__({                                                                    \
		typeof(p) stolen_ = (p);                                                   \
		(p) = NULL;                                                                \
		stolen_;                                                                   \
	})

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
