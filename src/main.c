/* SPDX-License-Identifier: MIT */
/* Wiring: options, then the layers bottom-up, the mount, and everything down again top-down.
 * Nothing is decided here but the order, and how a failure before the mount answers reaches the one
 * who started it. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "base/clock.h"
#include "base/log.h"
#include "config/options.h"
#include "config/token.h"
#include "emulator_child.h"
#include "fs/fs.h"
#include "http/http.h"
#include "tree/tree.h"
#include "view/view.h"

#define OPTIONS_MAX	   65536
#define USER_AGENT	   "vpcfs/" VPCFS_VERSION
#define EMULATOR_TOKEN_MAX 33 /* with the NUL */

#define EXIT_USAGE 2 /* else 1: it could not be done */

/* Everything that lives while the mount does, in the order it is started. */
struct program {
	struct config config;
	struct secret environment_token; /* until the token source has its own */
	int ready_fd; /* tells the parent that the mount answers; -1 in the foreground */
	struct guard {
		pthread_t thread;
		int signal_fd;
		bool runs;
	} guard;
	struct emulator_child emulator;
	struct token_source *token;
	struct http *http;
	struct view *view;
	struct tree *tree;
	struct fs *fs;
};

static void program_release(struct program *p)
{
	if (p->http)
		http_shut_down(p->http);
	if (p->view)
		view_part(p->view);
	fs_free(p->fs);
	tree_free(p->tree);
	view_free(p->view);
	http_free(p->http);
	token_close(p->token);
	emulator_child_stop(&p->emulator);
	secret_wipe(&p->environment_token);
	config_release(&p->config);
}

/* A core dump would hold the token. (The leak sanitizer needs a process that can be traced.) */
static void forbid_core_dumps(void)
{
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

static int check_mountpoint(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode)
			       ? 0
			       : err_set(err, ENOTDIR,
					 "%s: a directory is needed to mount on", path);
	if (errno == ENOTCONN)
		return err_set(err, ENOTCONN,
			"%s: a former mount is dead here; clear it with: fusermount3 -u %s",
			path, path);
	if (errno == ENOENT)
		return err_set(err, ENOENT,
			"%s: no such directory; make it first: mkdir %s", path, path);
	return err_set(err, errno, "%s: cannot be mounted on: %s", path, strerror(errno));
}

/* The emulator answers on a port that every user of this machine can reach, and never sees
 * the real token. */
static int make_emulator_token(char out[EMULATOR_TOKEN_MAX], struct err *err)
{
	unsigned char bytes[(EMULATOR_TOKEN_MAX - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return err_set(err, EIO, "no random number: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

static int start_emulator(struct program *p, struct err *err)
{
	char token[EMULATOR_TOKEN_MAX];
	int r = make_emulator_token(token, err);

	if (r == 0)
		r = token_fixed(token, &p->token, err);
	if (r == 0)
		r = emulator_child_start(
			p->config.emulator_state, token, &p->emulator, err);
	if (r == 0) {
		p->config.endpoint = strdup(p->emulator.url);
		r = p->config.endpoint ? 0 : err_set(err, ENOMEM, "out of memory");
	}
	return r;
}

static int start_view(struct program *p, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT(OPTIONS_MAX);
	struct op op = {.deadline_ms = clock_mono_ms() + p->config.timeout_ms};
	struct view_options options = {
		.api = {.http = p->http,
			.endpoint = p->config.endpoint,
			.token = token_get,
			.token_arg = p->token},
		.ttl_ms = p->config.ttl_ms,
		.timeout_ms = p->config.timeout_ms,
		.zone = p->config.zone,
		.dry_run = p->config.dry_run,
		.nodelete = p->config.nodelete,
		.version = VPCFS_VERSION,
	};
	int r = config_print(&p->config, &text);

	if (r < 0)
		return err_set(err, -r, "out of memory");
	options.options_text = buf_str(&text);
	r = view_new(&options, &p->view, err);
	return r < 0 ? r : view_check(p->view, &op, err);
}

static void report_gauges(void *arg, struct view_gauges *ret)
{
	struct tree_stats stats;

	tree_stats(arg, &stats);
	ret->open_handles = stats.handles;
	ret->scratch_bytes = stats.scratch_bytes;
}

static void become_daemon(void)
{
	CLEANUP_CLOSE int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	log_use_syslog("vpcfs");
	setsid();
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
}

/* The mount answers. The parent is told last: its end may be that of the session, with a hang-up
 * for all in it. A parent that is gone was interrupted: then there shall be no mount either. */
static void on_ready(void *arg)
{
	struct program *p = arg;
	char ok = 0;

	if (p->ready_fd < 0)
		return;
	become_daemon();
	if (write(p->ready_fd, &ok, 1) != 1)
		fs_stop(p->fs);
	close(p->ready_fd);
	p->ready_fd = -1;
}

static void on_stopping(void *arg)
{
	struct program *p = arg;

	http_shut_down(p->http);
	view_shut_down(p->view);
}

static int start_fs(struct program *p, struct err *err)
{
	struct node_entry root = view_root(p->view);
	struct tree_options tree = {
		.uid = p->config.uid, .gid = p->config.gid, .umask = p->config.umask};
	struct fs_options options = {
		.mountpoint = p->config.mountpoint,
		.fsname = p->config.endpoint,
		.subtype = "vpcfs",
		.mount_options = p->config.fuse_opts,
		.read_only = p->config.read_only,
		.allow_other = p->config.allow_other,
		.debug = p->config.debug,
		.timeout_ms = p->config.timeout_ms,
		.ready = on_ready,
		.stopping = on_stopping,
		.arg = p,
	};
	int r = tree_new(&root, &tree, &p->tree);

	if (r < 0)
		return err_set(err, -r, "out of memory");
	view_set_gauges(p->view, report_gauges, p->tree);
	view_set_tree(p->view, p->tree);
	r = fs_new(p->tree, &options, &p->fs, err);
	return r < 0 ? r : fs_mount(p->fs, err);
}

static int start(struct program *p, struct err *err)
{
	struct http_options http = {.cacert = p->config.cacert,
		.user_agent = USER_AGENT,
		.direct = p->config.loopback};
	int r = check_mountpoint(p->config.mountpoint, err);

	if (r == 0)
		r = p->config.emulator ? start_emulator(p, err)
				       : token_open(p->config.token_file,
						 &p->environment_token, &p->token, err);
	secret_wipe(&p->environment_token);
	if (r == 0)
		r = http_new(&http, &p->http, err);
	if (r == 0)
		r = start_view(p, err);
	return r;
}

/* While the program starts, which may wait for a network, nobody else looks at the signals that end
 * it. */
static void *guard_run(void *arg)
{
	const struct program *p = arg;
	struct pollfd fds[] = {
		{.fd = p->guard.signal_fd, .events = POLLIN},
		{.fd = p->ready_fd}, /* an error: the parent has gone */
	};
	struct signalfd_siginfo info;
	sigset_t all;

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	if (read(p->guard.signal_fd, &info, sizeof(info)) != sizeof(info))
		_exit(1);
	signal((int)info.ssi_signo, SIG_DFL);
	raise((int)info.ssi_signo);
	sigfillset(&all);
	pthread_sigmask(SIG_UNBLOCK, &all, NULL);
	_exit(1);
}

static int guard_start(struct program *p, struct err *err)
{
	sigset_t set;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGQUIT);
	p->guard.signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (p->guard.signal_fd < 0)
		return err_set(err, errno, "signalfd: %s", strerror(errno));
	r = pthread_create(&p->guard.thread, NULL, guard_run, p);
	p->guard.runs = r == 0;
	return r ? err_set(err, r, "no thread can be started: %s", strerror(r)) : 0;
}

/* From here signals stay pending, and fs_run takes them. */
static void guard_stop(struct program *p)
{
	if (p->guard.runs) {
		pthread_cancel(p->guard.thread);
		pthread_join(p->guard.thread, NULL);
	}
	if (p->guard.signal_fd >= 0)
		close(p->guard.signal_fd);
}

static int run(struct program *p)
{
	struct err err = {""};
	int r;

	if (p->config.debug)
		log_set_level(LOG_LEVEL_DEBUG);
	fs_block_signals();
	r = guard_start(p, &err);
	if (r == 0)
		r = start(p, &err);
	guard_stop(p);
	if (r == 0)
		r = start_fs(p, &err);
	if (r < 0)
		log_error("%s", err.text);
	else
		r = fs_run(p->fs);
	program_release(p);
	return r < 0 ? 1 : 0;
}

/* The parent waits until the mount answers or the child ended. A signal ends it, and the child then
 * ends itself: guard_run, on_ready. */
static int wait_until_ready(int fd, pid_t child)
{
	char ok;
	int status;

	if (read(fd, &ok, 1) == 1)
		return 0;
	if (waitpid(child, &status, 0) == child && WIFEXITED(status))
		return WEXITSTATUS(status) ? WEXITSTATUS(status) : 1;
	return 1;
}

static int run_as_daemon(struct program *p)
{
	int fds[2];
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0 || (child = fork()) < 0) {
		log_error("cannot start a process: %s", strerror(errno));
		program_release(p);
		return 1;
	}
	if (child) {
		close(fds[1]);
		program_release(p);
		return wait_until_ready(fds[0], child);
	}
	close(fds[0]);
	p->ready_fd = fds[1];
	if (chdir("/") < 0)
		log_warn("cannot change to /: %s", strerror(errno));
	return run(p);
}

static const char *environment(const char *name)
{
	return getenv(name);
}

/* Otherwise the next files that are opened would be taken for standard input, output and error. */
static void open_missing_fds(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", O_RDWR);
	}
}

static int say_help_or_version(const struct config *config)
{
	printf("%s\n",
		config->action == CONFIG_HELP ? config_help() : "vpcfs " VPCFS_VERSION);
	return fflush(stdout) == 0 ? 0 : 1;
}

static int run_config(struct program *p, const struct err *token_error)
{
	if (p->config.action != CONFIG_MOUNT) {
		int status = say_help_or_version(&p->config);

		program_release(p);
		return status;
	}
	if (token_error->text[0]) {
		log_error("%s", token_error->text);
		program_release(p);
		return 1;
	}
	return p->config.foreground ? run(p) : run_as_daemon(p);
}

int main(int argc, char **argv)
{
	struct program p = {.ready_fd = -1, .guard.signal_fd = -1};
	struct err token_error = {""}, err = {""};
	int r;

	open_missing_fds();
	forbid_core_dumps();
	(void)token_take_environment(&p.environment_token, &token_error);
	/* By default each thread keeps free memory of its own: with 10,000 VPCs 2 MB of 54 lie
	 * idle. */
	mallopt(M_ARENA_MAX, 2);
	r = config_parse(argc, argv, environment, &p.config, &err);
	if (r < 0) {
		log_error("%s", err.text);
		program_release(&p);
		return r == -EINVAL ? EXIT_USAGE : 1;
	}
	return run_config(&p, &token_error);
}
