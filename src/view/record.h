/* SPDX-License-Identifier: MIT */
/* The operator's log: a line for each change and each failure. Never a secret: no text of a
 * document is in it but a scalar's, and no header of a request. */
#ifndef VIEW_RECORD_H
#define VIEW_RECORD_H

#include "mount.h"
#include "subject.h"

/* A change was sent and worked, with that HTTP status. before and after: the value of a scalar,
 * each NULL when there is none. */
void record_change(const struct view *view, const struct report *report, int status,
	const char *before, const char *after);
/* Something failed, and somebody was told. */
void record_failure(const struct view *view, const struct report *report,
	const struct api_problem *problem);
/* A call of the API ended. */
void record_call(const struct api_event *event);

#endif
