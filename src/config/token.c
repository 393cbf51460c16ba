/* SPDX-License-Identifier: MIT */
/* Where the API token comes from. The file is trusted only as the open descriptor shows it, not by
 * its name. */
#include "config/token.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define TOKEN_VARIABLE	 "COREWEAVE_API_TOKEN"
#define TOKEN_CREDENTIAL "coreweave-token"
#define TOKEN_BLANKS	 " \t\r\n"
/* Modes that refuse a file: systemd shows credentials to a group that is the service's own. */
#define TOKEN_MODES_FILE       077
#define TOKEN_MODES_CREDENTIAL 007

struct token_source {
	char *path; /* owned; NULL: the token never changes */
	mode_t refused_modes;
	pthread_mutex_t lock; /* for what follows */
	struct secret token;
	struct stat seen; /* the file that token was read from */
};

/* Checks the text and puts it without surrounding blanks into ret. from names the source. */
static int token_take(
	const char *from, const char *text, size_t len, struct secret *ret, struct err *err)
{
	while (len && strchr(TOKEN_BLANKS, text[len - 1]) && text[len - 1])
		len--;
	while (len && strchr(TOKEN_BLANKS, text[0]) && text[0]) {
		text++;
		len--;
	}
	if (!len)
		return err_set(err, EINVAL, "%s: the token is empty", from);
	if (len > SECRET_MAX)
		return err_set(err, EINVAL, "%s: longer than %d bytes, not a token", from,
			SECRET_MAX);
	for (size_t i = 0; i < len; i++) {
		if (text[i] <= ' ' || text[i] >= 0x7F)
			return err_set(err, EINVAL,
				"%s: a blank, a control or a non-ASCII character inside: "
				"it "
				"must hold the token and nothing else",
				from);
	}
	return secret_set(ret, text, len);
}

static int token_check_file(
	const char *path, mode_t refused, const struct stat *st, struct err *err)
{
	if (!S_ISREG(st->st_mode))
		return err_set(err, EINVAL, "token file %s: not a regular file", path);
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return err_set(err, EACCES,
			"token file %s: belongs to user %u, neither to you nor to root",
			path, (unsigned)st->st_uid);
	if (st->st_mode & refused)
		return err_set(err, EACCES,
			"token file %s: mode %04o lets others at it; chmod 600 it, and "
			"think "
			"about a new token",
			path, (unsigned)(st->st_mode & 07777));
	return 0;
}

static int token_open_failed(const char *path, int errnum, struct err *err)
{
	int as = errnum == ENOENT || errnum == ENOTDIR ? ENOENT
		 : errnum == EACCES || errnum == EPERM ? EACCES
						       : EINVAL;

	return err_set(err, as, "token file %s: %s", path, strerror(errnum));
}

/* Up to size bytes; -errno. */
static ssize_t token_read_all(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && len < size) {
		n = read(fd, text + len, size - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	return n < 0 ? -errno : (ssize_t)len;
}

/* Reads the file into ret, and into ret_seen what it was. */
static int token_read_file(const char *path, mode_t refused, struct secret *ret,
	struct stat *ret_seen, struct err *err)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char text[SECRET_MAX + 64], from[ERR_TEXT_MAX / 2];
	struct stat st;
	ssize_t len;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return token_open_failed(path, errno, err);
	r = token_check_file(path, refused, &st, err);
	if (r < 0)
		return r;
	len = token_read_all(fd, text, sizeof(text));
	if (len < 0)
		return token_open_failed(path, (int)-len, err);
	snprintf(from, sizeof(from), "token file %s", path);
	r = token_take(from, text, (size_t)len, ret, err);
	explicit_bzero(text, sizeof(text));
	if (r == 0)
		*ret_seen = st;
	return r;
}

/* The value, when the entry of the environment is the token's. */
static char *token_of_entry(char *entry)
{
	size_t len = strlen(TOKEN_VARIABLE);

	return strncmp(entry, TOKEN_VARIABLE, len) == 0 && entry[len] == '='
		       ? entry + len + 1
		       : NULL;
}

int token_take_environment(struct secret *ret, struct err *err)
{
	int r = 0;

	for (char **entry = environ; entry && *entry; entry++) {
		char *text = token_of_entry(*entry);

		if (!text)
			continue;
		if (*text && !ret->bytes && r == 0)
			r = secret_set(ret, text, strlen(text));
		explicit_bzero(text, strlen(text));
	}
	unsetenv(TOKEN_VARIABLE);
	if (r == -EFBIG)
		return err_set(err, EINVAL, "%s: longer than %d bytes, not a token",
			TOKEN_VARIABLE, SECRET_MAX);
	return r < 0 ? err_set(err, -r, "out of memory") : 0;
}

static int token_from_file(struct token_source *source, struct err *err)
{
	return token_read_file(
		source->path, source->refused_modes, &source->token, &source->seen, err);
}

static int token_from_credentials(struct token_source *source, struct err *err)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");

	if (!directory || !*directory)
		return -ENOENT;
	if (asprintf(&source->path, "%s/%s", directory, TOKEN_CREDENTIAL) < 0) {
		source->path = NULL;
		return -ENOMEM;
	}
	source->refused_modes = TOKEN_MODES_CREDENTIAL;
	if (access(source->path, F_OK) < 0 && errno == ENOENT)
		return -ENOENT;
	return token_from_file(source, err);
}

static int token_find(struct token_source *source, const char *token_file,
	const struct secret *given, struct err *err)
{
	int r;

	if (token_file) {
		source->path = strdup(token_file);
		return source->path ? token_from_file(source, err) : -ENOMEM;
	}
	if (given->bytes)
		return token_take(
			TOKEN_VARIABLE, given->bytes, given->len, &source->token, err);
	r = token_from_credentials(source, err);
	if (r == -ENOENT)
		return err_set(err, ENOENT,
			"no API token: say -o token_file=PATH, or set COREWEAVE_API_TOKEN, "
			"or "
			"give systemd's credential coreweave-token");
	return r;
}

static struct token_source *token_new(void)
{
	struct token_source *source = calloc(1, sizeof(*source));

	if (source) {
		pthread_mutex_init(&source->lock, NULL);
		source->refused_modes = TOKEN_MODES_FILE;
	}
	return source;
}

int token_open(const char *token_file, const struct secret *given,
	struct token_source **ret, struct err *err)
{
	struct token_source *source = token_new();
	int r = source ? token_find(source, token_file, given, err) : -ENOMEM;

	if (r < 0) {
		token_close(source);
		return err_set(err, -r, "%s", strerror(-r));
	}
	*ret = source;
	return 0;
}

int token_fixed(const char *token, struct token_source **ret, struct err *err)
{
	struct token_source *source = token_new();
	int r = source ? token_take("token", token, strlen(token), &source->token, err)
		       : -ENOMEM;

	if (r < 0) {
		token_close(source);
		return r;
	}
	*ret = source;
	return 0;
}

void token_close(struct token_source *source)
{
	if (!source)
		return;
	secret_wipe(&source->token);
	pthread_mutex_destroy(&source->lock);
	free(source->path);
	free(source);
}

static bool token_file_changed(const struct token_source *source)
{
	const struct stat *seen = &source->seen;
	struct stat now;

	return stat(source->path, &now) < 0 || now.st_ino != seen->st_ino ||
	       now.st_dev != seen->st_dev || now.st_size != seen->st_size ||
	       now.st_mtim.tv_sec != seen->st_mtim.tv_sec ||
	       now.st_mtim.tv_nsec != seen->st_mtim.tv_nsec ||
	       now.st_ctim.tv_sec != seen->st_ctim.tv_sec ||
	       now.st_ctim.tv_nsec != seen->st_ctim.tv_nsec;
}

int token_get(void *arg, bool again, struct secret *ret, struct err *err)
{
	struct token_source *source = arg;
	int r = 0;

	pthread_mutex_lock(&source->lock);
	if (source->path && (again || token_file_changed(source)))
		r = token_from_file(source, again ? err : NULL);
	if (r == 0 || !again)
		r = secret_set(ret, source->token.bytes, source->token.len);
	pthread_mutex_unlock(&source->lock);
	return r;
}
