/* SPDX-License-Identifier: MIT */
/* What the files of this layer share. */
#ifndef TOKEN_SOURCE_H
#define TOKEN_SOURCE_H

#include <sys/stat.h>
#include "token/token.h"

/* text.c: checks the text, and puts it into ret without surrounding blanks. from names the source
 * in the sentence. Errors: -EINVAL, -ENOMEM. */
int token_check_text(const char *from, const char *text, size_t len, struct secret *ret,
	struct err *err);

/* file.c */
struct token_file {
	/* owned */
	char *path;
	/* a credential of systemd, whose group bits are the mask of an access list */
	bool is_credential;
	/* its attributes when it was read; zeroes make it count as changed */
	struct stat seen;
};
/* Reads the token in the file into ret. Errors: -EACCES, -ENOENT, -EINVAL, -ENOMEM. */
int token_file_read(struct token_file *file, struct secret *ret, struct err *err);
/* Whether the file has changed since it was read. True also if it does not exist. */
bool token_file_is_changed(const struct token_file *file);

/* credential.c: what a command printed. */
struct credential {
	/* owned */
	struct secret token;
	bool expires;
	/* wall clock */
	struct timespec expires_at;
};
/* from names the command in the sentence. Errors: -EINVAL, -ENOMEM. */
int credential_read(const char *from, const char *text, size_t len, struct credential *ret,
	struct err *err);

/* command.c: the token that a command prints. */
struct token_command;
int token_command_new(char *const *argv, uint64_t timeout_ms, struct token_command **ret,
	struct err *err);
void token_command_free(struct token_command *command); /* NULL is allowed */
void token_command_shut_down(struct token_command *command);
void token_command_forget(struct token_command *command);
/* As token_get. */
int token_command_get(struct token_command *command, const struct op *op, bool again,
	struct secret *ret, struct err *err);

#endif
