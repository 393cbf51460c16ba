/* SPDX-License-Identifier: MIT */
/* Turns curl's result into an errno and a sentence: one table, and rows for the results that depend
 * on more than curl's code. */
#include "curl_error.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/utf8.h"

#define CLOSED "the connection was closed without an answer"

static const struct curl_error_row {
	CURLcode code;
	int errnum;
	const char *sentence;
} curl_error_rows[] = {
	{CURLE_COULDNT_RESOLVE_HOST, EHOSTUNREACH, "the name cannot be resolved"},
	{CURLE_COULDNT_RESOLVE_PROXY, EHOSTUNREACH, "the proxy's name cannot be resolved"},
	{CURLE_URL_MALFORMAT, EHOSTUNREACH, "the URL cannot be used"},
	{CURLE_PROXY, EHOSTUNREACH, "the proxy refused the connection"},
	{CURLE_OPERATION_TIMEDOUT, ETIMEDOUT, "no answer in time"},
	{CURLE_SSL_CONNECT_ERROR, EPROTO, "TLS failed"},
	{CURLE_PEER_FAILED_VERIFICATION, EPROTO, "the server's certificate is not trusted"},
	{CURLE_SSL_ENGINE_NOTFOUND, EPROTO, "TLS failed"},
	{CURLE_SSL_ENGINE_SETFAILED, EPROTO, "TLS failed"},
	{CURLE_SSL_CERTPROBLEM, EPROTO, "TLS failed"},
	{CURLE_SSL_CIPHER, EPROTO, "TLS failed"},
	{CURLE_USE_SSL_FAILED, EPROTO, "TLS failed"},
	{CURLE_SSL_ENGINE_INITFAILED, EPROTO, "TLS failed"},
	{CURLE_SSL_CACERT_BADFILE, EPROTO, "the CA certificate file cannot be used"},
	{CURLE_SSL_SHUTDOWN_FAILED, EPROTO, "TLS failed"},
	{CURLE_SSL_CRL_BADFILE, EPROTO, "TLS failed"},
	{CURLE_SSL_ISSUER_ERROR, EPROTO, "the server's certificate is not trusted"},
	{CURLE_SSL_INVALIDCERTSTATUS, EPROTO, "the server's certificate is not trusted"},
	{CURLE_PARTIAL_FILE, EBADMSG, "the answer was cut"},
	{CURLE_BAD_CONTENT_ENCODING, EBADMSG, "the answer's encoding is broken"},
	{CURLE_WRITE_ERROR, EBADMSG, "the answer could not be stored"},
	{CURLE_FILESIZE_EXCEEDED, EBADMSG, "the answer is too large"},
	{CURLE_WEIRD_SERVER_REPLY, EBADMSG, "the answer is not HTTP"},
	{CURLE_UNSUPPORTED_PROTOCOL, EBADMSG, "the answer is not HTTP"},
	{CURLE_GOT_NOTHING, EREMOTEIO, CLOSED},
	{CURLE_SEND_ERROR, EREMOTEIO, "the connection broke while sending"},
	{CURLE_RECV_ERROR, EREMOTEIO, "the connection broke without an answer"},
	{CURLE_ABORTED_BY_CALLBACK, EREMOTEIO, "the connection broke without an answer"},
	{CURLE_HTTP2, EREMOTEIO, "the HTTP/2 connection failed"},
	{CURLE_HTTP2_STREAM, EREMOTEIO, "the server ended the HTTP/2 stream"},
	{CURLE_OUT_OF_MEMORY, ENOMEM, "out of memory"},
};

static const struct curl_error_row curl_error_other = {
	CURL_LAST, EREMOTEIO, "the request failed"};
static const struct curl_error_row curl_error_cut = {
	CURL_LAST, EBADMSG, "the connection broke in the middle of the answer"};
/* curl calls it a partial file when HTTP/2 ends before any answer. */
static const struct curl_error_row curl_error_closed = {CURL_LAST, EREMOTEIO, CLOSED};
static const struct curl_error_row curl_error_too_large = {
	CURL_LAST, EBADMSG, "the answer is larger than this program accepts"};
static const struct curl_error_row curl_error_refused = {
	CURL_LAST, ECONNREFUSED, "the connection was refused"};
static const struct curl_error_row curl_error_connect_slow = {
	CURL_LAST, ETIMEDOUT, "the connection was not made in time"};
static const struct curl_error_row curl_error_no_route = {
	CURL_LAST, EHOSTUNREACH, "no connection can be made"};

static const struct curl_error_row *curl_error_find(const struct curl_error *error)
{
	const struct curl_error_row *row = &curl_error_other;

	if (error->too_large)
		return &curl_error_too_large;
	if (error->curl_code == CURLE_COULDNT_CONNECT)
		return error->os_errno == ECONNREFUSED ? &curl_error_refused
		       : error->os_errno == ETIMEDOUT  ? &curl_error_connect_slow
						       : &curl_error_no_route;
	if (error->curl_code == CURLE_PARTIAL_FILE && !error->status)
		return &curl_error_closed;
	for (size_t i = 0; i < ARRAY_LEN(curl_error_rows); i++) {
		if ((int)curl_error_rows[i].code == error->curl_code)
			row = &curl_error_rows[i];
	}
	return row->errnum == EREMOTEIO && error->status ? &curl_error_cut : row;
}

int curl_error_errnum(const struct curl_error *error)
{
	return curl_error_find(error)->errnum;
}

void curl_error_describe(const struct curl_error *error, char *out, size_t size)
{
	const struct curl_error_row *row = curl_error_find(error);
	char text[CURL_ERROR_SIZE + 128];
	int n;

	if (error->details[0] && !error->too_large &&
		error->curl_code != CURLE_ABORTED_BY_CALLBACK)
		n = snprintf(text, sizeof(text), "%s (%s)", row->sentence, error->details);
	else
		n = snprintf(text, sizeof(text), "%s", row->sentence);
	if (n >= (int)sizeof(text))
		n = sizeof(text) - 1;
	utf8_clean(out, size, text, (size_t)n);
}

void curl_error_name_peer(const char *url, char out[CURL_ERROR_PEER_MAX])
{
	const char *at = strstr(url, "://"), *host = at ? at + 3 : url, *colon;
	int len = (int)strcspn(host, "/?#");
	bool tls = strncasecmp(url, "https:", 6) == 0;

	at = memrchr(host, '@', (size_t)len);
	if (at) {
		len -= (int)(at + 1 - host);
		host = at + 1;
	}
	colon = memrchr(host, ':', (size_t)len);
	if (colon && !memchr(colon, ']', (size_t)(host + len - colon)))
		snprintf(out, CURL_ERROR_PEER_MAX, "%.*s", len, host);
	else
		snprintf(out, CURL_ERROR_PEER_MAX, "%.*s:%d", len, host, tls ? 443 : 80);
}
