/* SPDX-License-Identifier: MIT */
/* One attempt at one request: what curl is told, and what is taken out of it. */
#include "job.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "retry.h"

/* Below the idle limits of common load balancers (60 s and more). */
#define JOB_CONN_IDLE_S 50L
/* So that changes of DNS are seen. */
#define JOB_CONN_LIFETIME_S 600L
#define JOB_KEEPALIVE_S	    30L
#define JOB_READ_SIZE	    65536L

static int job_add_header(struct job *job, const char *line)
{
	struct curl_slist *grown = curl_slist_append(job->headers, line);

	if (!grown)
		return -ENOMEM;
	job->headers = grown;
	return 0;
}

static int job_fill_headers(struct job *job, const struct http_request *request)
{
	char bearer[SECRET_MAX + 32];
	int r = job_add_header(job, "Expect:"); /* no 100-continue */

	for (size_t i = 0; r == 0 && request->headers && request->headers[i]; i++)
		r = job_add_header(job, request->headers[i]);
	if (r == 0 && request->bearer && request->bearer->bytes) {
		snprintf(bearer, sizeof(bearer), "Authorization: Bearer %s",
			request->bearer->bytes);
		r = job_add_header(job, bearer);
		explicit_bzero(bearer, sizeof(bearer));
	}
	return r;
}

struct job *job_new(struct http *http, const struct http_request *request,
	uint64_t deadline_ms, size_t answer_max, bool fresh)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	atomic_init(&job->refs, 1);
	job->http = http;
	job->deadline_ms = deadline_ms;
	job->fresh = fresh;
	job->repeatable = request->repeatable;
	job->speaks_http2 = request->speaks_http2;
	http_answer_init(&job->answer, answer_max);
	job->method = strdup(request->method);
	job->url = strdup(request->url);
	if (request->body)
		job->body = malloc(request->body_len + 1);
	if (!job->method || !job->url || (request->body && !job->body) ||
		job_fill_headers(job, request) < 0) {
		job_unref(job);
		return NULL;
	}
	if (request->body) {
		memcpy(job->body, request->body, request->body_len);
		job->body[request->body_len] = '\0';
		job->body_len = request->body_len;
	}
	return job;
}

void job_ref(struct job *job)
{
	atomic_fetch_add(&job->refs, 1);
}

void job_unref(struct job *job)
{
	if (!job || atomic_fetch_sub(&job->refs, 1) != 1)
		return;
	for (struct curl_slist *line = job->headers; line; line = line->next)
		explicit_bzero(line->data, strlen(line->data));
	curl_slist_free_all(job->headers);
	http_answer_release(&job->answer);
	free(job->method);
	free(job->url);
	free(job->body);
	free(job);
}

/* An answer that is no success has a limit of its own. */
static void job_limit_body(struct job *job)
{
	struct buf *body = &job->answer.body;
	long status = 0;

	curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status);
	if ((status < 200 || status > 299) && body->max > HTTP_ERROR_MAX)
		body->max = HTTP_ERROR_MAX;
}

static size_t job_on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct job *job = arg;
	int r;

	if (!job->answer.body.len)
		job_limit_body(job);
	r = buf_add(&job->answer.body, bytes, size * count);
	job->too_large |= r == -EFBIG;
	job->no_memory |= r == -ENOMEM;
	return r < 0 ? 0 : size * count;
}

/* Method and body. Returns 0 or what curl said. */
static unsigned job_set_request(struct job *job, const struct job_settings *settings)
{
	CURL *easy = job->easy;
	unsigned r = curl_easy_setopt(easy, CURLOPT_URL, job->url);

	r |= curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	r |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, job->headers);
	if (job->body) {
		r |= curl_easy_setopt(
			easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)job->body_len);
		r |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, job->body);
	}
	r |= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, job->method);
	r |= curl_easy_setopt(
		easy, CURLOPT_FRESH_CONNECT, job->fresh || settings->fresh ? 1L : 0L);
	return r;
}

static unsigned job_set_callbacks(struct job *job, const struct job_settings *settings)
{
	CURL *easy = job->easy;
	unsigned r = curl_easy_setopt(easy, CURLOPT_PRIVATE, job);

	r |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, job->details);
	r |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, job_on_body);
	r |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, job);
	r |= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, settings->before_send);
	r |= curl_easy_setopt(easy, CURLOPT_PREREQDATA, job);
	return r;
}

/* Without HTTP/2 curl refuses either and speaks 1.1. */
static void job_set_version(struct job *job, bool is_tls)
{
	if (is_tls || !job->speaks_http2) {
		(void)curl_easy_setopt(
			job->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
		return;
	}
	(void)curl_easy_setopt(
		job->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
	/* Before 8.0 the second request of such a connection fails (curl's issue 10634). */
	job->is_alone = curl_version_info(CURLVERSION_NOW)->version_num < 0x080000;
	if (job->is_alone) {
		(void)curl_easy_setopt(job->easy, CURLOPT_FRESH_CONNECT, 1L);
		(void)curl_easy_setopt(job->easy, CURLOPT_FORBID_REUSE, 1L);
	}
}

static unsigned job_set_transport(struct job *job, const struct job_settings *settings)
{
	CURL *easy = job->easy;
	uint64_t now = clock_mono_ms();
	bool is_tls = strncasecmp(job->url, "https:", 6) == 0;
	long left = job->deadline_ms > now ? (long)(job->deadline_ms - now) : 1;
	unsigned r = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);

	r |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	r |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	r |= curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	/* Over TLS one connection may serve all. In clear it does not, which curl would only
	 * believe after the first answer: all others would wait for a server that hangs. */
	r |= curl_easy_setopt(easy, CURLOPT_PIPEWAIT, is_tls ? 1L : 0L);
	r |= curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	r |= curl_easy_setopt(easy, CURLOPT_USERAGENT, settings->user_agent);
	r |= curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, JOB_READ_SIZE);
	r |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, left + 1000);
	r |= curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, JOB_CONN_IDLE_S);
	r |= curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, JOB_CONN_LIFETIME_S);
	r |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	r |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, JOB_KEEPALIVE_S);
	r |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, JOB_KEEPALIVE_S);
	/* Else removing a handle waits for a getaddrinfo(3) that hangs. */
	r |= curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	r |= curl_easy_setopt(easy, CURLOPT_SHARE, settings->share);
	r |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (settings->direct)
		r |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (settings->cacert) {
		r |= curl_easy_setopt(easy, CURLOPT_CAINFO, settings->cacert);
		r |= curl_easy_setopt(easy, CURLOPT_CAPATH, NULL); /* only that file */
	}
	job_set_version(job, is_tls);
	return r;
}

int job_prepare(struct job *job, const struct job_settings *settings)
{
	job->easy = curl_easy_init();
	if (!job->easy || job_set_request(job, settings) ||
		job_set_callbacks(job, settings) || job_set_transport(job, settings))
		return -ENOMEM;
	return 0;
}

/* Headers and trailers, which curl calls headers, too, over HTTP/2. */
static void job_copy_headers(struct job *job)
{
	struct buf *headers = &job->answer.headers;
	struct curl_header *header = NULL;
	int r = 0;

	while (r != -ENOMEM && (header = curl_easy_nextheader(job->easy,
					CURLH_HEADER | CURLH_TRAILER, -1, header))) {
		size_t len = headers->len;

		r = buf_add(headers, header->name, strlen(header->name) + 1);
		if (r == 0)
			r = buf_add(headers, header->value, strlen(header->value) + 1);
		if (r < 0) /* half of one is worse than none */
			(void)buf_resize(headers, len);
	}
	job->no_memory |= r == -ENOMEM;
}

void job_collect(struct job *job, CURLcode result)
{
	struct http_answer *answer = &job->answer;
	long status = 0;

	if (job->easy) {
		curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(job->easy, CURLINFO_OS_ERRNO, &job->os_errno);
		answer->status = (int)status;
		job_copy_headers(job);
		answer->retry_after_ms = retry_parse_after(
			http_answer_header(answer, "Retry-After"), time(NULL));
		curl_easy_cleanup(job->easy);
		job->easy = NULL;
	}
	job->result = job->no_memory ? CURLE_OUT_OF_MEMORY : result;
}
