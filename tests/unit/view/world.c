/* SPDX-License-Identifier: MIT */
/* A whole vpcfs without the kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include "base/clock.h"
#include "token/token.h"
#include "http/http.h"

#define LOG_MAX	 (1 << 20)
#define TEXT_MAX (4 << 20)

struct op world_op(const struct world *w)
{
	return (struct op){.deadline_ms = clock_mono_ms() + w->timeout_ms,
		.pid = w->pid ? (w->pid > 0 ? w->pid : 0) : getpid()};
}

static void note_told(void *arg, uint64_t id)
{
	struct told *told = arg;

	pthread_mutex_lock(&told->lock);
	if (told->count < sizeof(told->ids) / sizeof(told->ids[0]))
		told->ids[told->count++] = id;
	pthread_mutex_unlock(&told->lock);
}

bool world_is_told(struct world *w, uint64_t id)
{
	bool is_told = false;

	pthread_mutex_lock(&w->told.lock);
	for (size_t i = 0; i < w->told.count; i++)
		is_told |= w->told.ids[i] == id;
	pthread_mutex_unlock(&w->told.lock);
	return is_told;
}

void world_forget_told(struct world *w)
{
	pthread_mutex_lock(&w->told.lock);
	w->told.count = 0;
	pthread_mutex_unlock(&w->told.lock);
}

void world_start(struct world *w, const struct world_options *options)
{
	struct emulator_options emulator = options->emulator;
	struct http_options http = {.user_agent = "test"};
	struct token_options token = {.given = "t"};
	struct tree_options tree = {.umask = 0};
	struct view_options view = {.ttl_ms = options->ttl_ms,
		.zone = options->zone,
		.dry_run = options->dry_run,
		.nodelete = options->nodelete,
		.options_text = "ttl=1\n",
		.version = "test"};
	struct node_entry root;
	struct err err = {""};

	memset(w, 0, sizeof(*w));
	w->timeout_ms = options->timeout_ms ? options->timeout_ms : 5000;
	w->log_fd = memfd_create("requests", MFD_CLOEXEC);
	emulator.request_log_fd = w->log_fd;
	emulator.token = "t";
	if (emulator_start(&emulator, &w->emulator, &err) < 0 ||
		token_open(&token, &w->token, &err) < 0 ||
		http_new(&http, &w->http, &err) < 0)
		fail_msg("%s", err.text);
	view.api = (struct api_options){.http = w->http,
		.endpoint = emulator_url(w->emulator),
		.token = token_get,
		.token_arg = w->token};
	if (view_new(&view, &w->view, &err) < 0)
		fail_msg("%s", err.text);
	root = view_root(w->view);
	assert_int_equal(tree_new(&root, &tree, &w->tree), 0);
	pthread_mutex_init(&w->told.lock, NULL);
	w->notifier = (struct tree_notifier){.attr = note_told, .arg = &w->told};
	tree_set_notifier(w->tree, &w->notifier);
	view_set_tree(w->view, w->tree);
}

void world_stop(struct world *w)
{
	http_shut_down(w->http);
	view_part(w->view);
	tree_free(w->tree);
	view_free(w->view);
	http_free(w->http);
	token_close(w->token);
	emulator_stop(w->emulator);
	close(w->log_fd);
	pthread_mutex_destroy(&w->told.lock);
}

/* Returns the node at a path. One look-up stays counted, which does no harm at the end of the tree.
 */
static int walk(struct world *w, const char *path, struct tree_entry *ret)
{
	CLEANUP_FREE char *copy = strdup(path);
	struct op op;
	char *state = NULL;

	*ret = (struct tree_entry){.id = TREE_ROOT_ID};
	for (char *name = strtok_r(copy, "/", &state); name;
		name = strtok_r(NULL, "/", &state)) {
		int r;

		op = world_op(w);
		op.is_lookup = true;
		r = tree_lookup(w->tree, &op, ret->id, name, ret);

		if (r < 0)
			return r;
	}
	return 0;
}

uint64_t world_id(struct world *w, const char *path)
{
	struct tree_entry entry;

	assert_int_equal(walk(w, path, &entry), 0);
	return entry.id;
}

static int walk_to_parent(
	struct world *w, const char *path, struct tree_entry *ret, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	CLEANUP_FREE char *dir = strndup(path, slash ? (size_t)(slash - path) : 0);

	*ret_name = slash ? slash + 1 : path;
	return walk(w, dir, ret);
}

int world_read(struct world *w, const char *path, struct buf *ret)
{
	struct op op = world_op(w);
	struct tree_entry entry;
	struct tree_open open;
	int r = walk(w, path, &entry);

	op.is_reading = true;
	if (r == 0)
		r = tree_open(w->tree, &op, entry.id, O_RDONLY, &open);
	if (r < 0)
		return r;
	r = tree_read(open.handle, &op, 0, TEXT_MAX, ret);
	tree_release(open.handle, &op);
	return r;
}

static int open_to_write(struct world *w, const struct op *op, const char *path, int flags,
	struct tree_open *ret)
{
	struct tree_entry entry, dir;
	const char *name;
	int r = walk(w, path, &entry);

	if (r == 0)
		return tree_open(w->tree, op, entry.id, O_WRONLY | flags, ret);
	if (r == -ENOENT && flags & O_CREAT && walk_to_parent(w, path, &dir, &name) == 0)
		return tree_create(
			w->tree, op, dir.id, name, 0644, O_WRONLY | flags, &entry, ret);
	return r;
}

int world_write(struct world *w, const char *path, int flags, const char *text)
{
	struct op op = world_op(w);
	struct tree_open open;
	int r = open_to_write(w, &op, path, flags, &open), flushed;

	if (r < 0)
		return r;
	r = tree_write(open.handle, &op, 0, text, strlen(text), flags & O_APPEND);
	flushed = tree_flush(open.handle, &op);
	tree_release(open.handle, &op);
	return r < 0 ? r : flushed;
}

int world_mkdir(struct world *w, const char *path)
{
	struct op op = world_op(w);
	struct tree_entry dir, entry;
	const char *name;
	int r = walk_to_parent(w, path, &dir, &name);

	return r < 0 ? r : tree_mkdir(w->tree, &op, dir.id, name, 0755, &entry);
}

int world_rmdir(struct world *w, const char *path)
{
	struct op op = world_op(w);
	struct tree_entry dir;
	const char *name;
	int r = walk_to_parent(w, path, &dir, &name);

	return r < 0 ? r : tree_rmdir(w->tree, &op, dir.id, name);
}

int world_unlink(struct world *w, const char *path)
{
	struct op op = world_op(w);
	struct tree_entry dir;
	const char *name;
	int r = walk_to_parent(w, path, &dir, &name);

	return r < 0 ? r : tree_unlink(w->tree, &op, dir.id, name);
}

int world_rename(struct world *w, const char *from, const char *to)
{
	struct op op = world_op(w);
	struct tree_entry dir, new_dir;
	const char *name, *new_name;
	int r = walk_to_parent(w, from, &dir, &name);

	if (r == 0)
		r = walk_to_parent(w, to, &new_dir, &new_name);
	return r < 0 ? r : tree_rename(w->tree, &op, dir.id, name, new_dir.id, new_name, 0);
}

int world_readlink(struct world *w, const char *path, struct buf *ret)
{
	struct op op = world_op(w);
	struct tree_entry entry;
	int r = walk(w, path, &entry);

	return r < 0 ? r : tree_readlink(w->tree, &op, entry.id, ret);
}

int world_stat(struct world *w, const char *path, struct stat *ret)
{
	struct op op = world_op(w);
	struct tree_entry entry;
	int r = walk(w, path, &entry);

	if (r == 0)
		r = tree_getattr(w->tree, &op, entry.id, NULL, &entry);
	if (r == 0)
		*ret = entry.attr;
	return r;
}

struct names {
	char *names[256];
	size_t count;
};

static bool take_name(
	void *arg, const char *name, const struct tree_entry *entry, uint64_t next)
{
	struct names *names = arg;

	if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && names->count < 256)
		names->names[names->count++] = strdup(name);
	return true;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int world_list(struct world *w, const char *path, struct buf *ret)
{
	struct op op = world_op(w);
	struct tree_entry entry;
	struct names names = {.count = 0};
	struct dir_list *list;
	int r = walk(w, path, &entry);

	op.is_reading = true;
	if (r == 0)
		r = tree_opendir(w->tree, &op, entry.id, &list);
	if (r < 0)
		return r;
	r = tree_readdir_begin(list, &op, 0);
	if (r == 0)
		r = tree_readdir(list, 0, false, take_name, &names);
	tree_closedir(list);
	qsort(names.names, names.count, sizeof(char *), compare);
	for (size_t i = 0; i < names.count; i++) {
		buf_addf(ret, "%s\n", names.names[i]);
		free(names.names[i]);
	}
	return r;
}

struct wanted {
	const char *name;
	mode_t type;
};

static bool take_type(
	void *arg, const char *name, const struct tree_entry *entry, uint64_t next)
{
	struct wanted *wanted = arg;

	if (strcmp(name, wanted->name) == 0)
		wanted->type = entry->attr.st_mode & S_IFMT;
	return true;
}

mode_t world_listed_type(struct world *w, const char *dir, const char *name)
{
	struct wanted wanted = {.name = name};
	struct op op = world_op(w);
	struct tree_entry entry;
	struct dir_list *list;

	assert_int_equal(walk(w, dir, &entry), 0);
	assert_int_equal(tree_opendir(w->tree, &op, entry.id, &list), 0);
	assert_int_equal(tree_readdir_begin(list, &op, 0), 0);
	assert_int_equal(tree_readdir(list, 0, false, take_type, &wanted), 0);
	tree_closedir(list);
	return wanted.type;
}

size_t world_count(struct world *w, const char *text)
{
	CLEANUP_FREE char *log = calloc(1, LOG_MAX);
	char *state = NULL;
	size_t n = 0;

	if (pread(w->log_fd, log, LOG_MAX - 1, 0) < 0)
		fail_msg("request log: %s", strerror(errno));
	for (char *line = strtok_r(log, "\n", &state); line;
		line = strtok_r(NULL, "\n", &state))
		n += strstr(line, text) != NULL;
	return n;
}

void world_forget_requests(struct world *w)
{
	assert_int_equal(ftruncate(w->log_fd, 0), 0);
	lseek(w->log_fd, 0, SEEK_SET);
}

/* Returns the status; answer is initialised. */
static int ask(struct world *w, const char *method, const char *path, const char *body,
	struct http_answer *answer)
{
	CLEANUP_SECRET struct secret token = {0};
	CLEANUP_FREE char *url = NULL;
	struct op op = world_op(w);
	struct err err = {""};
	static const char *const headers[] = {"Content-Type: application/json", NULL};
	struct http_request request = {.method = method,
		.bearer = &token,
		.headers = body ? headers : NULL,
		.body = body};

	if (asprintf(&url, "%s%s", emulator_url(w->emulator), path) < 0)
		fail();
	secret_set(&token, "t", 1);
	request.url = url;
	request.body_len = body ? strlen(body) : 0;
	if (http_call(w->http, &request, &op, answer, NULL, &err) < 0)
		fail_msg("%s %s: %s", method, path, err.text);
	return answer->status;
}

int world_other(struct world *w, const char *method, const char *path, const char *body)
{
	CLEANUP_HTTP_ANSWER struct http_answer answer;

	http_answer_init(&answer, TEXT_MAX);
	return ask(w, method, path, body, &answer);
}

/* In the list of requests each has its method, behind that its status and whether it is held. */
static bool is_under_way(struct world *w, const char *method, const char *field)
{
	CLEANUP_HTTP_ANSWER struct http_answer answer;
	const char *at, *scalar;
	char head[64];

	http_answer_init(&answer, TEXT_MAX);
	assert_int_equal(ask(w, "GET", "/emulator/requests", NULL, &answer), 200);
	snprintf(head, sizeof(head), "\"method\":\"%s\"", method);
	for (at = buf_str(&answer.body); (at = strstr(at, head)); at++) {
		const char *next = strstr(at + 1, "\"method\":");

		scalar = strstr(at, field);
		if (scalar && (!next || scalar < next))
			return true;
	}
	return false;
}

void world_wait_held(struct world *w, const char *method)
{
	while (!is_under_way(w, method, "\"held\":true"))
		sched_yield();
}

void world_wait_asked(struct world *w, const char *method)
{
	while (!is_under_way(w, method, "\"status\":null"))
		sched_yield();
}

void world_let_go(struct world *w)
{
	assert_int_equal(world_other(w, "POST", "/emulator/release", ""), 200);
}

void world_fault(struct world *w, const char *rules)
{
	if (rules[0])
		assert_int_equal(world_other(w, "POST", "/emulator/faults", rules), 200);
	else
		world_other(w, "DELETE", "/emulator/faults", NULL);
}

void world_other_patch(struct world *w, const char *name, const char *body)
{
	CLEANUP_BUF struct buf id = BUF_INIT(1024);
	char path[2048];

	snprintf(path, sizeof(path), "%s/id", name);
	assert_int_equal(world_read(w, path, &id), 0);
	snprintf(path, sizeof(path), "/v1beta1/networking/vpcs/%.*s", (int)id.len - 1,
		buf_str(&id));
	assert_int_equal(world_other(w, "PATCH", path, body), 200);
}

pid_t world_process(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	return pid;
}

void world_end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

void world_read_as(struct world *w, pid_t pid, const char *path)
{
	CLEANUP_BUF struct buf b = BUF_INIT(TEXT_MAX);
	pid_t before = w->pid;

	w->pid = pid;
	assert_int_equal(world_read(w, path, &b), 0);
	w->pid = before;
}

int world_open(struct world *w, const char *path, int flags, struct tree_open *ret)
{
	struct op op = world_op(w);
	struct tree_entry entry;
	int r = walk(w, path, &entry);

	return r < 0 ? r : tree_open(w->tree, &op, entry.id, flags, ret);
}

void world_expect(struct world *w, const char *path, const char *text)
{
	CLEANUP_BUF struct buf b = BUF_INIT(TEXT_MAX);
	int r = world_read(w, path, &b);

	if (r < 0)
		fail_msg("%s: %s", path, strerror(-r));
	assert_string_equal(buf_str(&b), text);
}

int world_setup(void **state, const struct world_options *options)
{
	struct world *w = calloc(1, sizeof(*w));

	world_start(w, options);
	*state = w;
	return 0;
}

int world_teardown(void **state)
{
	world_stop(*state);
	free(*state);
	return 0;
}

void world_refresh(struct world *w)
{
	assert_int_equal(world_write(w, ".vpcfs/refresh", O_TRUNC, "1\n"), 0);
}

void world_expect_in(struct world *w, const char *path, const char *part)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);

	assert_int_equal(world_read(w, path, &b), 0);
	if (!strstr(buf_str(&b), part))
		fail_msg("%s has no \"%s\":\n%s", path, part, buf_str(&b));
}

void world_expect_listed(struct world *w, const char *dir, const char *names)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);

	assert_int_equal(world_list(w, dir, &b), 0);
	assert_string_equal(buf_str(&b), names);
}
