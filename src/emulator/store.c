/* SPDX-License-Identifier: MIT */
/* The VPCs. A change is written to the journal, then to memory; texts and the list are made again
 * when asked for. */
#include "store_private.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"

void store_lock(struct store *s, const struct history_cause *cause)
{
	pthread_mutex_lock(&s->lock);
	store_settle(s);
	s->cause = cause;
}

void store_unlock(struct store *s)
{
	s->cause = NULL;
	pthread_mutex_unlock(&s->lock);
}

struct vpc *store_find(struct store *s, const char *id)
{
	return map_get(&s->by_id, id);
}

static const char *name_of(const json_t *doc)
{
	return json_string_value(json_object_get(doc, "name"));
}

static void count_name(struct store *s, const json_t *doc, int by)
{
	const char *name = name_of(doc);
	uintptr_t count;

	if (!name)
		return;
	count = (uintptr_t)map_remove(&s->names, name) + (uintptr_t)by;
	if (count)
		map_add(&s->names, name, (void *)count);
}

bool store_has_name(struct store *s, const char *name, const struct vpc *but)
{
	const char *its = but ? name_of(but->doc) : NULL;
	uintptr_t own = its && strcmp(its, name) == 0;

	return (uintptr_t)map_get(&s->names, name) > own;
}

size_t store_count(const struct store *s)
{
	return s->count;
}

void store_now(struct store *s, char out[STAMP_TEXT_MAX])
{
	stamp_now(&s->stamp, out);
}

static struct text *render(const struct store *s, const struct vpc *v)
{
	json_auto_t *shown = profile_show(s->profile, v->doc, v->as_given);

	return shown ? text_from_json(shown) : NULL;
}

static void store_list_forget(struct store *s)
{
	text_unref(s->list);
	s->list = NULL;
}

/* Shows doc from now on. Takes doc. */
static int show_take(struct store *s, struct vpc *v, json_t *doc)
{
	json_t *old = v->doc;
	struct text *text;

	if (!doc)
		return -ENOMEM;
	v->doc = doc;
	text = render(s, v);
	if (!text) {
		v->doc = old;
		json_decref(doc);
		return -ENOMEM;
	}
	count_name(s, old, -1);
	count_name(s, doc, 1);
	json_decref(old);
	history_add(&s->history, s->cause, v->id, v->text, text);
	text_unref(v->text);
	v->text = text;
	store_list_forget(s);
	return 0;
}

static void vpc_free(struct vpc *v)
{
	json_decref(v->doc);
	json_decref(v->settled);
	text_unref(v->text);
	free(v->id);
	free(v);
}

static void phase_end(struct store *s, struct vpc *v)
{
	if (v->phase_end_ms)
		TAILQ_REMOVE(&s->phasing, v, phasing);
	v->phase_end_ms = 0;
	json_decref(v->settled);
	v->settled = NULL;
}

/* settled is borrowed; NULL if the VPC is deleted after the phase. */
static void phase_begin(struct store *s, struct vpc *v, json_t *settled)
{
	phase_end(s, v);
	v->settled = json_incref(settled);
	v->phase_end_ms = clock_mono_ms() + s->provision_ms;
	TAILQ_INSERT_TAIL(&s->phasing, v, phasing);
}

/* The document to show during the phase: a new reference. */
static json_t *in_phase(const struct store *s, json_t *doc, const char *phase)
{
	return phase && s->provision_ms ? document_with_status(doc, phase)
					: json_incref(doc);
}

/* Several VPCs of a loaded file may share an id: when one of
 * them is deleted, the next takes its place. */
static void forget_id(struct store *s, struct vpc *gone)
{
	struct vpc *v;

	if (store_find(s, gone->id) != gone)
		return;
	map_remove(&s->by_id, gone->id);
	if (!s->shared_ids)
		return;
	TAILQ_FOREACH(v, &s->all, link)
	{
		if (v != gone && strcmp(v->id, gone->id) == 0) {
			map_add(&s->by_id, v->id, v);
			return;
		}
	}
}

static void drop(struct store *s, struct vpc *v)
{
	phase_end(s, v);
	forget_id(s, v);
	count_name(s, v->doc, -1);
	TAILQ_REMOVE(&s->all, v, link);
	s->count--;
	history_add(&s->history, s->cause, v->id, v->text, NULL);
	store_list_forget(s);
	vpc_free(v);
}

void store_settle(struct store *s)
{
	uint64_t now = clock_mono_ms();

	/* All phases last equally long, so the first of the queue is the next to end. */
	while (!TAILQ_EMPTY(&s->phasing)) {
		struct vpc *v = TAILQ_FIRST(&s->phasing);
		json_t *settled;

		if (v->phase_end_ms > now)
			return;
		settled = json_incref(v->settled);
		phase_end(s, v);
		if (settled)
			show_take(s, v, settled);
		else
			drop(s, v);
	}
}

int store_insert(struct store *s, json_t *doc, bool as_given, struct vpc **ret)
{
	const char *id = json_string_value(json_object_get(doc, "id"));
	struct vpc *v = calloc(1, sizeof(*v));
	int r;

	if (!v)
		return -ENOMEM;
	v->as_given = as_given;
	v->id = id ? strdup(id) : NULL;
	r = v->id ? show_take(s, v, json_incref(doc)) : -ENOMEM;
	if (r == 0)
		r = map_add(&s->by_id, v->id, v);
	if (r == -EEXIST) {
		s->shared_ids = true;
		r = 0;
	}
	if (r < 0) {
		vpc_free(v);
		return r;
	}
	TAILQ_INSERT_TAIL(&s->all, v, link);
	s->count++;
	if (ret)
		*ret = v;
	return 0;
}

int store_snapshot(struct store *s)
{
	struct buf lines CLEANUP_BUF = BUF_INIT(JOURNAL_MAX);
	int r = journal_snapshot_begin(&lines);
	struct vpc *v;

	TAILQ_FOREACH(v, &s->all, link)
	{
		struct journal_change change = {.kind = JOURNAL_ADD,
			.doc = v->phase_end_ms ? v->settled : v->doc,
			.as_given = v->as_given};

		if (r == 0 && change.doc) /* NULL: the VPC is being deleted */
			r = journal_snapshot_add(&lines, &change);
	}
	return r < 0 ? r : journal_replace(s->journal, &lines);
}

/* Appends the change to the journal; if that has grown long, replaces it by a snapshot first. */
static int store_journal(struct store *s, const struct journal_change *change)
{
	if (!s->journal)
		return 0;
	if (journal_is_long(s->journal, s->count)) {
		int r = store_snapshot(s);

		if (r < 0)
			return r;
	}
	return journal_append(s->journal, change);
}

int store_add(
	struct store *s, json_t *doc, bool as_given, const char *phase, struct vpc **ret)
{
	struct journal_change change = {
		.kind = JOURNAL_ADD, .doc = doc, .as_given = as_given};
	json_auto_t *shown = in_phase(s, doc, phase);
	struct vpc *v;
	int r = shown ? store_journal(s, &change) : -ENOMEM;

	if (r == 0)
		r = store_insert(s, shown, as_given, &v);
	if (r)
		return r;
	*ret = v;
	if (phase && s->provision_ms)
		phase_begin(s, v, doc);
	return 0;
}

int store_change(struct store *s, struct vpc *v, json_t *doc, const char *phase)
{
	struct journal_change change = {
		.kind = JOURNAL_PUT, .doc = doc, .as_given = v->as_given};
	int r = store_journal(s, &change);

	if (r == 0)
		r = show_take(s, v, in_phase(s, doc, phase));
	if (r == 0 && phase && s->provision_ms)
		phase_begin(s, v, doc);
	return r;
}

void store_keep(struct store *s, const struct vpc *v)
{
	history_add(&s->history, s->cause, v->id, v->text, v->text);
}

int store_remove(struct store *s, struct vpc *v, const char *phase)
{
	struct journal_change change = {.kind = JOURNAL_DELETE, .id = v->id};
	int r = store_journal(s, &change);

	if (r < 0)
		return r;
	if (!phase || !s->provision_ms) {
		drop(s, v);
		return 0;
	}
	r = show_take(s, v, in_phase(s, v->doc, phase));
	if (r == 0)
		phase_begin(s, v, NULL);
	return r;
}

struct text *store_history(struct store *s, uint64_t after)
{
	return history_show(&s->history, after);
}

void store_clear(struct store *s)
{
	while (!TAILQ_EMPTY(&s->all)) {
		struct vpc *v = TAILQ_FIRST(&s->all);

		TAILQ_REMOVE(&s->all, v, link);
		vpc_free(v);
	}
	TAILQ_INIT(&s->phasing);
	map_release(&s->by_id);
	map_release(&s->names);
	s->count = 0;
	s->shared_ids = false;
	store_list_forget(s);
	history_release(&s->history);
}
