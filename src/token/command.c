/* SPDX-License-Identifier: MIT */
/* The token that a command prints. The command runs in a thread of its own, once for all callers
 * that wait. So a caller whose deadline comes first leaves alone, and the token still serves the
 * others. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/command.h"
#include "source.h"

#define OUTPUT_MAX     65536 /* bytes that a command may print */
#define HIDDEN_MIN     8     /* bytes; a shorter text is not a token */
#define RENEW_EARLY_MS 60000
#define RENEW_PART     5 /* 1/5 of the time for which the token is valid */
#define RENEW_AGAIN_MS 1000

struct token_command {
	/* borrowed */
	char *const *argv;
	uint64_t timeout_ms;
	/* eventfd */
	int stop_fd;

	/* protects the members below */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	/* the thread must be joined */
	bool has_thread;
	bool is_running;
	bool is_stopping;
	/* the token must not be used any more */
	bool is_refused;
	/* runs that have ended */
	uint64_t runs;
	/* the result of the last run */
	int result;
	struct err why;
	struct credential credential;
	/* when the next run starts, on the wall clock */
	int64_t renew_ms;
};

static int64_t ms_of(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int token_command_new(
	char *const *argv, uint64_t timeout_ms, struct token_command **ret, struct err *err)
{
	struct token_command *c = calloc(1, sizeof(*c));

	if (!c)
		return err_set(err, ENOMEM, "out of memory");
	c->argv = argv;
	c->timeout_ms = timeout_ms;
	pthread_mutex_init(&c->lock, NULL);
	clock_cond_init(&c->changed);
	c->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (c->stop_fd < 0) {
		token_command_free(c);
		return err_set(err, ENOMEM, "eventfd: %s", strerror(errno));
	}
	*ret = c;
	return 0;
}

void token_command_shut_down(struct token_command *c)
{
	pthread_mutex_lock(&c->lock);
	c->is_stopping = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	eventfd_write(c->stop_fd, 1);
}

void token_command_free(struct token_command *c)
{
	if (!c)
		return;
	if (c->stop_fd >= 0) {
		token_command_shut_down(c);
		if (c->has_thread)
			pthread_join(c->thread, NULL);
		close(c->stop_fd);
	}
	secret_wipe(&c->credential.token);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* Hides the token in the text of an error: a script that traces its commands shows it on stderr. */
static void hide_output(const char *output, size_t len, char *text)
{
	CLEANUP_SECRET struct secret token = {0};

	if (token_check_text("", output, len, &token, NULL) < 0 || token.len < HIDDEN_MIN)
		return;
	for (char *at = text; (at = strstr(at, token.bytes)); at += token.len)
		memset(at, '*', token.len);
}

/* Runs the command and reads what it prints. */
static int run_command(
	const struct token_command *c, struct credential *ret, struct err *err)
{
	struct command command = {
		.argv = c->argv, .timeout_ms = c->timeout_ms, .stop_fd = c->stop_fd};
	char *output = calloc(1, OUTPUT_MAX + 1), from[ERR_TEXT_MAX / 4];
	struct err why = {""};
	size_t len = 0;
	int r;

	if (!output)
		return err_set(err, ENOMEM, "out of memory");
	r = command_run(&command, output, OUTPUT_MAX, &len, &why);
	snprintf(from, sizeof(from), "token_command %s", c->argv[0]);
	if (r < 0) {
		hide_output(output, strlen(output), why.text);
		err_set(err, -r, "token_command: %s", why.text);
	} else {
		r = credential_read(from, output, len, ret, err);
	}
	explicit_bzero(output, OUTPUT_MAX);
	free(output);
	return r;
}

/* When to start the next run, so that it has ended before the token expires. */
static int64_t renew_time(const struct credential *credential, int64_t now)
{
	int64_t early = (ms_of(credential->expires_at) - now) / RENEW_PART;

	if (early > RENEW_EARLY_MS)
		early = RENEW_EARLY_MS;
	return ms_of(credential->expires_at) - early;
}

/* Takes the result of a run. With the lock. A failed run leaves the old token in use while that is
 * valid. */
static void settle(struct token_command *c, int r, struct credential *credential,
	const struct err *why)
{
	int64_t now = ms_of(clock_real());

	if (r == 0) {
		secret_wipe(&c->credential.token);
		c->credential = *credential;
		c->renew_ms = renew_time(credential, now);
	} else {
		c->renew_ms = now + RENEW_AGAIN_MS;
		c->why = *why;
	}
	c->result = r;
	c->runs++;
	c->is_refused = c->is_refused && r < 0;
	c->is_running = false;
	pthread_cond_broadcast(&c->changed);
}

static void *command_thread(void *arg)
{
	struct token_command *c = arg;
	struct credential credential = {.expires = false};
	struct err why = {""};
	int r = run_command(c, &credential, &why);

	pthread_mutex_lock(&c->lock);
	settle(c, r, &credential, &why);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* With the lock, as all functions below. */
static int start_locked(struct token_command *c)
{
	int r;

	if (c->is_running)
		return 0;
	if (c->has_thread) /* it has ended, except for its last instructions */
		pthread_join(c->thread, NULL);
	r = pthread_create(&c->thread, NULL, command_thread, c);
	c->has_thread = r == 0;
	c->is_running = r == 0;
	return -r;
}

static int wait_for_run(struct token_command *c, const struct op *op, struct err *err)
{
	uint64_t runs = c->runs;
	int r = start_locked(c);

	if (r < 0)
		return err_set(err, -r, "no thread can be started: %s", strerror(-r));
	while (c->runs == runs && !c->is_stopping) {
		if (!clock_cond_wait(&c->changed, &c->lock, op->deadline_ms))
			return err_set(err, ETIMEDOUT,
				"token_command: %s has not ended yet", c->argv[0]);
	}
	if (c->is_stopping)
		return err_set(err, ESHUTDOWN, "the mount is ending");
	return c->result < 0 ? err_set(err, -c->result, "%s", c->why.text) : 0;
}

static bool is_usable(const struct token_command *c, int64_t now)
{
	return c->credential.token.bytes && !c->is_refused &&
	       (!c->credential.expires || now < ms_of(c->credential.expires_at));
}

void token_command_forget(struct token_command *c)
{
	pthread_mutex_lock(&c->lock);
	c->is_refused = true;
	pthread_mutex_unlock(&c->lock);
}

int token_command_get(struct token_command *c, const struct op *op, bool again,
	struct secret *ret, struct err *err)
{
	int64_t now = ms_of(clock_real());
	int r = 0;

	pthread_mutex_lock(&c->lock);
	/* Another caller may have got a new token since. */
	if (again && secret_equal(ret, &c->credential.token))
		c->is_refused = true;
	if (c->is_stopping)
		r = err_set(err, ESHUTDOWN, "the mount is ending");
	else if (!is_usable(c, now))
		r = wait_for_run(c, op, err);
	else if (c->credential.expires && now >= c->renew_ms)
		(void)start_locked(c);
	if (r == 0)
		r = secret_set(ret, c->credential.token.bytes, c->credential.token.len);
	pthread_mutex_unlock(&c->lock);
	return r;
}
