/* SPDX-License-Identifier: MIT */
/* A write's way to the API: compare, send, confirm, say why not. The one idea: 0 is returned only when an answer of the API
 * shows what was asked; everything else tells the caller, is written to .error, and keeps the text. */
#include "commit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/process.h"

#define POLL_MOST_MS 1000
#define BODY_MAX     (8u << 20)
/* Left of the deadline when waiting ends, so that the answer to the caller is in time. */
#define POLL_MARGIN_MS 20

bool commit_pause_ms(struct commit *c, uint64_t ms)
{
	struct view *view = c->vpc->view;
	uint64_t left = op_left_ms(c->op), until;

	if (left <= POLL_MARGIN_MS)
		return false;
	if (ms > left - POLL_MARGIN_MS)
		ms = left - POLL_MARGIN_MS;
	until = clock_mono_ms() + ms;
	pthread_mutex_lock(&view->lock);
	while (clock_mono_ms() < until && !view->stopping)
		view_wait(view, until);
	pthread_mutex_unlock(&view->lock);
	return true;
}

uint64_t commit_next_delay(uint64_t ms)
{
	return ms * 2 < POLL_MOST_MS ? ms * 2 : POLL_MOST_MS;
}

static bool is_busy_status(const struct doc *doc)
{
	const char *status = doc_status(doc);

	return strcmp(status, "STATUS_CREATING") == 0 ||
	       strcmp(status, "STATUS_UPDATING") == 0;
}

int commit_wait_ready(struct commit *c, struct doc **ret)
{
	struct api_problem problem;
	uint64_t delay = POLL_FIRST_MS;

	for (;;) {
		CLEANUP_DOC struct doc *doc = NULL;
		int r = answers_ask(c->vpc, c->op, &doc, &problem);

		if (r < 0)
			return r;
		if (!is_busy_status(doc)) {
			*ret = STEAL(doc);
			return 0;
		}
		if (!commit_pause_ms(c, delay))
			return -EBUSY;
		delay = commit_next_delay(delay);
	}
}

bool commit_is_precondition(const struct api_problem *problem)
{
	return strcmp(problem->code, "FAILED_PRECONDITION") == 0;
}

/* What the API says after the change: the answer that shows it, or the last one that does not. */
static int confirm(struct commit *c, struct doc *answer)
{
	CLEANUP_BUF struct buf done = BUF_INIT(BODY_MAX), missing = BUF_INIT(BODY_MAX);
	CLEANUP_DOC struct doc *doc = answer ? doc_ref(answer) : NULL;
	struct api_problem problem;
	uint64_t delay = POLL_FIRST_MS;

	while (!doc || !change_is_shown(c->change, doc, NULL, NULL)) {
		struct doc *next = NULL;

		if (doc && !commit_pause_ms(c, delay))
			break;
		if (answers_ask(c->vpc, c->op, &next, &problem) == 0) {
			doc_unref(doc);
			doc = next;
		} else if (op_left_ms(c->op) <= POLL_MARGIN_MS ||
			   problem.errnum == ENOENT || problem.errnum == ESHUTDOWN) {
			break;
		}
		delay = commit_next_delay(delay);
	}
	if (doc && change_is_shown(c->change, doc, &done, &missing))
		return 0;
	if (!doc)
		return problem_say(&c->problem, problem.errnum,
			"the API took the request, and what it made of it could not be "
			"read: %s",
			problem.text);
	return problem_say(&c->problem, EPERM,
		"the API answered without an error and left as it was: %s%s%s",
		buf_str(&missing), done.len ? "; it changed: " : "", buf_str(&done));
}

void commit_add_text(struct api_problem *problem, const char *text)
{
	size_t len = strlen(problem->text);

	snprintf(problem->text + len, sizeof(problem->text) - len, "%s", text);
}

/* The answer to a PATCH may leave out, or show otherwise, what a GET shows (the reference does so): then it confirms, and the
 * next read asks. */
static bool is_whole(const struct commit *c, const struct doc *answer)
{
	return answer && doc_has_members_of(answer, c->now);
}

/* What was confirmed is what the mount shows before the writer is told. Without an answer the next reader asks. */
static void see_result(struct commit *c)
{
	struct view *view = c->vpc->view;
	CLEANUP_DOC struct doc *doc = NULL;
	struct api_problem problem;

	if (answers_ask(c->vpc, c->op, &doc, &problem) == 0)
		return;
	pthread_mutex_lock(&view->lock);
	view->list_asked_us = 0;
	pthread_mutex_unlock(&view->lock);
}

static int send_once(struct commit *c)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BODY_MAX);
	CLEANUP_DOC struct doc *answer = NULL;
	int r = change_body(c->change, &body);

	c->sent = true;
	if (r < 0)
		return problem_say(&c->problem, -r, "the request does not fit into memory");
	r = api_patch(c->vpc->view->api, c->op, c->vpc->id, buf_str(&body), body.len,
		change_mask(c->change), &answer, &c->problem);
	/* Whatever was known is older than this request, also when it failed half-way. */
	if (r == 0 || c->problem.sent)
		answers_take(c->vpc, r == 0 && is_whole(c, answer) ? answer : NULL);
	if (r < 0 && c->problem.sent && c->problem.http_status == 0)
		commit_add_text(&c->problem,
			"\nwhether the change was made is not known: read the file to see");
	if (r == 0)
		r = confirm(c, answer);
	if (r == 0 && !is_whole(c, answer))
		see_result(c);
	return r;
}

static int plan(struct commit *c, struct doc *now)
{
	struct err err = {""};
	struct change *change = NULL;
	int r = c->plan(c, now, &change, &err);

	if (r < 0)
		return problem_say(&c->problem, -r, "%s", err.text);
	change_free(c->change);
	c->change = change;
	doc_unref(c->now);
	c->now = doc_ref(now);
	return 0;
}

/* Refused while the VPC is busy: wait for it and try once more, from what it is like then. */
static int send(struct commit *c)
{
	CLEANUP_DOC struct doc *now = NULL;
	struct api_problem refused;
	int r = send_once(c);

	if (r == 0 || !commit_is_precondition(&c->problem))
		return r;
	refused = c->problem;
	if (commit_wait_ready(c, &now) < 0) {
		c->problem = refused;
		return -c->problem.errnum;
	}
	r = plan(c, now);
	if (r < 0 || change_is_empty(c->change))
		return r;
	return send_once(c);
}

static int note_dry_run(struct commit *c)
{
	CLEANUP_BUF struct buf line = BUF_INIT(BODY_MAX);
	int r = buf_addf(&line, "dry-run PATCH /v1beta1/networking/vpcs/%s %s ", c->vpc->id,
		change_mask(c->change));

	if (r == 0)
		r = change_body(c->change, &line);
	if (r < 0)
		return problem_say(&c->problem, -r, "the request does not fit into memory");
	journal_note(c->vpc->view->journal, buf_str(&line));
	return 0;
}

static int run_in_gate(struct commit *c)
{
	CLEANUP_DOC struct doc *now = NULL;
	int r = c->ask_first ? answers_ask(c->vpc, c->op, &now, &c->problem)
			     : answers_doc(c->vpc, c->op, &now, &c->problem);

	if (r == 0)
		r = plan(c, now);
	if (r < 0 || change_is_empty(c->change))
		return r;
	return c->vpc->view->dry_run ? note_dry_run(c) : send(c);
}

int commit_run(struct commit *c)
{
	int r = gate_enter(c->vpc, c->op);

	if (r < 0)
		return problem_say(&c->problem, -r,
			"another write to this VPC did not end within the deadline");
	r = run_in_gate(c);
	gate_leave(c->vpc);
	return r;
}

/* An editor whose save was refused puts the old text back, and that is no news: why, and the refused text, stay. */
static bool is_way_back(const struct commit *c)
{
	bool same;

	if (c->sent)
		return false;
	pthread_mutex_lock(&c->vpc->view->lock);
	same = c->vpc->refused && c->vpc->refused == process_of_thread(c->op->pid);
	pthread_mutex_unlock(&c->vpc->view->lock);
	return same;
}

static void note_refused(struct commit *c, pid_t process)
{
	pthread_mutex_lock(&c->vpc->view->lock);
	c->vpc->refused = process;
	pthread_mutex_unlock(&c->vpc->view->lock);
}

int commit_end(struct commit *c, int r)
{
	struct journal *journal = c->vpc->view->journal;
	struct report report = {
		.vpc = c->vpc,
		.what = "PATCH",
		.target = c->target,
		.mask = c->change ? change_mask(c->change) : "",
	};

	if (r < 0) {
		if (c->text)
			report.kept = rejected_keep(journal, c->target, c->text, c->len);
		note_refused(c, process_of_thread(c->op->pid));
		r = journal_fail(c->vpc->view, &report, &c->problem);
	} else if (!is_way_back(c)) {
		note_refused(c, 0);
		journal_worked(c->vpc);
		if (c->text)
			rejected_drop(journal, c->target);
	}
	change_free(c->change);
	doc_unref(c->now);
	return r;
}

void commit_init(struct commit *c, struct vpc *vpc, const struct op *op, const char *path)
{
	*c = (struct commit){.vpc = vpc, .op = op, .path = path};
	pthread_mutex_lock(&vpc->view->lock);
	snprintf(c->target, sizeof(c->target), "%s%s%s%s", vpc->is_draft ? ".drafts/" : "",
		vpc->file, path[0] ? "/" : "", path);
	pthread_mutex_unlock(&vpc->view->lock);
}
