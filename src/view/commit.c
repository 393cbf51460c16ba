/* SPDX-License-Identifier: MIT */
/* A write's way to the API: plan, send, confirm, or say why not. A write returns 0 only if an
 * answer to a question that was asked after the write began shows what was asked for. A repetition
 * is planned anew: GET, plan, PATCH. A write that fails returns its errno to the caller and is
 * reported in .error, and its text is kept. */
#include "commit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cache.h"
#include "fetch.h"
#include "names.h"
#include "pace.h"
#include "report.h"

static bool is_busy_status(const struct doc *doc)
{
	return doc_state(doc) == STATE_BUSY;
}

int commit_wait_ready(struct commit *c, struct doc **ret)
{
	CLEANUP_POLLING struct polling seen = {.vpc = c->vpc, .op = c->op};

	while (polling_next(&seen)) {
		if (seen.r < 0)
			return seen.r;
		if (!is_busy_status(seen.last)) {
			*ret = STEAL(seen.last);
			return 0;
		}
	}
	return -EBUSY;
}

bool commit_is_precondition(const struct api_problem *problem)
{
	return strcmp(problem->code, "FAILED_PRECONDITION") == 0;
}

void commit_add_text(struct api_problem *problem, const char *text)
{
	size_t len = strlen(problem->text);

	snprintf(problem->text + len, sizeof(problem->text) - len, "%s", text);
}

static bool is_shown(const struct commit *c, const struct doc *doc)
{
	return doc && change_is_shown(c->change, doc, NULL, NULL);
}

/* The service may ignore a mask and report no error. Then everything is as it was before. A cached
 * document may be older than that: then everything is as the service's own answer showed it. */
static bool is_ignored(
	const struct commit *c, const struct doc *answer, const struct doc *last)
{
	if (change_is_as_before(c->change, c->now, last))
		return true;
	return c->is_from_cache && answer && !is_busy_status(answer) &&
	       change_is_as_before(c->change, answer, last);
}

/* answer is that of the PATCH itself, or NULL. */
static int say_unconfirmed(
	struct commit *c, const struct doc *answer, const struct polling *seen)
{
	CLEANUP_BUF struct buf done = BUF_INIT(BODY_MAX), missing = BUF_INIT(BODY_MAX);

	if (seen->r == -ENOENT)
		return api_problem_say(&c->problem, ENOENT,
			"the API accepted the change, but the VPC is gone now: %s",
			seen->problem.text);
	if (seen->r < 0)
		return api_problem_say(&c->problem, ETIMEDOUT,
			"the change was accepted and has not been seen yet: %s",
			seen->problem.text);
	change_is_shown(c->change, seen->last, &done, &missing);
	if (is_busy_status(seen->last))
		return api_problem_say(&c->problem, ETIMEDOUT,
			"the change was accepted and has not been seen yet (%s): %s",
			doc_status(seen->last), buf_str(&missing));
	if (is_ignored(c, answer, seen->last))
		return api_problem_say(&c->problem, EPERM,
			"the API answered without an error and left as it was: %s%s%s",
			buf_str(&missing), done.len ? "; it changed: " : "",
			buf_str(&done));
	return api_problem_say(&c->problem, EBUSY,
		"changed by somebody else while this change was made: %s",
		buf_str(&missing));
}

/* Asks until an answer shows the change, or the time is over. */
static int confirm(struct commit *c, struct doc *answer)
{
	struct polling seen = {
		.vpc = c->vpc, .op = c->op, .last = answer ? doc_ref(answer) : NULL};

	while (!is_shown(c, seen.last) && seen.r != -ENOENT && seen.r != -ESHUTDOWN &&
		polling_next(&seen))
		;
	doc_unref(c->shown);
	c->shown = seen.last;
	return is_shown(c, seen.last) ? 0 : say_unconfirmed(c, answer, &seen);
}

/* The answer to a PATCH may lack members that a GET shows, or show them otherwise; that of the
 * published reference does. Such an answer confirms the change, but does not go into the cache: the
 * next read asks. */
static bool shows_whole(const struct commit *c, const struct doc *answer)
{
	CLEANUP_DOC struct doc *after = NULL;

	if (!answer || doc_has_members_of(answer, c->now))
		return answer;
	return change_apply(c->change, c->now, &after, NULL) == 0 &&
	       doc_has_members_of(answer, after);
}

/* The mount must show what was confirmed before the writer goes on. If this question fails, the
 * next reader asks. */
static void fetch_result(struct commit *c)
{
	CLEANUP_DOC struct doc *doc = NULL;
	struct api_problem problem;

	fetch_doc_now(c->vpc, c->op, &doc, &problem);
}

static int send_once(struct commit *c)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BODY_MAX);
	CLEANUP_DOC struct doc *answer = NULL;
	int r = change_body(c->change, &body);

	if (r < 0)
		return api_problem_say(
			&c->problem, -r, "the request does not fit into memory");
	c->sent = true;
	r = api_patch(c->view->api, c->op, vpc_id(c->vpc), buf_str(&body), body.len,
		change_mask(c->change), &answer, &c->problem);
	/* Whatever is known is older than this request, even if the request failed half-way. */
	if (r == 0 || c->problem.sent)
		cache_take_written(
			c->vpc, r == 0 && shows_whole(c, answer) ? answer : NULL);
	if (r < 0 && c->problem.sent && c->problem.http_status == 0)
		commit_add_text(&c->problem,
			"\nit is not known whether the change was made: read the file");
	if (r == 0)
		r = confirm(c, answer);
	if (r == 0 && !shows_whole(c, answer))
		fetch_result(c);
	return r;
}

static int plan(struct commit *c, struct doc *now)
{
	struct err err = {""};
	struct change *change = NULL;
	int r = c->plan(c, now, &change, &err);

	if (r < 0)
		return api_problem_say(&c->problem, -r, "%s", err.text);
	change_free(c->change);
	c->change = change;
	doc_unref(c->now);
	c->now = doc_ref(now);
	c->is_from_cache = false;
	return 0;
}

static int ask_and_plan(struct commit *c)
{
	CLEANUP_DOC struct doc *now = NULL;
	int r = fetch_doc_now(c->vpc, c->op, &now, &c->problem);

	return r < 0 ? r : plan(c, now);
}

/* If the answer was lost, and there is a value that is neither the one before nor the one asked
 * for, somebody else has written it, perhaps after this write. Then a replacement is not sent
 * again, so that it does not overwrite that value. */
static int plan_again(struct commit *c)
{
	CLEANUP_DOC struct doc *now = NULL;
	bool is_unknown = c->problem.sent && c->problem.http_status == 0;
	int r = fetch_doc_now(c->vpc, c->op, &now, &c->problem);

	if (r < 0)
		return r;
	if (c->is_replacement && is_unknown && !is_shown(c, now) &&
		!change_is_as_before(c->change, c->now, now))
		return api_problem_say(&c->problem, EBUSY,
			"changed by somebody else while this change was made: %s",
			change_mask(c->change));
	return plan(c, now);
}

/* The API refused the change because the VPC is busy. Wait until it is ready, and plan once more
 * from its document then. */
static int plan_when_ready(struct commit *c)
{
	CLEANUP_DOC struct doc *now = NULL;
	struct api_problem refused = c->problem;

	if (commit_wait_ready(c, &now) == 0)
		return plan(c, now);
	c->problem = refused;
	return -c->problem.errnum;
}

/* Whether the answer that confirmed the change shows everything that the text asks for. A saved
 * document asks for more than the mask fields that were sent: some had the value already, and
 * somebody else may have changed one of those between the question and the request. */
static bool is_all_shown(struct commit *c)
{
	CLEANUP_CHANGE struct change *rest = NULL;

	return !c->is_document ||
	       (c->plan(c, c->shown, &rest, NULL) == 0 && change_is_empty(rest));
}

static int plan_rest(struct commit *c)
{
	CLEANUP_DOC struct doc *now = NULL;
	struct api_problem problem = {0};
	int r = 0;

	if (op_left_ms(c->op) > PACE_MARGIN_MS)
		r = fetch_doc_now(c->vpc, c->op, &now, &problem);
	if (now)
		return plan(c, now);
	if (r < 0)
		return api_problem_say(&c->problem, r == -ENOENT ? ENOENT : ETIMEDOUT,
			"the change was accepted and has not been seen yet: %s",
			problem.text);
	return api_problem_say(&c->problem, EBUSY,
		"somebody else is changing this VPC at the same time: it is not as this "
		"text says");
}

static int send(struct commit *c)
{
	bool has_waited = false;
	int r = send_once(c);

	for (unsigned attempts = 1;; attempts++) {
		if (r == 0 && is_all_shown(c))
			return 0;
		if (r == 0) {
			r = plan_rest(c);
		} else if (commit_is_precondition(&c->problem) && !has_waited) {
			has_waited = true;
			r = plan_when_ready(c);
		} else if (pace_may_repeat(
				   &c->view->write_locks, c->op, &c->problem, attempts)) {
			r = plan_again(c);
		} else {
			return r;
		}
		if (r < 0 || change_is_empty(c->change))
			return r;
		r = send_once(c);
	}
}

static int note_dry_run(struct commit *c)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BODY_MAX);
	struct api_call call = {
		.verb = API_UPDATE, .id = vpc_id(c->vpc), .mask = change_mask(c->change)};
	int r = change_body(c->change, &body);

	call.body = buf_str(&body);
	call.len = body.len;
	if (r == 0)
		r = call_log_dry_run(&c->view->call_log, c->view->api, &call);
	return r < 0 ? api_problem_say(
			       &c->problem, -r, "the request does not fit into memory")
		     : 0;
}

/* A replacement is sent at once, without a question. But if by the cache the value is there
 * already, or the cached document does not allow a plan, only an answer to a new question can tell.
 * Returns whether there is something to send. */
static bool plan_from_cache(struct commit *c, int *r)
{
	CLEANUP_DOC struct doc *known = NULL;

	*r = 0;
	if (!c->is_replacement || cache_peek(c->vpc, &known) < 0)
		return false;
	*r = plan(c, known);
	c->is_from_cache = *r == 0;
	return c->is_from_cache && !change_is_empty(c->change);
}

static int run_locked(struct commit *c)
{
	int r;

	if (!plan_from_cache(c, &r)) {
		if (r == -EINVAL) /* the text is wrong, whatever the VPC is like */
			return r;
		r = ask_and_plan(c);
		if (r < 0 || change_is_empty(c->change))
			return r;
	}
	return c->view->dry_run ? note_dry_run(c) : send(c);
}

int commit_lock(struct commit *c)
{
	int r = write_lock_take(&c->view->write_locks, &c->lock, c->vpc, c->op);

	return r < 0 ? api_problem_say(&c->problem, -r,
			       "another write to this VPC did not end within the deadline")
		     : 0;
}

void commit_unlock(struct commit *c)
{
	write_lock_drop(&c->view->write_locks, &c->lock);
}

int commit_run(struct commit *c)
{
	int r = commit_lock(c);

	if (r < 0)
		return r;
	r = run_locked(c);
	commit_unlock(c);
	return r;
}

/* Whether an editor whose save was refused renames its copy of the old text back: the refused text
 * is then kept. */
static bool is_rollback(const struct commit *c)
{
	return !c->sent && c->store && c->store->why == STORE_RENAME;
}

/* Returns the value of a scalar without its newline; NULL if the file is not a scalar. */
static const char *scalar_of(const struct commit *c, const struct doc *doc, struct buf *ret)
{
	struct doc_field field;

	if (!doc || doc_find(doc, c->path, &field) < 0 || field.type == FIELD_DIR ||
		field.type >= FIELD_SPEC || field.flags & FIELD_LINES ||
		doc_show(doc, c->path, ret) < 0)
		return NULL;
	return ret->len && buf_resize(ret, ret->len - 1) < 0 ? NULL : buf_str(ret);
}

static void commit_log(struct commit *c, const struct report *report)
{
	CLEANUP_BUF struct buf before = BUF_INIT(BODY_MAX), after = BUF_INIT(BODY_MAX);

	report_change(c->view, report, c->problem.http_status,
		scalar_of(c, c->now, &before), scalar_of(c, c->shown, &after));
}

int commit_end(struct commit *c, int r)
{
	struct report report = {
		.vpc = c->vpc,
		.what = "PATCH",
		.target = c->target,
		.mask = c->change ? change_mask(c->change) : "",
		.op = c->op,
	};

	if (r < 0) {
		if (c->store && c->store->len)
			report.kept = rejected_keep(&c->view->rejected, c->target,
				c->store->text, c->store->len);
		r = report_fail(c->view, &report, &c->problem);
	} else {
		if (c->sent) {
			last_error_clear(&vpc_local(c->vpc)->error);
			commit_log(c, &report);
		}
		if (c->store && !is_rollback(c))
			rejected_drop(&c->view->rejected, c->target);
	}
	change_free(c->change);
	doc_unref(c->now);
	doc_unref(c->shown);
	return r;
}

void commit_init(struct commit *c, struct vpc *vpc, const struct op *op, const char *path)
{
	*c = (struct commit){.view = vpc_view(vpc), .vpc = vpc, .op = op, .path = path};
	names_path(vpc, path, c->target);
}
