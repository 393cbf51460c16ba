/* SPDX-License-Identifier: MIT */
/* A whole vpcfs without the kernel: emulator, http, view and tree in one process, used by path. */
#ifndef TESTS_VIEW_WORLD_H
#define TESTS_VIEW_WORLD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "emulator/emulator.h"
#include "tree/change.h"
#include "tree/tree.h"
#include "view/view.h"

/* Nodes whose attributes the kernel was told to drop. */
struct told {
	pthread_mutex_t lock;
	uint64_t ids[1024];
	size_t count;
};

struct world {
	struct emulator *emulator;
	struct token_source *token;
	struct http *http;
	struct view *view;
	struct tree *tree;
	int log_fd; /* the emulator's request log, a temporary file */
	unsigned timeout_ms;
	struct told told;
	struct tree_notifier notifier;
	pid_t pid; /* the calling process; 0: this one, -1: one that cannot be seen */
};

struct world_options {
	struct emulator_options emulator;
	unsigned ttl_ms;
	unsigned timeout_ms; /* 0: 5000 */
	const char *zone;
	bool dry_run;
	bool nodelete;
};

void world_start(struct world *w, const struct world_options *options);
void world_stop(struct world *w);
/* Setup and teardown of cmocka: the test's state is a world of its own. Return 0. */
int world_setup(void **state, const struct world_options *options);
int world_teardown(void **state);

/* The id of the node at path, and whether the kernel was told to drop the attributes of the node
 * with this id since world_forget_told. */
uint64_t world_id(struct world *w, const char *path);
bool world_is_told(struct world *w, uint64_t id);
void world_forget_told(struct world *w);

/* By path from the root. Each returns 0 or -errno. */
int world_read(struct world *w, const char *path, struct buf *ret);
/* open(flags), with O_CREAT made where it is not there, one write, flush, release; the first error.
 */
int world_write(struct world *w, const char *path, int flags, const char *text);
int world_mkdir(struct world *w, const char *path);
int world_rmdir(struct world *w, const char *path);
int world_unlink(struct world *w, const char *path);
int world_rename(struct world *w, const char *from, const char *to);
int world_readlink(struct world *w, const char *path, struct buf *ret);
int world_stat(struct world *w, const char *path, struct stat *ret);
/* The names in a directory, each followed by a newline, sorted. */
int world_list(struct world *w, const char *path, struct buf *ret);

/* The type (S_IFDIR ...) that the listing gives a name; 0 when it is not listed. */
mode_t world_listed_type(struct world *w, const char *dir, const char *name);

/* Requests the emulator has seen whose line contains the text, since the last
 * world_forget_requests. */
size_t world_count(struct world *w, const char *text);
void world_forget_requests(struct world *w);

/* Rules for the emulator from now on, a line each; "" takes them all away. */
void world_fault(struct world *w, const char *rules);
/* Somebody else's request to the API; body may be NULL. Returns the HTTP status. path:
 * "/v1beta1/..." */
int world_other(struct world *w, const char *method, const char *path, const char *body);
/* Somebody else's PATCH of the VPC that the mount shows under this name. */
void world_other_patch(struct world *w, const char *name, const char *body);

/* Waits until a rule holds back a request of this method; releases all requests that are held back.
 */
void world_wait_held(struct world *w, const char *method);
/* Waits until such a request has come and is not answered yet ("hang"). */
void world_wait_asked(struct world *w, const char *method);
void world_let_go(struct world *w);

/* Starts a process that lives until world_end_process, to call as. */
pid_t world_process(void);
void world_end_process(pid_t pid);
/* Reads the file to its end as this process. */
void world_read_as(struct world *w, pid_t pid, const char *path);

/* An open file. */
int world_open(struct world *w, const char *path, int flags, struct tree_open *ret);
struct op world_op(const struct world *w);

/* Forgets all answers. */
void world_refresh(struct world *w);
/* Each fails the test unless the file has exactly this text, the file contains this text, or the
 * directory has these names (world_list). */
void world_expect(struct world *w, const char *path, const char *text);
void world_expect_in(struct world *w, const char *path, const char *part);
void world_expect_listed(struct world *w, const char *dir, const char *names);

#endif
