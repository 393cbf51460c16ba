/* SPDX-License-Identifier: MIT */
/* The journal's memory, shared by journal.c and rejected.c. */
#ifndef VIEW_JOURNAL_H
#define VIEW_JOURNAL_H

#include "health.h"
#include "internal.h"

#define LOG_LINES    1000
#define LOG_SLACK    250	 /* lines more before it is cut again */
#define LOG_MAX	     (10u << 20) /* bytes, however long somebody reads */
#define REJECTED_MAX (16u << 20) /* bytes of all refused texts; past it the oldest goes */

struct calls;
struct rejected;

struct journal {
	pthread_mutex_t lock;
	char *error; /* owned: the mount's .error, NULL when empty */
	struct timespec error_at;
	struct buf log; /* the last calls, a line each */
	size_t log_lines;
	uint64_t log_dropped;
	/* while somebody has it open nothing is cut off in front: tail -f keeps its place */
	unsigned log_readers;
	struct timespec logged_at;
	struct calls *calls;	   /* owned */
	struct health health;	   /* with a lock of its own */
	struct rejected *rejected; /* owned, newest first */
	size_t rejected_bytes;
};

void rejected_free(struct journal *j);
/* How many texts there are. */
uint64_t rejected_count(struct journal *j);

#endif
