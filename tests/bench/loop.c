/* SPDX-License-Identifier: MIT */
/* One thing, done again and again until the time is up:
 *
 * 	bench-loop MS stat PATH            stat(2)
 * 	bench-loop MS read PATH            open, read to the end, close
 * 	bench-loop MS run PROGRAM [ARG]... a process whose output is read to its end
 *
 * Prints nanoseconds a call and the number of bytes (of stat: the size) that each call saw. Once is
 * done before the clock starts. A call that fails, or that sees another number of bytes, ends it
 * with status 1. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void die(const char *what)
{
	fprintf(stderr, "bench-loop: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static long long read_all(int fd, const char *what)
{
	static char buf[1 << 16];
	long long total = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		total += n;
	if (n < 0)
		die(what);
	close(fd);
	return total;
}

static long long stat_once(char **args)
{
	struct stat st;

	if (stat(args[0], &st) < 0)
		die(args[0]);
	return st.st_size;
}

static long long read_once(char **args)
{
	int fd = open(args[0], O_RDONLY);

	if (fd < 0)
		die(args[0]);
	return read_all(fd, args[0]);
}

static long long run_once(char **args)
{
	posix_spawn_file_actions_t actions;
	int fds[2], status;
	long long total;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		die("pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
	errno = posix_spawnp(&pid, args[0], &actions, NULL, args, environ);
	if (errno)
		die(args[0]);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	total = read_all(fds[0], args[0]);
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		die(args[0]);
	return total;
}

static const struct {
	const char *name;
	long long (*once)(char **args);
} kinds[] = {{"stat", stat_once}, {"read", read_once}, {"run", run_once}};

static int measure(long long (*once)(char **args), char **args, uint64_t span_ns)
{
	long long bytes = once(args);
	uint64_t calls = 0, start = now_ns(), end = start;

	while (end - start < span_ns) {
		if (once(args) != bytes) {
			fprintf(stderr, "bench-loop: %s: not %lld bytes any more\n",
				args[0], bytes);
			return 1;
		}
		calls++;
		end = now_ns();
	}
	printf("%.1f %lld\n", (double)(end - start) / (double)calls, bytes);
	return 0;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc >= 4 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(argv[2], kinds[i].name) == 0)
			return measure(kinds[i].once, argv + 3,
				strtoull(argv[1], NULL, 10) * 1000000);
	}
	fprintf(stderr, "usage: bench-loop MS stat|read PATH\n"
			"       bench-loop MS run PROGRAM [ARG]...\n");
	return 2;
}
