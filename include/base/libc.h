/* SPDX-License-Identifier: MIT */
/* What only glibc has, for the other C libraries: the build includes this in every file where it is
 * missing (meson.build). <sys/queue.h>, which they lack as well, comes with a package of its own,
 * bsd-compat-headers on Alpine. */
#ifndef BASE_LIBC_H
#define BASE_LIBC_H

#include <errno.h>
#include <stddef.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1 << 0)
#endif

/* How glibc's allocator is told not to keep free memory; others keep little. */
#define M_ARENA_MAX	 (-8)
#define M_MMAP_THRESHOLD (-3)

static inline int mallopt(int parameter, int value)
{
	(void)parameter;
	(void)value;
	return 0;
}

static inline int malloc_trim(size_t pad)
{
	(void)pad;
	return 0;
}

/* "ENOENT"; NULL for an errno that no operation of a mount ends with. */
static inline const char *strerrorname_np(int errnum)
{
	static const struct {
		int errnum;
		const char *name;
	} names[] = {
#define ERRNO_NAME(name) {name, #name}
		ERRNO_NAME(EACCES),
		ERRNO_NAME(EBADMSG),
		ERRNO_NAME(EBUSY),
		ERRNO_NAME(ECANCELED),
		ERRNO_NAME(ECONNREFUSED),
		ERRNO_NAME(EDQUOT),
		ERRNO_NAME(EEXIST),
		ERRNO_NAME(EFBIG),
		ERRNO_NAME(EHOSTUNREACH),
		ERRNO_NAME(EINTR),
		ERRNO_NAME(EINVAL),
		ERRNO_NAME(EIO),
		ERRNO_NAME(EISDIR),
		ERRNO_NAME(ENAMETOOLONG),
		ERRNO_NAME(ENOENT),
		ERRNO_NAME(ENOMEM),
		ERRNO_NAME(ENOSPC),
		ERRNO_NAME(ENOTDIR),
		ERRNO_NAME(ENOTEMPTY),
		ERRNO_NAME(EOPNOTSUPP),
		ERRNO_NAME(EPERM),
		ERRNO_NAME(EPROTO),
		ERRNO_NAME(ERANGE),
		ERRNO_NAME(EREMOTEIO),
		ERRNO_NAME(EROFS),
		ERRNO_NAME(ESTALE),
		ERRNO_NAME(ETIMEDOUT),
		ERRNO_NAME(EXDEV),
#undef ERRNO_NAME
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].errnum == errnum)
			return names[i].name;
	}
	return NULL;
}

#endif
