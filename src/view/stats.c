/* SPDX-License-Identifier: MIT */
/* Counts calls by method and status, keeps a histogram of how long they took, and says whether the
 * API can be reached. A refused change is not a failure of the service, but a refused question is.
 */
#include "stats.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/err.h"

#define STATUS_TOKEN_REFUSED 401
#define STATUS_SERVER_FAILED 500

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
	*stats = (struct stats){.changed_at = clock_real()};
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

static bool is_answered(const struct api_event *event)
{
	if (event->errnum == 0 || event->errnum == ENOENT)
		return true;
	return event->is_change && event->status && event->status != STATUS_TOKEN_REFUSED &&
	       event->status < STATUS_SERVER_FAILED;
}

static void observe_locked(struct stats *stats, const struct api_event *event)
{
	bool is_up = is_answered(event);

	/* the caller left: this says nothing about the API */
	if (event->errnum == EINTR || event->errnum == ESHUTDOWN)
		return;
	if (is_up != stats->is_up)
		stats->changed_at = clock_real();
	stats->is_up = is_up;
	if (event->errnum == 0)
		stats->success_at = clock_real();
}

void stats_add(struct stats *stats, const struct api_event *event)
{
	struct call_count *c;
	unsigned b = 0;

	while (b < STATS_BUCKETS && event->ms > latency_limits_ms[b])
		b++;
	pthread_mutex_lock(&stats->lock);
	observe_locked(stats, event);
	c = count_of_locked(stats, event);
	if (c) {
		c->count++;
		stats->latency[b]++;
		stats->total_ms += event->ms;
		stats->retries += event->attempts > 1 ? event->attempts - 1 : 0;
	}
	pthread_mutex_unlock(&stats->lock);
}

void stats_fail(struct stats *stats, int errnum)
{
	struct failure_count *f = stats->failures;

	pthread_mutex_lock(&stats->lock);
	while (f->errnum && f->errnum != errnum && f < &stats->failures[STATS_ERRNOS - 1])
		f++;
	if (!f->errnum)
		f->errnum = errnum;
	f->count++;
	pthread_mutex_unlock(&stats->lock);
}

static void print_figure(
	struct buf *b, const char *name, const char *type, const char *help, uint64_t n)
{
	buf_addf(b, "# HELP vpcfs_%s %s\n# TYPE vpcfs_%s %s\nvpcfs_%s %" PRIu64 "\n", name,
		help, name, type, name, n);
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
	sum += stats->latency[STATS_BUCKETS];
	buf_addf(b, "vpcfs_call_duration_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", sum);
	buf_addf(b, "vpcfs_call_duration_seconds_sum %g\n",
		(double)stats->total_ms / 1000.0);
	buf_addf(b, "vpcfs_call_duration_seconds_count %" PRIu64 "\n", sum);
	print_figure(b, "retries_total", "counter", "Requests that were sent again.",
		stats->retries);
}

static void print_time(struct buf *b, const char *name, const char *help, struct timespec t)
{
	buf_addf(b, "# HELP %s %s\n# TYPE %s gauge\n%s %lld.%03ld\n", name, help, name,
		name, (long long)t.tv_sec, t.tv_nsec / 1000000);
}

static int print_health_locked(const struct stats *stats, struct buf *b)
{
	int r;

	print_figure(
		b, "up", "gauge", "Whether the API answered the last call.", stats->is_up);
	print_time(b, "vpcfs_up_changed_timestamp_seconds", "When vpcfs_up last changed.",
		stats->changed_at);
	print_time(b, "vpcfs_last_success_timestamp_seconds",
		"When a call last worked, 0 if none has.", stats->success_at);
	r = buf_adds(b, "# HELP vpcfs_failures_total Failures that programs were told "
			"of, by errno.\n"
			"# TYPE vpcfs_failures_total counter\n");
	for (size_t i = 0; i < STATS_ERRNOS && stats->failures[i].errnum && r == 0; i++) {
		r = buf_addf(b, "vpcfs_failures_total{errno=\"%s\"} %" PRIu64 "\n",
			err_name(stats->failures[i].errnum), stats->failures[i].count);
	}
	return r;
}

int stats_print(struct stats *stats, const struct collection_figures *figures,
	uint64_t log_lines_dropped, uint64_t rejected_texts, struct buf *ret)
{
	int r;

	pthread_mutex_lock(&stats->lock);
	print_calls_locked(stats, ret);
	print_figure(ret, "cache_hits_total", "counter",
		"Questions answered without a call.", figures->cache_hits);
	print_figure(ret, "log_lines_dropped_total", "counter",
		"Lines of the log that were dropped while it was open and full.",
		log_lines_dropped);
	print_figure(ret, "rejected_texts", "gauge",
		"Texts in .vpcfs/rejected, which could not be applied.", rejected_texts);
	print_figure(ret, "vpcs", "gauge", "VPCs known.", figures->vpcs);
	print_figure(ret, "open_handles", "gauge", "Open files.", figures->tree.handles);
	print_figure(ret, "scratch_bytes", "gauge", "Bytes of scratch files.",
		figures->tree.scratch_bytes);
	r = print_health_locked(stats, ret);
	pthread_mutex_unlock(&stats->lock);
	return r;
}
