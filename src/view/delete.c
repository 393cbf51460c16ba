/* SPDX-License-Identifier: MIT */
/* Deleting a VPC: rmdir is a DELETE by id. The VPC counts as deleted if an answer to a later
 * question says so: it is not there, or has STATUS_DELETING. */
#include "changes.h"

#include <errno.h>
#include "cache.h"
#include "commit.h"
#include "fetch.h"
#include "pace.h"
#include "report.h"

static int delete_refusal(struct commit *c, bool has_scratch)
{
	const char *why;

	if (c->view->nodelete)
		return api_problem_say(
			&c->problem, EPERM, "this mount has the option nodelete");
	why = rmdir_guard_refuses(&vpc_local(c->vpc)->rmdir_guard, c->op, "");
	if (why)
		return api_problem_say(&c->problem, ENOTEMPTY, "%s", why);
	if (has_scratch)
		return api_problem_say(&c->problem, ENOTEMPTY,
			"%s holds files that exist only in this mount: remove or move "
			"them first",
			c->target);
	return 0;
}

/* The API accepted the request. Whether the VPC is gone or being deleted is decided by an answer to
 * a later question. */
static int confirm_deleted(struct commit *c, struct doc *answer)
{
	CLEANUP_POLLING struct polling seen = {.vpc = c->vpc, .op = c->op};

	if (vpc_is_deleting(answer))
		return 0;
	cache_take_written(c->vpc, NULL);
	while (seen.r != -ESHUTDOWN && polling_next(&seen)) {
		if (seen.r == -ENOENT || vpc_is_deleting(seen.last))
			return 0;
	}
	if (seen.r == 0)
		return api_problem_say(&c->problem, EPERM,
			"the API answered without an error, but the VPC is still there");
	cache_forget(c->view->collection);
	return api_problem_say(&c->problem, ETIMEDOUT,
		"the API accepted the request, but it is not known whether the VPC is "
		"gone: %s",
		seen.problem.text);
}

static int delete_once(struct commit *c)
{
	CLEANUP_DOC struct doc *doc = NULL;
	int r = api_delete(c->view->api, c->op, vpc_id(c->vpc), &doc, &c->problem);

	if (r < 0 && c->problem.sent)
		cache_take_written(c->vpc, NULL);
	if (r < 0 && c->problem.sent && c->problem.http_status == 0) {
		cache_forget(c->view->collection);
		commit_add_text(&c->problem,
			"\nit is not known whether the VPC was deleted: look with ls");
	}
	return r < 0 ? r : confirm_deleted(c, doc);
}

/* After a failure that may pass. Returns 0 if the DELETE shall be tried again, 1 if the VPC is gone
 * already, or -errno. */
static int look_again(struct commit *c, unsigned attempts, bool *has_waited)
{
	CLEANUP_DOC struct doc *now = NULL;
	struct api_problem first = c->problem;
	int r;

	if (commit_is_precondition(&first) && !*has_waited) {
		*has_waited = true;
		r = commit_wait_ready(c, &now);
	} else if (pace_may_repeat(&c->view->write_locks, c->op, &c->problem, attempts)) {
		r = fetch_doc_now(c->vpc, c->op, &now, &c->problem);
	} else {
		return -first.errnum;
	}
	if (r == -ENOENT || vpc_is_deleting(now))
		return 1;
	if (r < 0)
		c->problem = first;
	return r < 0 ? -first.errnum : 0;
}

static int delete_locked(struct commit *c)
{
	bool has_waited = false;
	int r = delete_once(c);

	for (unsigned attempts = 1; r < 0; attempts++) {
		r = look_again(c, attempts, &has_waited);
		if (r != 0)
			return r < 0 ? r : 0;
		r = delete_once(c);
	}
	return r;
}

static int delete_note_dry_run(struct commit *c)
{
	struct api_call call = {.verb = API_DELETE, .id = vpc_id(c->vpc)};
	int r = call_log_dry_run(&c->view->call_log, c->view->api, &call);

	return r < 0 ? api_problem_say(&c->problem, -r, "out of memory") : 0;
}

static int delete_vpc(struct commit *c)
{
	int r = commit_lock(c);

	if (r < 0)
		return r;
	if (c->view->dry_run) {
		r = delete_note_dry_run(c);
	} else {
		r = delete_locked(c);
		if (r == 0)
			cache_take_deleted(c->vpc);
	}
	commit_unlock(c);
	return r;
}

int vpc_delete(struct vpc *vpc, const struct op *op, bool has_scratch)
{
	struct commit c;
	struct report report = {.vpc = vpc, .what = "DELETE", .op = op};
	int r;

	commit_init(&c, vpc, op, "");
	report.target = c.target;
	r = delete_refusal(&c, has_scratch);
	if (r == 0)
		r = delete_vpc(&c);
	if (r < 0)
		return report_fail(c.view, &report, &c.problem);
	if (!c.view->dry_run)
		report_change(c.view, &report, c.problem.http_status, NULL, NULL);
	return 0;
}
