/* SPDX-License-Identifier: MIT */
/* Runs a program and collects its output. The run is over when the program ends, not when the pipes
 * are closed: a grandchild may keep them open. */
#include "base/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/utf8.h"

#define COMPLAINT_MAX 1024 /* bytes of standard error that are kept */
#define FD_STATUS     3	   /* in the child: takes the errno of a failed exec */
#define FDS_MAX	      65536

/* Both ends of a pipe; -1 when closed. */
struct ends {
	int read, write;
};

/* A running program. */
struct run {
	const struct command *command;
	uint64_t deadline_ms;
	pid_t pid;
	int pid_fd;
	struct ends out, complaint, status;
	/* borrowed */
	char *bytes;
	size_t size, len;
	char text[COMPLAINT_MAX];
	size_t text_len;
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void run_release(struct run *run)
{
	struct ends *all[] = {&run->out, &run->complaint, &run->status};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		close_end(&all[i]->read);
		close_end(&all[i]->write);
	}
	close_end(&run->pid_fd);
}

static int ends_open(struct ends *ends)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	*ends = (struct ends){.read = fds[0], .write = fds[1]};
	return 0;
}

static void close_from(int first)
{
	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
	for (int fd = first; fd < FDS_MAX; fd++)
		close(fd);
}

/* Runs in the child between fork and exec, and may do only what is safe in a signal handler. */
static void __attribute__((noreturn)) become_program(const struct run *run, pid_t parent)
{
	int null = open("/dev/null", O_RDWR), errnum;
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	setsid();
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(run->out.write, STDOUT_FILENO);
	dup2(run->complaint.write, STDERR_FILENO);
	if (run->status.write == FD_STATUS ||
		dup3(run->status.write, FD_STATUS, O_CLOEXEC) >= 0)
		close_from(FD_STATUS + 1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(run->command->argv[0], run->command->argv);
	errnum = errno;
	(void)!write(FD_STATUS, &errnum, sizeof(errnum));
	_exit(127);
}

static int run_start(struct run *run, struct err *err)
{
	pid_t parent = getpid();
	int errnum = 0, r = ends_open(&run->out);

	if (r == 0)
		r = ends_open(&run->complaint);
	if (r == 0)
		r = ends_open(&run->status);
	if (r == 0 && (run->pid = fork()) < 0)
		r = -errno;
	if (r < 0)
		return err_set(err, EIO, "%s cannot be run: %s", run->command->argv[0],
			strerror(-r));
	if (run->pid == 0)
		become_program(run, parent);
	close_end(&run->out.write);
	close_end(&run->complaint.write);
	close_end(&run->status.write);
	fcntl(run->out.read, F_SETFL, O_NONBLOCK);
	fcntl(run->complaint.read, F_SETFL, O_NONBLOCK);
	run->pid_fd = (int)syscall(SYS_pidfd_open, run->pid, 0);
	if (run->pid_fd < 0 || read(run->status.read, &errnum, sizeof(errnum)) > 0)
		return err_set(err, EIO, "%s cannot be run: %s", run->command->argv[0],
			strerror(errnum ? errnum : errno));
	return 0;
}

/* Reads all the output that is there now. Closes the pipe at its end. */
static int take_output(struct run *run)
{
	char more;

	while (run->out.read >= 0) {
		bool is_full = run->len == run->size;
		ssize_t n = read(run->out.read, is_full ? &more : run->bytes + run->len,
			is_full ? 1 : run->size - run->len);

		if (n < 0)
			return 0;
		if (n == 0)
			close_end(&run->out.read);
		else if (is_full)
			return -EFBIG;
		else
			run->len += (size_t)n;
	}
	return 0;
}

/* Keeps the beginning of standard error and discards the rest. One read at a time, so that a
 * program that never stops writing cannot hold up the deadline. */
static void take_complaint(struct run *run)
{
	char rest[COMPLAINT_MAX];
	size_t room = sizeof(run->text) - run->text_len;
	ssize_t n = read(run->complaint.read, room ? run->text + run->text_len : rest,
		room ? room : sizeof(rest));

	if (n == 0)
		close_end(&run->complaint.read);
	else if (n > 0 && room)
		run->text_len += (size_t)n;
}

/* Waits until the program has ended. On an error the caller must kill it. */
static int run_watch(struct run *run)
{
	int r = 0;

	for (;;) {
		uint64_t now = clock_mono_ms();
		struct pollfd fds[] = {
			{.fd = run->pid_fd, .events = POLLIN},
			{.fd = run->out.read, .events = POLLIN},
			{.fd = run->complaint.read, .events = POLLIN},
			{.fd = run->command->stop_fd, .events = POLLIN},
		};

		if (now >= run->deadline_ms)
			return -ETIMEDOUT;
		poll(fds, ARRAY_LEN(fds), (int)(run->deadline_ms - now));
		if (fds[3].revents)
			return -ESHUTDOWN;
		if (fds[1].revents || fds[0].revents)
			r = take_output(run);
		if (fds[2].revents || fds[0].revents)
			take_complaint(run);
		if (r < 0 || fds[0].revents)
			return r;
	}
}

/* The beginning of standard error as one line that can be shown. */
static const char *complaint_of(struct run *run, char clean[COMPLAINT_MAX + 1])
{
	size_t len;

	utf8_clean(clean, COMPLAINT_MAX + 1, run->text, run->text_len);
	for (char *at = clean; (at = strchr(at, '\n'));)
		*at = ' ';
	for (len = strlen(clean); len && clean[len - 1] == ' '; len--)
		clean[len - 1] = '\0';
	return clean;
}

/* The run's result, with a sentence on failure. */
static int run_result(struct run *run, int r, int status, struct err *err)
{
	const char *name = run->command->argv[0], *text;
	char clean[COMPLAINT_MAX + 1];

	if (r == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	text = complaint_of(run, clean);
	if (r == -ETIMEDOUT)
		return err_set(err, ETIMEDOUT,
			"%s did not end within %g s and was killed%s%s", name,
			(double)run->command->timeout_ms / 1000, *text ? ": " : "", text);
	if (r == -EFBIG)
		return err_set(err, EFBIG, "%s prints more than %zu bytes and was killed",
			name, run->size);
	if (r < 0)
		return err_set(err, -r, "%s was killed before it ended", name);
	if (WIFSIGNALED(status))
		return err_set(err, EIO, "%s was killed by signal %d%s%s", name,
			WTERMSIG(status), *text ? ": " : "", text);
	return err_set(err, EIO, "%s: exit status %d%s%s", name, WEXITSTATUS(status),
		*text ? ": " : ", and nothing on standard error", text);
}

static void run_reap(struct run *run, bool must_end, int *ret_status)
{
	if (must_end) {
		kill(-run->pid, SIGKILL);
		kill(run->pid, SIGKILL); /* it may not have called setsid yet */
	}
	while (waitpid(run->pid, ret_status, 0) < 0 && errno == EINTR)
		;
}

int command_run(const struct command *command, char *out, size_t size, size_t *ret_len,
	struct err *err)
{
	struct run run = {
		.command = command,
		.deadline_ms = clock_mono_ms() + command->timeout_ms,
		.pid_fd = -1,
		.out = {-1, -1},
		.complaint = {-1, -1},
		.status = {-1, -1},
		.bytes = out,
		.size = size,
	};
	int status = 0, r = run_start(&run, err);
	bool is_started = r == 0;

	if (is_started)
		r = run_watch(&run);
	if (run.pid > 0)
		run_reap(&run, r < 0, &status);
	if (is_started)
		r = run_result(&run, r, status, err);
	run_release(&run);
	if (r == 0)
		*ret_len = run.len;
	return r;
}
