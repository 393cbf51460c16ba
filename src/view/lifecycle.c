/* SPDX-License-Identifier: MIT */
/* VPCs come and go: mkdir is POST, mv of a draft is POST with everything, rmdir is DELETE. A POST is never sent twice: when
 * its answer is lost, the list says whether the VPC is there. */
#include "commit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "base/clock.h"

#define BODY_MAX (8u << 20)

/* One creation under way. */
struct creation {
	struct view *view;
	const struct op *op;
	const char *file;	  /* the name in the mount */
	char name[NAME_TEXT_MAX]; /* and in the API */
	const char *what;
	struct buf body;
	struct api_problem problem;
};

static int creation_fail(struct creation *c)
{
	struct report report = {.what = c->what, .target = c->file};

	return journal_fail(c->view, &report, &c->problem);
}

static bool is_known(const struct creation *c, const struct doc *doc)
{
	bool known;

	pthread_mutex_lock(&c->view->lock);
	known = map_get(&c->view->by_id, doc_id(doc)) != NULL;
	pthread_mutex_unlock(&c->view->lock);
	return known;
}

/* What the list says is there under this name, and was not known before. */
static struct doc *find_listed(const struct doc_list *list, const struct creation *c)
{
	struct doc *found = NULL;

	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(doc_name(list->docs[i]), c->name) != 0)
			continue;
		if (is_known(c, list->docs[i]) || found)
			return NULL;
		found = list->docs[i];
	}
	return found;
}

/* The answer to the POST is lost or says nothing: look whether it was done. */
static int adopt(struct creation *c, struct doc **ret)
{
	CLEANUP_DOC_LIST struct doc_list list = {0};
	struct api_problem first = c->problem, problem;
	struct doc *found = NULL;

	if (api_list(c->view->api, c->op, NULL, &list, &problem) == 0)
		found = find_listed(&list, c);
	if (found) {
		*ret = doc_ref(found);
		return 0;
	}
	if (first.http_status) /* an answer, and the list agrees with it */
		return -first.errnum;
	return problem_say(&c->problem, ETIMEDOUT,
		"the request to create %s may or may not have been done: its answer was "
		"lost (%s), and the list does not "
		"show it yet. It is not sent again; look with ls before you repeat it",
		c->name, first.text);
}

/* Whether it may have been done although no answer says so: a gateway that gave up waiting answers, too. */
static bool is_unknown(const struct api_problem *problem)
{
	return problem->sent && (problem->http_status == 0 || problem->http_status >= 500);
}

/* An answer about another VPC is none. The service may spell names its own way. */
static void drop_foreign(struct creation *c, struct doc **doc)
{
	if (!*doc || (strcasecmp(doc_name(*doc), c->name) == 0 && !is_known(c, *doc)))
		return;
	doc_unref(*doc);
	*doc = NULL;
}

static int post(struct creation *c, struct doc **ret)
{
	struct op op = *c->op;
	int r;

	/* A quarter is kept for the list, should the answer be lost. */
	op.deadline_ms = clock_mono_ms() + op_left_ms(c->op) * 3 / 4;
	r = api_create(c->view->api, &op, buf_str(&c->body), c->body.len, ret, &c->problem);
	if (r == 0)
		drop_foreign(c, ret);
	if (r == 0 && !*ret)
		snprintf(c->problem.text, sizeof(c->problem.text),
			"what came does not show the new VPC");
	if ((r == 0 && !*ret) || (r < 0 && is_unknown(&c->problem)))
		r = adopt(c, ret);
	return r;
}

/* In a dry run the directory that mkdir returns leads nowhere: the next look finds nothing. */
static int pretend(struct creation *c, struct vpc **ret)
{
	CLEANUP_BUF struct buf line = BUF_INIT(BODY_MAX);

	buf_addf(&line, "dry-run POST /v1beta1/networking/vpcs - ");
	buf_add(&line, c->body.data, c->body.len);
	journal_note(c->view->journal, buf_str(&line));
	*ret = vpc_new(c->view, "", false);
	if (!*ret)
		return problem_say(&c->problem, ENOMEM, "out of memory");
	(*ret)->gone = true;
	return 0;
}

static int create(struct creation *c, struct vpc **ret)
{
	CLEANUP_DOC struct doc *doc = NULL;
	int r;

	if (c->view->dry_run)
		return pretend(c, ret);
	r = post(c, &doc);
	if (r < 0)
		return r;
	r = answers_adopt(c->view, doc, ret);
	return r < 0 ? problem_say(&c->problem, -r, "out of memory") : 0;
}

static int creation_begin(struct creation *c, struct view *view, const struct op *op,
	const char *file, const char *what)
{
	*c = (struct creation){.view = view, .op = op, .file = file, .what = what};
	buf_init(&c->body, BODY_MAX);
	if (name_from_file(file, c->name, sizeof(c->name)) < 0)
		return problem_say(&c->problem, EINVAL,
			"%s is no name of a VPC: after %% two hex digits of an escaped "
			"character are expected",
			file);
	return 0;
}

static int plain_body(struct creation *c)
{
	int r;

	if (!c->view->zone)
		return problem_say(&c->problem, EINVAL,
			"a VPC needs a zone: mount with -o zone=ZONE, or make it with "
			"mkdir .drafts/%s, write its zone "
			"file, and mv .drafts/%s here",
			c->file, c->file);
	r = doc_plain_spec(c->name, c->view->zone, &c->body);
	return r < 0 ? problem_say(&c->problem, -r, "out of memory") : 0;
}

int lifecycle_create(
	struct view *view, const struct op *op, const char *file, struct vpc **ret)
{
	struct creation c;
	int r = creation_begin(&c, view, op, file, "POST");

	if (r == 0)
		r = plain_body(&c);
	if (r == 0)
		r = create(&c, ret);
	if (r < 0)
		r = creation_fail(&c);
	buf_release(&c.body);
	return r;
}

/* The draft under its new name, as the body of a POST. */
static int draft_body(struct creation *c, struct vpc *draft)
{
	CLEANUP_DOC struct doc *doc = NULL, *named = NULL;
	CLEANUP_CHANGE struct change *change = NULL;
	struct err err = {""};
	int r;

	pthread_mutex_lock(&c->view->lock);
	doc = doc_ref(draft->doc);
	pthread_mutex_unlock(&c->view->lock);
	r = change_text(doc, "name", c->name, strlen(c->name), &change, &err);
	if (r == 0)
		r = change_apply(change, doc, &named, &err);
	if (r == 0 && !doc_zone(named)[0])
		r = err_set(&err, EINVAL, "the draft has no zone yet: write its zone file");
	if (r == 0)
		r = doc_spec(named, &c->body);
	return r < 0 ? problem_say(&c->problem, -r, "%s", err.text) : 0;
}

int lifecycle_publish(
	struct vpc *draft, const struct op *op, const char *file, struct vpc **ret)
{
	struct view *view = draft->view;
	struct creation c;
	int r = creation_begin(&c, view, op, file, "POST");

	if (r == 0)
		r = draft_body(&c, draft);
	if (r == 0)
		r = create(&c, ret);
	if (r < 0) {
		struct report report = {.vpc = draft, .what = c.what, .target = c.file};

		r = journal_fail(view, &report, &c.problem);
	}
	buf_release(&c.body);
	return r;
}

static int delete_refusal(struct commit *c, bool has_scratch)
{
	if (c->vpc->view->nodelete)
		return problem_say(
			&c->problem, EPERM, "this mount has the option nodelete");
	if (cascade_ends_in(c->vpc, c->op, ""))
		return problem_say(&c->problem, EPERM, CASCADE_TEXT);
	if (has_scratch)
		return problem_say(&c->problem, ENOTEMPTY,
			"files that exist in this mount only are in %s: remove or move "
			"them first",
			c->target);
	return 0;
}

static bool is_deleting(const struct doc *doc)
{
	return doc && strcmp(doc_status(doc), "STATUS_DELETING") == 0;
}

/* The API took the request: gone, or on its way. What cannot be asked counts as done if the answer was about this VPC. */
static int confirm_deleted(struct commit *c, struct doc *answer)
{
	struct api_problem problem;
	bool seen = false;

	if (is_deleting(answer))
		return 0;
	answers_take(c->vpc, NULL);
	for (uint64_t delay = POLL_FIRST_MS;; delay = commit_next_delay(delay)) {
		CLEANUP_DOC struct doc *now = NULL;
		int r = answers_ask(c->vpc, c->op, &now, &problem);

		if (r == -ENOENT || is_deleting(now) || (r < 0 && answer && !seen))
			return 0;
		seen |= r == 0;
		if (!commit_pause_ms(c, delay))
			break;
	}
	if (seen)
		return problem_say(&c->problem, EPERM,
			"the API answered without an error, and the VPC is still there");
	return problem_say(&c->problem, problem.errnum,
		"the API took the request, and whether the VPC is gone is not known: %s",
		problem.text);
}

static int delete_once(struct commit *c)
{
	CLEANUP_DOC struct doc *doc = NULL;
	int r = api_delete(c->vpc->view->api, c->op, c->vpc->id, &doc, &c->problem);

	if (r < 0 && c->problem.sent)
		answers_take(c->vpc, NULL);
	if (r < 0 && c->problem.sent && c->problem.http_status == 0)
		commit_add_text(
			&c->problem, "\nwhether it was deleted is not known: look with ls");
	return r < 0 ? r : confirm_deleted(c, doc);
}

static int delete_in_gate(struct commit *c)
{
	CLEANUP_DOC struct doc *now = NULL;
	struct api_problem refused;
	int r = delete_once(c);

	if (r == 0 || !commit_is_precondition(&c->problem))
		return r;
	refused = c->problem;
	r = commit_wait_ready(c, &now);
	if (r == 0)
		r = delete_once(c);
	else if (r != -ENOENT)
		c->problem = refused;
	return r == -ENOENT ? 0 : r;
}

static int delete_vpc(struct commit *c)
{
	CLEANUP_FREE char *line = NULL;
	int r = gate_enter(c->vpc, c->op);

	if (r < 0)
		return problem_say(&c->problem, -r,
			"another write to this VPC did not end within the deadline");
	if (c->vpc->view->dry_run) {
		if (asprintf(&line, "dry-run DELETE /v1beta1/networking/vpcs/%s -",
			    c->vpc->id) < 0)
			line = NULL;
		journal_note(c->vpc->view->journal, line ? line : "dry-run DELETE");
	} else {
		r = delete_in_gate(c);
		if (r == 0)
			answers_deleted(c->vpc);
	}
	gate_leave(c->vpc);
	return r;
}

int lifecycle_delete(struct vpc *vpc, const struct op *op, bool has_scratch)
{
	struct commit c;
	struct report report = {.vpc = vpc, .what = "DELETE"};
	int r;

	commit_init(&c, vpc, op, "");
	report.target = c.target;
	r = delete_refusal(&c, has_scratch);
	if (r == 0)
		r = delete_vpc(&c);
	return r < 0 ? journal_fail(vpc->view, &report, &c.problem) : 0;
}
