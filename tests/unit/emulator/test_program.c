/* SPDX-License-Identifier: MIT */
/* The program: its options, its signals, and that kill -9 loses nothing that was answered. argv[1] is its path. */
#include "rig.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"

struct child {
	pid_t pid;
	int out, err;
	char text[4096];
};

static const char *program; /* set once, in main */

static void spawn(struct child *c, const char *const *args)
{
	const char *argv[16] = {program};
	int out[2], err[2];

	for (size_t i = 0; args[i]; i++)
		argv[i + 1] = args[i];
	assert_int_equal(pipe(out), 0);
	assert_int_equal(pipe(err), 0);
	c->pid = fork();
	assert_true(c->pid >= 0);
	if (c->pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		execv(program, (char *const *)argv);
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	c->out = out[0];
	c->err = err[0];
}

static void read_some(struct child *c, int fd, bool to_end)
{
	size_t at = 0;
	ssize_t n;

	while (at < sizeof(c->text) - 1 &&
		(n = read(fd, c->text + at, sizeof(c->text) - 1 - at)) > 0) {
		at += (size_t)n;
		if (!to_end && memchr(c->text, '\n', at))
			break;
	}
	c->text[at] = '\0';
}

static void wait_ready(struct child *c, struct rig *rig)
{
	static const char says[] = "listening on ";

	read_some(c, c->out, false);
	assert_int_equal(strncmp(c->text, says, strlen(says)), 0);
	c->text[strcspn(c->text, "\n")] = '\0';
	rig_use(rig, c->text + strlen(says));
}

/* Returns the wait status. */
static int finish(struct child *c, int sig)
{
	int status;

	if (sig)
		kill(c->pid, sig);
	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	close(c->out);
	close(c->err);
	return status;
}

#define ARGS(...)                                                                          \
	(const char *const[])                                                              \
	{                                                                                  \
		__VA_ARGS__, NULL                                                          \
	}

static void expect_exit(const char *const *args, int code, const char *says)
{
	struct child c;
	int status;

	spawn(&c, args);
	read_some(&c, code ? c.err : c.out, true);
	status = finish(&c, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != code || !strstr(c.text, says))
		fail_msg("%s: status %x, says %s", args[0], status, c.text);
	if (code && strchr(c.text, '\n') != c.text + strlen(c.text) - 1)
		fail_msg("%s: not one line: %s", args[0], c.text);
}

static void test_usage(void **state)
{
	expect_exit(ARGS("--help"), 0, "usage: vpcfs-emulator");
	expect_exit(ARGS("-V"), 0, "vpcfs-emulator " VPCFS_VERSION);
	expect_exit(ARGS("--nonsense"), 2, "--nonsense");
	expect_exit(ARGS("-x"), 2, "-x");
	expect_exit(ARGS("--latency"), 2, "--latency");
	expect_exit(ARGS("--latency", "ten"), 2, "ten");
	expect_exit(ARGS("--provision", "-1"), 2, "-1");
	expect_exit(ARGS("--provision", ""), 2, "--provision");
	expect_exit(ARGS("--profile", "dead"), 2, "dead");
	expect_exit(ARGS("--token", ""), 2, "--token");
	expect_exit(ARGS("--fault", "what"), 2, "what");
	expect_exit(ARGS("--listen", "0.0.0.0:80"), 2, "loopback");
	expect_exit(ARGS("argument"), 2, "argument");
	expect_exit(ARGS("--load", "/none/x"), 1, "/none/x");
	expect_exit(ARGS("--state", "/none/x"), 1, "/none/x");
	expect_exit(ARGS("--state", "/dev/null"), 1, "/dev/null");
}

static void test_signals(void **state)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct child c;
		struct rig rig;
		uint64_t before;
		int status;

		spawn(&c, ARGS("--fault", "LIST:hang-after", "--samples", "--verbose"));
		wait_ready(&c, &rig);
		rig.timeout_ms = 100;
		expect(&rig, "GET", VPCS, NULL, 0);
		before = clock_mono_ms();
		status = finish(&c, signals[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		assert_true(clock_mono_ms() - before < 1000);
		rig_stop(&rig);
	}
}

/* kill -9 between answers: every VPC that was answered for is there, and its PATCH too. */
static void test_kill(void **state)
{
	char dir[] = "test-kill.XXXXXX", file[64], body[128], id[ID_SIZE];
	size_t made = 0;
	struct rig rig;
	struct child c;

	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/state", dir);
	for (int round = 0; round < 5; round++) {
		spawn(&c, ARGS("--state", file));
		wait_ready(&c, &rig);
		assert_int_equal(list_count(&rig), made);
		for (int i = 0; i < 10; i++, made++) {
			snprintf(body, sizeof(body), "{\"name\":\"n%zu\",\"zone\":\"Z\"}",
				made);
			make(&rig, body, id);
			expect_patch(&rig, id,
				"{\"ingress\":{\"disablePublicServices\":true}}", 200);
		}
		assert_true(WIFSIGNALED(finish(&c, SIGKILL)));
		rig_stop(&rig);
	}
	spawn(&c, ARGS("--state", file));
	wait_ready(&c, &rig);
	assert_int_equal(list_count(&rig), made);
	struct reply r = fetch(&rig, id);

	assert_true(json_is_true(at(r.json, "vpc.ingress.disablePublicServices")));
	reply_free(&r);
	finish(&c, SIGTERM);
	rig_stop(&rig);
	unlink(file);
	assert_int_equal(rmdir(dir), 0);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_kill),
	};

	program = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
