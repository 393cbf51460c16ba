/* SPDX-License-Identifier: MIT */
/* How an operation reports that something was refused or failed: in `.error` of the VPC and of the
 * mount, and in the operator's log. */
#ifndef VIEW_REPORT_H
#define VIEW_REPORT_H

#include "record.h"
#include "tree/node.h"

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
