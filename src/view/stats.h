/* SPDX-License-Identifier: MIT */
/* The figures of `.vpcfs/stats`, for those who monitor the mount: how many calls of the API there
 * were, how they ended and how long they took; whether the API can be reached, since when, and what
 * failed. Other modules add theirs. */
#ifndef VIEW_STATS_H
#define VIEW_STATS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "api/api.h"
#include "base/buf.h"
#include "collection.h"

#define STATS_BUCKETS 8
#define STATS_ERRNOS  64 /* different errnos that are counted */

struct call_count;

/* Members are private; it has a lock of its own. */
struct stats {
	pthread_mutex_t lock;
	struct call_count *counts; /* owned */
	uint64_t latency[STATS_BUCKETS + 1];
	uint64_t total_ms, retries;
	bool is_up;
	/* when is_up last changed */
	struct timespec changed_at;
	/* when a call last worked; 0: none has */
	struct timespec success_at;
	/* failures that a program was told of, by errno */
	struct failure_count {
		int errnum;
		uint64_t count;
	} failures[STATS_ERRNOS];
};

void stats_init(struct stats *stats);
void stats_release(struct stats *stats);
/* Takes the result of a call; called after each call of the API. */
void stats_add(struct stats *stats, const struct api_event *event);
/* Counts a failure; called after each failure that a program was told of. */
void stats_fail(struct stats *stats, int errnum);
/* Adds all figures in the text format of Prometheus. Errors: -ENOMEM, -EFBIG. */
int stats_print(struct stats *stats, const struct collection_figures *figures,
	uint64_t log_lines_dropped, uint64_t rejected_texts, struct buf *ret);

#endif
