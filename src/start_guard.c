/* SPDX-License-Identifier: MIT */
/* While the program starts, which may include waiting for a network, no other code takes the
 * signals that end it. */
#include "start_guard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void *guard_run(void *arg)
{
	const struct start_guard *guard = arg;
	struct pollfd fds[] = {
		{.fd = guard->signal_fd, .events = POLLIN},
		{.fd = guard->parent_fd}, /* an error event means that the parent is gone */
	};
	struct signalfd_siginfo info;
	sigset_t all;

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	if (read(guard->signal_fd, &info, sizeof(info)) != sizeof(info))
		_exit(1);
	signal((int)info.ssi_signo, SIG_DFL);
	raise((int)info.ssi_signo);
	sigfillset(&all);
	pthread_sigmask(SIG_UNBLOCK, &all, NULL);
	_exit(1);
}

int start_guard_begin(struct start_guard *guard, int parent_fd, struct err *err)
{
	sigset_t set;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGQUIT);
	guard->parent_fd = parent_fd;
	guard->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (guard->signal_fd < 0)
		return err_set(err, errno, "signalfd: %s", strerror(errno));
	r = pthread_create(&guard->thread, NULL, guard_run, guard);
	if (r)
		close(guard->signal_fd);
	guard->runs = r == 0;
	return r ? err_set(err, r, "cannot start a thread: %s", strerror(r)) : 0;
}

void start_guard_end(struct start_guard *guard)
{
	if (!guard->runs)
		return;
	pthread_cancel(guard->thread);
	pthread_join(guard->thread, NULL);
	close(guard->signal_fd);
	guard->runs = false;
}
