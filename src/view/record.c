/* SPDX-License-Identifier: MIT */
/* The lines of the operator's log: words, then name=value, as journals and log shippers read them.
 * Text from users or the API is quoted, so that it cannot make one line look like two. */
#include "record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/caller.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"

#define RECORD_LINE_MAX 2000 /* bytes; a longer line is cut */
/* Bytes of one value; a longer value is cut and ends in "...". */
#define RECORD_VALUE_MAX 256

/* Adds name="value" with a blank before it. */
static void add_quoted(struct buf *line, const char *name, const char *value)
{
	size_t len = strlen(value);

	buf_addf(line, " %s=\"", name);
	for (size_t i = 0; i < len && i < RECORD_VALUE_MAX; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c < 0x20 || c == 0x7F)
			buf_addf(line, "\\x%02x", c);
		else if (c == '"' || c == '\\')
			buf_addf(line, "\\%c", c);
		else
			buf_addc(line, (char)c);
	}
	buf_adds(line, len > RECORD_VALUE_MAX ? "...\"" : "\"");
}

/* Adds the caller, and the time since the request arrived. */
static void add_caller(struct buf *line, const struct view *view, const struct op *op)
{
	char program[CALLER_PROGRAM_MAX];
	uint64_t end_ms = clock_mono_ms() + view->timeout_ms;

	if (!op)
		return;
	caller_program(op->pid, program);
	buf_addf(line, " ms=%" PRIu64 " uid=%u pid=%d",
		end_ms > op->deadline_ms ? end_ms - op->deadline_ms : 0, (unsigned)op->uid,
		(int)caller_process(op->pid));
	add_quoted(line, "program", program);
}

static void record_begin(
	struct buf *line, const struct view *view, const struct report *report)
{
	buf_adds(line, report->what);
	add_quoted(line, "file", report->target);
	if (report->vpc)
		add_quoted(line, "vpc", vpc_id(report->vpc));
	if (report->mask && *report->mask)
		add_quoted(line, "mask", report->mask);
	add_caller(line, view, report->op);
}

void record_change(const struct view *view, const struct report *report, int status,
	const char *before, const char *after)
{
	CLEANUP_BUF struct buf line = BUF_INIT(RECORD_LINE_MAX);

	if (!log_has(LOG_LEVEL_INFO))
		return;
	record_begin(&line, view, report);
	if (before)
		add_quoted(&line, "old", before);
	if (after)
		add_quoted(&line, "new", after);
	log_info("%s status=%d", buf_str(&line), status);
}

void record_failure(const struct view *view, const struct report *report,
	const struct api_problem *problem)
{
	CLEANUP_BUF struct buf line = BUF_INIT(RECORD_LINE_MAX);

	if (!log_has(LOG_LEVEL_WARN))
		return;
	record_begin(&line, view, report);
	if (problem->http_status)
		buf_addf(&line, " status=%d", problem->http_status);
	if (problem->code[0])
		add_quoted(&line, "code", problem->code);
	add_quoted(&line, "text", problem->text);
	log_warn("%s errno=%s", buf_str(&line), err_name(problem->errnum));
}

void record_call(const struct api_event *event)
{
	CLEANUP_BUF struct buf line = BUF_INIT(RECORD_LINE_MAX);

	if (!log_has(LOG_LEVEL_DEBUG))
		return;
	buf_addf(&line, "call %s", event->method);
	add_quoted(&line, "path", event->path);
	if (*event->mask)
		add_quoted(&line, "mask", event->mask);
	log_debug("%s status=%d ms=%u attempts=%u errno=%s", buf_str(&line), event->status,
		event->ms, event->attempts, err_name(event->errnum));
}
