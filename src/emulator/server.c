/* SPDX-License-Identifier: MIT */
/* HTTP: one thread for each connection, so that a delayed answer delays no other. */
#include "exchange.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>

/* The server closes the connection of a request with a longer body instead of reading it. */
#define SERVER_DROP_MAX	   ((size_t)64 << 20)
#define SERVER_CONNECTIONS 4096
#define SERVER_BACKLOG_MEM ((size_t)64 << 10)

/* Paths stay escaped until route.c has split them: %2F is no slash. */
static size_t keep_escapes(void *cls, struct MHD_Connection *c, char *text)
{
	return strlen(text);
}

static void exchange_free(struct exchange *x)
{
	if (!x)
		return;
	json_decref(x->request);
	json_decref(x->shown);
	answer_release(&x->refusal);
	buf_release(&x->body);
	free(x);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *path,
	const char *method, const char *version, const char *bytes, size_t *len,
	void **state)
{
	struct exchange *x = *state;

	if (!x) {
		x = calloc(1, sizeof(*x));
		if (!x)
			return MHD_NO;
		buf_init(&x->body, SERVER_BODY_MAX);
		*state = x;
		return MHD_YES;
	}
	if (*len) {
		if (x->dropped || buf_add(&x->body, bytes, *len) < 0)
			x->dropped += *len;
		*len = 0;
		return x->dropped > SERVER_DROP_MAX ? MHD_NO : MHD_YES;
	}
	return exchange_answer(cls, x, c, method, path);
}

static void on_done(void *cls, struct MHD_Connection *c, void **state,
	enum MHD_RequestTerminationCode how)
{
	exchange_free(*state);
	*state = NULL;
}

static struct MHD_Daemon *daemon_start(struct server *s, int listen_fd)
{
	const unsigned flags = MHD_USE_THREAD_PER_CONNECTION |
			       MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC;

	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, s,
		MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_NOTIFY_COMPLETED, on_done,
		s, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVER_CONNECTIONS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, SERVER_BACKLOG_MEM, MHD_OPTION_END);
}

int server_start(int listen_fd, const struct server_parts *parts, struct server **ret,
	struct err *err)
{
	struct server *s = calloc(1, sizeof(*s));
	sigset_t all, before;

	if (!s) {
		close(listen_fd);
		return err_set(err, ENOMEM, "out of memory");
	}
	s->parts = *parts;
	s->stop_fd = eventfd(0, EFD_CLOEXEC);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before); /* the new threads inherit the mask */
	s->daemon = s->stop_fd < 0 ? NULL : daemon_start(s, listen_fd);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!s->daemon) {
		close(listen_fd);
		server_stop(s);
		return err_set(err, EIO, "the HTTP server does not start");
	}
	*ret = s;
	return 0;
}

void server_stop(struct server *s)
{
	if (!s)
		return;
	if (s->stop_fd >= 0)
		eventfd_write(s->stop_fd, 1);
	holds_stop(s->parts.holds);
	if (s->daemon)
		MHD_stop_daemon(s->daemon);
	if (s->stop_fd >= 0)
		close(s->stop_fd);
	free(s);
}
