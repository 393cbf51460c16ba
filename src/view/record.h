/* SPDX-License-Identifier: MIT */
/* The operator's log: a line for each change and each failure. It never contains a secret: of a
 * document only values of scalars, of a request no header. */
#ifndef VIEW_RECORD_H
#define VIEW_RECORD_H

#include "mount.h"

/* What an operation was about, for `.error` and for this log. Members are borrowed. */
struct report {
	struct vpc *vpc;    /* or NULL */
	const char *what;   /* "PATCH", "read", "mkdir" ... */
	const char *target; /* "prod/name": the file as the mount shows it */
	const char *mask;   /* "" or NULL if there is none */
	/* the operation of the caller; NULL if it is not known */
	const struct op *op;
	bool is_read;
	bool kept; /* the text is in .vpcfs/rejected/TARGET */
};

/* Notes a change that was sent and worked, with its HTTP status. before and after are the values of
 * a scalar, or NULL. */
void record_change(const struct view *view, const struct report *report, int status,
	const char *before, const char *after);
/* Notes a failure that a program was told of. */
void record_failure(const struct view *view, const struct report *report,
	const struct api_problem *problem);
/* Notes a call of the API that has ended. */
void record_call(const struct api_event *event);

#endif
