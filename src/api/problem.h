/* SPDX-License-Identifier: MIT */
/* What an answer that is not a success means. */
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include "api/api.h"

/* Empties the problem. */
void problem_clear(struct api_problem *problem);
/* Fills the whole problem from an answer whose status is not 2xx. */
void problem_from_answer(struct api_problem *problem, const struct http_answer *answer);
/* Reports a success whose body cannot be used: why, and what the body was instead. Returns
 * -EBADMSG. */
int problem_unusable(
	struct api_problem *problem, const struct http_answer *answer, const char *why);
/* Sets errno and one sentence, and leaves the rest as it is. Returns -errnum. */
int problem_set(struct api_problem *problem, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Adds the line "LABEL: TEXT". */
void problem_add_line(struct api_problem *problem, const char *label, const char *text);
/* Overwrites the secret with asterisks, in case a gateway has echoed it. */
void problem_hide(struct api_problem *problem, const struct secret *secret);

#endif
