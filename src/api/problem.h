/* SPDX-License-Identifier: MIT */
/* What an answer that is no success means. */
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include "api/api.h"

/* Makes it empty. */
void problem_clear(struct api_problem *problem);
/* Fills all of it from an answer whose status is not 2xx. */
void problem_from_answer(struct api_problem *problem, const struct http_answer *answer);
/* A success whose body cannot be used: -EBADMSG, why, and what the body was instead. */
int problem_unusable(
	struct api_problem *problem, const struct http_answer *answer, const char *why);
/* Sets errno and one sentence; the rest as it is. Returns -errnum. */
int problem_set(struct api_problem *problem, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Adds a line. */
void problem_add_line(struct api_problem *problem, const char *label, const char *text);
/* Overwrites the secret where some gateway has echoed it. */
void problem_hide(struct api_problem *problem, const struct secret *secret);

#endif
