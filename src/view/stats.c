/* SPDX-License-Identifier: MIT */
/* Counts calls by method and status, and keeps a histogram of how long they took. */
#include "stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const unsigned latency_limits_ms[STATS_BUCKETS] = {
	5, 10, 50, 100, 500, 1000, 5000, 10000};

/* Calls with one method and one status. */
struct call_count {
	struct call_count *next;
	const char *method; /* static */
	int status;
	uint64_t count;
};

void stats_init(struct stats *stats)
{
	*stats = (struct stats){0};
	pthread_mutex_init(&stats->lock, NULL);
}

void stats_release(struct stats *stats)
{
	while (stats->counts) {
		struct call_count *c = stats->counts;

		stats->counts = c->next;
		free(c);
	}
	pthread_mutex_destroy(&stats->lock);
}

/* Returns NULL if there is no memory: that call is not counted. */
static struct call_count *count_of_locked(
	struct stats *stats, const struct api_event *event)
{
	struct call_count *c = stats->counts;

	while (c && (c->status != event->status || strcmp(c->method, event->method) != 0))
		c = c->next;
	if (c)
		return c;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->method = event->method;
	c->status = event->status;
	c->next = stats->counts;
	stats->counts = c;
	return c;
}

void stats_add(struct stats *stats, const struct api_event *event)
{
	struct call_count *c;
	unsigned b = 0;

	while (b < STATS_BUCKETS && event->ms > latency_limits_ms[b])
		b++;
	pthread_mutex_lock(&stats->lock);
	c = count_of_locked(stats, event);
	if (c) {
		c->count++;
		stats->latency[b]++;
		stats->total++;
		stats->total_ms += event->ms;
		stats->retries += event->attempts > 1 ? event->attempts - 1 : 0;
	}
	pthread_mutex_unlock(&stats->lock);
}

static int print_figure(
	struct buf *b, const char *name, const char *type, const char *help, uint64_t n)
{
	return buf_addf(b, "# HELP vpcfs_%s %s\n# TYPE vpcfs_%s %s\nvpcfs_%s %" PRIu64 "\n",
		name, help, name, type, name, n);
}

static void print_calls_locked(const struct stats *stats, struct buf *b)
{
	uint64_t sum = 0;

	buf_adds(b, "# HELP vpcfs_calls_total Calls to the API by method and HTTP status "
		    "(0: no answer).\n"
		    "# TYPE vpcfs_calls_total counter\n");
	for (const struct call_count *c = stats->counts; c; c = c->next)
		buf_addf(b, "vpcfs_calls_total{method=\"%s\",status=\"%d\"} %" PRIu64 "\n",
			c->method, c->status, c->count);
	buf_adds(b, "# HELP vpcfs_call_duration_seconds How long calls took.\n"
		    "# TYPE vpcfs_call_duration_seconds histogram\n");
	for (size_t i = 0; i < STATS_BUCKETS; i++) {
		sum += stats->latency[i];
		buf_addf(b, "vpcfs_call_duration_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
			latency_limits_ms[i] / 1000.0, sum);
	}
	buf_addf(b, "vpcfs_call_duration_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n",
		stats->total);
	buf_addf(b, "vpcfs_call_duration_seconds_sum %g\n",
		(double)stats->total_ms / 1000.0);
	buf_addf(b, "vpcfs_call_duration_seconds_count %" PRIu64 "\n", stats->total);
	print_figure(b, "retries_total", "counter", "Requests that were sent again.",
		stats->retries);
}

int stats_print(struct stats *stats, const struct collection_figures *figures,
	uint64_t log_lines_dropped, uint64_t rejected_texts, struct buf *ret)
{
	pthread_mutex_lock(&stats->lock);
	print_calls_locked(stats, ret);
	pthread_mutex_unlock(&stats->lock);
	print_figure(ret, "cache_hits_total", "counter",
		"Questions answered without a call.", figures->cache_hits);
	print_figure(ret, "log_lines_dropped_total", "counter",
		"Lines of the log that were dropped while it was open and full.",
		log_lines_dropped);
	print_figure(ret, "rejected_texts", "gauge",
		"Texts in .vpcfs/rejected, which could not be applied.", rejected_texts);
	print_figure(ret, "vpcs", "gauge", "VPCs known.", figures->vpcs);
	print_figure(ret, "open_handles", "gauge", "Open files.", figures->tree.handles);
	return print_figure(ret, "scratch_bytes", "gauge", "Bytes of scratch files.",
		figures->tree.scratch_bytes);
}
