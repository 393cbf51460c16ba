/* SPDX-License-Identifier: MIT */
/* The call log, `.vpcfs/log`: a line for each of the last calls of the API. */
#ifndef VIEW_CALL_LOG_H
#define VIEW_CALL_LOG_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>
#include "api/api.h"
#include "base/buf.h"

/* It has a lock of its own. */
struct call_log {
	pthread_mutex_t lock;
	struct buf text;
	size_t lines;
	uint64_t dropped; /* lines that did not fit while it was open */
	/* how often it is open; while it is, no lines are cut off at the front, so that tail -f
	 * keeps its place */
	unsigned readers;
	struct timespec at;
};

void call_log_init(struct call_log *log);
void call_log_release(struct call_log *log);
void call_log_add(struct call_log *log, const struct api_event *event);
/* Adds a line that is not about a call. */
void call_log_note(struct call_log *log, const char *line);
/* Adds the line of a call that a dry run does not make. Errors: -ENOMEM. */
int call_log_dry_run(
	struct call_log *log, const struct api *api, const struct api_call *call);
/* Adds the log's text to ret. Errors: those of buf_copy. */
int call_log_get(struct call_log *log, struct buf *ret, struct timespec *ret_at);
void call_log_opened(struct call_log *log);
void call_log_closed(struct call_log *log);
uint64_t call_log_dropped(struct call_log *log);

#endif
