/* SPDX-License-Identifier: MIT */
/* The listening socket, on loopback only. */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "base/cleanup.h"

#define LISTEN_DEFAULT "127.0.0.1:0"
#define LISTEN_BACKLOG 512

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Splits "HOST:PORT" and "[HOST]:PORT". */
static bool split(const char *text, char host[INET6_ADDRSTRLEN], unsigned *ret_port)
{
	const char *colon = strrchr(text, ':');
	const char *from = text, *to = colon;
	char *end;
	unsigned long port;

	if (!colon || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return false;
	if (*from == '[' && to[-1] == ']') {
		from++;
		to--;
	}
	if (to <= from || to - from >= INET6_ADDRSTRLEN)
		return false;
	memcpy(host, from, (size_t)(to - from));
	host[to - from] = '\0';
	port = strtoul(colon + 1, &end, 10);
	*ret_port = (unsigned)port;
	return port <= 65535 && strlen(colon + 1) <= 5;
}

static bool loopback(const char *host, unsigned port, union address *ret)
{
	*ret = (union address){.any.sa_family = AF_UNSPEC};
	if (strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	if (inet_pton(AF_INET, host, &ret->v4.sin_addr) == 1) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons((uint16_t)port);
		return ntohl(ret->v4.sin_addr.s_addr) >> 24 == 127;
	}
	if (inet_pton(AF_INET6, host, &ret->v6.sin6_addr) == 1) {
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons((uint16_t)port);
		return IN6_IS_ADDR_LOOPBACK(&ret->v6.sin6_addr);
	}
	return false;
}

static int open_at(union address *at)
{
	socklen_t len = at->any.sa_family == AF_INET ? sizeof(at->v4) : sizeof(at->v6);
	CLEANUP_CLOSE int fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int one = 1, done;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, &at->any, len) < 0 || listen(fd, LISTEN_BACKLOG) < 0 ||
		getsockname(fd, &at->any, &len) < 0)
		return -errno;
	done = fd;
	fd = -1;
	return done;
}

int listen_open(const char *option, const char *text, int *ret_fd, char url[LISTEN_URL_MAX],
	struct err *err)
{
	char host[INET6_ADDRSTRLEN];
	union address at;
	unsigned port;
	int fd;

	if (!text)
		text = LISTEN_DEFAULT;
	if (!split(text, host, &port))
		return err_set(err, EINVAL,
			"%s %s: must be HOST:PORT, as in 127.0.0.1:8080", option, text);
	if (!loopback(host, port, &at))
		return err_set(err, EINVAL,
			"%s %s: the emulator serves loopback only (127.0.0.1, [::1] or "
			"localhost)",
			option, text);
	fd = open_at(&at);
	if (fd < 0)
		return err_set(err, -fd, "cannot listen on %s: %s", text, strerror(-fd));
	if (at.any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &at.v4.sin_addr, host, sizeof(host));
		snprintf(url, LISTEN_URL_MAX, "http://%s:%u", host, ntohs(at.v4.sin_port));
	} else {
		snprintf(url, LISTEN_URL_MAX, "http://[::1]:%u", ntohs(at.v6.sin6_port));
	}
	*ret_fd = fd;
	return 0;
}
