/* SPDX-License-Identifier: MIT */
/* A scripted HTTP/2 server without TLS on loopback. libnghttp2 handles frames and headers; a thread
 * for each connection moves the bytes. One lock protects everything; shutting the sockets down
 * stops the server. */
#include "h2server.h"

#include <arpa/inet.h>
#include <nghttp2/nghttp2.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/buf.h"

#define H2_CONNECTIONS_MAX 64
#define H2_REQUESTS_MAX	   256
#define H2_REQUEST_MAX	   (1 << 20)
#define H2_HEADERS_MAX	   16

/* A request, and how much of its answer's body has gone. */
struct h2stream {
	LIST_ENTRY(h2stream) others;
	struct buf text;
	const struct h2reply *reply;
	size_t sent;
};

struct h2connection {
	struct h2server *server;
	pthread_t thread;
	int fd;
	nghttp2_session *session;
	LIST_HEAD(, h2stream) streams; /* owned: those that are open */
};

struct h2server {
	int fd;
	char url[64];
	pthread_t thread;
	pthread_mutex_t lock;
	bool stopping;
	const struct h2reply *replies;
	size_t reply_count;
	size_t next_reply;
	unsigned requests;
	unsigned connections;
	struct buf request[H2_REQUESTS_MAX];
	struct h2connection connection[H2_CONNECTIONS_MAX];
};

static void h2_die(const char *what)
{
	perror(what);
	abort();
}

/* Splits "name: value\n" lines; the pieces stay in the text. Returns their number. */
static size_t h2_split(const char *lines, nghttp2_nv *ret)
{
	size_t count = 0;

	for (const char *at = lines; at && *at && count < H2_HEADERS_MAX; count++) {
		const char *colon = strchr(at + 1, ':'), *end = strchr(at, '\n');

		if (!colon || !end)
			h2_die("headers of a script");
		ret[count] = (nghttp2_nv){.name = (uint8_t *)at,
			.namelen = (size_t)(colon - at),
			.value = (uint8_t *)colon + 2,
			.valuelen = (size_t)(end - colon - 2)};
		at = end + 1;
	}
	return count;
}

static ssize_t h2_read_body(nghttp2_session *session, int32_t id, uint8_t *out, size_t size,
	uint32_t *flags, nghttp2_data_source *source, void *arg)
{
	struct h2stream *stream = source->ptr;
	const struct h2reply *reply = stream->reply;
	size_t left = reply->size - stream->sent, n = left < size ? left : size;
	nghttp2_nv trailers[H2_HEADERS_MAX];

	if (left == 0 && reply->kind == H2REPLY_RESET)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	memcpy(out, reply->body + stream->sent, n);
	stream->sent += n;
	if (n < left || reply->kind == H2REPLY_RESET)
		return (ssize_t)n;
	*flags |= NGHTTP2_DATA_FLAG_EOF;
	if (reply->trailers) {
		*flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
		nghttp2_submit_trailer(
			session, id, trailers, h2_split(reply->trailers, trailers));
	}
	return (ssize_t)n;
}

static void h2_answer(nghttp2_session *session, int32_t id, struct h2stream *stream)
{
	const struct h2reply *reply = stream->reply;
	nghttp2_data_provider body = {{.ptr = stream}, h2_read_body};
	nghttp2_nv headers[H2_HEADERS_MAX + 1];
	char status[32];

	snprintf(status, sizeof(status), ":status: %d\n",
		reply->status ? reply->status : 200);
	h2_split(status, headers);
	nghttp2_submit_response(session, id, headers,
		1 + (reply->headers ? h2_split(reply->headers, headers + 1) : 0),
		reply->body ? &body : NULL);
}

static const struct h2reply *h2_take_reply(struct h2server *s)
{
	const struct h2reply *reply = &s->replies[s->next_reply];

	if (s->next_reply + 1 < s->reply_count)
		s->next_reply++;
	return reply;
}

static int h2_on_begin(nghttp2_session *session, const nghttp2_frame *frame, void *arg)
{
	struct h2stream *stream = calloc(1, sizeof(*stream));
	struct h2connection *c = arg;

	if (!stream)
		h2_die("memory");
	buf_init(&stream->text, H2_REQUEST_MAX);
	LIST_INSERT_HEAD(&c->streams, stream, others);
	nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, stream);
	return 0;
}

static int h2_on_header(nghttp2_session *session, const nghttp2_frame *frame,
	const uint8_t *name, size_t name_len, const uint8_t *value, size_t value_len,
	uint8_t flags, void *arg)
{
	struct h2stream *stream =
		nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);

	buf_addf(&stream->text, "%s: %s\n", (const char *)name, (const char *)value);
	return 0;
}

static int h2_on_data(nghttp2_session *session, uint8_t flags, int32_t id,
	const uint8_t *bytes, size_t len, void *arg)
{
	struct h2stream *stream = nghttp2_session_get_stream_user_data(session, id);

	buf_add(&stream->text, bytes, len);
	return 0;
}

/* The whole request is there. */
static void h2_take_request(struct h2connection *c, int32_t id, struct h2stream *stream)
{
	struct h2server *s = c->server;

	pthread_mutex_lock(&s->lock);
	stream->reply = h2_take_reply(s);
	if (s->requests < H2_REQUESTS_MAX)
		buf_copy(&s->request[s->requests], &stream->text);
	s->requests++;
	pthread_mutex_unlock(&s->lock);
	if (stream->reply->kind == H2REPLY_REFUSE)
		nghttp2_submit_rst_stream(
			c->session, NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM);
	else if (stream->reply->kind == H2REPLY_CLOSE)
		shutdown(c->fd, SHUT_RDWR);
	else
		h2_answer(c->session, id, stream);
}

static int h2_on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *arg)
{
	struct h2stream *stream =
		nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);

	if (!stream)
		return 0;
	if (frame->hd.type == NGHTTP2_HEADERS && stream->text.len)
		buf_addc(&stream->text, '\n');
	if ((frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
		(frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
		h2_take_request(arg, frame->hd.stream_id, stream);
	return 0;
}

static void h2_free_stream(struct h2stream *stream)
{
	LIST_REMOVE(stream, others);
	buf_release(&stream->text);
	free(stream);
}

static int h2_on_close(nghttp2_session *session, int32_t id, uint32_t error, void *arg)
{
	struct h2stream *stream = nghttp2_session_get_stream_user_data(session, id);

	if (stream)
		h2_free_stream(stream);
	return 0;
}

static ssize_t h2_send(
	nghttp2_session *session, const uint8_t *bytes, size_t len, int flags, void *arg)
{
	struct h2connection *c = arg;
	ssize_t n = send(c->fd, bytes, len, MSG_NOSIGNAL);

	return n < 0 ? NGHTTP2_ERR_CALLBACK_FAILURE : n;
}

static void h2_open(struct h2connection *c)
{
	nghttp2_session_callbacks *callbacks;

	if (nghttp2_session_callbacks_new(&callbacks) != 0)
		h2_die("memory");
	nghttp2_session_callbacks_set_send_callback(callbacks, h2_send);
	nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, h2_on_begin);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, h2_on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, h2_on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, h2_on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, h2_on_close);
	if (nghttp2_session_server_new(&c->session, callbacks, c) != 0)
		h2_die("memory");
	nghttp2_session_callbacks_del(callbacks);
	nghttp2_submit_settings(c->session, NGHTTP2_FLAG_NONE, NULL, 0);
}

static void *h2_serve(void *arg)
{
	struct h2connection *c = arg;
	uint8_t bytes[16384];
	ssize_t n = 0;

	h2_open(c);
	do {
		if (nghttp2_session_mem_recv(c->session, bytes, (size_t)n) != n)
			break;
		if (nghttp2_session_send(c->session) != 0)
			break;
		n = recv(c->fd, bytes, sizeof(bytes), 0);
	} while (n > 0);
	nghttp2_session_del(c->session); /* without a word about streams that are open */
	while (!LIST_EMPTY(&c->streams))
		h2_free_stream(LIST_FIRST(&c->streams));
	shutdown(c->fd, SHUT_RDWR);
	return NULL;
}

static void *h2_accept(void *arg)
{
	struct h2server *s = arg;
	int fd;

	while ((fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		struct h2connection *c;

		pthread_mutex_lock(&s->lock);
		if (s->stopping || s->connections == H2_CONNECTIONS_MAX) {
			pthread_mutex_unlock(&s->lock);
			close(fd);
			break;
		}
		c = &s->connection[s->connections++];
		*c = (struct h2connection){.server = s, .fd = fd};
		if (pthread_create(&c->thread, NULL, h2_serve, c) != 0)
			h2_die("thread");
		pthread_mutex_unlock(&s->lock);
	}
	return NULL;
}

struct h2server *h2server_start(const struct h2reply *replies, size_t count)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	struct h2server *s = calloc(1, sizeof(*s));

	if (!s)
		h2_die("memory");
	s->replies = replies;
	s->reply_count = count;
	pthread_mutex_init(&s->lock, NULL);
	for (size_t i = 0; i < H2_REQUESTS_MAX; i++)
		buf_init(&s->request[i], H2_REQUEST_MAX);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		listen(s->fd, 16) < 0 ||
		getsockname(s->fd, (struct sockaddr *)&address, &len) < 0)
		h2_die("socket");
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d", ntohs(address.sin_port));
	if (pthread_create(&s->thread, NULL, h2_accept, s) != 0)
		h2_die("thread");
	return s;
}

void h2server_stop(struct h2server *s)
{
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_mutex_unlock(&s->lock);
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	for (unsigned i = 0; i < s->connections; i++) {
		shutdown(s->connection[i].fd, SHUT_RDWR);
		pthread_join(s->connection[i].thread, NULL);
		close(s->connection[i].fd);
	}
	for (size_t i = 0; i < H2_REQUESTS_MAX; i++)
		buf_release(&s->request[i]);
	close(s->fd);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

const char *h2server_url(const struct h2server *s)
{
	return s->url;
}

static unsigned h2_count(struct h2server *s, const unsigned *which)
{
	unsigned count;

	pthread_mutex_lock(&s->lock);
	count = *which;
	pthread_mutex_unlock(&s->lock);
	return count;
}

unsigned h2server_requests(struct h2server *s)
{
	return h2_count(s, &s->requests);
}

unsigned h2server_connections(struct h2server *s)
{
	return h2_count(s, &s->connections);
}

char *h2server_request(struct h2server *s, unsigned index, size_t *ret_len)
{
	struct buf text = BUF_INIT(H2_REQUEST_MAX);

	pthread_mutex_lock(&s->lock);
	buf_copy(&text, &s->request[index]);
	pthread_mutex_unlock(&s->lock);
	if (ret_len)
		*ret_len = text.len;
	return buf_steal(&text);
}
