/* SPDX-License-Identifier: MIT */
/* The program: its options and signals; kill -9 loses no change that was answered. argv[1]
 * is its path, argv[2] its manual page. */
#include "rig.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"

struct child {
	pid_t pid;
	int out, err;
	char text[4096];
};

static const char *program, *manual; /* set once, in main */

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
	expect_exit(ARGS("--grpc", "10.0.0.1:80"), 2, "loopback");
	expect_exit(ARGS("argument"), 2, "argument");
	expect_exit(ARGS("--load", "/none/x"), 1, "/none/x");
	expect_exit(ARGS("--state", "/none/x"), 1, "/none/x");
	expect_exit(ARGS("--state", "/dev/null"), 1, "/dev/null");
}

static void assert_told(const char *text, const char *word, const char *where)
{
	if (!strstr(text, word))
		fail_msg("%s is not told of in %s", word, where);
}

/* Each option and each fault is in -h and on the manual page. */
static void test_help_is_complete(void **state)
{
	static const char *const words[] = {"listen", "grpc", "token", "profile", "load",
		"state", "samples", "latency", "provision", "fault", "omit-defaults",
		"verbose", "help", "version", "status", "delay", "hang", "hold", "reset",
		"cut", "drip", "garbage", "wrongtype", "empty", "body", "huge", "redirect",
		"stale", "lag", "silent", "/emulator/faults", "/emulator/requests",
		"/emulator/release", "/emulator/history"};
	struct buf page CLEANUP_BUF = BUF_INIT(1 << 20);
	struct child c;

	spawn(&c, ARGS("--help"));
	read_some(&c, c.out, true);
	finish(&c, 0);
	assert_int_equal(file_read(manual, &page), 0);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_told(c.text, words[i], "--help");
		assert_told(buf_str(&page), words[i], manual);
	}
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

/* Waits for both lines; rig then speaks HTTP/2 to the second. */
static void wait_ready_grpc(struct child *c, struct rig *rig)
{
	static const char says[] = "\nlistening for gRPC on ";
	char *url;

	read_some(c, c->out, false);
	url = strstr(c->text, says);
	assert_non_null(url);
	url += strlen(says);
	url[strcspn(url, "\n")] = '\0';
	rig_use(rig, url);
	rig->http2 = true;
}

/* Whatever ends the server, its front ends, too. */
static void test_grpc_ends(void **state)
{
	static const int signals[] = {SIGTERM, SIGKILL};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct child c;
		struct rig rig;
		struct reply r;
		long status;

		spawn(&c, ARGS("--grpc", "127.0.0.1:0", "--samples"));
		wait_ready_grpc(&c, &rig);
		assert_int_equal(list_count(&rig), 5);
		finish(&c, signals[i]);
		do { /* after a kill the kernel ends it in a moment */
			r = rig_ask(&rig, "GET", VPCS, NULL);
			status = r.status;
			reply_free(&r);
		} while (status != 0);
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

/* Returns 0 once the program listens, else its exit status, with a sentence. */
static int outcome(struct child *c, struct rig *rig)
{
	static const char says[] = "listening on ";
	int status;

	read_some(c, c->out, false);
	if (strncmp(c->text, says, strlen(says)) == 0) {
		c->text[strcspn(c->text, "\n")] = '\0';
		rig_use(rig, c->text + strlen(says));
		return 0;
	}
	read_some(c, c->err, true);
	if (!strstr(c->text, "is in use by another vpcfs-emulator"))
		fail_msg("neither listening nor refused: %s", c->text);
	status = finish(c, 0);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Two that are started at one moment on a file that is not there yet: one serves, the other says
 * why it does not. */
static void test_two_at_once(void **state)
{
	char dir[] = "test-two.XXXXXX", file[64], id[ID_SIZE];

	assert_non_null(mkdtemp(dir));
	for (int round = 0; round < 40; round++) {
		struct child c[2];
		struct rig rig[2];
		int ends[2], one;

		snprintf(file, sizeof(file), "%s/state%d", dir, round);
		spawn(&c[0], ARGS("--state", file));
		spawn(&c[1], ARGS("--state", file));
		ends[0] = outcome(&c[0], &rig[0]);
		ends[1] = outcome(&c[1], &rig[1]);
		if (ends[0] + ends[1] != 1)
			fail_msg("round %d: %d and %d", round, ends[0], ends[1]);
		one = ends[0] == 0 ? 0 : 1;
		make(&rig[one], "{\"name\":\"a\",\"zone\":\"Z\"}", id);
		assert_true(WIFSIGNALED(finish(&c[one], SIGKILL)));
		rig_stop(&rig[one]);
		unlink(file);
	}
	assert_int_equal(rmdir(dir), 0); /* no lock file, no temporary file */
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_help_is_complete),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_grpc_ends),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_two_at_once),
	};

	program = argv[1];
	manual = argv[2];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
