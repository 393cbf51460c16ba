/* SPDX-License-Identifier: MIT */
/* How an operation reports that it has changed something, or was refused or failed: in `.error` of
 * the VPC and of the mount, and in the operator's log, which has a line for each change and each
 * failure. The log never contains a secret: of a document only values of scalars, of a request no
 * header. */
#ifndef VIEW_REPORT_H
#define VIEW_REPORT_H

#include "mount.h"
#include "tree/node.h"

/* What an operation was about. Members are borrowed. */
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

/* Logs a change that was sent and worked, with its HTTP status. before and after are the values of
 * a scalar, or NULL. */
void report_change(const struct view *view, const struct report *report, int status,
	const char *before, const char *after);
/* Logs a call of the API that has ended. */
void report_call(const struct api_event *event);
/* Reports a failed operation, unless its caller gave up (EINTR). Returns -problem->errnum. */
int report_fail(
	struct view *view, const struct report *report, const struct api_problem *problem);
/* Reports a failed read, unless the failure is an answer (ENOENT) or the caller gave up (EINTR).
 * Returns -problem->errnum. */
int read_fail(struct view *view, struct vpc *vpc, const char *path,
	const struct api_problem *problem);
/* Reports a change that this driver refuses, in `.error` of the VPC, which may be NULL, and of the
 * mount. The text says why. Returns -errnum. */
int refuse(struct view *view, struct vpc *vpc, const char *what, const char *path,
	int errnum, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* Whether a refused text of that file is kept. */
bool has_refused_text(struct vpc *vpc, const char *path);
/* For node_ops.refused: report what the tree has refused, for files of a VPC and for all other
 * files. */
void vpc_refused(struct node *node, const char *what, const char *name, int errnum);
void view_refused(struct node *node, const char *what, const char *name, int errnum);

#endif
