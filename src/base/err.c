/* SPDX-License-Identifier: MIT */
/* An errno and a sentence; the first error is kept. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, int errnum, const char *fmt, ...)
{
	va_list ap;

	if (!err || err->text[0])
		return -errnum;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -errnum;
}

const char *err_name(int errnum)
{
	const char *name = errnum ? strerrorname_np(errnum) : "-";

	return name ? name : "?";
}

void err_clear(struct err *err)
{
	if (err)
		err->text[0] = '\0';
}
