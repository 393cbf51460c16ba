/* SPDX-License-Identifier: MIT */
/* Requests that a rule holds: one list, and one condition variable on which all wait. */
#include "hold.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include "base/cleanup.h"
#include "fault.h"

struct held {
	TAILQ_ENTRY(held) link;
	const struct hold_ticket *ticket; /* borrowed */
	bool is_released;
};

struct holds {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	TAILQ_HEAD(, held) waiting; /* borrowed: on the stacks of the waiting threads */
	struct requests *requests;  /* borrowed */
	uint64_t generation;	    /* rules of earlier generations hold no request */
	bool is_stopped;
};

/* The requests that a line selects. */
struct selector {
	uint64_t number; /* 0 selects by methods and path */
	unsigned methods;
	const char *path; /* "" matches any */
};

struct holds *holds_new(struct requests *requests)
{
	struct holds *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->changed, NULL);
	TAILQ_INIT(&h->waiting);
	h->requests = requests;
	return h;
}

void holds_free(struct holds *h)
{
	if (!h)
		return;
	pthread_cond_destroy(&h->changed);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

bool holds_wait(struct holds *h, const struct hold_ticket *ticket)
{
	struct held me = {.ticket = ticket};
	bool goes_on;

	pthread_mutex_lock(&h->lock);
	me.is_released = ticket->generation < h->generation;
	TAILQ_INSERT_TAIL(&h->waiting, &me, link);
	requests_set_held(h->requests, ticket->number, true);
	while (!me.is_released && !h->is_stopped)
		pthread_cond_wait(&h->changed, &h->lock);
	requests_set_held(h->requests, ticket->number, false);
	TAILQ_REMOVE(&h->waiting, &me, link);
	goes_on = !h->is_stopped;
	pthread_mutex_unlock(&h->lock);
	return goes_on;
}

static bool selects(const struct selector *s, const struct hold_ticket *t)
{
	if (s->number)
		return s->number == t->number;
	return s->methods & fault_method_bit(t->kind) && strstr(t->path, s->path);
}

static int parse_selector(char *line, struct selector *ret, struct err *err)
{
	char *colon = strchr(line, ':'), *end;

	*ret = (struct selector){.path = colon ? colon + 1 : ""};
	if (line[0] >= '1' && line[0] <= '9') {
		errno = 0;
		ret->number = strtoull(line, &end, 10);
		if (!*end && !errno)
			return 0;
	}
	if (colon)
		*colon = '\0';
	return fault_parse_methods(line, strlen(line), &ret->methods, err);
}

/* The next line that is not blank, or NULL. */
static char *next_line(char **rest)
{
	char *line;

	while ((line = strsep(rest, "\n"))) {
		line[strcspn(line, "\r")] = '\0';
		line += strspn(line, " \t");
		if (*line)
			return line;
	}
	return NULL;
}

static size_t release(struct holds *h, const struct selector *s)
{
	struct held *one;
	size_t count = 0;

	pthread_mutex_lock(&h->lock);
	TAILQ_FOREACH(one, &h->waiting, link)
	{
		if (one->is_released || !selects(s, one->ticket))
			continue;
		one->is_released = true;
		count++;
	}
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	return count;
}

/* Checks all lines, before the first of them releases a request. */
static int check_lines(const char *lines, bool *ret_empty, struct err *err)
{
	CLEANUP_FREE char *copy = strdup(lines);
	struct selector ignored;
	char *line, *rest = copy;
	int r = copy ? 0 : -ENOMEM;

	*ret_empty = true;
	while (r == 0 && (line = next_line(&rest))) {
		*ret_empty = false;
		r = parse_selector(line, &ignored, err);
	}
	return r;
}

int holds_release(struct holds *h, const char *lines, size_t *ret_count, struct err *err)
{
	const struct selector everybody = {.methods = ~0u, .path = ""};
	CLEANUP_FREE char *copy = strdup(lines);
	char *line, *rest = copy;
	struct selector s;
	size_t count = 0;
	bool empty;
	int r = copy ? check_lines(lines, &empty, err) : -ENOMEM;

	if (r < 0)
		return r;
	if (empty)
		count = release(h, &everybody);
	while ((line = next_line(&rest))) {
		if (parse_selector(line, &s, NULL) == 0)
			count += release(h, &s);
	}
	*ret_count = count;
	return 0;
}

void holds_release_before(struct holds *h, uint64_t generation)
{
	struct held *one;

	pthread_mutex_lock(&h->lock);
	h->generation = generation;
	TAILQ_FOREACH(one, &h->waiting, link)
	one->is_released = one->is_released || one->ticket->generation < generation;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
}

void holds_stop(struct holds *h)
{
	pthread_mutex_lock(&h->lock);
	h->is_stopped = true;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
}
