/* SPDX-License-Identifier: MIT */
/* `.vpcfs/log`: the last calls of the API, a line each. */
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
	uint64_t dropped; /* lines that did not fit in while it was open */
	/* while somebody has it open nothing is cut off in front: tail -f keeps its place */
	unsigned readers;
	struct timespec at;
};

void call_log_init(struct call_log *log);
void call_log_release(struct call_log *log);
void call_log_add(struct call_log *log, const struct api_event *event);
/* A line that is no call. */
void call_log_note(struct call_log *log, const char *line);
/* That for a call which a dry run does not make. Errors: -ENOMEM. */
int call_log_dry_run(
	struct call_log *log, const struct api *api, const struct api_call *call);
/* Adds the text. Errors: those of buf_copy. */
int call_log_get(struct call_log *log, struct buf *ret, struct timespec *ret_at);
void call_log_opened(struct call_log *log);
void call_log_closed(struct call_log *log);
uint64_t call_log_dropped(struct call_log *log);
/* "ENOENT", "-" for 0, "?" for one that has no name. */
const char *call_log_errno_name(int errnum);

#endif
