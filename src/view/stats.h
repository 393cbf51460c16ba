/* SPDX-License-Identifier: MIT */
/* The figures of `.vpcfs/stats`: how many calls of the API there were, how they ended and how long
 * they took. Other modules add theirs. */
#ifndef VIEW_STATS_H
#define VIEW_STATS_H

#include <pthread.h>
#include <stdint.h>
#include "api/api.h"
#include "base/buf.h"
#include "collection.h"

#define STATS_BUCKETS 8

struct call_count;

/* Members are private; it has a lock of its own. */
struct stats {
	pthread_mutex_t lock;
	struct call_count *counts; /* owned */
	uint64_t latency[STATS_BUCKETS + 1];
	uint64_t total, total_ms, retries;
};

void stats_init(struct stats *stats);
void stats_release(struct stats *stats);
void stats_add(struct stats *stats, const struct api_event *event);
/* Adds all figures in the text format of Prometheus. Errors: those of buf_addf. */
int stats_print(struct stats *stats, const struct collection_figures *figures,
	uint64_t log_lines_dropped, uint64_t rejected_texts, struct buf *ret);

#endif
