/* SPDX-License-Identifier: MIT */
/* What VPCs were before their last changes: a ring. */
#include "history.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"

static void entry_release(struct history_entry *e)
{
	free(e->id);
	text_unref(e->before);
	*e = (struct history_entry){0};
}

void history_release(struct history *h)
{
	for (size_t i = 0; i < HISTORY_MAX; i++)
		entry_release(&h->ring[i]);
	h->next = 0;
}

void history_add(struct history *h, const char *id, struct text *before)
{
	struct history_entry *e = &h->ring[h->next % HISTORY_MAX];
	char *copy = strdup(id);

	if (!copy)
		return;
	entry_release(e);
	*e = (struct history_entry){
		.at_ms = clock_mono_ms(), .id = copy, .before = text_ref(before)};
	h->next++;
}

const struct history_entry *history_at(const struct history *h, size_t index)
{
	return &h->ring[index % HISTORY_MAX];
}

size_t history_first_since(const struct history *h, uint64_t since_ms)
{
	size_t oldest = h->next > HISTORY_MAX ? h->next - HISTORY_MAX : 0;
	size_t i = h->next;

	while (i > oldest && history_at(h, i - 1)->at_ms > since_ms)
		i--;
	return i;
}
