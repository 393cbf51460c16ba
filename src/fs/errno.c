/* SPDX-License-Identifier: MIT */
/* The errnos that a caller must never get, in one table: on some of them programs loop, unlink or
 * turn features off, and the kernel remembers ENOSYS for the life of the mount. EXDEV is not in the
 * table: tree returns it only for moves between VPCs. */
#include <errno.h>
#include "session.h"

#define ERRNO_MAX 511 /* the kernel's own begin at 512 and never reach a program */

static const struct {
	int from, to;
} never[] = {
	{ENOSYS, EOPNOTSUPP},
	{EINTR, EIO},
	{EAGAIN, EBUSY},
	{ETXTBSY, EBUSY},
	{ECANCELED, EIO},
	{ESHUTDOWN, EIO},
};

int errno_out(int r, enum request_kind kind, bool interrupted)
{
	int e = -r;

	if (r >= 0)
		return 0;
	if (interrupted)
		return EINTR;
	if (kind == REQUEST_NAME && e == ESTALE)
		return ENOENT;
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		if (never[i].from == e)
			return never[i].to;
	}
	return e > ERRNO_MAX ? EIO : e;
}
