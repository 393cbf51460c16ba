/* SPDX-License-Identifier: MIT */
/* Where the API token comes from, in this order: token_file=, $COREWEAVE_API_TOKEN,
 * $CREDENTIALS_DIRECTORY/coreweave-token. */
#ifndef CONFIG_TOKEN_H
#define CONFIG_TOKEN_H

#include "base/err.h"
#include "base/secret.h"

struct token_source;

/* Moves $COREWEAVE_API_TOKEN out of the environment: the bytes are wiped where /proc/PID/environ
 * shows them, so neither that nor a child has them. Call it before anything is forked. ret, which
 * is empty, stays so when there is no such token. Errors: -EINVAL (longer than any token), -ENOMEM;
 * the variable is wiped all the same. */
int token_take_environment(struct secret *ret, struct err *err);
/* Reads the token once. A file that others may read (mode & 077, or not owned by the user or root)
 * is refused; so is an empty token, one with blanks or control characters inside (it would break
 * the header), one past SECRET_MAX. token_file may be NULL. given is what token_take_environment
 * found. Errors: -EACCES, -ENOENT (none anywhere; the sentence says the three ways), -EINVAL,
 * -ENOMEM. */
int token_open(const char *token_file, const struct secret *given,
	struct token_source **ret, struct err *err);
/* For `--emulator`: always this token. */
int token_fixed(const char *token, struct token_source **ret, struct err *err);
void token_close(struct token_source *source); /* NULL is allowed */

/* Copies the token in force. A file is read again when it changed (mtime, size, inode), or when
 * again is true. When the new file is unusable the old token stays and again=false calls return it;
 * again=true returns the error. Signature fits api_options.token. Any thread. Blocks on the disk.
 */
int token_get(void *source, bool again, struct secret *ret, struct err *err);

#endif
