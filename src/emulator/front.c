/* SPDX-License-Identifier: MIT */
/* gRPC over cleartext HTTP/2: nghttpx as a child process. It inherits a listening socket, through
 * the environment variable of its binary upgrade, so that any free port will do and a client that
 * connects early waits. */
#include "front.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "base/cleanup.h"

#define PROGRAM	    "/usr/sbin/nghttpx" /* absolute: not in an ordinary user's PATH */
#define ADDRESS_MAX 128
#define PATIENCE_S  10

struct front {
	/* 0 until it runs */
	pid_t pid;
};

/* The child's data, prepared before fork, while it may still allocate. */
struct launch {
	int listen_fd;
	/* receives the errno of a failed exec */
	int report_fd;
	pid_t parent;
	char frontend[ADDRESS_MAX], backend[ADDRESS_MAX], accept[ADDRESS_MAX];
};

/* "http://127.0.0.1:80" as "127.0.0.1,80". */
static void set_address(
	char out[ADDRESS_MAX], const char *option, const char *url, const char *parameters)
{
	const char *host = strstr(url, "//") + 2, *port = strrchr(url, ':') + 1;
	int len = (int)(port - 1 - host);

	if (*host == '[') { /* without the brackets */
		host++;
		len -= 2;
	}
	snprintf(out, ADDRESS_MAX, "%s=%.*s,%s%s", option, len, host, port, parameters);
}

/* Runs in the child, so makes only async-signal-safe calls. */
static void launch(const struct launch *l)
{
	char *const env[] = {(char *)l->accept, NULL};
	int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
	sigset_t none;
	int failure;

	dup2(quiet, STDERR_FILENO); /* nghttpx writes there before it reads its options */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != l->parent) /* the parent ended before prctl */
		_exit(EXIT_FAILURE);
	/* Long timeouts, since faults make requests wait; these waits end with the server. */
	if (fcntl(l->listen_fd, F_SETFD, 0) == 0)
		execle(PROGRAM, PROGRAM, "--conf=/dev/null", "--single-process",
			l->frontend, l->backend, "--backend-read-timeout=24h",
			"--backend-write-timeout=24h", "--frontend-http2-read-timeout=24h",
			"--frontend-write-timeout=24h", "--frontend-read-timeout=24h",
			"--accesslog-file=/dev/null", "--errorlog-file=/dev/null", NULL,
			env);
	failure = errno;
	(void)!write(l->report_fd, &failure, sizeof(failure));
	_exit(EXIT_FAILURE);
}

/* Returns 0 once the child runs the program: exec closes its end of the pipe, and nothing is read.
 * */
static int await_exec(int report_fd)
{
	int failure = 0;

	return read(report_fd, &failure, sizeof(failure)) > 0 ? -failure : 0;
}

static int run(struct launch *l, pid_t *ret_pid)
{
	CLEANUP_CLOSE int read_end = -1;
	int ends[2], r;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	read_end = ends[0];
	l->report_fd = ends[1];
	l->parent = getpid();
	pid = fork();
	if (pid == 0)
		launch(l);
	r = pid < 0 ? -errno : 0;
	close(ends[1]);
	if (r == 0)
		r = await_exec(read_end);
	if (r < 0 && pid > 0)
		waitpid(pid, NULL, 0);
	if (r == 0)
		*ret_pid = pid;
	return r;
}

/* Whether nghttpx answers at this address; once it has ended, nothing listens there. The probe is
 * no request, so the server behind hears nothing of it. */
static bool is_serving(const struct sockaddr *at, socklen_t len)
{
	static const char nonsense[] = "?\r\n\r\n";
	CLEANUP_CLOSE int fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	char byte;

	return fd >= 0 && connect(fd, at, len) == 0 &&
	       setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
	       send(fd, nonsense, strlen(nonsense), MSG_NOSIGNAL) > 0 &&
	       recv(fd, &byte, 1, 0) == 1;
}

/* Runs nghttpx on the socket and closes the socket here. */
static int start(struct front *f, struct launch *l, struct err *err)
{
	struct sockaddr_storage at = {0};
	socklen_t len = sizeof(at);
	int r = getsockname(l->listen_fd, (struct sockaddr *)&at, &len) < 0 ? -errno : 0;

	if (r == 0)
		r = run(l, &f->pid);
	close(l->listen_fd);
	if (r < 0)
		return err_set(err, -r,
			"--grpc: cannot run %s (Debian package nghttp2-proxy): %s", PROGRAM,
			strerror(-r));
	if (is_serving((struct sockaddr *)&at, len))
		return 0;
	return err_set(err, EIO, "--grpc: %s was started and does not answer", PROGRAM);
}

int front_start(int listen_fd, const char *own_url, const char *server_url,
	struct front **ret, struct err *err)
{
	struct front *f = calloc(1, sizeof(*f));
	struct launch l = {.listen_fd = listen_fd};
	int r;

	if (!f) {
		close(listen_fd);
		return err_set(err, ENOMEM, "out of memory");
	}
	set_address(l.frontend, "--frontend", own_url, ";no-tls");
	set_address(l.backend, "--backend", server_url, "");
	snprintf(l.accept, sizeof(l.accept), "NGHTTPX_ACCEPT_1=tcp,%d", listen_fd);
	r = start(f, &l, err);
	if (r < 0) {
		front_stop(f);
		return r;
	}
	*ret = f;
	return 0;
}

void front_stop(struct front *f)
{
	if (!f)
		return;
	if (f->pid) {
		kill(f->pid, SIGKILL);
		waitpid(f->pid, NULL, 0);
	}
	free(f);
}
