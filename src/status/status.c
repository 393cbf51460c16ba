/* SPDX-License-Identifier: MIT */
/* The state of a mount, from what its files say, as text or as JSON. */
#include "status/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/err.h"
#include "base/quote.h"
#include "look.h"

#define TEXT_MAX   (16u << 20)
#define WHY_MAX	   1024
#define METRIC_MAX 64
#define KEPT_PART  4 /* 1/4 of the time is kept for reading after the question */
#define STATS	   ".vpcfs/stats"

struct mount_status {
	/* borrowed */
	const char *mountpoint;
	bool is_reachable;
	/* why it is not reachable; "" if it is */
	char why[WHY_MAX];
	/* "": not known */
	char since[CLOCK_TEXT_MAX], last_success[CLOCK_TEXT_MAX];
	/* -1: not known */
	long vpcs;
	/* owned */
	struct buf options, stats, rejected;
};

/* Returns the value of a metric without labels, "" if it is missing. Borrowed: it is a part of the
 * text, and ends at the end of its line. */
static const char *metric(const struct mount_status *s, const char *name)
{
	char line[METRIC_MAX];
	const char *at;

	snprintf(line, sizeof(line), "\n%s ", name);
	at = strstr(buf_str(&s->stats), line);
	return at ? at + strlen(line) : "";
}

static void metric_time(
	const struct mount_status *s, const char *name, char ret[CLOCK_TEXT_MAX])
{
	double seconds = strtod(metric(s, name), NULL);
	struct timespec t = {.tv_sec = (time_t)seconds};

	t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
	if (seconds > 0)
		clock_format_rfc3339(t, ret);
}

/* Takes the sentence from the second line of the mount's .error if the first line ends with this
 * errno. Otherwise .error is about something else. */
static void explain(struct mount_status *s, int errnum, uint64_t deadline_ms)
{
	CLEANUP_BUF struct buf text = BUF_INIT(TEXT_MAX);
	const char *name = err_name(errnum), *first, *second;
	size_t len, name_len = strlen(name);

	look_read(s->mountpoint, ".error", deadline_ms, &text);
	first = buf_str(&text);
	len = strcspn(first, "\n");
	second = first[len] ? first + len + 1 : "";
	if (*second && len > name_len &&
		strncmp(first + len - name_len, name, name_len) == 0)
		snprintf(s->why, sizeof(s->why), "%s: %.*s", strerror(errnum),
			(int)strcspn(second, "\n"), second);
	else
		snprintf(s->why, sizeof(s->why), "%s", strerror(errnum));
}

/* Checks that a vpcfs is mounted there and answers. */
static bool is_mount(struct mount_status *s, uint64_t deadline_ms)
{
	int r = look_read(s->mountpoint, ".vpcfs/options", deadline_ms, &s->options);

	if (r == -ENOENT || r == -ENOTDIR)
		snprintf(s->why, sizeof(s->why), "no vpcfs is mounted there");
	else if (r == -ENOTCONN || r == -ECONNABORTED)
		snprintf(s->why, sizeof(s->why),
			"the mount is dead, its driver has ended; clear it with: "
			"fusermount3 -u %s",
			s->mountpoint);
	else if (r == -ETIMEDOUT)
		snprintf(s->why, sizeof(s->why), "the mount does not answer");
	else if (r == -EACCES)
		snprintf(s->why, sizeof(s->why),
			"only the user who mounted it may read it (see allow_other)");
	else if (r < 0)
		snprintf(s->why, sizeof(s->why), "%s", strerror(-r));
	return r == 0;
}

/* Asks the mount for its VPCs first, and then reads its figures, so that they include this
 * question. A quarter of the time is kept for reading them. */
static void look_into(struct mount_status *s, uint64_t timeout_ms)
{
	uint64_t deadline_ms = clock_mono_ms() + timeout_ms;
	uint64_t asked_until_ms = deadline_ms - timeout_ms / KEPT_PART;
	int r;

	if (!is_mount(s, asked_until_ms))
		return;
	look_walk(s->mountpoint, ".vpcfs/rejected", asked_until_ms, &s->rejected);
	r = look_list(s->mountpoint, ".vpcfs/by-id", asked_until_ms);
	s->is_reachable = r == 0;
	if (r < 0)
		explain(s, -r, deadline_ms);
	look_read(s->mountpoint, STATS, deadline_ms, &s->stats);
	if (*metric(s, "vpcfs_vpcs"))
		s->vpcs = strtol(metric(s, "vpcfs_vpcs"), NULL, 10);
	metric_time(s, "vpcfs_last_success_timestamp_seconds", s->last_success);
	/* A question that has not ended is not in the figures yet. */
	if ((*metric(s, "vpcfs_up") == '1') == s->is_reachable)
		metric_time(s, "vpcfs_up_changed_timestamp_seconds", s->since);
}

/* Returns the value of a line "name=value" of the options, and its length in *ret_len; "" if there
 * is none. */
static const char *option_of(
	const struct mount_status *s, const char *name, size_t *ret_len)
{
	const char *line = buf_str(&s->options);
	size_t n = strlen(name);

	for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (strncmp(line, name, n) == 0 && line[n] == '=') {
			*ret_len = strcspn(line + n + 1, "\n");
			return line + n + 1;
		}
	}
	*ret_len = 0;
	return "";
}

static int status_add_text(const struct mount_status *s, struct buf *ret)
{
	const char *path = buf_str(&s->rejected), *endpoint;
	size_t len;
	int r = buf_addf(ret, "%s: %sreachable%s%s%s%s\n", s->mountpoint,
		s->is_reachable ? "" : "not ", *s->since ? " since " : "", s->since,
		*s->why ? ": " : "", s->why);

	endpoint = option_of(s, "endpoint", &len);
	if (r == 0 && len)
		r = buf_addf(ret, "endpoint: %.*s\n", (int)len, endpoint);
	if (r == 0 && *s->last_success)
		r = buf_addf(ret, "last answer: %s\n", s->last_success);
	if (r == 0 && s->vpcs >= 0)
		r = buf_addf(ret, "VPCs: %ld\n", s->vpcs);
	for (; r == 0 && *path; path += len + 1) {
		len = strcspn(path, "\n");
		r = buf_addf(ret, "rejected: %.*s\n", (int)len, path);
	}
	return r;
}

/* Adds a JSON string; null if it is not known. */
static int status_add_string(struct buf *ret, const char *text, size_t len)
{
	return len ? quote_json(text, len, ret) : buf_adds(ret, "null");
}

static int add_member(struct buf *ret, const char *name, const char *text, size_t len)
{
	int r = buf_addf(ret, ",\"%s\":", name);

	return r < 0 ? r : status_add_string(ret, text, len);
}

static int add_rejected(const struct mount_status *s, struct buf *ret)
{
	const char *path = buf_str(&s->rejected);
	int r = buf_adds(ret, ",\"rejected\":[");

	for (size_t len; r == 0 && *path; path += len + 1) {
		len = strcspn(path, "\n");
		if (path != buf_str(&s->rejected))
			r = buf_addc(ret, ',');
		if (r == 0)
			r = status_add_string(ret, path, len);
	}
	return r < 0 ? r : buf_adds(ret, "]}\n");
}

static int add_json(const struct mount_status *s, struct buf *ret)
{
	size_t len;
	const char *endpoint = option_of(s, "endpoint", &len);
	int r = buf_addf(ret, "{\"reachable\":%s", s->is_reachable ? "true" : "false");

	if (r == 0)
		r = add_member(ret, "mountpoint", s->mountpoint, strlen(s->mountpoint));
	if (r == 0)
		r = add_member(ret, "endpoint", endpoint, len);
	if (r == 0)
		r = add_member(ret, "why", s->why, strlen(s->why));
	if (r == 0)
		r = add_member(ret, "since", s->since, strlen(s->since));
	if (r == 0)
		r = add_member(
			ret, "last_success", s->last_success, strlen(s->last_success));
	if (r == 0)
		r = s->vpcs < 0 ? buf_adds(ret, ",\"vpcs\":null")
				: buf_addf(ret, ",\"vpcs\":%ld", s->vpcs);
	return r < 0 ? r : add_rejected(s, ret);
}

int status_show(const char *mountpoint, bool json, uint64_t timeout_ms, struct buf *ret,
	bool *ret_reachable)
{
	struct mount_status s = {.mountpoint = mountpoint, .vpcs = -1};
	int r;

	buf_init(&s.options, TEXT_MAX);
	buf_init(&s.stats, TEXT_MAX);
	buf_init(&s.rejected, TEXT_MAX);
	look_into(&s, timeout_ms);
	r = json ? add_json(&s, ret) : status_add_text(&s, ret);
	*ret_reachable = s.is_reachable;
	buf_release(&s.options);
	buf_release(&s.stats);
	buf_release(&s.rejected);
	return r;
}
