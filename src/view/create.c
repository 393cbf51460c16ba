/* SPDX-License-Identifier: MIT */
/* Creating a VPC: mkdir is a POST, mv of a draft is a POST with everything. A POST is never sent
 * twice. The POST's own answer says what was created. If that answer is lost, a VPC counts as the
 * created one only if it was not there before, has every field that was asked for, and is the only
 * such VPC. */
#include "changes.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include "base/clock.h"
#include "cache.h"
#include "fetch.h"
#include "model/draft.h"
#include "names.h"
#include "pace.h"
#include "report.h"
#include "tree/tree.h"

#define LIST_BEFORE_MS 2000 /* a slower list must not hold up the POST */

/* One creation under way. */
struct creation {
	struct view *view;
	const struct op *op;
	const char *file;	  /* the name in the mount */
	char name[NAME_TEXT_MAX]; /* its name in the API */
	struct buf body;
	const struct node_draft *draft; /* NULL: create it with the defaults of the zone */
	/* generation of a complete list that was asked for before the POST; 0: there is none */
	uint64_t listed_us;
	struct api_problem problem;
};

/* created is NULL if no VPC was created. A VPC that is not as asked for has the reason in its own
 * .error, too: mv tries again, and then the mount's says that the name is taken. */
static int creation_end(struct creation *c, int r, struct vpc *created)
{
	struct report report = {
		.vpc = created, .what = "POST", .target = c->file, .op = c->op};

	buf_release(&c->body);
	if (r < 0)
		return report_fail(c->view, &report, &c->problem);
	if (created)
		report_change(c->view, &report, c->problem.http_status, NULL, NULL);
	return 0;
}

static bool shows_body(const struct creation *c, const struct doc *doc)
{
	bool shows = false;

	return doc_shows_body(doc, buf_str(&c->body), c->body.len, &shows) == 0 && shows;
}

/* Counts the VPCs of this name. *ret_count are those that were not there before the POST and are as
 * asked for; *ret is the first of them. *ret_others are all others. Errors: -ENOMEM. */
static int find_new(
	struct creation *c, struct vpc **ret, unsigned *ret_count, unsigned *ret_others)
{
	CLEANUP_VPC_LIST struct vpc_list named = {0};
	int r = names_find_all(c->view->collection, c->name, &named);

	for (size_t i = 0; r == 0 && i < named.count; i++) {
		CLEANUP_DOC struct doc *doc = NULL;
		struct vpc *vpc = named.vpcs[i];

		if (cache_peek(vpc, &doc) < 0)
			continue;
		if (!c->listed_us || vpc_seen_us(vpc) <= c->listed_us ||
			!shows_body(c, doc))
			++*ret_others;
		else if (++*ret_count == 1)
			*ret = vpc_ref(vpc);
	}
	return r;
}

/* The answer to the POST is lost or does not show the VPC: look whether the VPC was created. */
static int adopt(struct creation *c, struct vpc **ret)
{
	CLEANUP_VPC struct vpc *found = NULL;
	struct api_problem first = c->problem, problem;
	unsigned count = 0, others = 0;
	int r = fetch_list_now(c->view->collection, c->op, &problem);

	if (r == 0)
		r = find_new(c, &found, &count, &others);
	if (count == 1 && !others) {
		*ret = STEAL(found);
		return 0;
	}
	if (r == 0 && !count && !others &&
		first.http_status) /* the API answered, and the list agrees */
		return -first.errnum;
	cache_forget(c->view->collection); /* the request may be on its way yet: ls asks */
	return api_problem_say(&c->problem, ETIMEDOUT,
		"it is not known whether %s was created: the answer was lost (%s), and %s. "
		"The request is not sent again; look with ls before you repeat it",
		c->name, first.text,
		r < 0 ? "the list cannot be read"
		: count + others
			? "the list has a VPC of this name that may be somebody else's"
			: "the list does not show it");
}

/* Whether the VPC may have been created although no answer says so. A gateway that gave up waiting
 * answers as well. */
static bool is_outcome_unknown(const struct api_problem *problem)
{
	return problem->sent && (problem->http_status == 0 || problem->http_status >= 500);
}

/* Sends the POST until it may have reached the server, or must not be sent again. */
static int post(struct creation *c, struct doc **ret)
{
	struct op op = *c->op;
	int r;

	/* A quarter of the time is kept for the list, in case the answer is lost. */
	op.deadline_ms = clock_mono_ms() + op_left_ms(c->op) * 3 / 4;
	for (unsigned attempts = 1;; attempts++) {
		r = api_create(c->view->api, &op, buf_str(&c->body), c->body.len, ret,
			&c->problem);
		if (r == 0 || c->problem.sent ||
			!pace_may_repeat(&c->view->write_locks, &op, &c->problem, attempts))
			return r;
	}
}

/* A draft is given up only for a VPC that equals it, as the POST's answer or a GET shows. The GET
 * is repeated after 404: the VPC may not be found yet, though the POST's answer says that it was
 * created. */
static int check_created(struct creation *c, struct vpc *vpc, const struct doc *answer)
{
	CLEANUP_POLLING struct polling seen = {.vpc = vpc, .op = c->op};

	if (shows_body(c, answer))
		return 0;
	while (polling_next(&seen) && seen.r == -ENOENT)
		;
	if (seen.r == 0 && shows_body(c, seen.last))
		return 0;
	if (seen.r < 0)
		return api_problem_say(&c->problem, ETIMEDOUT,
			"%s was created (id %s), but it is not known whether it is as "
			"asked for: %s",
			c->name, vpc_id(vpc), seen.problem.text);
	return api_problem_say(&c->problem, EPERM,
		"%s was created (id %s), but it is not as asked for: read it and compare",
		c->name, vpc_id(vpc));
}

/* An answer about a VPC of another name does not count. Names are compared without case, since the
 * service may change the case of a name. */
static int create(struct creation *c, struct vpc **ret)
{
	CLEANUP_DOC struct doc *doc = NULL;
	CLEANUP_VPC struct vpc *vpc = NULL;
	int r = post(c, &doc);

	if (r < 0)
		return is_outcome_unknown(&c->problem) ? adopt(c, ret) : r;
	if (!doc || strcasecmp(doc_name(doc), c->name) != 0) {
		api_problem_say(
			&c->problem, EBADMSG, "the answer does not show the new VPC");
		return adopt(c, ret);
	}
	r = cache_take_created(c->view->collection, doc, &vpc);
	if (r < 0)
		return api_problem_say(&c->problem, -r, "out of memory");
	if (c->draft)
		r = check_created(c, vpc, doc);
	*ret = STEAL(vpc);
	return r;
}

/* Learns which VPCs there are before the POST, so that none of them is taken for the new one. One
 * attempt: if it fails, the POST is sent nevertheless, and no VPC will be adopted. */
static void list_before(struct creation *c)
{
	uint64_t wait_ms = op_left_ms(c->op) / 4;
	struct api_problem problem;
	struct op op = *c->op;

	if (wait_ms > LIST_BEFORE_MS)
		wait_ms = LIST_BEFORE_MS;
	op.deadline_ms = clock_mono_ms() + wait_ms;
	op.is_probe = true;
	if (fetch_list_now(c->view->collection, &op, &problem) == 0)
		c->listed_us = collection_generation(c->view->collection);
}

/* A name that the cache has may be free by now, so ask. A name that the cache does not have is the
 * API's to refuse. */
static int creation_check_free(struct creation *c)
{
	CLEANUP_VPC struct vpc *other = NULL;

	if (!c->listed_us)
		list_before(c);
	other = names_find(c->view->collection, c->file);
	if (!other || !c->listed_us)
		return 0;
	return api_problem_say(&c->problem, EEXIST, "a VPC of this name exists already");
}

static int creation_note_dry_run(struct creation *c)
{
	struct api_call call = {
		.verb = API_CREATE, .body = buf_str(&c->body), .len = c->body.len};
	int r = call_log_dry_run(&c->view->call_log, c->view->api, &call);

	return r < 0 ? api_problem_say(&c->problem, -r, "out of memory") : 0;
}

static int plain_body(struct creation *c)
{
	struct err err = {""};
	int r = draft_read(NULL, 0, c->name, c->view->zone, &c->body, &err);

	if (r < 0 && !c->view->zone)
		return api_problem_say(&c->problem, -r,
			"%s: mkdir .drafts/%s, write it there, and mv -T .drafts/%s %s",
			err.text, c->file, c->file, c->file);
	return r < 0 ? api_problem_say(&c->problem, -r, "%s", err.text) : 0;
}

/* A copy of a draft's files. */
struct draft_files {
	const struct node_draft *draft;
	struct err *err;	  /* borrowed; empty unless an error names a file */
	struct draft_file *files; /* owned, and so are their path and text */
	size_t count, cap;
};

static void draft_files_release(struct draft_files *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free((char *)d->files[i].path);
		free((char *)d->files[i].text);
	}
	free(d->files);
}

static struct draft_file *draft_files_grow(struct draft_files *d)
{
	if (d->count == d->cap) {
		size_t cap = d->cap ? d->cap * 2 : 64;
		struct draft_file *files = reallocarray(d->files, cap, sizeof(*files));

		if (!files)
			return NULL;
		d->files = files;
		d->cap = cap;
	}
	d->files[d->count] = (struct draft_file){0};
	return &d->files[d->count];
}

static int draft_files_add(void *arg, const char *path, mode_t type, uint64_t size)
{
	CLEANUP_BUF struct buf text = BUF_INIT(TREE_TEXT_MAX);
	struct draft_files *d = arg;
	struct draft_file *file = draft_files_grow(d);
	int r = 0;

	if (!file)
		return -ENOMEM;
	file->is_dir = S_ISDIR(type);
	file->is_other = !S_ISDIR(type) && !S_ISREG(type);
	file->path = strdup(path);
	d->count++;
	if (S_ISREG(type) && draft_claims(path, false))
		r = node_draft_read(d->draft, path, &text);
	file->len = text.len;
	file->text = r == 0 ? buf_steal(&text) : NULL;
	if (r == -EFBIG)
		return err_set(d->err, EIO, "%s: the text is too long", path);
	return r < 0 || file->path ? r : -ENOMEM;
}

/* Copies the draft's files into the form that the model reads, and makes the body of the POST. */
static int draft_read_files(const struct creation *c, struct buf *ret, struct err *err)
{
	CLEANUP(draft_files_release) struct draft_files d = {.draft = c->draft, .err = err};
	int r = node_draft_walk(c->draft, draft_files_add, &d);

	if (r < 0 && err->text[0])
		return r;
	if (r < 0)
		return err_set(err, -r, "the draft cannot be read: %s", strerror(-r));
	return draft_read(d.files, d.count, c->name, c->view->zone, ret, err);
}

/* A taken name is refused before any error in the draft. */
static int draft_body(struct creation *c)
{
	CLEANUP_VPC struct vpc *known = names_find(c->view->collection, c->file);
	struct err err = {""};
	int r = known ? creation_check_free(c) : 0;

	if (r < 0)
		return r;
	r = draft_read_files(c, &c->body, &err);
	return r < 0 ? api_problem_say(&c->problem, -r, "%s", err.text) : 0;
}

/* What was written into the draft since it was read is not in the VPC, so the draft stays. */
static int check_draft_is_same(struct creation *c, const struct vpc *vpc)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BODY_MAX);
	struct err err = {""};
	int r = draft_read_files(c, &body, &err);

	if (r == 0 && body.len == c->body.len &&
		memcmp(buf_str(&body), buf_str(&c->body), body.len) == 0)
		return 0;
	return api_problem_say(&c->problem, EBUSY,
		"%s was created (id %s), but the draft has changed meanwhile: the draft "
		"stays; compare both",
		c->name, vpc_id(vpc));
}

/* *ret is the VPC that was created, also if it is not as asked for. */
static int creation_run(struct creation *c, struct vpc **ret)
{
	int r;

	if (name_from_file(c->file, c->name, sizeof(c->name)) < 0)
		return api_problem_say(&c->problem, EINVAL,
			"%s is not a valid name of a VPC: expected two hex digits of an "
			"escaped character after each %%",
			c->file);
	r = c->draft ? draft_body(c) : plain_body(c);
	if (r == 0)
		r = creation_check_free(c);
	if (r < 0)
		return r;
	if (c->view->dry_run)
		return creation_note_dry_run(c);
	r = create(c, ret);
	return r == 0 && c->draft ? check_draft_is_same(c, *ret) : r;
}

int vpc_create(struct view *view, const struct op *op, const char *file,
	const struct node_draft *draft, struct vpc **ret)
{
	struct creation c = {.view = view, .op = op, .file = file, .draft = draft};
	CLEANUP_VPC struct vpc *created = NULL;
	int r;

	buf_init(&c.body, BODY_MAX);
	r = creation_run(&c, &created);
	r = creation_end(&c, r, created);
	if (r == 0)
		*ret = STEAL(created);
	return r;
}
