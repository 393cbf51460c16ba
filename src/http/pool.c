/* SPDX-License-Identifier: MIT */
/* One thread owns curl. Callers hand it a transfer and wait. One rule governs the file: whether a
 * request goes out is decided under the lock, between the thread that is about to send it
 * (pool_before_send) and the caller that leaves (pool_abandon). */
#include "pool.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include "base/clock.h"
#include "base/file.h"

#define POOL_HOST_CONNECTIONS 32L
#define POOL_IDLE_MS	      60000 /* longest poll while idle; a wake-up ends it */
/* Longest poll while requests are under way. Over HTTP/2 curl 7.88 may read the end of an answer
 * without a body (a 304) and not notice it until the next perform, which none of its sockets and
 * timers triggers. */
#define POOL_NUDGE_MS	25
#define POOL_CACERT_MAX (8u << 20)

struct http {
	char *cacert;
	char *user_agent;
	bool direct;
	pthread_t thread;
	CURLM *multi; /* used by the thread only, except for curl_multi_wakeup */
	/* Used by the thread only: TLS sessions, so that new connections can resume them. */
	CURLSH *share;
	struct transfer_list running; /* used by the thread only; a reference each */
	/* Used by the thread only: the last request got no answer in time, so the existing
	 * connections may be dead (a NAT forgot them, the peer lost power). Requests use new
	 * connections until one is answered. */
	bool suspect;

	/* Protects the members below, and those that transfer.h and pool.h name. */
	pthread_mutex_t lock;
	struct transfer_queue arrived; /* a reference each, oldest first */
	LIST_HEAD(, waiter) waiters;
	bool shut;
};

/* curl calls this just before the first byte of a request, and again when it repeats the request by
 * itself because a reused connection broke. The server may have read the request the first time, so
 * one that is not repeatable is then aborted. On a connection of its own, curl repeats a request
 * only after REFUSED_STREAM, which means that the server did not process it (RFC 9113 8.7). */
static int pool_before_send(
	void *arg, char *peer, char *local, int peer_port, int local_port)
{
	struct transfer *transfer = arg;
	bool go;

	pthread_mutex_lock(&transfer->http->lock);
	go = !transfer->abandoned &&
	     (transfer->repeatable || !transfer->sent || transfer->is_alone);
	transfer->sent |= go;
	pthread_mutex_unlock(&transfer->http->lock);
	return go ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/* Takes the transfer off the running list and hands the result to its caller, if that has not left.
 */
static void pool_finish(struct http *http, struct transfer *transfer, CURLcode result)
{
	LIST_REMOVE(transfer, link);
	if (transfer->easy)
		curl_multi_remove_handle(http->multi, transfer->easy);
	transfer_collect(transfer, result);
	http->suspect &= result != CURLE_OK;
	pthread_mutex_lock(&http->lock);
	transfer->done = true;
	if (transfer->waiter)
		pthread_cond_signal(&transfer->waiter->cond);
	pthread_mutex_unlock(&http->lock);
	transfer_unref(transfer);
}

/* Ends a transfer whose caller has left. A connection that did not answer is not used again. */
static void pool_drop(struct http *http, struct transfer *transfer)
{
	if (transfer->easy && transfer->sent) {
		curl_easy_setopt(transfer->easy, CURLOPT_FORBID_REUSE, 1L);
		http->suspect = true;
	}
	pool_finish(http, transfer, CURLE_ABORTED_BY_CALLBACK);
}

static void pool_start(struct http *http, struct transfer *transfer)
{
	struct transfer_settings settings = {
		.share = http->share,
		.cacert = http->cacert,
		.user_agent = http->user_agent,
		.fresh = http->suspect,
		.direct = http->direct,
		.before_send = pool_before_send,
	};

	LIST_INSERT_HEAD(&http->running, transfer, link);
	if (transfer_prepare(transfer, &settings) < 0 ||
		curl_multi_add_handle(http->multi, transfer->easy) != CURLM_OK)
		pool_finish(http, transfer, CURLE_OUT_OF_MEMORY);
}

/* Starts the transfers that have arrived and ends those whose caller has left. Returns false once
 * the pool is shut down. */
static bool pool_take(struct http *http)
{
	struct transfer_queue arrived = STAILQ_HEAD_INITIALIZER(arrived);
	struct transfer_list gone = LIST_HEAD_INITIALIZER(gone);
	struct transfer *transfer, *next;
	bool shut;

	pthread_mutex_lock(&http->lock);
	shut = http->shut;
	STAILQ_CONCAT(&arrived, &http->arrived);
	for (transfer = LIST_FIRST(&http->running); transfer; transfer = next) {
		next = LIST_NEXT(transfer, link);
		if (!transfer->abandoned)
			continue;
		LIST_REMOVE(transfer, link);
		LIST_INSERT_HEAD(&gone, transfer, link);
	}
	pthread_mutex_unlock(&http->lock);

	while ((transfer = LIST_FIRST(&gone)))
		pool_drop(http, transfer);
	while ((transfer = STAILQ_FIRST(&arrived))) {
		STAILQ_REMOVE_HEAD(&arrived, arrival);
		pool_start(http, transfer);
	}
	return !shut;
}

static void pool_reap(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		CURLcode result = message->data.result;
		char *transfer;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		pool_finish(http, (struct transfer *)transfer, result);
	}
}

static void *pool_thread(void *arg)
{
	struct http *http = arg;
	int running;

	while (pool_take(http)) {
		curl_multi_perform(http->multi, &running);
		pool_reap(http);
		curl_multi_poll(http->multi, NULL, 0,
			LIST_EMPTY(&http->running) ? POOL_IDLE_MS : POOL_NUDGE_MS, NULL);
	}
	while (!LIST_EMPTY(&http->running))
		pool_finish(http, LIST_FIRST(&http->running), CURLE_ABORTED_BY_CALLBACK);
	return NULL;
}

static void pool_on_cancel(void *arg)
{
	struct waiter *waiter = arg;

	pthread_mutex_lock(&waiter->http->lock);
	waiter->cancelled = true;
	pthread_cond_signal(&waiter->cond);
	pthread_mutex_unlock(&waiter->http->lock);
}

void pool_enter(struct http *http, struct waiter *waiter, struct cancel *cancel)
{
	*waiter = (struct waiter){.http = http};
	clock_cond_init(&waiter->cond);
	pthread_mutex_lock(&http->lock);
	LIST_INSERT_HEAD(&http->waiters, waiter, link);
	pthread_mutex_unlock(&http->lock);
	cancel_hook(cancel, pool_on_cancel, waiter);
}

void pool_leave(struct waiter *waiter, struct cancel *cancel)
{
	cancel_unhook(cancel);
	pthread_mutex_lock(&waiter->http->lock);
	LIST_REMOVE(waiter, link);
	pthread_mutex_unlock(&waiter->http->lock);
	pthread_cond_destroy(&waiter->cond);
}

/* Under the lock: the error with which the waiter must stop waiting, or 0. */
static int waiter_reason(const struct waiter *waiter)
{
	if (waiter->http->shut)
		return -ESHUTDOWN;
	return waiter->cancelled ? -EINTR : 0;
}

/* Under the lock: the caller leaves. If the request has not gone out yet, it will not. */
static void pool_abandon(struct http *http, struct transfer *transfer)
{
	transfer->abandoned = true;
	transfer->waiter = NULL;
	curl_multi_wakeup(http->multi);
}

int pool_run(struct waiter *waiter, struct transfer *transfer, bool *ret_sent)
{
	struct http *http = waiter->http;
	bool in_time = true;
	int r;

	pthread_mutex_lock(&http->lock);
	r = waiter_reason(waiter);
	if (r == 0) {
		transfer->waiter = waiter;
		transfer_ref(transfer);
		STAILQ_INSERT_TAIL(&http->arrived, transfer, arrival);
		curl_multi_wakeup(http->multi);
	}
	while (r == 0 && !transfer->done && in_time) {
		in_time =
			clock_cond_wait(&waiter->cond, &http->lock, transfer->deadline_ms);
		r = transfer->done ? 0 : waiter_reason(waiter);
	}
	if (r == 0 && !transfer->done)
		r = -ETIMEDOUT;
	if (transfer->done && transfer->result != CURLE_OK &&
		http->shut) /* ended by the pool's thread */
		r = -ESHUTDOWN;
	if (transfer->waiter && !transfer->done)
		pool_abandon(http, transfer);
	*ret_sent = transfer->sent;
	pthread_mutex_unlock(&http->lock);
	return r;
}

int pool_sleep(struct waiter *waiter, uint64_t until_ms)
{
	struct http *http = waiter->http;
	bool in_time = true;
	int r;

	pthread_mutex_lock(&http->lock);
	while ((r = waiter_reason(waiter)) == 0 && in_time)
		in_time = clock_cond_wait(&waiter->cond, &http->lock, until_ms);
	pthread_mutex_unlock(&http->lock);
	return r;
}

static void pool_init_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static int pool_check_cacert(const char *path, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT(POOL_CACERT_MAX);
	int r = path ? file_read(path, &text) : 0;

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return err_set(err, EINVAL, "cacert %s: %s", path, strerror(-r));
	if (path && !strstr(buf_str(&text), "CERTIFICATE-----"))
		return err_set(
			err, EINVAL, "cacert %s: the file has no PEM certificate", path);
	return 0;
}

static int pool_init_handles(struct http *http, const struct http_options *options)
{
	http->direct = options->direct;
	http->user_agent = strdup(options->user_agent ? options->user_agent : "vpcfs");
	http->cacert = options->cacert ? strdup(options->cacert) : NULL;
	http->multi = curl_multi_init();
	http->share = curl_share_init();
	if (!http->user_agent || (options->cacert && !http->cacert) || !http->multi ||
		!http->share)
		return -ENOMEM;
	curl_share_setopt(http->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	curl_multi_setopt(
		http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, POOL_HOST_CONNECTIONS);
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, POOL_HOST_CONNECTIONS);
	return 0;
}

static void http_release(struct http *http)
{
	curl_multi_cleanup(http->multi);
	curl_share_cleanup(http->share);
	pthread_mutex_destroy(&http->lock);
	free(http->cacert);
	free(http->user_agent);
	free(http);
}

/* The main thread handles signals. This thread, and the resolver threads that it starts, block all.
 */
static int pool_start_thread(struct http *http)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&http->thread, NULL, pool_thread, http);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r == 0)
		pthread_setname_np(http->thread, "vpcfs-http");
	return -r;
}

int http_new(const struct http_options *options, struct http **ret, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http *http;
	int r = pool_check_cacert(options->cacert, err);

	if (r < 0)
		return r;
	pthread_once(&once, pool_init_curl);
	http = calloc(1, sizeof(*http));
	if (!http)
		return -ENOMEM;
	pthread_mutex_init(&http->lock, NULL);
	STAILQ_INIT(&http->arrived);
	r = pool_init_handles(http, options);
	if (r == 0 && pool_start_thread(http) < 0)
		r = err_set(err, EAGAIN, "the network thread cannot be started");
	if (r < 0) {
		http_release(http);
		return r;
	}
	*ret = http;
	return 0;
}

void http_shut_down(struct http *http)
{
	struct waiter *waiter;

	pthread_mutex_lock(&http->lock);
	http->shut = true;
	LIST_FOREACH(waiter, &http->waiters, link)
	pthread_cond_signal(&waiter->cond);
	curl_multi_wakeup(http->multi);
	pthread_mutex_unlock(&http->lock);
}

void http_free(struct http *http)
{
	if (!http)
		return;
	http_shut_down(http);
	pthread_join(http->thread, NULL);
	http_release(http);
}

const char *http_library_version(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}
