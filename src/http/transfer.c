/* SPDX-License-Identifier: MIT */
/* One attempt at one request: the options that curl gets, and the result that it returns. */
#include "transfer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "retry.h"

/* Shorter than the idle limits of common load balancers (60 s and more). */
#define TRANSFER_CONN_IDLE_S 50L
/* Limited, so that changes in DNS take effect. */
#define TRANSFER_CONN_LIFETIME_S 600L
#define TRANSFER_KEEPALIVE_S	 30L
#define TRANSFER_READ_SIZE	 65536L

static int transfer_add_header(struct transfer *transfer, const char *line)
{
	struct curl_slist *grown = curl_slist_append(transfer->headers, line);

	if (!grown)
		return -ENOMEM;
	transfer->headers = grown;
	return 0;
}

static int transfer_fill_headers(
	struct transfer *transfer, const struct http_request *request)
{
	char bearer[SECRET_MAX + 32];
	int r = transfer_add_header(transfer, "Expect:"); /* no 100-continue */

	for (size_t i = 0; r == 0 && request->headers && request->headers[i]; i++)
		r = transfer_add_header(transfer, request->headers[i]);
	if (r == 0 && request->bearer && request->bearer->bytes) {
		snprintf(bearer, sizeof(bearer), "Authorization: Bearer %s",
			request->bearer->bytes);
		r = transfer_add_header(transfer, bearer);
		explicit_bzero(bearer, sizeof(bearer));
	}
	return r;
}

struct transfer *transfer_new(struct http *http, const struct http_request *request,
	uint64_t deadline_ms, size_t answer_max, bool fresh)
{
	struct transfer *transfer = calloc(1, sizeof(*transfer));

	if (!transfer)
		return NULL;
	atomic_init(&transfer->refs, 1);
	transfer->http = http;
	transfer->deadline_ms = deadline_ms;
	transfer->fresh = fresh;
	transfer->repeatable = request->repeatable;
	transfer->speaks_http2 = request->speaks_http2;
	http_answer_init(&transfer->answer, answer_max);
	transfer->method = strdup(request->method);
	transfer->url = strdup(request->url);
	if (request->body)
		transfer->body = malloc(request->body_len + 1);
	if (!transfer->method || !transfer->url || (request->body && !transfer->body) ||
		transfer_fill_headers(transfer, request) < 0) {
		transfer_unref(transfer);
		return NULL;
	}
	if (request->body) {
		memcpy(transfer->body, request->body, request->body_len);
		transfer->body[request->body_len] = '\0';
		transfer->body_len = request->body_len;
	}
	return transfer;
}

void transfer_ref(struct transfer *transfer)
{
	atomic_fetch_add(&transfer->refs, 1);
}

void transfer_unref(struct transfer *transfer)
{
	if (!transfer || atomic_fetch_sub(&transfer->refs, 1) != 1)
		return;
	for (struct curl_slist *line = transfer->headers; line; line = line->next)
		explicit_bzero(line->data, strlen(line->data));
	curl_slist_free_all(transfer->headers);
	http_answer_release(&transfer->answer);
	free(transfer->method);
	free(transfer->url);
	free(transfer->body);
	free(transfer);
}

/* An answer whose status is not 2xx has a lower limit. */
static void transfer_limit_body(struct transfer *transfer)
{
	struct buf *body = &transfer->answer.body;
	long status = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if ((status < 200 || status > 299) && body->max > HTTP_ERROR_MAX)
		body->max = HTTP_ERROR_MAX;
}

static size_t transfer_on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	int r;

	if (!transfer->answer.body.len)
		transfer_limit_body(transfer);
	r = buf_add(&transfer->answer.body, bytes, size * count);
	transfer->too_large |= r == -EFBIG;
	transfer->no_memory |= r == -ENOMEM;
	return r < 0 ? 0 : size * count;
}

/* Sets URL, headers, method and body. Returns 0, or curl's errors or-ed together. */
static unsigned transfer_set_request(
	struct transfer *transfer, const struct transfer_settings *settings)
{
	CURL *easy = transfer->easy;
	unsigned r = curl_easy_setopt(easy, CURLOPT_URL, transfer->url);

	r |= curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	r |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	if (transfer->body) {
		r |= curl_easy_setopt(
			easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->body_len);
		r |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body);
	}
	r |= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, transfer->method);
	r |= curl_easy_setopt(
		easy, CURLOPT_FRESH_CONNECT, transfer->fresh || settings->fresh ? 1L : 0L);
	return r;
}

static unsigned transfer_set_callbacks(
	struct transfer *transfer, const struct transfer_settings *settings)
{
	CURL *easy = transfer->easy;
	unsigned r = curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);

	r |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->details);
	r |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, transfer_on_body);
	r |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	r |= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, settings->before_send);
	r |= curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
	return r;
}

/* A curl that was built without HTTP/2 refuses these options and speaks HTTP/1.1. */
static void transfer_set_version(struct transfer *transfer, bool is_tls)
{
	if (is_tls || !transfer->speaks_http2) {
		(void)curl_easy_setopt(
			transfer->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
		return;
	}
	(void)curl_easy_setopt(transfer->easy, CURLOPT_HTTP_VERSION,
		(long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
	/* Before curl 8.0 the second request on such a connection fails (curl issue 10634). */
	transfer->is_alone = curl_version_info(CURLVERSION_NOW)->version_num < 0x080000;
	if (transfer->is_alone) {
		(void)curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, 1L);
		(void)curl_easy_setopt(transfer->easy, CURLOPT_FORBID_REUSE, 1L);
	}
}

static unsigned transfer_set_transport(
	struct transfer *transfer, const struct transfer_settings *settings)
{
	CURL *easy = transfer->easy;
	uint64_t now = clock_mono_ms();
	bool is_tls = strncasecmp(transfer->url, "https:", 6) == 0;
	long left = transfer->deadline_ms > now ? (long)(transfer->deadline_ms - now) : 1;
	unsigned r = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);

	r |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	r |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	r |= curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	/* Over TLS one connection may serve all requests. Without TLS it cannot, but curl finds
	 * that out from the first answer only: all other requests would wait for a server that
	 * hangs. */
	r |= curl_easy_setopt(easy, CURLOPT_PIPEWAIT, is_tls ? 1L : 0L);
	r |= curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	r |= curl_easy_setopt(easy, CURLOPT_USERAGENT, settings->user_agent);
	r |= curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, TRANSFER_READ_SIZE);
	r |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, left + 1000);
	r |= curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, TRANSFER_CONN_IDLE_S);
	r |= curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, TRANSFER_CONN_LIFETIME_S);
	r |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	r |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, TRANSFER_KEEPALIVE_S);
	r |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, TRANSFER_KEEPALIVE_S);
	/* Without this, removing a handle waits for a getaddrinfo(3) that hangs. */
	r |= curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	r |= curl_easy_setopt(easy, CURLOPT_SHARE, settings->share);
	r |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (settings->direct)
		r |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (settings->cacert) {
		r |= curl_easy_setopt(easy, CURLOPT_CAINFO, settings->cacert);
		r |= curl_easy_setopt(easy, CURLOPT_CAPATH, NULL); /* only that file */
	}
	transfer_set_version(transfer, is_tls);
	return r;
}

int transfer_prepare(struct transfer *transfer, const struct transfer_settings *settings)
{
	transfer->easy = curl_easy_init();
	if (!transfer->easy || transfer_set_request(transfer, settings) ||
		transfer_set_callbacks(transfer, settings) ||
		transfer_set_transport(transfer, settings))
		return -ENOMEM;
	return 0;
}

/* Copies headers and trailers. Over HTTP/2 curl counts trailers as headers. */
static void transfer_copy_headers(struct transfer *transfer)
{
	struct buf *headers = &transfer->answer.headers;
	struct curl_header *header = NULL;
	int r = 0;

	while (r != -ENOMEM && (header = curl_easy_nextheader(transfer->easy,
					CURLH_HEADER | CURLH_TRAILER, -1, header))) {
		size_t len = headers->len;

		r = buf_add(headers, header->name, strlen(header->name) + 1);
		if (r == 0)
			r = buf_add(headers, header->value, strlen(header->value) + 1);
		if (r < 0) /* keep no half of a header */
			(void)buf_resize(headers, len);
	}
	transfer->no_memory |= r == -ENOMEM;
}

void transfer_collect(struct transfer *transfer, CURLcode result)
{
	struct http_answer *answer = &transfer->answer;
	long status = 0;

	if (transfer->easy) {
		curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &transfer->os_errno);
		answer->status = (int)status;
		transfer_copy_headers(transfer);
		answer->retry_after_ms = retry_parse_after(
			http_answer_header(answer, "Retry-After"), time(NULL));
		curl_easy_cleanup(transfer->easy);
		transfer->easy = NULL;
	}
	transfer->result = transfer->no_memory ? CURLE_OUT_OF_MEMORY : result;
}
