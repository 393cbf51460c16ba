/* SPDX-License-Identifier: MIT */
/* Where the API token comes from, in this order: token_file=, $COREWEAVE_API_TOKEN, $CREDENTIALS_DIRECTORY/coreweave-token. */
#ifndef CONFIG_TOKEN_H
#define CONFIG_TOKEN_H

#include "base/err.h"
#include "base/secret.h"

struct token_source;

/* Reads the token once. A file that others may read (mode & 077, or not owned by the user or root) is refused; so is an
 * empty token, one with blanks or control characters inside (it would break the header), one past SECRET_MAX.
 * A token from the environment is copied and the variable is wiped and unset, so that children and
 * /proc/PID/environ do not show it. token_file may be NULL.
 * Errors: -EACCES, -ENOENT (none anywhere; the sentence says the three ways), -EINVAL, -ENOMEM. */
int token_open(const char *token_file, struct token_source **ret, struct err *err);
/* For `--emulator`: always this token. */
int token_fixed(const char *token, struct token_source **ret, struct err *err);
void token_close(struct token_source *source); /* NULL is allowed */

/* Copies the token in force. A file is read again when it changed (mtime, size, inode), or when again is true. When the new
 * file is unusable the old token stays and again=false calls return it; again=true returns the error.
 * Signature fits api_options.token. Any thread. Blocks on the disk. */
int token_get(void *source, bool again, struct secret *ret, struct err *err);

#endif
