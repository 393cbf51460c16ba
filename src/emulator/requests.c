/* SPDX-License-Identifier: MIT */
/* The requests seen so far: a ring of JSON objects, serialised but for their end. */
#include "requests.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/utf8.h"

#define LOG_LINE_MAX 2048
#define SHOW_MAX     ((size_t)1 << 31)

struct request {
	uint64_t number; /* 0 is an empty slot */
	uint64_t began_us;
	uint64_t took_us;
	unsigned status;
	bool ended;
	bool held;
	char *head; /* owned; the JSON object without its status and end */
	char *line; /* owned; method, path and mask for the log */
};

struct requests {
	pthread_mutex_t lock;
	int log_fd;
	uint64_t started_us;
	uint64_t next;
	struct request ring[REQUESTS_MAX];
};

static void request_release(struct request *r)
{
	free(r->head);
	free(r->line);
	*r = (struct request){0};
}

struct requests *requests_new(int log_fd)
{
	struct requests *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	pthread_mutex_init(&r->lock, NULL);
	r->log_fd = log_fd;
	r->started_us = clock_mono_us();
	r->next = 1;
	return r;
}

void requests_clear(struct requests *r)
{
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < REQUESTS_MAX; i++)
		request_release(&r->ring[i]);
	pthread_mutex_unlock(&r->lock);
}

void requests_free(struct requests *r)
{
	if (!r)
		return;
	requests_clear(r);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* Bytes from the client as a JSON string. */
static json_t *safe_string(const char *bytes, size_t len)
{
	json_t *s = json_stringn(bytes, len);
	char *clean;

	if (s)
		return s;
	clean = malloc(len + 1);
	if (!clean)
		return NULL;
	utf8_clean(clean, len + 1, bytes, len);
	s = json_string(clean);
	free(clean);
	return s;
}

static json_t *body_as_json(const struct requests_note *note)
{
	const struct buf *body = note->body;
	json_t *json;

	if (body->len > REQUESTS_BODY_MAX)
		return json_null();
	if (note->json)
		return json_incref((json_t *)note->json);
	if (body->len == 0)
		return json_null();
	json = json_loadb(body->data, body->len, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
	return json ? json : safe_string(body->data, body->len);
}

static char *head_of(const struct requests_note *note)
{
	json_auto_t *json = json_pack("{s:s, s:o, s:s?, s:I, s:o, s:s, s:s, s:s?}",
		"method", note->method, "path", safe_string(note->path, strlen(note->path)),
		"updateMask", note->mask, "bodyBytes", (json_int_t)note->body->len, "body",
		body_as_json(note), "protocol", note->protocol, "codec", note->codec,
		"call", note->call);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	if (text)
		text[strlen(text) - 1] = '\0'; /* the rest is known when it ends */
	return text;
}

/* Makes the text one word, so that a client cannot add a line or a column to the log. */
static void add_word(char *line, size_t size, const char *word)
{
	size_t at = strlen(line);

	snprintf(line + at, size - at, " ");
	at = strlen(line);
	utf8_clean(line + at, size - at, word, strlen(word));
	for (; line[at]; at++) {
		if (line[at] == ' ' || line[at] == '\n')
			line[at] = '_';
	}
}

static char *line_of(const char *method, const char *path, const char *mask)
{
	char line[LOG_LINE_MAX] = "";

	add_word(line, 64, method);
	add_word(line, sizeof(line) / 2, path);
	add_word(line, sizeof(line), mask && *mask ? mask : "-");
	return strdup(line);
}

uint64_t requests_begin(struct requests *r, const struct requests_note *note)
{
	struct request now = {.began_us = note->received_us, .head = head_of(note)};
	struct request *slot;

	if (r->log_fd > 0)
		now.line = line_of(note->method, note->path, note->mask);
	pthread_mutex_lock(&r->lock);
	now.number = r->next++;
	slot = &r->ring[now.number % REQUESTS_MAX];
	request_release(slot);
	*slot = now;
	pthread_mutex_unlock(&r->lock);
	return now.number;
}

static void log_line(const struct requests *r, const struct request *one)
{
	char when[CLOCK_TEXT_MAX];

	if (r->log_fd <= 0 || !one->line)
		return;
	clock_format_rfc3339(clock_real(), when);
	dprintf(r->log_fd, "%s%s %u %llu.%03u\n", when, one->line, one->status,
		(unsigned long long)one->took_us / 1000, (unsigned)(one->took_us % 1000));
}

void requests_end(struct requests *r, uint64_t number, unsigned status)
{
	struct request *slot = &r->ring[number % REQUESTS_MAX];

	pthread_mutex_lock(&r->lock);
	if (slot->number == number) { /* else it was cleared or pushed out meanwhile */
		slot->status = status;
		slot->ended = true;
		slot->took_us = clock_mono_us() - slot->began_us;
		log_line(r, slot);
	}
	pthread_mutex_unlock(&r->lock);
}

void requests_set_held(struct requests *r, uint64_t number, bool held)
{
	struct request *slot = &r->ring[number % REQUESTS_MAX];

	pthread_mutex_lock(&r->lock);
	if (slot->number == number)
		slot->held = held;
	pthread_mutex_unlock(&r->lock);
}

static void show_one(struct buf *out, const struct requests *all, const struct request *one)
{
	if (!one->number || !one->head)
		return;
	buf_addf(out, "%s%s,\"status\":", out->len > 1 ? "," : "", one->head);
	if (one->ended)
		buf_addf(out, "%u", one->status);
	else
		buf_adds(out, "null");
	/* not %f: the decimal point of a locale is no JSON */
	buf_addf(out, ",\"number\":%llu,\"receivedUs\":%llu,\"held\":%s",
		(unsigned long long)one->number, (unsigned long long)one->began_us,
		one->held ? "true" : "false");
	buf_addf(out, ",\"ms\":%llu.%03u,\"tookMs\":%llu.%03u}",
		(unsigned long long)(one->began_us - all->started_us) / 1000,
		(unsigned)((one->began_us - all->started_us) % 1000),
		(unsigned long long)one->took_us / 1000, (unsigned)(one->took_us % 1000));
}

struct text *requests_show(struct requests *r)
{
	struct buf out CLEANUP_BUF = BUF_INIT(SHOW_MAX);
	struct text *text = NULL;

	buf_addc(&out, '[');
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < REQUESTS_MAX; i++)
		show_one(&out, r, &r->ring[(r->next + i) % REQUESTS_MAX]);
	pthread_mutex_unlock(&r->lock);
	if (buf_addc(&out, ']') == 0)
		text = text_from_buf(&out);
	return text;
}
