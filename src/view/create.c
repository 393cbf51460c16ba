/* SPDX-License-Identifier: MIT */
/* A VPC is created: mkdir is POST, mv of a draft is POST with everything. A POST is never sent
 * twice. What was created is what the POST's own answer says; when that is lost, a VPC counts as
 * the created one only if it was not there before, has every field that was asked for, and is the
 * only such one. */
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "base/clock.h"
#include "pace.h"
#include "publish.h"
#include "record.h"

#define LIST_BEFORE_MS 2000 /* a list that takes longer shall not hold up the POST */

/* One creation under way. */
struct creation {
	struct view *view;
	const struct op *op;
	const char *file;	  /* the name in the mount */
	char name[NAME_TEXT_MAX]; /* and in the API */
	struct buf body;
	bool is_draft;
	/* generation of a list that was asked before the POST and is complete; 0: there is none */
	uint64_t listed_us;
	struct api_problem problem;
};

/* created: NULL in a dry run. */
static int creation_end(struct creation *c, int r, struct vpc *created)
{
	struct report report = {
		.vpc = created, .what = "POST", .target = c->file, .op = c->op};

	buf_release(&c->body);
	if (r < 0)
		return journal_fail(c->view, &report, &c->problem);
	if (created)
		record_change(c->view, &report, c->problem.http_status, NULL, NULL);
	return 0;
}

static bool shows_body(const struct creation *c, const struct doc *doc)
{
	bool shows = false;

	return doc_shows_body(doc, buf_str(&c->body), c->body.len, &shows) == 0 && shows;
}

/* What is there under this name and was not before the POST: how many, and the one that is as
 * asked. */
static unsigned find_new(struct creation *c, struct vpc **ret, unsigned *ret_others)
{
	struct view *view = c->view;
	unsigned count = 0;

	*ret_others = 0;
	pthread_mutex_lock(&view->lock);
	for (struct map_pos p = {0}; map_next(&view->by_id, &p);) {
		struct vpc *vpc = p.value;

		if (vpc->is_gone || strcmp(doc_name(vpc->doc), c->name) != 0)
			continue;
		if (!c->listed_us || vpc->seen_us <= c->listed_us ||
			!shows_body(c, vpc->doc)) {
			++*ret_others;
			continue;
		}
		if (count++ == 0)
			*ret = vpc_ref(vpc);
	}
	pthread_mutex_unlock(&view->lock);
	return count;
}

/* The answer to the POST is lost or says nothing: look whether it was done. */
static int adopt(struct creation *c, struct vpc **ret)
{
	CLEANUP_VPC struct vpc *found = NULL;
	struct api_problem first = c->problem, problem;
	unsigned count, others = 0;
	int r = cache_ask_list(c->view, c->op, &problem);

	count = r < 0 ? 0 : find_new(c, &found, &others);
	if (count == 1 && !others) {
		*ret = STEAL(found);
		return 0;
	}
	if (r == 0 && !count && !others &&
		first.http_status) /* an answer, and the list agrees with it */
		return -first.errnum;
	return problem_say(&c->problem, ETIMEDOUT,
		"whether %s was created is not known: the answer was lost (%s), and %s. "
		"The "
		"request is not sent again; look with ls before you repeat it",
		c->name, first.text,
		r < 0 ? "the list cannot be read"
		: count + others
			? "the list has a VPC of this name that may be somebody else's"
			: "the list does not show it");
}

/* Whether it may have been done although no answer says so: a gateway that gave up waiting answers,
 * too. */
static bool is_unknown(const struct api_problem *problem)
{
	return problem->sent && (problem->http_status == 0 || problem->http_status >= 500);
}

/* Sends until it may have reached the server, or shall not be sent any more. */
static int post(struct creation *c, struct doc **ret)
{
	struct op op = *c->op;
	int r;

	/* A quarter is kept for the list, should the answer be lost. */
	op.deadline_ms = clock_mono_ms() + op_left_ms(c->op) * 3 / 4;
	for (unsigned attempts = 1;; attempts++) {
		r = api_create(c->view->api, &op, buf_str(&c->body), c->body.len, ret,
			&c->problem);
		if (r == 0 || c->problem.sent ||
			!pace_may_repeat(c->view, &op, &c->problem, attempts))
			return r;
	}
}

/* A draft is given up only for a VPC that equals it, as the answer shows or a GET. One that is not
 * found yet may be: the POST's answer says that it was created. */
static int check_created(struct creation *c, struct vpc *vpc, const struct doc *answer)
{
	struct api_problem problem = {0};
	uint64_t pause = PACE_FIRST_MS;
	int r;

	if (shows_body(c, answer))
		return 0;
	do {
		CLEANUP_DOC struct doc *now = NULL;

		r = cache_ask(vpc, c->op, &now, &problem);
		if (r == 0 && shows_body(c, now))
			return 0;
		pause = pace_next_ms(pause);
	} while (r == -ENOENT && pace_wait_ms(c->view, c->op, pause));
	if (r < 0)
		return problem_say(&c->problem, ETIMEDOUT,
			"%s was created (id %s), and whether it is as asked for is not "
			"known: %s",
			c->name, vpc->id, problem.text);
	return problem_say(&c->problem, EPERM,
		"%s was created (id %s), and it is not as asked for: compare its spec.json",
		c->name, vpc->id);
}

/* An answer about a VPC of another name is none. The service may spell names its own way. */
static int create(struct creation *c, struct vpc **ret)
{
	CLEANUP_DOC struct doc *doc = NULL;
	CLEANUP_VPC struct vpc *vpc = NULL;
	int r = post(c, &doc);

	if (r < 0)
		return is_unknown(&c->problem) ? adopt(c, ret) : r;
	if (!doc || strcasecmp(doc_name(doc), c->name) != 0) {
		problem_say(&c->problem, EBADMSG, "the answer does not show the new VPC");
		return adopt(c, ret);
	}
	r = cache_take_created(c->view, doc, &vpc);
	if (r < 0)
		return problem_say(&c->problem, -r, "out of memory");
	if (c->is_draft)
		r = check_created(c, vpc, doc);
	if (r == 0)
		*ret = STEAL(vpc);
	return r;
}

/* What is there before the POST, so that it is not taken for what the POST made. One attempt:
 * without it the POST is sent all the same, and nothing will be adopted. */
static void list_before(struct creation *c)
{
	uint64_t wait_ms = op_left_ms(c->op) / 4;
	struct api_problem problem;
	struct op op = *c->op;

	if (wait_ms > LIST_BEFORE_MS)
		wait_ms = LIST_BEFORE_MS;
	op.deadline_ms = clock_mono_ms() + wait_ms;
	op.is_probe = true;
	if (cache_ask_list(c->view, &op, &problem) < 0)
		return;
	pthread_mutex_lock(&c->view->lock);
	c->listed_us = view_generation(c->view);
	pthread_mutex_unlock(&c->view->lock);
}

/* A name that the cache has may be free by now; one that it does not have is the API's to refuse.
 */
static int check_free(struct creation *c)
{
	CLEANUP_VPC struct vpc *other = NULL;

	if (!c->listed_us)
		list_before(c);
	other = cache_find_known(c->view, c->file);
	if (!other || !c->listed_us)
		return 0;
	return problem_say(&c->problem, EEXIST, "there is a VPC of this name");
}

static int note_dry_run(struct creation *c)
{
	int r = journal_dry_run(c->view->journal, "POST", NULL, "-", &c->body);

	return r < 0 ? problem_say(&c->problem, -r, "out of memory") : 0;
}

static int creation_run(struct creation *c, struct vpc **ret)
{
	int r = check_free(c);

	*ret = NULL;
	if (r < 0)
		return r;
	return c->view->dry_run ? note_dry_run(c) : create(c, ret);
}

static int creation_begin(
	struct creation *c, struct view *view, const struct op *op, const char *file)
{
	*c = (struct creation){.view = view, .op = op, .file = file};
	buf_init(&c->body, BODY_MAX);
	if (name_from_file(file, c->name, sizeof(c->name)) < 0)
		return problem_say(&c->problem, EINVAL,
			"%s is no name of a VPC: after %% two hex digits of an escaped "
			"character "
			"are expected",
			file);
	return 0;
}

static int plain_body(struct creation *c)
{
	int r;

	if (!c->view->zone)
		return problem_say(&c->problem, EINVAL,
			"a VPC needs a zone: mount with -o zone=ZONE, or mkdir .drafts/%s, "
			"echo ZONE > "
			".drafts/%s/zone, and mv -T .drafts/%s %s",
			c->file, c->file, c->file, c->file);
	r = doc_plain_spec(c->name, c->view->zone, &c->body);
	return r < 0 ? problem_say(&c->problem, -r, "out of memory") : 0;
}

int vpc_create(struct view *view, const struct op *op, const char *file, struct vpc **ret)
{
	struct creation c;
	int r = creation_begin(&c, view, op, file);

	if (r == 0)
		r = plain_body(&c);
	if (r == 0)
		r = creation_run(&c, ret);
	return creation_end(&c, r, r < 0 ? NULL : *ret);
}

static bool is_known_name(struct creation *c)
{
	CLEANUP_VPC struct vpc *other = cache_find_known(c->view, c->file);

	return other != NULL;
}

static int draft_body(struct creation *c, const struct node_draft *draft)
{
	struct err err = {""};
	int r = publish_read(draft, c->name, c->view->zone, &c->body, &err);

	return r < 0 ? problem_say(&c->problem, -r, "%s", err.text) : 0;
}

int vpc_publish(struct view *view, const struct op *op, const char *file,
	const struct node_draft *draft, struct vpc **ret)
{
	struct creation c;
	int r = creation_begin(&c, view, op, file);

	c.is_draft = true;
	if (r == 0 && is_known_name(&c))
		r = check_free(&c);
	if (r == 0)
		r = draft_body(&c, draft);
	if (r == 0)
		r = creation_run(&c, ret);
	return creation_end(&c, r, r < 0 ? NULL : *ret);
}
