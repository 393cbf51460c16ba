/* SPDX-License-Identifier: MIT */
/* What the mount tells about itself: why a request failed (`.error`), the last calls
 * (`.vpcfs/log`), figures (`.vpcfs/stats`). */
#include "journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "record.h"

#define LATENCY_BUCKETS 8

static const unsigned latency_limits_ms[LATENCY_BUCKETS] = {
	5, 10, 50, 100, 500, 1000, 5000, 10000};

/* Calls with one method and one status. */
struct call_count {
	struct call_count *next;
	char method[8];
	int status;
	uint64_t count;
};

struct calls {
	struct call_count *counts; /* owned */
	uint64_t latency[LATENCY_BUCKETS + 1];
	uint64_t total, total_ms, retries;
};

struct journal *journal_new(void)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->calls = calloc(1, sizeof(*j->calls));
	if (!j->calls) {
		free(j);
		return NULL;
	}
	pthread_mutex_init(&j->lock, NULL);
	health_init(&j->health);
	buf_init(&j->log, LOG_MAX);
	j->logged_at = clock_real();
	j->error_at = clock_real();
	return j;
}

void journal_free(struct journal *j)
{
	if (!j)
		return;
	while (j->calls->counts) {
		struct call_count *c = j->calls->counts;

		j->calls->counts = c->next;
		free(c);
	}
	buf_release(&j->log);
	health_release(&j->health);
	rejected_free(j);
	free(j->calls);
	free(j->error);
	pthread_mutex_destroy(&j->lock);
	free(j);
}

/* With the lock held, as all static functions here. */
static void cut_log(struct journal *j, size_t lines)
{
	const char *at = j->log.data;

	if (!at)
		return;
	for (; j->log_lines > lines; j->log_lines--)
		at = strchr(at, '\n') + 1;
	j->log.len -= (size_t)(at - j->log.data);
	memmove(j->log.data, at, j->log.len + 1);
}

/* While somebody has the log open nothing is cut off in front, so that tail -f keeps its place;
 * past the limit lines are dropped. */
static void add_line(struct journal *j, const char *line)
{
	if (j->log_lines >= LOG_LINES + LOG_SLACK && !j->log_readers)
		cut_log(j, LOG_LINES - 1);
	if (j->log.len + strlen(line) > LOG_MAX && !j->log_readers)
		cut_log(j, LOG_LINES / 2);
	if (buf_adds(&j->log, line) == 0)
		j->log_lines++;
	else
		j->log_dropped++;
	j->logged_at = clock_real();
}

static void count_call(struct calls *calls, const struct api_event *event)
{
	struct call_count *c;
	unsigned b = 0;

	for (c = calls->counts; c; c = c->next) {
		if (c->status == event->status && strcmp(c->method, event->method) == 0)
			break;
	}
	if (!c) {
		c = calloc(1, sizeof(*c));
		if (!c)
			return;
		snprintf(c->method, sizeof(c->method), "%s", event->method);
		c->status = event->status;
		c->next = calls->counts;
		calls->counts = c;
	}
	c->count++;
	while (b < LATENCY_BUCKETS && event->ms > latency_limits_ms[b])
		b++;
	calls->latency[b]++;
	calls->total++;
	calls->total_ms += event->ms;
	calls->retries += event->attempts > 1 ? event->attempts - 1 : 0;
}

static const char *errno_name(int errnum)
{
	const char *name = errnum ? strerrorname_np(errnum) : "-";

	return name ? name : "?";
}

void journal_observe(void *arg, const struct api_event *event)
{
	struct journal *j = arg;
	char at[CLOCK_TEXT_MAX], *line = NULL;

	health_observe(&j->health, event);
	record_call(event);
	clock_format_rfc3339(event->at, at);
	if (asprintf(&line, "%s %s %s %s %d %u %s\n", at, event->method, event->path,
		    event->mask[0] ? event->mask : "-", event->status, event->ms,
		    errno_name(event->errnum)) < 0)
		line = NULL;
	pthread_mutex_lock(&j->lock);
	count_call(j->calls, event);
	if (line)
		add_line(j, line);
	pthread_mutex_unlock(&j->lock);
	free(line);
}

void journal_note(struct journal *j, const char *text)
{
	char at[CLOCK_TEXT_MAX], *line = NULL;

	clock_format_rfc3339(clock_real(), at);
	if (asprintf(&line, "%s %s\n", at, text) < 0)
		line = NULL;
	pthread_mutex_lock(&j->lock);
	if (line)
		add_line(j, line);
	pthread_mutex_unlock(&j->lock);
	free(line);
}

int journal_dry_run(struct journal *j, const char *method, const char *id, const char *mask,
	const struct buf *body)
{
	CLEANUP_BUF struct buf line = BUF_INIT(2 * BODY_MAX);
	int r = buf_addf(&line, "dry-run %s " API_VPCS_PATH "%s%s %s%s", method,
		id ? "/" : "", id ? id : "", mask, body ? " " : "");

	if (r == 0 && body)
		r = buf_add(&line, body->data, body->len);
	if (r < 0)
		return -ENOMEM;
	journal_note(j, buf_str(&line));
	return 0;
}

int journal_log(struct journal *j, struct buf *ret, struct timespec *ret_at)
{
	int r;

	pthread_mutex_lock(&j->lock);
	if (!j->log_readers && j->log_lines > LOG_LINES)
		cut_log(j, LOG_LINES);
	r = buf_copy(ret, &j->log);
	*ret_at = j->logged_at;
	pthread_mutex_unlock(&j->lock);
	return r;
}

void journal_log_opened(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	j->log_readers++;
	pthread_mutex_unlock(&j->lock);
}

void journal_log_closed(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	j->log_readers--;
	pthread_mutex_unlock(&j->lock);
}

int problem_say(struct api_problem *problem, int errnum, const char *fmt, ...)
{
	va_list ap;

	*problem = (struct api_problem){.errnum = errnum};
	va_start(ap, fmt);
	vsnprintf(problem->text, sizeof(problem->text), fmt, ap);
	va_end(ap);
	return -errnum;
}

static char *error_text(const struct report *report, const struct api_problem *problem)
{
	CLEANUP_BUF struct buf b = BUF_INIT(2 * ERR_TEXT_MAX + NODE_PATH_MAX);
	char at[CLOCK_TEXT_MAX];

	clock_format_rfc3339(clock_real(), at);
	buf_addf(&b, "%s %s %s", at, report->what, report->target);
	if (report->mask && report->mask[0])
		buf_addf(&b, " mask=%s", report->mask);
	if (problem->http_status)
		buf_addf(&b, " HTTP %d", problem->http_status);
	if (problem->code[0])
		buf_addf(&b, " %s", problem->code);
	buf_addf(&b, " %s\n%s\n", errno_name(problem->errnum), problem->text);
	if (report->kept)
		buf_addf(&b, "the text is kept in .vpcfs/rejected/%s\n", report->target);
	return buf_steal(&b);
}

int journal_fail(
	struct view *view, const struct report *report, const struct api_problem *problem)
{
	struct journal *j = view->journal;
	char *text, *copy;

	if (problem->errnum == EINTR)
		return -EINTR;
	health_fail(&j->health, problem->errnum);
	record_failure(view, report, problem);
	text = error_text(report, problem);
	copy = text ? strdup(text) : NULL;
	pthread_mutex_lock(&j->lock);
	free(j->error);
	j->error = text;
	j->error_at = clock_real();
	pthread_mutex_unlock(&j->lock);
	if (!report->vpc) {
		free(copy);
		return -problem->errnum;
	}
	pthread_mutex_lock(&view->lock);
	if (report->is_read && report->vpc->error_is_change) {
		free(copy);
	} else {
		free(report->vpc->error);
		report->vpc->error = copy;
		report->vpc->error_is_change = !report->is_read;
		report->vpc->error_at = clock_real();
	}
	pthread_mutex_unlock(&view->lock);
	return -problem->errnum;
}

void journal_worked(struct vpc *vpc)
{
	pthread_mutex_lock(&vpc->view->lock);
	if (vpc->error)
		vpc->error_at = clock_real();
	free(STEAL(vpc->error));
	vpc->error_is_change = false;
	pthread_mutex_unlock(&vpc->view->lock);
}

int journal_error(
	struct view *view, struct vpc *vpc, struct buf *ret, struct timespec *ret_at)
{
	pthread_mutex_t *lock = vpc ? &view->lock : &view->journal->lock;
	const char *text;
	int r;

	pthread_mutex_lock(lock);
	text = vpc ? vpc->error : view->journal->error;
	*ret_at = vpc ? vpc->error_at : view->journal->error_at;
	r = text ? buf_adds(ret, text) : 0;
	pthread_mutex_unlock(lock);
	return r;
}

static void print_calls(const struct calls *calls, struct buf *b)
{
	uint64_t sum = 0;

	buf_adds(b, "# HELP vpcfs_calls_total Calls to the API by method and HTTP status "
		    "(0: no answer).\n"
		    "# TYPE vpcfs_calls_total counter\n");
	for (const struct call_count *c = calls->counts; c; c = c->next)
		buf_addf(b, "vpcfs_calls_total{method=\"%s\",status=\"%d\"} %" PRIu64 "\n",
			c->method, c->status, c->count);
	buf_adds(b, "# HELP vpcfs_call_duration_seconds How long calls took.\n"
		    "# TYPE vpcfs_call_duration_seconds histogram\n");
	for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
		sum += calls->latency[i];
		buf_addf(b, "vpcfs_call_duration_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
			latency_limits_ms[i] / 1000.0, sum);
	}
	buf_addf(b, "vpcfs_call_duration_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n",
		calls->total);
	buf_addf(b, "vpcfs_call_duration_seconds_sum %g\n",
		(double)calls->total_ms / 1000.0);
	buf_addf(b, "vpcfs_call_duration_seconds_count %" PRIu64 "\n", calls->total);
}

static int print_figure(
	struct buf *b, const char *name, const char *type, const char *help, uint64_t n)
{
	return buf_addf(b, "# HELP vpcfs_%s %s\n# TYPE vpcfs_%s %s\nvpcfs_%s %" PRIu64 "\n",
		name, help, name, type, name, n);
}

int journal_stats(struct view *view, struct buf *ret)
{
	struct view_gauges gauges = {0};
	uint64_t vpcs, hits, retries, dropped;

	if (view->gauges)
		view->gauges(view->gauges_arg, &gauges);
	pthread_mutex_lock(&view->lock);
	vpcs = view->by_file.count;
	hits = view->cache_hits;
	pthread_mutex_unlock(&view->lock);
	pthread_mutex_lock(&view->journal->lock);
	print_calls(view->journal->calls, ret);
	retries = view->journal->calls->retries;
	dropped = view->journal->log_dropped;
	pthread_mutex_unlock(&view->journal->lock);
	print_figure(
		ret, "retries_total", "counter", "Requests that were made again.", retries);
	print_figure(ret, "cache_hits_total", "counter",
		"Questions answered without a call.", hits);
	print_figure(ret, "log_lines_dropped_total", "counter",
		"Lines of the log that were dropped while it was open and full.", dropped);
	print_figure(ret, "vpcs", "gauge", "VPCs known.", vpcs);
	print_figure(ret, "open_handles", "gauge", "Open files.", gauges.open_handles);
	print_figure(ret, "rejected_texts", "gauge",
		"Texts in .vpcfs/rejected, which could not be applied.",
		rejected_count(view->journal));
	health_print(&view->journal->health, ret);
	buf_addf(ret,
		"# HELP vpcfs_build_info The version, as a label.\n"
		"# TYPE vpcfs_build_info gauge\nvpcfs_build_info{version=\"%s\"} 1\n",
		view->version ? view->version : "");
	return print_figure(ret, "scratch_bytes", "gauge", "Bytes of scratch files.",
		gauges.scratch_bytes);
}
