/* SPDX-License-Identifier: MIT */
/* What an operation was about, for `.error` and for the operator's log. */
#ifndef VIEW_SUBJECT_H
#define VIEW_SUBJECT_H

#include <stdbool.h>
#include "base/op.h"
#include "vpc.h"

/* Members are borrowed. */
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

#endif
