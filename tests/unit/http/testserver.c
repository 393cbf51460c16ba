/* SPDX-License-Identifier: MIT */
/* A scripted server on loopback. One lock protects everything; shutting the sockets down stops the
 * server. */
#include "testserver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 512
#define REQUESTS_MAX	1024
#define REQUEST_SIZE	65536
#define DRIP_NS		20000000

struct connection {
	struct testserver *server;
	pthread_t thread;
	int fd;
	char text
		[REQUEST_SIZE]; /* part of the server's one block: tests make allocations fail */
};

struct testserver {
	int fd;
	int port;
	char url[64];
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopping;
	const struct reply *replies;
	size_t reply_count;
	size_t next_reply;
	unsigned requests;
	unsigned connections;
	char *request[REQUESTS_MAX];
	struct connection connection[CONNECTIONS_MAX];
};

static void die(const char *what)
{
	perror(what);
	abort();
}

static bool send_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

/* Length of the whole request once head and body are there, else 0. */
static size_t request_len(const char *text, size_t len)
{
	const char *end = memmem(text, len, "\r\n\r\n", 4), *length;
	size_t head, body = 0;

	if (!end)
		return 0;
	head = (size_t)(end + 4 - text);
	length = strcasestr(text, "\r\nContent-Length:");
	if (length && length < end)
		body = strtoul(length + 17, NULL, 10);
	return len >= head + body ? head + body : 0;
}

/* Reads one request; false when the peer is done. */
static bool read_request(struct connection *c, char *text)
{
	size_t len = 0;

	while (!request_len(text, len)) {
		ssize_t n = recv(c->fd, text + len, REQUEST_SIZE - 1 - len, 0);

		if (n <= 0)
			return false;
		len += (size_t)n;
		text[len] = '\0';
	}
	return true;
}

static const struct reply *take_reply(struct testserver *s, const char *request)
{
	const struct reply *reply;

	pthread_mutex_lock(&s->lock);
	if (s->requests < REQUESTS_MAX)
		s->request[s->requests] = strdup(request);
	s->requests++;
	reply = &s->replies[s->next_reply];
	if (s->next_reply + 1 < s->reply_count)
		s->next_reply++;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	return reply;
}

static void set_reset(int fd)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static bool send_head(int fd, const struct reply *reply, size_t len)
{
	char head[2048];
	int n = snprintf(head, sizeof(head),
		"HTTP/1.1 %d Said\r\nContent-Length: %zu\r\n%s\r\n",
		reply->status ? reply->status : 200, len,
		reply->headers ? reply->headers : "");

	return send_all(fd, head, (size_t)n);
}

static bool send_answer(int fd, const struct reply *reply)
{
	const char *body = reply->body ? reply->body : "";
	size_t len = reply->size ? reply->size : strlen(body);

	return send_head(fd, reply, len) && send_all(fd, body, len) && !reply->then_close;
}

static bool send_big(int fd, const struct reply *reply)
{
	char chunk[4096];
	bool ok = send_head(fd, reply, reply->size);

	memset(chunk, 'x', sizeof(chunk));
	for (size_t left = reply->size; ok && left;) {
		size_t n = left < sizeof(chunk) ? left : sizeof(chunk);

		ok = send_all(fd, chunk, n);
		left -= n;
	}
	return ok;
}

/* Waits until the server stops, at most ns when that is not 0. Returns whether it does. */
static bool wait_stop(struct testserver *s, long ns)
{
	struct timespec until;
	int r = 0;
	bool stopping;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += ns;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&s->lock);
	while (!s->stopping && r == 0)
		r = ns ? pthread_cond_timedwait(&s->changed, &s->lock, &until)
		       : pthread_cond_wait(&s->changed, &s->lock);
	stopping = s->stopping;
	pthread_mutex_unlock(&s->lock);
	return stopping;
}

static void drip(struct connection *c, const struct reply *reply)
{
	if (!send_head(c->fd, reply, 1u << 30))
		return;
	while (send_all(c->fd, " ", 1) && !wait_stop(c->server, DRIP_NS))
		;
}

static void cut(struct connection *c, const struct reply *reply)
{
	const char *body = reply->body ? reply->body : "";

	if (send_head(c->fd, reply, strlen(body) + 100))
		send_all(c->fd, body, strlen(body));
	if (reply->kind == REPLY_CUT_RESET)
		set_reset(c->fd);
}

/* Returns whether the connection stays. */
static bool act(struct connection *c, const struct reply *reply)
{
	switch (reply->kind) {
	case REPLY_ANSWER:
		return send_answer(c->fd, reply);
	case REPLY_BIG:
		return send_big(c->fd, reply);
	case REPLY_HANG:
		wait_stop(c->server, 0);
		return false;
	case REPLY_DRIP:
		drip(c, reply);
		return false;
	case REPLY_CUT:
	case REPLY_CUT_RESET:
		cut(c, reply);
		return false;
	case REPLY_RESET:
		set_reset(c->fd);
		return false;
	case REPLY_GARBAGE:
		send_all(c->fd, "\x15\x03\x01 what?\n", 10);
		return false;
	case REPLY_CLOSE:
		break;
	}
	return false;
}

static void *connection_thread(void *arg)
{
	struct connection *c = arg;
	int fd = c->fd;

	while (read_request(c, c->text) && act(c, take_reply(c->server, c->text)))
		;
	pthread_mutex_lock(&c->server->lock);
	c->fd = -1;
	pthread_mutex_unlock(&c->server->lock);
	close(fd);
	return NULL;
}

static void *accept_thread(void *arg)
{
	struct testserver *s = arg;
	int fd, one = 1;

	while ((fd = accept(s->fd, NULL, NULL)) >= 0) {
		struct connection *c;

		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		pthread_mutex_lock(&s->lock);
		if (s->connections == CONNECTIONS_MAX)
			die("too many connections");
		c = &s->connection[s->connections++];
		c->server = s;
		c->fd = fd;
		if (s->stopping)
			shutdown(fd, SHUT_RDWR);
		if (pthread_create(&c->thread, NULL, connection_thread, c) != 0)
			die("thread");
		pthread_mutex_unlock(&s->lock);
	}
	return NULL;
}

static int bind_loopback(int *ret_port)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
		getsockname(fd, (struct sockaddr *)&at, &size) < 0)
		die("bind");
	*ret_port = ntohs(at.sin_port);
	return fd;
}

int testserver_dead_port(int *ret_fd)
{
	int port;

	*ret_fd = bind_loopback(&port);
	return port;
}

struct testserver *testserver_start(const struct reply *replies, size_t count)
{
	struct testserver *s = calloc(1, sizeof(*s));

	if (!s)
		die("calloc");
	s->replies = replies;
	s->reply_count = count;
	s->fd = bind_loopback(&s->port);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d", s->port);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	if (listen(s->fd, 128) < 0 ||
		pthread_create(&s->thread, NULL, accept_thread, s) != 0)
		die("listen");
	return s;
}

void testserver_stop(struct testserver *s)
{
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	for (unsigned i = 0; i < s->connections; i++) {
		if (s->connection[i].fd >= 0)
			shutdown(s->connection[i].fd, SHUT_RDWR);
	}
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->fd);
	for (unsigned i = 0; i < s->connections; i++)
		pthread_join(s->connection[i].thread, NULL);
	for (unsigned i = 0; i < s->requests && i < REQUESTS_MAX; i++)
		free(s->request[i]);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->changed);
	free(s);
}

const char *testserver_url(const struct testserver *s)
{
	return s->url;
}

int testserver_port(const struct testserver *s)
{
	return s->port;
}

void testserver_script(struct testserver *s, const struct reply *replies, size_t count)
{
	pthread_mutex_lock(&s->lock);
	s->replies = replies;
	s->reply_count = count;
	s->next_reply = 0;
	pthread_mutex_unlock(&s->lock);
}

unsigned testserver_requests(struct testserver *s)
{
	unsigned n;

	pthread_mutex_lock(&s->lock);
	n = s->requests;
	pthread_mutex_unlock(&s->lock);
	return n;
}

unsigned testserver_connections(struct testserver *s)
{
	unsigned n;

	pthread_mutex_lock(&s->lock);
	n = s->connections;
	pthread_mutex_unlock(&s->lock);
	return n;
}

void testserver_wait(struct testserver *s, unsigned requests)
{
	pthread_mutex_lock(&s->lock);
	while (s->requests < requests)
		pthread_cond_wait(&s->changed, &s->lock);
	pthread_mutex_unlock(&s->lock);
}

char *testserver_request(struct testserver *s, unsigned index)
{
	char *text;

	pthread_mutex_lock(&s->lock);
	text = index < s->requests && index < REQUESTS_MAX ? strdup(s->request[index])
							   : NULL;
	pthread_mutex_unlock(&s->lock);
	return text;
}
