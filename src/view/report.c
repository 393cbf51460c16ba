/* SPDX-License-Identifier: MIT */
/* A report is a line with the time, the operation, the mask, the HTTP status and code; then the
 * API's message and every detail, a line each; then where the text is kept.
 *
 * The lines of the operator's log are words, then name=value, as journals and log shippers read
 * them. Text from users or the API is quoted, so that it cannot make one line look like two. */
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/caller.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/utf8.h"
#include "names.h"
#include "place.h"

#define LOG_LINE_MAX 2000 /* bytes; a longer line is cut */
/* Bytes of one value; a longer value is cut and ends in "...". */
#define LOG_VALUE_MAX 256

/* Adds name="value" with a blank before it. */
static void add_quoted(struct buf *line, const char *name, const char *value)
{
	size_t len = strlen(value);

	buf_addf(line, " %s=\"", name);
	for (size_t i = 0; i < len && i < LOG_VALUE_MAX; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c < 0x20 || c == 0x7F)
			buf_addf(line, "\\x%02x", c);
		else if (c == '"' || c == '\\')
			buf_addf(line, "\\%c", c);
		else
			buf_addc(line, (char)c);
	}
	buf_adds(line, len > LOG_VALUE_MAX ? "...\"" : "\"");
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

static void line_begin(
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

void report_change(const struct view *view, const struct report *report, int status,
	const char *before, const char *after)
{
	CLEANUP_BUF struct buf line = BUF_INIT(LOG_LINE_MAX);

	if (!log_has(LOG_LEVEL_INFO))
		return;
	line_begin(&line, view, report);
	if (before)
		add_quoted(&line, "old", before);
	if (after)
		add_quoted(&line, "new", after);
	log_info("%s status=%d", buf_str(&line), status);
}

static void log_failure(const struct view *view, const struct report *report,
	const struct api_problem *problem)
{
	CLEANUP_BUF struct buf line = BUF_INIT(LOG_LINE_MAX);

	if (!log_has(LOG_LEVEL_WARN))
		return;
	line_begin(&line, view, report);
	if (problem->http_status)
		buf_addf(&line, " status=%d", problem->http_status);
	if (problem->code[0])
		add_quoted(&line, "code", problem->code);
	add_quoted(&line, "text", problem->text);
	log_warn("%s errno=%s", buf_str(&line), err_name(problem->errnum));
}

void report_call(const struct api_event *event)
{
	CLEANUP_BUF struct buf line = BUF_INIT(LOG_LINE_MAX);

	if (!log_has(LOG_LEVEL_DEBUG))
		return;
	buf_addf(&line, "call %s", event->method);
	add_quoted(&line, "path", event->path);
	if (*event->mask)
		add_quoted(&line, "mask", event->mask);
	log_debug("%s status=%d ms=%u attempts=%u errno=%s", buf_str(&line), event->status,
		event->ms, event->attempts, err_name(event->errnum));
}

/* Adds a path so that it is safe to show and does not end the line. */
static void add_path(struct buf *b, const char *path)
{
	char shown[NODE_PATH_MAX];

	utf8_clean(shown, sizeof(shown), path, strlen(path));
	for (char *p = shown; *p; p++) {
		if (*p == '\n')
			*p = '?';
	}
	buf_adds(b, shown);
}

static void print_report(
	struct buf *b, const struct report *report, const struct api_problem *problem)
{
	char at[CLOCK_TEXT_MAX];

	clock_format_rfc3339(clock_real(), at);
	buf_addf(b, "%s %s", at, report->what);
	if (report->target[0]) {
		buf_addc(b, ' ');
		add_path(b, report->target);
	}
	if (report->mask && report->mask[0])
		buf_addf(b, " mask=%s", report->mask);
	if (problem->http_status)
		buf_addf(b, " HTTP %d", problem->http_status);
	if (problem->code[0])
		buf_addf(b, " %s", problem->code);
	buf_addf(b, " %s\n%s\n", err_name(problem->errnum), problem->text);
	if (report->kept)
		buf_addf(b, "the text is kept in .vpcfs/rejected/%s\n", report->target);
}

int report_fail(
	struct view *view, const struct report *report, const struct api_problem *problem)
{
	CLEANUP_BUF struct buf text = BUF_INIT(2 * ERR_TEXT_MAX + NODE_PATH_MAX);

	if (problem->errnum == EINTR)
		return -EINTR;
	stats_fail(&view->stats, problem->errnum);
	log_failure(view, report, problem);
	print_report(&text, report, problem);
	last_error_set(&view->last_error, buf_str(&text), false);
	if (report->vpc)
		last_error_set(
			&vpc_local(report->vpc)->error, buf_str(&text), report->is_read);
	return -problem->errnum;
}

/* Returns the path as the mount shows it; path itself if it belongs to no VPC. */
static const char *target_of(struct vpc *vpc, const char *path, char buf[NODE_PATH_MAX])
{
	if (!vpc)
		return path;
	names_path(vpc, path, buf);
	return buf;
}

bool has_refused_text(struct vpc *vpc, const char *path)
{
	char target[NODE_PATH_MAX];
	struct timespec at;

	return rejected_get(&vpc_view(vpc)->rejected, target_of(vpc, path, target), NULL,
		       &at) == 0;
}

int read_fail(struct view *view, struct vpc *vpc, const char *path,
	const struct api_problem *problem)
{
	struct report report = {.vpc = vpc, .what = "read", .is_read = true};
	char target[NODE_PATH_MAX];

	/* ENOENT is an answer, and EINTR means that the caller left: neither is reported. */
	if (problem->errnum == ENOENT || problem->errnum == EINTR)
		return -problem->errnum;
	report.target = target_of(vpc, path, target);
	return report_fail(view, &report, problem);
}

int refuse(struct view *view, struct vpc *vpc, const char *what, const char *path,
	int errnum, const char *fmt, ...)
{
	struct report report = {.vpc = vpc, .what = what};
	struct api_problem problem = {.errnum = errnum};
	char target[NODE_PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(problem.text, sizeof(problem.text), fmt, ap);
	va_end(ap);
	report.target = target_of(vpc, path, target);
	return report_fail(view, &report, &problem);
}

static const char *why_refused(bool is_vpc, bool is_file, int errnum)
{
	if (errnum == EFBIG)
		return "the text is too long";
	if (errnum != EPERM)
		return "something else has this name";
	if (!is_file)
		return "this cannot be done here";
	return is_vpc ? "only the API sets it" : "it is read-only";
}

static void note_refused(
	struct node *node, bool is_vpc, const char *what, const char *name, int errnum)
{
	struct node_place place;
	struct vpc *vpc;

	if (place_of(node, name, &place) < 0)
		return;
	vpc = is_vpc ? place.data : NULL;
	refuse(vpc ? vpc_view(vpc) : place.data, vpc, what, place.path, errnum, "%s",
		why_refused(is_vpc, !name, errnum));
}

void vpc_refused(struct node *node, const char *what, const char *name, int errnum)
{
	note_refused(node, true, what, name, errnum);
}

void view_refused(struct node *node, const char *what, const char *name, int errnum)
{
	note_refused(node, false, what, name, errnum);
}
