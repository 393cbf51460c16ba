/* SPDX-License-Identifier: MIT */
/* Where the API token comes from: a file, a command, $COREWEAVE_API_TOKEN, or
 * $CREDENTIALS_DIRECTORY/coreweave-token, in this order. */
#ifndef TOKEN_TOKEN_H
#define TOKEN_TOKEN_H

#include <stdbool.h>
#include "base/err.h"
#include "base/op.h"
#include "base/secret.h"

struct token_source;

/* Moves $COREWEAVE_API_TOKEN out of the environment: the bytes are wiped where /proc/PID/environ
 * shows them, so neither that nor a child has them. Call it before anything is forked. ret, which
 * is empty, stays so when there is no such token. Errors: -EINVAL (longer than any token), -ENOMEM;
 * the variable is wiped all the same. */
int token_take_environment(struct secret *ret, struct err *err);

struct token_options {
	/* NULL: none; of these two one at most */
	const char *file;
	/* ended by NULL; borrowed until token_close */
	char *const *command;
	/* what token_take_environment found */
	const struct secret *given;
	/* what the command may take */
	uint64_t timeout_ms;
};

/* Gets the token once; no fork may follow.
 *
 * A file that others may read (mode & 077, or not owned by the user or root) is refused; but 0440
 * is fine where the group is one of the driver's own, as Kubernetes mounts a Secret with fsGroup.
 * So is an empty token refused, one with blanks or control characters inside (it would break the
 * header), one past SECRET_MAX.
 *
 * The command (base/command.h) prints the token, or an ExecCredential of
 * client.authentication.k8s.io as JSON (status.token, and status.expirationTimestamp where it
 * expires).
 *
 * Blocks on the disk, or until the command has ended. Errors: -EACCES, -ENOENT (none anywhere; the
 * sentence says the ways), -EINVAL, -ENOMEM, -EIO, -ETIMEDOUT (the command). */
int token_open(
	const struct token_options *options, struct token_source **ret, struct err *err);
/* For `--emulator`: always this token. */
int token_fixed(const char *token, struct token_source **ret, struct err *err);
/* Kills a command under way; whoever waits for it, now and from now on, gets -ESHUTDOWN. Any
 * thread; does not block. NULL is allowed. */
void token_shut_down(struct token_source *source);
void token_close(struct token_source *source); /* shuts down; NULL is allowed */

/* The next token_get reads the file anew or runs the command, whatever is known. Any thread. */
void token_forget(struct token_source *source);

/* Copies the token in force. again: *ret holds the token that was refused. Signature fits
 * api_options.token. Any thread.
 *
 * A file is read again when it changed (mtime, size, inode), or when again is true. When the new
 * file is unusable the old token stays and again=false calls return it; again=true returns the
 * error.
 *
 * The command runs anew when its token has expired or was refused, once for all who wait; and
 * without anybody waiting when a fifth of the token's time is left, a minute at most. A caller
 * waits until op->deadline_ms, deaf to op->cancel. Errors: those of token_open; -ETIMEDOUT,
 * -ESHUTDOWN. */
int token_get(
	void *source, const struct op *op, bool again, struct secret *ret, struct err *err);

#endif
