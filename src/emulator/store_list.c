/* SPDX-License-Identifier: MIT */
/* The list answer, kept until something changes, and answers with a past state. */
#include "store_private.h"

#include <string.h>
#include "base/clock.h"
#include "message.h"

#define LIST_END  "]}"
#define LIST_NONE "{}" /* of the brief dialect */
#define LIST_MAX  ((size_t)1 << 31)

static void list_add(struct buf *list, const struct text *item)
{
	if (!item)
		return;
	if (list->len > strlen(MESSAGE_LIST_BEGIN))
		buf_addc(list, ',');
	buf_add(list, item->bytes, item->len);
}

/* Completes the list. NULL without memory. */
static struct text *list_text(const struct store *s, struct buf *list)
{
	if (s->profile->omit_defaults && list->len == strlen(MESSAGE_LIST_BEGIN))
		return text_new(LIST_NONE, strlen(LIST_NONE));
	return buf_adds(list, LIST_END) == 0 ? text_from_buf(list) : NULL;
}

static struct text *list_now(struct store *s)
{
	struct buf list CLEANUP_BUF = BUF_INIT(LIST_MAX);
	struct vpc *v;

	if (s->list)
		return text_ref(s->list);
	buf_adds(&list, MESSAGE_LIST_BEGIN);
	TAILQ_FOREACH(v, &s->all, link)
	list_add(&list, v->text);
	s->list = list_text(s, &list);
	return text_ref(s->list);
}

/* The oldest change of each id since then holds its state of that time. first maps the id to the
 * change's index + 1. */
static void collect(const struct history *h, uint64_t since_us, struct map *first)
{
	for (size_t i = history_first_since(h, since_us); i < history_end(h); i++)
		map_add(first, history_at(h, i)->id, (void *)(uintptr_t)(i + 1));
}

static struct text *list_then(struct store *s, uint64_t since_us)
{
	struct buf list CLEANUP_BUF = BUF_INIT(LIST_MAX);
	struct map first = {0};
	struct text *text;
	struct vpc *v;

	collect(&s->history, since_us, &first);
	buf_adds(&list, MESSAGE_LIST_BEGIN);
	TAILQ_FOREACH(v, &s->all, link)
	{
		uintptr_t at = (uintptr_t)map_remove(&first, v->id);

		list_add(&list, at ? history_at(&s->history, at - 1)->before : v->text);
	}
	for (struct map_pos p = {0}; map_next(&first, &p);)
		list_add(&list, history_at(&s->history, (uintptr_t)p.value - 1)->before);
	text = list_text(s, &list);
	map_release(&first);
	return text;
}

static uint64_t ago_us(unsigned lag_ms)
{
	uint64_t now = clock_mono_us(), lag_us = (uint64_t)lag_ms * 1000;

	return now > lag_us ? now - lag_us : 0;
}

struct text *store_list(struct store *s, unsigned lag_ms)
{
	return lag_ms ? list_then(s, ago_us(lag_ms)) : list_now(s);
}

struct text *store_show(struct store *s, const char *id, unsigned lag_ms)
{
	const struct vpc *v = store_find(s, id);
	size_t i = lag_ms ? history_first_since(&s->history, ago_us(lag_ms))
			  : history_end(&s->history);

	for (; i < history_end(&s->history); i++) {
		if (strcmp(history_at(&s->history, i)->id, id) == 0)
			return text_ref(history_at(&s->history, i)->before);
	}
	return v ? text_ref(v->text) : NULL;
}
