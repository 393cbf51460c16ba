/* SPDX-License-Identifier: MIT */
/* The log keeps the last thousand lines, and more while it is open. */
#include "call_log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"

#define LOG_LINES   1000
#define LOG_SLACK   250		/* so many more lines, before it is cut again */
#define LOG_MAX	    (10u << 20) /* bytes, however long it is open */
#define DRY_RUN_MAX (16u << 20) /* bytes of a line with a body in it */

void call_log_init(struct call_log *log)
{
	*log = (struct call_log){.at = clock_real()};
	pthread_mutex_init(&log->lock, NULL);
	buf_init(&log->text, LOG_MAX);
}

void call_log_release(struct call_log *log)
{
	buf_release(&log->text);
	pthread_mutex_destroy(&log->lock);
}

static void cut_locked(struct call_log *log, size_t lines)
{
	const char *at = log->text.data;

	if (!at)
		return;
	for (; log->lines > lines; log->lines--)
		at = strchr(at, '\n') + 1;
	log->text.len -= (size_t)(at - log->text.data);
	memmove(log->text.data, at, log->text.len + 1);
}

/* While the log is open, nothing is cut off at the front, so that tail -f keeps its place. Past the
 * limit new lines are dropped. */
static void add_locked(struct call_log *log, const char *line)
{
	if (log->lines >= LOG_LINES + LOG_SLACK && !log->readers)
		cut_locked(log, LOG_LINES - 1);
	while (log->text.len + strlen(line) > LOG_MAX && log->lines && !log->readers)
		cut_locked(log, log->lines / 2);
	if (buf_adds(&log->text, line) == 0)
		log->lines++;
	else
		log->dropped++;
	log->at = clock_real();
}

static void add_line(struct call_log *log, struct timespec time, const char *text)
{
	CLEANUP_FREE char *line = NULL;
	char at[CLOCK_TEXT_MAX];

	clock_format_rfc3339(time, at);
	if (asprintf(&line, "%s %s\n", at, text) < 0) {
		line = NULL;
		return;
	}
	pthread_mutex_lock(&log->lock);
	add_locked(log, line);
	pthread_mutex_unlock(&log->lock);
}

void call_log_add(struct call_log *log, const struct api_event *event)
{
	CLEANUP_FREE char *text = NULL;

	if (asprintf(&text, "%s %s %s %d %u %s", event->method, event->path,
		    event->mask[0] ? event->mask : "-", event->status, event->ms,
		    err_name(event->errnum)) < 0)
		text = NULL;
	else
		add_line(log, event->at, text);
}

void call_log_note(struct call_log *log, const char *line)
{
	add_line(log, clock_real(), line);
}

int call_log_dry_run(
	struct call_log *log, const struct api *api, const struct api_call *call)
{
	CLEANUP_BUF struct buf line = BUF_INIT(DRY_RUN_MAX);
	int r = buf_adds(&line, "dry-run ");

	if (r == 0)
		r = api_print_call(api, call, &line);
	if (r < 0)
		return -ENOMEM;
	call_log_note(log, buf_str(&line));
	return 0;
}

int call_log_get(struct call_log *log, struct buf *ret, struct timespec *ret_at)
{
	int r;

	pthread_mutex_lock(&log->lock);
	if (!log->readers && log->lines > LOG_LINES)
		cut_locked(log, LOG_LINES);
	r = buf_copy(ret, &log->text);
	*ret_at = log->at;
	pthread_mutex_unlock(&log->lock);
	return r;
}

void call_log_opened(struct call_log *log)
{
	pthread_mutex_lock(&log->lock);
	log->readers++;
	pthread_mutex_unlock(&log->lock);
}

void call_log_closed(struct call_log *log)
{
	pthread_mutex_lock(&log->lock);
	log->readers--;
	pthread_mutex_unlock(&log->lock);
}

uint64_t call_log_dropped(struct call_log *log)
{
	uint64_t dropped;

	pthread_mutex_lock(&log->lock);
	dropped = log->dropped;
	pthread_mutex_unlock(&log->lock);
	return dropped;
}
