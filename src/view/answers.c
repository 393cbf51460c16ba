/* SPDX-License-Identifier: MIT */
/* What the API said, when it was asked, and whether that still counts. The one idea: each answer is as old as its question,
 * and counts for as long as the ttl, unless something was written after the question. Whoever needs a newer one asks once
 * for all who wait. */
#include "flight.h"
#include "internal.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"

/* The oldest question whose answer counts for somebody who asks now. With view->lock held, as all static functions here. */
static uint64_t oldest_that_counts(struct view *view)
{
	uint64_t now = view_stamp(view), ttl = view->ttl_ms * 1000;
	uint64_t oldest = now > ttl ? now - ttl : 0;

	return oldest > view->forgotten_us ? oldest : view->forgotten_us;
}

static int have_list(struct view *view, const struct op *op, uint64_t until_ms,
	struct api_problem *problem)
{
	uint64_t oldest = oldest_that_counts(view);
	int r = 0;

	if (view->list_asked_us && view->list_asked_us >= oldest) {
		view->cache_hits++;
		return 0;
	}
	while (r == 0 && (!view->list_asked_us || view->list_asked_us < oldest))
		r = flight_ask(view, NULL, op, until_ms, problem);
	return r;
}

int answers_list(struct view *view, const struct op *op, struct api_problem *problem)
{
	int r;

	pthread_mutex_lock(&view->lock);
	r = have_list(view, op, op->deadline_ms, problem);
	pthread_mutex_unlock(&view->lock);
	return r;
}

static void drop_gone(struct vpc *vpc)
{
	struct view *view = vpc->view;

	vpc->gone = true;
	news_add(vpc);
	tags_drop_list(view);
	view->changed_at = clock_real();
	if (map_get(&view->by_file, vpc->file) == vpc)
		map_remove(&view->by_file, vpc->file);
	if (map_get(&view->by_id, vpc->id) == vpc && !vpc->deleted_here) {
		map_remove(&view->by_id, vpc->id);
		vpc_unref(vpc);
	}
}

/* For a while after a write here an answer may come from a server that has not heard of it: it shows an older updatedAt. */
bool answers_is_behind(const struct vpc *vpc, const struct doc *doc)
{
	struct timespec known, said;

	if (!vpc->doc || !vpc->written_us ||
		vpc->view->last_stamp - vpc->written_us > LIST_LAG_US ||
		!doc_mtime(vpc->doc, "", &known) || !doc_mtime(doc, "", &said))
		return false;
	return said.tv_sec != known.tv_sec ? said.tv_sec < known.tv_sec
					   : said.tv_nsec < known.tv_nsec;
}

static void take_doc(struct vpc *vpc, struct doc *doc, uint64_t asked_us)
{
	bool renamed = !vpc->doc || strcmp(doc_name(vpc->doc), doc_name(doc)) != 0;

	vpc_set_doc(vpc, doc);
	vpc->asked_us = asked_us;
	if (renamed && !vpc->gone)
		names_rebuild(vpc->view);
}

int answers_land_list(struct view *view, const struct doc_list *list,
	const struct api_tag *tag, uint64_t asked_us)
{
	if (tag->unchanged) {
		tags_renew_list(view, tag, asked_us);
		return 0;
	}
	if (names_merge(view, list, asked_us) < 0) {
		tags_drop_list(view);
		return -ENOMEM;
	}
	view->list_asked_us = asked_us;
	tags_keep_list(view, tag, asked_us);
	return 0;
}

int answers_land_doc(struct vpc *vpc, int r, struct doc *doc, const struct api_tag *tag,
	uint64_t asked_us)
{
	if (vpc->written_us > asked_us || vpc->asked_us > asked_us)
		return r == -ENOENT ? 0
				    : r; /* older than what is known: it does not count */
	if (r == -ENOENT)
		drop_gone(vpc);
	if (r < 0)
		return r;
	if (tag->unchanged) {
		tags_renew_doc(vpc, tag, asked_us);
	} else if (answers_is_behind(vpc, doc)) {
		vpc->asked_us = asked_us;
	} else {
		take_doc(vpc, doc, asked_us);
		tags_keep_doc(vpc, tag);
	}
	return 0;
}

/* Until there is the answer to a question not older than oldest. */
static int have_doc(struct vpc *vpc, const struct op *op, uint64_t until_ms,
	uint64_t oldest, struct api_problem *problem)
{
	int r = 0;

	while (r == 0 && !vpc->gone && (!vpc->doc || vpc->asked_us < oldest))
		r = flight_ask(vpc->view, vpc, op, until_ms, problem);
	return r;
}

/* One stale VPC is asked for by id; a second one soon after means somebody walks, and the list answers for all. */
static bool is_walk(struct vpc *vpc)
{
	struct view *view = vpc->view;
	uint64_t now = view_stamp(view);
	bool walk =
		view->flight || (view->last_stale && view->last_stale != vpc &&
					now - view->last_stale_us <= view->ttl_ms * 1000);

	view->last_stale = vpc;
	view->last_stale_us = now;
	return walk && !vpc->created_us;
}

/* While a look-up of a name waits, the kernel lets everybody else who looks it up wait behind it, deaf to signals (fs/dcache.c,
 * d_wait_lookup). So a look-up of what is known does not wait long: the operation that follows it asks for itself. */
static uint64_t patience_until_ms(const struct op *op)
{
	uint64_t until = clock_mono_ms() + LOOK_MS;

	return op->is_look && until < op->deadline_ms ? until : op->deadline_ms;
}

static int refresh_doc(struct vpc *vpc, const struct op *op, struct api_problem *problem)
{
	uint64_t oldest = oldest_that_counts(vpc->view), until_ms = patience_until_ms(op);
	int r = 0;

	if (vpc->doc && vpc->asked_us >= oldest) {
		vpc->view->cache_hits++;
		return 0;
	}
	if (!vpc->gone && is_walk(vpc))
		r = have_list(vpc->view, op, until_ms, problem);
	if (r == 0)
		r = have_doc(vpc, op, until_ms, oldest, problem);
	/* Only what takes long is put off: a failure that has come is told at once, and not asked for again. */
	return r == -ETIMEDOUT && !problem->http_status && op->is_look && vpc->doc &&
			       !op_is_past(op)
		       ? 0
		       : r;
}

/* Hands out the document, or says that there is none. */
static int give_doc(struct vpc *vpc, int r, struct doc **ret, struct api_problem *problem)
{
	if (r == 0 && vpc->gone)
		r = problem_say(problem, ENOENT, "the VPC is gone");
	if (r == 0)
		*ret = doc_ref(vpc->doc);
	return r;
}

int answers_doc(
	struct vpc *vpc, const struct op *op, struct doc **ret, struct api_problem *problem)
{
	int r;

	pthread_mutex_lock(&vpc->view->lock);
	r = vpc->is_draft || vpc->gone ? 0 : refresh_doc(vpc, op, problem);
	r = give_doc(vpc, r, ret, problem);
	pthread_mutex_unlock(&vpc->view->lock);
	return r;
}

int answers_ask(
	struct vpc *vpc, const struct op *op, struct doc **ret, struct api_problem *problem)
{
	int r;

	pthread_mutex_lock(&vpc->view->lock);
	r = have_doc(vpc, op, op->deadline_ms, view_stamp(vpc->view), problem);
	r = give_doc(vpc, r, ret, problem);
	pthread_mutex_unlock(&vpc->view->lock);
	return r;
}

static struct vpc *find_file(struct view *view, const char *file)
{
	struct vpc *vpc;

	pthread_mutex_lock(&view->lock);
	vpc = map_get(&view->by_file, file);
	if (vpc)
		vpc_ref(vpc);
	pthread_mutex_unlock(&view->lock);
	return vpc;
}

int answers_find(struct view *view, const struct op *op, const char *file, struct vpc **ret,
	struct api_problem *problem)
{
	CLEANUP_VPC struct vpc *known = find_file(view, file), *vpc = NULL;
	CLEANUP_DOC struct doc *doc = NULL;
	int r = 0;

	/* Known: it must still be there, and still have this name. Else the list says. */
	if (known)
		r = answers_doc(known, op, &doc, problem);
	if (r < 0 && r != -ENOENT)
		return r;
	vpc = find_file(view, file);
	if (!vpc) {
		r = answers_list(view, op, problem);
		if (r < 0)
			return r;
		vpc = find_file(view, file);
	}
	if (!vpc)
		return problem_say(problem, ENOENT, "no VPC of this name");
	*ret = STEAL(vpc);
	return 0;
}

void answers_take(struct vpc *vpc, struct doc *doc)
{
	struct view *view = vpc->view;
	struct news news;

	news_open(view, &news);
	vpc->written_us = view_stamp(view);
	news_add(vpc);
	tags_drop_list(view);
	if (doc)
		take_doc(vpc, doc, vpc->written_us);
	else
		vpc->asked_us = 0;
	news_close(view, &news);
}

/* The answer to a POST need not show the whole VPC: the first read asks for it. */
int answers_adopt(struct view *view, struct doc *doc, struct vpc **ret)
{
	struct news news;
	struct vpc *vpc;
	int r = 0;

	news_open(view, &news);
	vpc = map_get(&view->by_id, doc_id(doc));
	if (!vpc) {
		vpc = vpc_new(view, doc_id(doc), false);
		r = vpc ? map_add(&view->by_id, vpc->id, vpc) : -ENOMEM;
	}
	if (r == 0) {
		vpc->written_us = vpc->created_us = view_stamp(view);
		vpc_set_doc(vpc, doc);
		r = names_rebuild(view);
	}
	if (r == 0)
		*ret = vpc_ref(vpc);
	news_close(view, &news);
	return r;
}

/* Who asked whether it is gone may have dropped it already; a list that lags still has it. */
static void keep_mark(struct vpc *vpc)
{
	struct view *view = vpc->view;

	if (!map_get(&view->by_id, vpc->id) && map_add(&view->by_id, vpc->id, vpc) == 0)
		vpc_ref(vpc);
}

void answers_deleted(struct vpc *vpc)
{
	struct news news;

	news_open(vpc->view, &news);
	vpc->written_us = view_stamp(vpc->view);
	vpc->deleted_here = true;
	drop_gone(vpc);
	keep_mark(vpc);
	names_rebuild(vpc->view);
	news_close(vpc->view, &news);
}

void answers_forget(struct view *view)
{
	uint64_t now = clock_mono_us();
	struct news news;

	news_open(view, &news);
	view->forgotten_us = view_stamp(view);
	view->dead_until_us = 0;
	view->failures = 0;
	for (struct map_pos p = {0}; map_next(&view->by_id, &p);) {
		struct vpc *vpc = p.value;

		if (vpc->kept_until_us > now)
			news_add(vpc);
	}
	news_close(view, &news);
}
