/* SPDX-License-Identifier: MIT */
/* The API token and where it comes from: a file, a command, $COREWEAVE_API_TOKEN, or
 * $CREDENTIALS_DIRECTORY/coreweave-token, in this order. */
#ifndef TOKEN_TOKEN_H
#define TOKEN_TOKEN_H

#include <stdbool.h>
#include "base/err.h"
#include "base/op.h"
#include "base/secret.h"

struct token_source;

/* Moves $COREWEAVE_API_TOKEN out of the environment. Its bytes are wiped where /proc/PID/environ
 * shows them, so neither that file nor a child process has them. Call this before any fork. *ret
 * must be empty, and stays empty if there is no such token. Errors: -EINVAL (longer than any
 * token), -ENOMEM; the variable is wiped in both cases. */
int token_take_environment(struct secret *ret, struct err *err);

struct token_options {
	/* NULL: none; only one of file and command is set */
	const char *file;
	/* its words, ended by NULL; borrowed until token_close */
	char *const *command;
	/* the token itself: that of the environment, or of the emulator; NULL: none */
	const char *given;
	/* how long the command may take */
	uint64_t timeout_ms;
};

/* Gets the token once. The process must not fork afterwards.
 *
 * A file that others may read (mode & 077, or not owned by the user or root) is refused. Mode 0440
 * is accepted if the group is one of the driver's own, since Kubernetes mounts a Secret with
 * fsGroup so. Refused as well: an empty token, one with blanks or control characters inside (it
 * would break the header), and one longer than SECRET_MAX.
 *
 * The command (base/command.h) prints the token, or an ExecCredential of
 * client.authentication.k8s.io as JSON (status.token, and status.expirationTimestamp if it
 * expires).
 *
 * Blocks on the disk, or until the command has ended. Errors: -EACCES, -ENOENT (there is no token;
 * the sentence says how to give one), -EINVAL, -ENOMEM, -EIO, -ETIMEDOUT (the command). */
int token_open(
	const struct token_options *options, struct token_source **ret, struct err *err);
/* Kills a command that is running. All callers that wait for it, and all later ones, get
 * -ESHUTDOWN. Any thread may call this; it does not block. NULL is allowed. */
void token_shut_down(struct token_source *source);
void token_close(struct token_source *source); /* shuts down first; NULL is allowed */

/* Makes the next token_get read the file or run the command again, whatever is known. Any thread
 * may call this. */
void token_forget(struct token_source *source);

/* Copies the current token to *ret. again: *ret holds the token that the API refused. The signature
 * fits api_options.token; arg is the source. Any thread may call this.
 *
 * A file is read again if it has changed (mtime, size, inode), or if again is true. If the new file
 * is unusable, the old token stays: again=false returns it, again=true returns the error.
 *
 * The command is run again if its token has expired or was refused, once for all callers that wait.
 * It is also run, without any caller waiting, when a fifth of the token's time is left, or a minute
 * if that is shorter. A caller waits until op->deadline_ms; op->cancel does not end this. Errors:
 * those of token_open; -ETIMEDOUT, -ESHUTDOWN. */
int token_get(
	void *arg, const struct op *op, bool again, struct secret *ret, struct err *err);

#endif
