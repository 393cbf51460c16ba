/* SPDX-License-Identifier: MIT */
/* Wiring: reads the options, starts the layers bottom-up, mounts, and stops everything top-down.
 * Only the order is decided here, and how a failure before the mount answers reaches the user who
 * started it. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include "background.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/supervisor.h"
#include "config/options.h"
#include "emulator_child.h"
#include "fs/fs.h"
#include "fs/mountpoint.h"
#include "http/http.h"
#include "model/val.h"
#include "start_guard.h"
#include "status/status.h"
#include "token/token.h"
#include "tree/tree.h"
#include "view/view.h"

#define OPTIONS_MAX	   65536
#define INFO_MAX	   (32u << 20)
#define USER_AGENT	   "vpcfs/" VPCFS_VERSION
#define EMULATOR_TOKEN_MAX 33 /* with the NUL */

#define EXIT_USAGE 2 /* wrong usage; any other failure is exit status 1 */

/* Everything that lives while the mount does, in the order it is started. */
struct program {
	struct config config;
	/* kept until the token source has it */
	struct secret environment_token;
	/* used only in the foreground */
	struct supervisor supervisor;
	/* to tell the parent that the mount answers; -1 in the foreground */
	int ready_fd;
	struct start_guard guard;
	struct emulator_child emulator;
	struct token_source *token;
	struct http *http;
	struct view *view;
	struct tree *tree;
	struct fs *fs;
};

static void program_release(struct program *p)
{
	token_shut_down(p->token);
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

/* The emulator answers on a port that every user of this machine can reach, and never sees
 * the real token. */
static int make_emulator_token(char out[EMULATOR_TOKEN_MAX], struct err *err)
{
	unsigned char bytes[(EMULATOR_TOKEN_MAX - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return err_set(err, EIO, "cannot get random bytes: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

static int start_emulator(struct program *p, struct err *err)
{
	char token[EMULATOR_TOKEN_MAX];
	struct token_options options = {.given = token};
	int r = make_emulator_token(token, err);

	if (r == 0)
		r = token_open(&options, &p->token, err);
	if (r == 0)
		r = emulator_child_start(p->config.emulator_state,
			p->config.api == CONFIG_API_GRPC, token, &p->emulator, err);
	if (r == 0) {
		p->config.endpoint = strdup(p->emulator.url);
		r = p->config.endpoint ? 0 : err_set(err, ENOMEM, "out of memory");
	}
	return r;
}

static int start_view(struct program *p, struct err *err)
{
	static const enum api_protocol protocols[] = {
		[CONFIG_API_REST] = API_REST,
		[CONFIG_API_CONNECT] = API_CONNECT,
		[CONFIG_API_GRPC] = API_GRPC,
	};
	CLEANUP_BUF struct buf text = BUF_INIT(OPTIONS_MAX);
	struct op op = {.deadline_ms = clock_mono_ms() + p->config.timeout_ms};
	struct view_options options = {
		.api = {.http = p->http,
			.protocol = protocols[p->config.api],
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

/* The mount answers. If the parent is gone, the user has interrupted it: then end the mount as
 * well. */
static void on_ready(void *arg)
{
	struct program *p = arg;

	supervisor_tell(&p->supervisor, "READY=1\nSTATUS=Mounted on %s: %s",
		p->config.mountpoint, p->config.endpoint);
	if (p->ready_fd < 0)
		return;
	if (background_ready(p->ready_fd) < 0)
		fs_stop(p->fs);
	p->ready_fd = -1;
}

/* SIGHUP. */
static void on_reload(void *arg)
{
	struct program *p = arg;

	log_info("SIGHUP: forgetting all answers and the token");
	token_forget(p->token);
	view_forget(p->view);
}

static void on_stopping(void *arg)
{
	struct program *p = arg;

	supervisor_tell(&p->supervisor, "STOPPING=1\nSTATUS=Unmounting");
	token_shut_down(p->token);
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
		.fsname = p->config.fsname ? p->config.fsname : p->config.endpoint,
		.subtype = "vpcfs",
		.mount_options = p->config.fuse_opts,
		.read_only = p->config.read_only,
		.allow_other = p->config.allow_other,
		.timeout_ms = p->config.timeout_ms,
		.ready = on_ready,
		.reload = on_reload,
		.stopping = on_stopping,
		.arg = p,
	};
	int r = mountpoint_prepare(
		p->config.mountpoint, err); /* again, since starting has taken time */

	if (r < 0)
		return r;
	r = tree_new(&root, &tree, &p->tree);
	if (r < 0)
		return err_set(err, -r, "out of memory");
	view_set_tree(p->view, p->tree);
	r = fs_new(p->tree, &options, &p->fs, err);
	return r < 0 ? r : fs_mount(p->fs, err);
}

static int start_token(struct program *p, struct err *err)
{
	struct token_options options = {
		.file = p->config.token_file,
		.command = p->config.token_command,
		.given = p->environment_token.bytes,
		.timeout_ms = p->config.timeout_ms,
	};

	return token_open(&options, &p->token, err);
}

static int start(struct program *p, struct err *err)
{
	struct http_options http = {.cacert = p->config.cacert,
		.user_agent = USER_AGENT,
		.direct = p->config.loopback};
	int r = mountpoint_prepare(p->config.mountpoint, err);

	if (r == 0)
		r = p->config.emulator ? start_emulator(p, err) : start_token(p, err);
	secret_wipe(&p->environment_token);
	if (r == 0)
		r = http_new(&http, &p->http, err);
	if (r == 0)
		r = start_view(p, err);
	return r;
}

static int run(struct program *p)
{
	struct err err = {""};
	int r;

	log_set_level(p->config.log_level);
	fs_block_signals();
	supervisor_tell(&p->supervisor, "STATUS=Starting");
	r = start_guard_begin(&p->guard, p->ready_fd, &err);
	if (r == 0)
		r = start(p, &err);
	start_guard_end(&p->guard);
	if (r == 0)
		r = start_fs(p, &err);
	if (r < 0) {
		log_error("%s", err.text);
		supervisor_tell(&p->supervisor, "STATUS=%s", err.text);
	} else {
		r = fs_run(p->fs);
	}
	program_release(p);
	return r < 0 ? 1 : 0;
}

static int run_as_daemon(struct program *p)
{
	int fd = -1;
	pid_t child = background_fork(&fd);

	p->supervisor.len = 0;
	if (child == 0) {
		p->ready_fd = fd;
		return run(p);
	}
	program_release(p);
	if (child > 0)
		return background_wait(fd, child);
	log_error("cannot start a process: %s", strerror(-child));
	return 1;
}

static const char *environment(const char *name)
{
	return getenv(name);
}

/* Without this the next files to be opened would become standard input, output or error. */
static void open_missing_fds(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", O_RDWR);
	}
}

static int add_version(struct buf *text)
{
	return buf_addf(text,
		"vpcfs " VPCFS_VERSION "\nlibfuse %s\nlibcurl %s\njansson %s\n",
		fs_library_version(), http_library_version(), val_library_version());
}

/* Prints the text of -h, -V or --status. Returns the exit status. */
static int print_info(const struct config *config)
{
	CLEANUP_BUF struct buf text = BUF_INIT(INFO_MAX);
	bool is_good = true;
	int r = 0;

	if (config->action == CONFIG_HELP)
		r = config_help(&text);
	else if (config->action == CONFIG_VERSION)
		r = add_version(&text);
	else if (config->action == CONFIG_STATUS)
		r = status_show(config->mountpoint, config->json, config->timeout_ms, &text,
			&is_good);
	fputs(buf_str(&text), stdout);
	return r == 0 && fflush(stdout) == 0 && is_good ? 0 : 1;
}

static int run_config(struct program *p, const struct err *token_error)
{
	if (p->config.action != CONFIG_MOUNT) {
		int status = print_info(&p->config);

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
	struct program p = {.ready_fd = -1};
	struct err token_error = {""}, err = {""};
	int r;

	open_missing_fds();
	forbid_core_dumps();
	signal(SIGCHLD, SIG_DFL); /* if it is ignored, children cannot be waited for */
	supervisor_take_environment(&p.supervisor);
	(void)token_take_environment(&p.environment_token, &token_error);
	/* By default the C library keeps free memory for each thread, and it keeps the memory of a
	 * list answer once it has freed one of that size: with 10,000 VPCs 5 of 57 MB lie idle. */
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_MMAP_THRESHOLD, 1 << 17);
	r = config_parse(argc, argv, environment, &p.config, &err);
	if (r < 0) {
		log_error("%s", err.text);
		program_release(&p);
		return r == -EINVAL ? EXIT_USAGE : 1;
	}
	return run_config(&p, &token_error);
}
