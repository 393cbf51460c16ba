/* SPDX-License-Identifier: MIT */
/* Looks at files from a separate process. A process that waits for a FUSE file system can be left
 * behind; a thread cannot. Mostly it can be killed as well, but not while a driver that is stopped
 * has its request (fs/fuse/dev.c, request_wait_answer). */
#include "base/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"

#define CHUNK	 4096
#define PAUSE_NS 2000000
#define REAP_MS	 1000 /* how long to wait for the child to end after SIGKILL */

/* Reads until the end of the pipe. ret may be NULL. */
static int take_all(int fd, uint64_t deadline_ms, struct buf *ret)
{
	char chunk[CHUNK];

	for (;;) {
		struct pollfd readable = {.fd = fd, .events = POLLIN};
		uint64_t now = clock_mono_ms();
		ssize_t n;
		int r;

		if (now >= deadline_ms)
			return -ETIMEDOUT;
		if (poll(&readable, 1, (int)(deadline_ms - now)) <= 0)
			continue;
		n = read(fd, chunk, sizeof(chunk));
		if (n <= 0)
			return n < 0 ? -errno : 0;
		r = ret ? buf_add(ret, chunk, (size_t)n) : 0;
		if (r < 0)
			return r;
	}
}

static int reap(pid_t child)
{
	struct timespec pause = {.tv_nsec = PAUSE_NS};
	uint64_t deadline_ms = clock_mono_ms() + REAP_MS;
	int status;

	while (clock_mono_ms() < deadline_ms) {
		if (waitpid(child, &status, WNOHANG) == child)
			return WIFEXITED(status) ? -WEXITSTATUS(status) : -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
	return -ETIMEDOUT;
}

/* The child may outlive its parent, and whoever reads what the parent writes waits for the end of
 * that. */
static void leave_stdio(void)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (null < 0 || dup2(null, fd) < 0)
			close(fd);
	}
}

int apart_run(int (*look)(const void *arg, int fd), const void *arg, uint64_t deadline_ms,
	struct buf *ret)
{
	int fds[2], r, ended;
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -EAGAIN;
	child = fork();
	if (child == 0) {
		/* look may hang, and must not outlive its parent. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		leave_stdio();
		_exit(-look(arg, fds[1]));
	}
	close(fds[1]);
	if (child < 0) {
		close(fds[0]);
		return -EAGAIN;
	}
	r = take_all(fds[0], deadline_ms, ret);
	close(fds[0]);
	if (r < 0)
		kill(child, SIGKILL);
	ended = reap(child);
	return r < 0 ? r : ended;
}
