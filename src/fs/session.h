/* SPDX-License-Identifier: MIT */
/* What the sources of fs share: the session, a request, and how to answer it. */
#ifndef FS_SESSION_H
#define FS_SESSION_H

#define FUSE_USE_VERSION FUSE_MAKE_VERSION(3, 12)
#include <fuse_lowlevel.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>
#include "base/cancel.h"
#include "base/op.h"
#include "fs/fs.h"
#include "tree/change.h"
#include "tree/tree.h"

struct worker;
struct request;

/* The thread that watches the interrupted reads: those whose caller got a signal that was not meant
 * to end it. */
struct interrupts {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	LIST_HEAD(, request) watched; /* borrowed: each is on the stack of its handler */
	bool ending;
};

struct fs {
	struct fs_options options; /* strings borrowed */
	struct tree *tree;	   /* borrowed */
	struct fuse_session *session;
	int wake_fd;		/* eventfd: readable when the mount is to end */
	atomic_uint init_flags; /* flags still to be added to the answer to INIT */

	pthread_mutex_t lock;
	struct worker *running, *done; /* owned; those on done are to be joined */
	unsigned count, idle; /* running workers; those of them that wait for a request */
	bool ending;

	struct interrupts interrupts;
	struct tree_notifier notifier;
	pthread_key_t trace_key; /* a worker's struct trace while it serves */
};

extern const struct fuse_lowlevel_ops fs_ops;

/* Hooks into libfuse's writes, so that the answer to INIT gets the flags that libfuse leaves out.
 * Called once mounted. Errors: those of fuse_session_custom_io. */
int init_answer_hook(struct fs *fs);
/* Remembers those flags. Called from op_init. */
void init_answer_add(struct fs *fs, const struct fuse_conn_info *conn);

/* What the log says about one request; on its worker's stack. */
struct trace {
	bool is_on;
	uint32_t opcode;
	uint64_t node;
	pid_t pid;
	uint64_t begun_us;
	int errnum; /* positive, 0 for success: what the caller got */
	unsigned calls;
};
/* trace.c: called before and after the handler. Do nothing unless the log has the level debug. */
void trace_begin(struct fs *fs, const struct fuse_buf *buf, struct trace *ret);
void trace_end(struct fs *fs, const struct trace *trace);

/* Serves until fs_stop, a signal, or the mount is gone. */
int fs_loop(struct fs *fs);

enum request_kind {
	REQUEST_READ,	/* is cancelled when its caller gives up */
	REQUEST_CHANGE, /* is never cancelled */
	REQUEST_NAME,	/* a change of names: the kernel would repeat it on ESTALE */
};

/* One request of the kernel, on the stack of its handler. */
struct request {
	fuse_req_t req;
	struct fs *fs;
	struct tree *tree;
	const char *operation;
	enum request_kind kind;
	struct op op;
	uint64_t generation; /* tree_generation when the request began */
	struct cancel cancel;
	struct trace *trace; /* borrowed; NULL: not traced */
	/* Protected by the lock of fs->interrupts. */
	bool is_watched;
	LIST_ENTRY(request) watched;
};

/* Starts and stops the thread. No request may be hooked when it stops. Errors: -EAGAIN. */
int interrupts_start(struct interrupts *in);
void interrupts_stop(struct interrupts *in);
/* From hook to unhook, fires rq->cancel when the caller gets a signal that is meant to end it.
 * Unhook before the reply, which frees the request. */
void interrupts_hook(struct request *rq);
void interrupts_unhook(struct request *rq);

/* Begins a request and its deadline. operation is a static name for the probes. After it the
 * handler calls one of the replies below, or reply_failure and a reply of libfuse. */
void request_begin(
	struct request *rq, fuse_req_t req, enum request_kind kind, const char *operation);
/* Ends the request: no interrupt arrives any more, and rq may only be read. If r < 0, replies with
 * the error and returns true. */
bool reply_failure(struct request *rq, int r);
/* Each ends the request and replies; r < 0 replies with the error. If the caller is gone when the
 * reply arrives, the lookup that it would have counted is taken back. */
void reply_err(struct request *rq, int r);
void reply_entry(struct request *rq, int r, const struct tree_entry *e);
void reply_attr(struct request *rq, int r, const struct tree_entry *e);
void reply_buf(struct request *rq, int r, const struct buf *bytes);

/* has_lease: what tree_lease_begin returned; without a lease the kernel may keep nothing. */
void entry_param(const struct tree_entry *e, bool has_lease, struct fuse_entry_param *ret);

static inline struct handle *handle_of(const struct fuse_file_info *fi)
{
	return fi ? (struct handle *)(uintptr_t)fi->fh : NULL;
}

/* Operations, by file. */
void op_lookup(fuse_req_t req, fuse_ino_t dir, const char *name);
void op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t count);
void op_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets);
void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr, int set,
	struct fuse_file_info *fi);
void op_readlink(fuse_req_t req, fuse_ino_t ino);
void op_mknod(fuse_req_t req, fuse_ino_t dir, const char *name, mode_t mode, dev_t dev);
void op_mkdir(fuse_req_t req, fuse_ino_t dir, const char *name, mode_t mode);
void op_symlink(fuse_req_t req, const char *target, fuse_ino_t dir, const char *name);
void op_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t dir, const char *name);
void op_unlink(fuse_req_t req, fuse_ino_t dir, const char *name);
void op_rmdir(fuse_req_t req, fuse_ino_t dir, const char *name);
void op_rename(fuse_req_t req, fuse_ino_t dir, const char *name, fuse_ino_t new_dir,
	const char *new_name, unsigned flags);

void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_create(fuse_req_t req, fuse_ino_t dir, const char *name, mode_t mode,
	struct fuse_file_info *fi);
void op_read(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi);
void op_write(fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t size, off_t off,
	struct fuse_file_info *fi);
void op_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_fsync(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi);
void op_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_fallocate(fuse_req_t req, fuse_ino_t ino, int mode, off_t off, off_t len,
	struct fuse_file_info *fi);
void op_copy_file_range(fuse_req_t req, fuse_ino_t in, off_t off_in,
	struct fuse_file_info *fi_in, fuse_ino_t out, off_t off_out,
	struct fuse_file_info *fi_out, size_t len, int flags);
void op_ioctl(fuse_req_t req, fuse_ino_t ino, unsigned cmd, void *arg,
	struct fuse_file_info *fi, unsigned flags, const void *in, size_t in_size,
	size_t out_size);

void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_readdir(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi);
void op_readdirplus(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi);
void op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_fsyncdir(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi);
void op_statfs(fuse_req_t req, fuse_ino_t ino);

void op_setxattr(fuse_req_t req, fuse_ino_t ino, const char *name, const char *value,
	size_t size, int flags);
void op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size);
void op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size);
void op_removexattr(fuse_req_t req, fuse_ino_t ino, const char *name);

#endif
