/* SPDX-License-Identifier: MIT */
/* Chooses the source of the token, and keeps the current token. */
#include "token/token.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "source.h"

#define TOKEN_CREDENTIAL "coreweave-token"

struct token_source {
	/* owned; NULL: the members below are used */
	struct token_command *command;
	/* protects the members below */
	pthread_mutex_t lock;
	/* if its path is NULL, the token never changes */
	struct token_file file;
	struct secret token;
};

/* *ret_found: whether there is such a file. */
static int token_from_credentials(
	struct token_source *source, bool *ret_found, struct err *err)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	struct token_file *file = &source->file;

	if (!directory || !*directory)
		return 0;
	if (asprintf(&file->path, "%s/%s", directory, TOKEN_CREDENTIAL) < 0) {
		file->path = NULL;
		return -ENOMEM;
	}
	file->is_credential = true;
	*ret_found = access(file->path, F_OK) == 0 || errno != ENOENT;
	return *ret_found ? token_file_read(file, &source->token, err) : 0;
}

static int token_from_command(
	struct token_source *source, const struct token_options *options, struct err *err)
{
	struct op op = {.deadline_ms = clock_mono_ms() + 2 * options->timeout_ms};
	int r = token_command_new(
		options->command, options->timeout_ms, &source->command, err);

	return r < 0 ? r
		     : token_command_get(source->command, &op, false, &source->token, err);
}

static int token_find(
	struct token_source *source, const struct token_options *options, struct err *err)
{
	bool is_found = false;
	int r;

	if (options->file) {
		source->file.path = strdup(options->file);
		return source->file.path
			       ? token_file_read(&source->file, &source->token, err)
			       : -ENOMEM;
	}
	if (options->command)
		return token_from_command(source, options, err);
	if (options->given)
		return token_check_text("COREWEAVE_API_TOKEN", options->given,
			strlen(options->given), &source->token, err);
	r = token_from_credentials(source, &is_found, err);
	if (r < 0 || is_found)
		return r;
	return err_set(err, ENOENT,
		"no API token: use -o token_file=PATH or -o token_command=CMD, or set "
		"COREWEAVE_API_TOKEN, or give systemd's credential coreweave-token");
}

int token_open(
	const struct token_options *options, struct token_source **ret, struct err *err)
{
	struct token_source *source = calloc(1, sizeof(*source));
	int r;

	if (!source)
		return err_set(err, ENOMEM, "out of memory");
	pthread_mutex_init(&source->lock, NULL);
	r = token_find(source, options, err);
	if (r < 0) {
		token_close(source);
		return err_set(err, -r, "%s", strerror(-r));
	}
	*ret = source;
	return 0;
}

void token_shut_down(struct token_source *source)
{
	if (source && source->command)
		token_command_shut_down(source->command);
}

void token_close(struct token_source *source)
{
	if (!source)
		return;
	token_command_free(source->command);
	secret_wipe(&source->token);
	pthread_mutex_destroy(&source->lock);
	free(source->file.path);
	free(source);
}

void token_forget(struct token_source *source)
{
	if (source->command) {
		token_command_forget(source->command);
		return;
	}
	pthread_mutex_lock(&source->lock);
	source->file.seen = (struct stat){0}; /* it counts as changed */
	pthread_mutex_unlock(&source->lock);
}

int token_get(
	void *arg, const struct op *op, bool again, struct secret *ret, struct err *err)
{
	struct token_source *source = arg;
	int r = 0;

	if (source->command)
		return token_command_get(source->command, op, again, ret, err);
	pthread_mutex_lock(&source->lock);
	if (source->file.path && (again || token_file_is_changed(&source->file)))
		r = token_file_read(&source->file, &source->token, again ? err : NULL);
	if (r == 0 || !again)
		r = secret_set(ret, source->token.bytes, source->token.len);
	pthread_mutex_unlock(&source->lock);
	return r;
}
