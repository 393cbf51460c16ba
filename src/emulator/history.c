/* SPDX-License-Identifier: MIT */
/* Every state that VPCs were in, in a ring. */
#include "history.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"

#define SHOW_MAX ((size_t)1 << 31)

static void entry_release(struct history_entry *e)
{
	free(e->id);
	free(e->head);
	text_unref(e->before);
	text_unref(e->after);
	*e = (struct history_entry){0};
}

void history_release(struct history *h)
{
	for (size_t i = 0; i < HISTORY_MAX; i++)
		entry_release(&h->ring[i]);
	h->next = 0;
}

static json_t *or_null(json_t *value)
{
	return value ? value : json_null();
}

/* {"kind":...,"body":...} as "\"kind\":...,\"body\":...,". */
static char *head_of(const char *kind, const struct history_cause *cause, const char *id)
{
	const json_t *body = cause ? cause->body : NULL;
	json_auto_t *json = json_pack("{s:s, s:o, s:o, s:s?, s:s?, s:s?, s:s, s:s?, s:o}",
		"kind", kind, "request",
		or_null(cause ? json_integer((json_int_t)cause->request) : NULL),
		"receivedUs",
		or_null(cause ? json_integer((json_int_t)cause->received_us) : NULL),
		"protocol", cause ? cause->protocol : NULL, "call",
		cause ? cause->call : NULL, "method", cause ? cause->method : NULL, "id",
		id, "updateMask", cause ? cause->mask : NULL, "body",
		or_null(json_incref((json_t *)body)));
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	size_t len = text ? strlen(text) : 0;

	if (!text)
		return NULL;
	memmove(text, text + 1, len - 1);
	text[len - 2] = ',';
	text[len - 1] = '\0';
	return text;
}

static void add(struct history *h, const char *id, char *head, struct text *before,
	struct text *after)
{
	struct history_entry *e = &h->ring[h->next % HISTORY_MAX];
	char *copy = strdup(id);

	if (!copy || !head) {
		free(copy);
		free(head);
		return;
	}
	entry_release(e);
	*e = (struct history_entry){.at_us = clock_mono_us(),
		.id = copy,
		.head = head,
		.before = text_ref(before),
		.after = text_ref(after)};
	h->next++;
}

void history_add(struct history *h, const struct history_cause *cause, const char *id,
	struct text *before, struct text *after)
{
	add(h, id, head_of(cause ? "request" : "phase", cause, id), before, after);
}

void history_add_start(struct history *h, const char *id, struct text *text)
{
	add(h, id, head_of("start", NULL, id), text, text);
}

const struct history_entry *history_at(const struct history *h, size_t index)
{
	return &h->ring[index % HISTORY_MAX];
}

static size_t oldest_of(const struct history *h)
{
	return h->next > HISTORY_MAX ? h->next - HISTORY_MAX : 0;
}

size_t history_first_since(const struct history *h, uint64_t since_us)
{
	size_t i = h->next;

	while (i > oldest_of(h) && history_at(h, i - 1)->at_us > since_us)
		i--;
	return i;
}

struct text *history_show(const struct history *h, uint64_t after)
{
	struct buf out CLEANUP_BUF = BUF_INIT(SHOW_MAX);
	size_t oldest = oldest_of(h), first = after > oldest ? (size_t)after : oldest;

	buf_addf(&out, "{\"forgotten\":%zu,\"changes\":[", oldest);
	for (size_t i = first; i < h->next; i++) {
		const struct history_entry *e = history_at(h, i);

		buf_addf(&out, "%s{\"sequence\":%zu,\"appliedUs\":%llu,",
			i > first ? "," : "", i + 1, (unsigned long long)e->at_us);
		buf_adds(&out, e->head);
		buf_adds(&out, "\"vpc\":");
		if (e->after)
			buf_add(&out, e->after->bytes, e->after->len);
		else
			buf_adds(&out, "null");
		buf_addc(&out, '}');
	}
	return buf_adds(&out, "]}") == 0 ? text_from_buf(&out) : NULL;
}
