/* SPDX-License-Identifier: MIT */
/* Standard input gives the emulator its token; one pipe takes its standard output and error. Its
 * first line is either where it listens or why it cannot. */
#include "emulator_child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include "base/cleanup.h"

#define PROGRAM	  "vpcfs-emulator"
#define ARGUMENTS 9
#define LISTENING "listening on "
#define GRPC	  "listening for gRPC on "
#define COMPLAINS PROGRAM ": "

static int find_program(char path[PATH_MAX], struct err *err)
{
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - sizeof(PROGRAM));

	if (len < 0)
		return err_set(err, errno, "/proc/self/exe: %s", strerror(errno));
	path[len] = '\0';
	memcpy(strrchr(path, '/') + 1, PROGRAM, sizeof(PROGRAM));
	if (access(path, X_OK) < 0)
		return err_set(err, ENOENT,
			"--emulator: %s: %s; install the package vpcfs-emulator", path,
			strerror(errno));
	return 0;
}

/* In the child of a process that may have threads: system calls only. */
static _Noreturn void become_emulator(
	const char *path, const char *const argv[], int token_fd, int out_fd, pid_t parent)
{

	if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) == 0 && getppid() == parent &&
		setsid() >= 0 && dup2(token_fd, STDIN_FILENO) >= 0 &&
		dup2(out_fd, STDOUT_FILENO) >= 0 && dup2(out_fd, STDERR_FILENO) >= 0)
		execv(path, (char *const *)argv);
	_exit(127);
}

static int give_token(const char *token, int *ret_fd, struct err *err)
{
	size_t len = strlen(token);
	int fds[2];
	ssize_t n;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_set(err, errno, "pipe: %s", strerror(errno));
	n = write(fds[1], token, len); /* an empty pipe takes it whole */
	close(fds[1]);
	*ret_fd = fds[0];
	return n == (ssize_t)len ? 0 : err_set(err, EIO, "pipe: the token does not fit");
}

/* One line without its end, or all there is. */
static void read_line(int fd, char *line, size_t size)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = read(fd, line + len, 1);
		if (n > 0)
			len++;
	} while ((n > 0 && line[len - 1] != '\n' && len < size - 1) ||
		 (n < 0 && errno == EINTR));
	line[len] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

static int take_url(
	const char *line, const char *listening, char **ret_url, struct err *err)
{
	if (strncmp(line, listening, strlen(listening)) == 0) {
		free(*ret_url);
		*ret_url = strdup(line + strlen(listening));
		return *ret_url ? 0 : err_set(err, ENOMEM, "out of memory");
	}
	if (strncmp(line, COMPLAINS, strlen(COMPLAINS)) == 0)
		line += strlen(COMPLAINS);
	return err_set(err, EIO, "--emulator: %s", *line ? line : PROGRAM " did not start");
}

int emulator_child_start(const char *state_file, bool with_grpc, const char *token,
	struct emulator_child *ret, struct err *err)
{
	const char *argv[ARGUMENTS] = {PROGRAM, "--samples", "--token", "-"};
	size_t argc = 4;
	CLEANUP_CLOSE int token_fd = -1, in_fd = -1, out_fd = -1;
	struct emulator_child child = {0};
	char path[PATH_MAX], line[ERR_TEXT_MAX];
	int fds[2], r = find_program(path, err);
	pid_t parent = getpid();

	if (with_grpc) {
		argv[argc++] = "--grpc";
		argv[argc++] = "127.0.0.1:0";
	}
	if (state_file) {
		argv[argc++] = "--state";
		argv[argc++] = state_file;
	}
	if (r == 0)
		r = give_token(token, &token_fd, err);
	if (r < 0)
		return r;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_set(err, errno, "pipe: %s", strerror(errno));
	in_fd = fds[0];
	out_fd = fds[1];
	child.pid = fork();
	if (child.pid < 0)
		return err_set(err, errno, "fork: %s", strerror(errno));
	if (child.pid == 0)
		become_emulator(path, argv, token_fd, out_fd, parent);
	close(out_fd);
	out_fd = -1;
	read_line(in_fd, line, sizeof(line));
	r = take_url(line, LISTENING, &child.url, err);
	if (r == 0 && with_grpc) {
		read_line(in_fd, line, sizeof(line));
		r = take_url(line, GRPC, &child.url, err);
	}
	if (r < 0)
		emulator_child_stop(&child);
	else
		*ret = child;
	return r;
}

void emulator_child_stop(struct emulator_child *child)
{
	if (child->pid > 0) {
		kill(child->pid, SIGTERM);
		while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	free(child->url);
	*child = (struct emulator_child){0};
}
