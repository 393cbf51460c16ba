/* SPDX-License-Identifier: MIT */
/* Whether the API can be reached. A refused change is not a failure of the service, but a refused
 * question is. */
#include "health.h"

#include <errno.h>
#include <inttypes.h>
#include "base/clock.h"
#include "base/err.h"

#define STATUS_TOKEN_REFUSED 401
#define STATUS_SERVER_FAILED 500

void health_init(struct health *h)
{
	pthread_mutex_init(&h->lock, NULL);
	h->changed_at = clock_real();
}

void health_release(struct health *h)
{
	pthread_mutex_destroy(&h->lock);
}

static bool is_answered(const struct api_event *event)
{
	if (event->errnum == 0 || event->errnum == ENOENT)
		return true;
	return event->is_change && event->status && event->status != STATUS_TOKEN_REFUSED &&
	       event->status < STATUS_SERVER_FAILED;
}

void health_observe(struct health *h, const struct api_event *event)
{
	bool is_up = is_answered(event);

	/* the caller left: this says nothing about the API */
	if (event->errnum == EINTR || event->errnum == ESHUTDOWN)
		return;
	pthread_mutex_lock(&h->lock);
	if (is_up != h->is_up)
		h->changed_at = clock_real();
	h->is_up = is_up;
	if (event->errnum == 0)
		h->success_at = clock_real();
	pthread_mutex_unlock(&h->lock);
}

void health_fail(struct health *h, int errnum)
{
	struct failure_count *f = h->failures;

	pthread_mutex_lock(&h->lock);
	while (f->errnum && f->errnum != errnum && f < &h->failures[HEALTH_ERRNOS - 1])
		f++;
	if (!f->errnum)
		f->errnum = errnum;
	f->count++;
	pthread_mutex_unlock(&h->lock);
}

static int print_time(struct buf *b, const char *name, const char *help, struct timespec t)
{
	return buf_addf(b, "# HELP %s %s\n# TYPE %s gauge\n%s %lld.%03ld\n", name, help,
		name, name, (long long)t.tv_sec, t.tv_nsec / 1000000);
}

static int print_failures(const struct health *h, struct buf *b)
{
	int r = buf_adds(b, "# HELP vpcfs_failures_total Failures that programs were told "
			    "of, by errno.\n"
			    "# TYPE vpcfs_failures_total counter\n");

	for (size_t i = 0; i < HEALTH_ERRNOS && h->failures[i].errnum && r == 0; i++) {
		r = buf_addf(b, "vpcfs_failures_total{errno=\"%s\"} %" PRIu64 "\n",
			err_name(h->failures[i].errnum), h->failures[i].count);
	}
	return r;
}

int health_print(struct health *h, struct buf *ret)
{
	int r;

	pthread_mutex_lock(&h->lock);
	r = buf_addf(ret,
		"# HELP vpcfs_up Whether the API answered the last call.\n"
		"# TYPE vpcfs_up gauge\nvpcfs_up %d\n",
		h->is_up);
	if (r == 0)
		r = print_time(ret, "vpcfs_up_changed_timestamp_seconds",
			"When vpcfs_up last changed.", h->changed_at);
	if (r == 0)
		r = print_time(ret, "vpcfs_last_success_timestamp_seconds",
			"When a call last worked, 0 if none has.", h->success_at);
	if (r == 0)
		r = print_failures(h, ret);
	pthread_mutex_unlock(&h->lock);
	return r;
}
