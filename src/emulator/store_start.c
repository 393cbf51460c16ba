/* SPDX-License-Identifier: MIT */
/* The store's first state: from the state file, a list answer in a file, or samples. */
#include "store_private.h"

#include <errno.h>
#include <string.h>
#include "base/file.h"
#include "samples.h"
#include "message.h"
#include "proto/method.h"

#define LOAD_MAX ((size_t)1 << 30)

static int store_replay(void *arg, const struct journal_change *change)
{
	struct store *s = arg;
	const char *id = change->id;
	struct vpc *v;

	if (change->kind == JOURNAL_ADD)
		return store_insert(s, change->doc, change->as_given, NULL);
	if (!id)
		id = json_string_value(json_object_get(change->doc, "id"));
	v = store_find(s, id);
	if (change->kind == JOURNAL_PUT && v)
		return store_change(s, v, change->doc, NULL);
	if (change->kind == JOURNAL_PUT)
		return store_insert(s, change->doc, change->as_given, NULL);
	return v ? store_remove(s, v, NULL) : 0;
}

/* VPCs of a file stay unchanged, but one without an id gets one. */
static int load_item(struct store *s, json_t *item)
{
	char id[STAMP_ID_MAX];

	if (json_string_length(json_object_get(item, "id")) == 0) {
		stamp_id(id);
		if (json_object_set_new(item, "id", json_string(id)) < 0)
			return -ENOMEM;
	}
	return store_insert(s, item, true, NULL);
}

static int load(struct store *s, const char *path, struct err *err)
{
	struct buf text CLEANUP_BUF = BUF_INIT(LOAD_MAX);
	json_auto_t *list = NULL;
	json_error_t why;
	json_t *item;
	size_t i;
	int r = file_read(path, &text);

	if (r < 0)
		return err_set(err, -r, "cannot read %s: %s", path, strerror(-r));
	list = json_loadb(buf_str(&text), text.len, JSON_ALLOW_NUL, &why);
	if (!list)
		return err_set(err, EBADMSG, "%s is not JSON: line %d: %s", path, why.line,
			why.text);
	/* A gateway that omits defaults writes an empty list as {}. */
	if (!(json_is_object(list) && json_object_size(list) == 0) &&
		!json_is_array(json_object_get(list, "items")))
		return err_set(err, EBADMSG,
			"%s is not a list answer: it has no array \"items\"", path);
	store_clear(s);
	json_array_foreach (json_object_get(list, "items"), i, item) {
		if (!json_is_object(item))
			return err_set(
				err, EBADMSG, "%s: items[%zu] is not an object", path, i);
		r = load_item(s, item);
		if (r < 0)
			return err_set(err, -r, "cannot load %s: %s", path, strerror(-r));
	}
	return 0;
}

static int add_samples(struct store *s)
{
	const char *text;

	for (size_t i = 0; (text = sample_request(i)); i++) {
		json_auto_t *body = json_loads(text, 0, NULL), *request = NULL, *doc = NULL;
		char id[STAMP_ID_MAX], now[STAMP_TEXT_MAX];
		int r = message_from_json(
			method_of(METHOD_CREATE_VPC)->request, body, &request, NULL);

		if (r < 0)
			return r;
		stamp_id(id);
		store_now(s, now);
		doc = document_create(request, id, now);
		r = doc ? store_insert(s, doc, false, NULL) : -ENOMEM;
		if (r < 0)
			return r;
	}
	return 0;
}

/* The history begins with the replayed and loaded VPCs. */
static void begin_history(struct store *s)
{
	struct vpc *v;

	history_release(&s->history);
	TAILQ_FOREACH(v, &s->all, link)
	history_add_start(&s->history, v->id, v->text);
}

static int begin(struct store *s, const struct store_options *options, struct err *err)
{
	struct journal *journal = NULL;
	int r = 0;

	/* Sets s->journal last, so that the replayed changes are not written again. */
	if (options->state_file)
		r = journal_open(options->state_file, store_replay, s, &journal, err);
	if (r == 0 && options->load_file)
		r = load(s, options->load_file, err);
	if (r == 0 && options->samples && s->count == 0)
		r = add_samples(s);
	s->journal = journal;
	if (r == 0 && journal) {
		r = store_snapshot(s);
		if (r < 0)
			err_set(err, -r, "cannot write state file %s: %s",
				options->state_file, strerror(-r));
	}
	begin_history(s);
	return r < 0 ? err_set(err, -r, "cannot start: %s", strerror(-r)) : 0;
}

int store_new(const struct store_options *options, struct store **ret, struct err *err)
{
	struct store *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return err_set(err, ENOMEM, "out of memory");
	pthread_mutex_init(&s->lock, NULL);
	s->profile = options->profile;
	s->provision_ms = options->provision_ms;
	TAILQ_INIT(&s->all);
	TAILQ_INIT(&s->phasing);
	r = begin(s, options, err);
	if (r < 0) {
		store_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

void store_free(struct store *s)
{
	if (!s)
		return;
	store_clear(s);
	journal_close(s->journal);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
