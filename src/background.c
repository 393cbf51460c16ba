/* SPDX-License-Identifier: MIT */
/* Going to the background, but only when the program is ready. */
#include "background.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/log.h"

pid_t background_fork(int *ret_fd)
{
	int fds[2];
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child < 0) {
		child = -errno;
		close(fds[0]);
		close(fds[1]);
		return child;
	}
	close(fds[child ? 1 : 0]);
	*ret_fd = fds[child ? 0 : 1];
	if (!child && chdir("/") < 0)
		log_warn("cannot change to /: %s", strerror(errno));
	return child;
}

int background_wait(int fd, pid_t child)
{
	int status, r = 1;
	char ok;

	if (read(fd, &ok, 1) == 1)
		r = 0;
	else if (waitpid(child, &status, 0) == child && WIFEXITED(status) &&
		 WEXITSTATUS(status))
		r = WEXITSTATUS(status);
	close(fd);
	return r;
}

int background_ready(int fd)
{
	CLEANUP_CLOSE int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char ok = 0;
	int r;

	log_use_syslog("vpcfs");
	setsid();
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
	r = write(fd, &ok, 1) == 1 ? 0 : -EPIPE;
	close(fd);
	return r;
}
