/* SPDX-License-Identifier: MIT */
/* How an answer is sent: whole, cut, byte by byte, endless, or not at all. */
#include "exchange.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "base/clock.h"

#define POLL_MS_MAX  60000
#define CUT_MISSING  1024
#define CHUNKED_FROM 2048
#define SEND_CHUNK   ((size_t)64 << 10)
#define HUGE_BEGIN   "{\"items\":[\""
#define HUGE_END     "\"]}"

static int client_fd(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		c ? MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD) : NULL;

	return info ? info->connect_fd : -1;
}

bool delivery_wait(struct server *s, struct MHD_Connection *client, uint64_t ms)
{
	uint64_t now = clock_mono_ms(), end = ms == DELIVERY_FOREVER ? ms : now + ms;
	struct pollfd fds[] = {{.fd = s->stop_fd, .events = POLLIN},
		{.fd = client_fd(client), .events = POLLRDHUP}};

	for (; now < end; now = clock_mono_ms()) {
		uint64_t left = end - now < POLL_MS_MAX ? end - now : POLL_MS_MAX;

		if (poll(fds, 2, (int)left) > 0)
			return false;
	}
	return true;
}

/* A body that is generated while it is sent. */
struct stream {
	struct server *server; /* borrowed */
	struct text *text;     /* owned; NULL sends filler */
	/* first bytes of the filler, begin_len of them */
	char begin[16];
	size_t begin_len;
	uint64_t end;	  /* bytes after which the connection breaks */
	uint64_t size;	  /* bytes promised */
	unsigned drip_ms; /* wait before each byte; 0 sends at full speed */
	bool drip;
};

static void stream_free(void *cls)
{
	struct stream *st = cls;

	text_unref(st->text);
	free(st);
}

/* The filler begins as JSON, or with the head of a gRPC frame. */
static void begin_filler(struct stream *st, bool is_framed)
{
	uint64_t len = st->size - 5;

	st->begin_len = (size_t)snprintf(st->begin, sizeof(st->begin), "%s", HUGE_BEGIN);
	for (size_t i = 0; is_framed && i < st->begin_len; i++)
		st->begin[i] = (char)(i > 0 && i < 5 ? len >> 8 * (4 - i) : 0);
}

static char filler_at(const struct stream *st, uint64_t at)
{
	uint64_t from_end = st->size - at;

	if (at < st->begin_len)
		return st->begin[at];
	return from_end <= strlen(HUGE_END) ? HUGE_END[strlen(HUGE_END) - from_end] : 'x';
}

static ssize_t stream_read(void *cls, uint64_t at, char *to, size_t max)
{
	struct stream *st = cls;

	if (at >= st->end)
		return st->end < st->size ? MHD_CONTENT_READER_END_WITH_ERROR
					  : MHD_CONTENT_READER_END_OF_STREAM;
	if (st->drip && !delivery_wait(st->server, NULL, st->drip_ms))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (st->drip)
		max = 1;
	if (max > st->end - at)
		max = (size_t)(st->end - at);
	if (st->text) {
		memcpy(to, st->text->bytes + at, max);
		return (ssize_t)max;
	}
	memset(to, 'x', max);
	for (size_t i = 0; i < max && at + i < st->begin_len; i++)
		to[i] = filler_at(st, at + i);
	for (size_t i = max; i > 0 && st->size - (at + i - 1) <= strlen(HUGE_END); i--)
		to[i - 1] = filler_at(st, at + i - 1);
	return (ssize_t)max;
}

static struct MHD_Response *stream_response(
	struct server *s, const struct answer *a, const struct fault *fault)
{
	struct stream *st = calloc(1, sizeof(*st));
	uint64_t len = a->body ? a->body->len : 0;
	struct MHD_Response *response;

	if (!st)
		return NULL;
	*st = (struct stream){
		.server = s, .text = text_ref(a->body), .end = len, .size = len};
	if (fault->action == FAULT_HUGE) {
		text_unref(st->text);
		st->text = NULL;
		st->end = st->size = fault->number;
		begin_filler(st, a->is_framed);
	}
	if (fault->action == FAULT_DRIP) {
		st->drip = true;
		st->drip_ms = (unsigned)fault->number;
	}
	if (fault->action == FAULT_CUT) {
		st->end = fault->number && fault->number < len ? fault->number : len / 2;
		st->size = len + (st->end == len ? CUT_MISSING : 0);
	}
	/* trailers need a chunked body */
	response =
		MHD_create_response_from_callback(a->trailers ? MHD_SIZE_UNKNOWN : st->size,
			SEND_CHUNK, stream_read, st, stream_free);
	if (!response)
		stream_free(st);
	return response;
}

static void text_done(void *cls)
{
	text_unref(cls);
}

static ssize_t chunk_read(void *cls, uint64_t at, char *to, size_t max)
{
	const struct text *text = cls;
	size_t left = text->len - (size_t)at;

	if (!left)
		return MHD_CONTENT_READER_END_OF_STREAM;
	memcpy(to, text->bytes + at, left < max ? left : max);
	return (ssize_t)(left < max ? left : max);
}

/* Go's net/http sends a body in chunks when it outgrows the buffer before the handler is done. */
static struct MHD_Response *chunked_response(const struct answer *a)
{
	struct MHD_Response *response = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, SEND_CHUNK, chunk_read, text_ref(a->body), text_done);

	if (!response)
		text_unref(a->body);
	return response;
}

static struct MHD_Response *whole_response(const struct answer *a)
{
	struct MHD_Response *response;

	if (!a->body)
		return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if (a->trailers || (a->takes_gzip && a->body->len > CHUNKED_FROM))
		return chunked_response(a);
	response = MHD_create_response_from_buffer_with_free_callback_cls(
		a->body->len, a->body->bytes, text_done, text_ref(a->body));
	if (!response)
		text_unref(a->body);
	return response;
}

static void add_trailers(struct MHD_Response *response, const struct answer *a)
{
	const char *name;
	json_t *value;

	json_object_foreach (a->trailers, name, value) {
		MHD_add_response_footer(response, name, json_string_value(value));
	}
}

static void add_headers(struct MHD_Response *response, const struct answer *a)
{
	char seconds[16];

	if (a->body)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
			a->type ? a->type : "application/json");
	if (a->is_gzip)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	if (a->takes_gzip)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ACCEPT_ENCODING, "gzip");
	if (a->tag[0]) {
		MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, a->tag);
		MHD_add_response_header(
			response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
	}
	if (a->allow)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, a->allow);
	if (a->accept_post)
		MHD_add_response_header(response, "Accept-Post", a->accept_post);
	if (a->challenge)
		MHD_add_response_header(
			response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, a->challenge);
	if (a->location)
		MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, a->location);
	if (a->has_retry_after) {
		snprintf(seconds, sizeof(seconds), "%u", a->retry_after);
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	}
}

/* Closes by RST if the fault asks for it (on Linux, connect to AF_UNSPEC aborts), else by FIN. */
static enum MHD_Result close_unanswered(struct MHD_Connection *c, const struct fault *fault)
{
	const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);

	if (info && fault->action == FAULT_RESET && fault->rst)
		(void)!connect(info->connect_fd, &nobody, sizeof(nobody));
	return MHD_NO;
}

bool delivery_is_streamed(const struct fault *fault)
{
	return fault->action == FAULT_CUT || fault->action == FAULT_DRIP ||
	       fault->action == FAULT_HUGE;
}

enum MHD_Result delivery_send_take(struct server *s, struct MHD_Connection *c,
	struct answer answer, const struct fault *fault)
{
	struct answer a CLEANUP_ANSWER = answer;
	struct MHD_Response *response;
	enum MHD_Result queued;

	if (!a.status)
		return close_unanswered(c, fault);
	response = delivery_is_streamed(fault) ? stream_response(s, &a, fault)
					       : whole_response(&a);
	if (!response)
		return MHD_NO;
	add_headers(response, &a);
	add_trailers(response, &a);
	queued = MHD_queue_response(c, a.status, response);
	MHD_destroy_response(response);
	return queued;
}
