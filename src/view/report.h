/* SPDX-License-Identifier: MIT */
/* How an operation says that something was refused: in `.error` of the VPC and of the mount. */
#ifndef VIEW_REPORT_H
#define VIEW_REPORT_H

#include "mount.h"
#include "subject.h"
#include "tree/node.h"

/* Returns -problem->errnum. */
int report_fail(
	struct view *view, const struct report *report, const struct api_problem *problem);
/* A read failed: .error, unless the failure is an answer. Returns -problem->errnum. */
int read_fail(struct view *view, struct vpc *vpc, const char *path,
	const struct api_problem *problem);
/* A change is refused by this driver: .error of the VPC (which may be NULL) and of the mount says
 * why. Returns -errnum. */
int refuse(struct view *view, struct vpc *vpc, const char *what, const char *path,
	int errnum, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* Whether a text of that file has been refused and is kept. */
bool has_refused_text(struct vpc *vpc, const char *path);
/* What the tree has refused of a VPC's files, and of all others. */
void vpc_refused(struct node *node, const char *what, const char *name, int errnum);
void view_refused(struct node *node, const char *what, const char *name, int errnum);

#endif
