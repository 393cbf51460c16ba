/* SPDX-License-Identifier: MIT */
/* What answers change. verdict.c says what an answer means for what is known; here it is carried
 * out. All with view->lock held, between invalidation_begin and invalidation_end. */
#include "internal.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"
#include "verdict.h"

/* Whether the answer is as known, or not older by the API's own account. */
static bool agrees(const struct vpc *vpc, const struct doc *doc)
{
	struct timespec known, said;

	if (!vpc->doc || doc_equal(vpc->doc, doc))
		return true;
	if (!doc_mtime(vpc->doc, "", &known) || !doc_mtime(doc, "", &said))
		return false;
	return !clock_is_later(known, said);
}

/* doc NULL: the answer does not have the VPC. */
static enum verdict judge(
	const struct vpc *vpc, bool is_list, const struct doc *doc, uint64_t asked_us)
{
	struct known known = {
		.asked_us = vpc->asked_us,
		.written_us = vpc->written_us,
		.is_new = vpc->is_new,
		.is_unsettled = vpc->is_unsettled,
		.is_gone = vpc->is_gone,
		.is_deleted = vpc->is_deleted,
	};
	struct answer answer = {
		.is_list = is_list,
		.asked_us = asked_us,
		.has_it = doc != NULL,
		.is_deleting = vpc_is_deleting(doc),
		.agrees = doc && agrees(vpc, doc),
	};

	return verdict_of(&known, &answer);
}

static void set_gone(struct vpc *vpc, uint64_t asked_us)
{
	vpc->asked_us = asked_us;
	vpc->is_doubtful = vpc->is_new = false;
	if (vpc->is_gone)
		return;
	vpc->is_gone = true;
	invalidation_add(vpc);
	etag_drop_list(vpc->view);
	if (map_get(&vpc->view->by_file, vpc->file) == vpc)
		map_remove(&vpc->view->by_file, vpc->file);
}

/* Returns whether names must be made anew. */
static bool set_known(struct vpc *vpc, struct doc *doc, uint64_t asked_us)
{
	bool is_renamed =
		vpc->is_gone || !vpc->doc || strcmp(doc_name(vpc->doc), doc_name(doc)) != 0;

	if (vpc->is_gone)
		invalidation_add(vpc);
	vpc->is_gone = vpc->is_deleted = vpc->is_doubtful = false;
	vpc_set_doc(vpc, doc);
	vpc->asked_us = asked_us;
	return is_renamed;
}

bool cache_take_listed(struct vpc *vpc, struct doc *doc, uint64_t asked_us)
{
	enum verdict verdict = judge(vpc, true, doc, asked_us);

	if (doc)
		vpc->is_new = false;
	switch (verdict) {
	case VERDICT_TAKE:
		vpc->is_unsettled = false;
		set_known(vpc, doc, asked_us);
		break;
	case VERDICT_DOUBT:
		vpc->is_doubtful = true;
		break;
	case VERDICT_GONE:
		set_gone(vpc, asked_us);
		break;
	case VERDICT_KEEP:
		break;
	}
	return verdict == VERDICT_GONE;
}

int cache_take_list(struct view *view, const struct doc_list *list,
	const struct api_tag *tag, uint64_t asked_us)
{
	if (tag->unchanged) {
		etag_renew_list(view, tag, asked_us);
		return 0;
	}
	if (names_merge(view, list, asked_us) < 0) {
		etag_drop_list(view);
		return -ENOMEM;
	}
	if (view->list_asked_us < asked_us)
		view->list_asked_us = asked_us;
	etag_keep_list(view, tag, asked_us);
	return 0;
}

int cache_take_doc(struct vpc *vpc, int r, struct doc *doc, const struct api_tag *tag,
	uint64_t asked_us)
{
	enum verdict verdict;

	if (r == 0 && tag->unchanged) {
		etag_renew_doc(vpc, tag, asked_us);
		return 0;
	}
	if (r < 0 && r != -ENOENT)
		return r;
	verdict = judge(vpc, false, doc, asked_us);
	if (verdict == VERDICT_GONE) {
		set_gone(vpc, asked_us);
	} else if (verdict == VERDICT_TAKE) {
		if (set_known(vpc, doc, asked_us))
			names_rebuild(vpc->view);
		etag_keep_doc(vpc, tag);
	}
	/* An answer to an older question than what is known answers nobody: who waits looks again.
	 */
	return verdict == VERDICT_KEEP ? 0 : r;
}

void cache_take_written(struct vpc *vpc, struct doc *doc)
{
	struct view *view = vpc->view;
	struct invalidation in;

	invalidation_begin(view, &in);
	vpc->written_us = view_generation(view);
	vpc->is_unsettled = true;
	invalidation_add(vpc);
	etag_drop_list(view);
	etag_drop_doc(vpc);
	if (!doc)
		vpc->asked_us = 0;
	else if (set_known(vpc, doc, vpc->written_us))
		names_rebuild(view);
	invalidation_end(view, &in);
}

/* The answer to a POST need not show the whole VPC: the first read asks for it. */
int cache_take_created(struct view *view, struct doc *doc, struct vpc **ret)
{
	struct invalidation in;
	struct vpc *vpc;
	int r = 0;

	invalidation_begin(view, &in);
	vpc = map_get(&view->by_id, doc_id(doc));
	if (!vpc) {
		vpc = vpc_new(view, doc_id(doc));
		r = vpc ? map_add(&view->by_id, vpc->id, vpc) : -ENOMEM;
		if (r < 0)
			vpc_unref(vpc);
		else
			vpc->is_new = true;
	}
	if (r == 0) {
		vpc->written_us = view_generation(view);
		vpc->is_unsettled = true;
		set_known(vpc, doc, 0);
		etag_drop_list(view);
		r = names_rebuild(view);
	}
	if (r == 0)
		*ret = vpc_ref(vpc);
	invalidation_end(view, &in);
	return r;
}

void cache_take_deleted(struct vpc *vpc)
{
	struct view *view = vpc->view;
	struct invalidation in;

	invalidation_begin(view, &in);
	vpc->written_us = view_generation(view);
	vpc->is_deleted = true;
	set_gone(vpc, vpc->written_us);
	/* Who asked whether it is gone may have dropped it already; a list that lags may still have
	 * it. */
	if (!map_get(&view->by_id, vpc->id) && map_add(&view->by_id, vpc->id, vpc) == 0)
		vpc_ref(vpc);
	names_rebuild(view);
	invalidation_end(view, &in);
}
