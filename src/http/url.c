/* SPDX-License-Identifier: MIT */
/* Parses a URL with curl. curl normalises every form of an IPv4 address, so whether the host is
 * loopback is decided by the address that will be connected to. */
#include "http/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include "base/cleanup.h"

#define URL_MAX 1024

static void cleanup_curl_url(CURLU **handle)
{
	curl_url_cleanup(*handle);
}

static void cleanup_curl_text(char **text)
{
	curl_free(*text);
}

static int url_refuse(const char *text, CURLUcode code, struct err *err)
{
	if (code == CURLUE_OUT_OF_MEMORY)
		return err_set(err, ENOMEM, "out of memory");
	if (code == CURLUE_USER_NOT_ALLOWED || strchr(text, '@'))
		return err_set(err, EINVAL,
			"a URL must not have a user or password: others would see it");
	return err_set(err, EINVAL,
		"not a URL that starts with https:// and has a host "
		"(%s): %.200s",
		curl_url_strerror(code), text);
}

static bool host_is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	char inner[INET6_ADDRSTRLEN];
	size_t len = strlen(host);

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (host[0] != '[' || len < 2 || len - 2 >= sizeof(inner))
		return strcasecmp(host, "localhost") == 0;
	memcpy(inner, host + 1, len - 2);
	inner[len - 2] = '\0';
	return inet_pton(AF_INET6, inner, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/* Checks the URL that curl has parsed, and moves it into ret. */
static int url_take(CURLU *handle, const char *text, struct url *ret, struct err *err)
{
	CLEANUP(cleanup_curl_text) char *whole = NULL, *scheme = NULL, *host = NULL;
	CURLUcode code = curl_url_get(handle, CURLUPART_SCHEME, &scheme, 0);
	size_t len;

	if (!code)
		code = curl_url_get(handle, CURLUPART_HOST, &host, 0);
	if (!code)
		code = curl_url_get(handle, CURLUPART_URL, &whole, 0);
	if (code)
		return url_refuse(text, code, err);
	if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
		return url_refuse(text, CURLUE_UNSUPPORTED_SCHEME, err);
	for (len = strlen(whole); len && whole[len - 1] == '/'; len--)
		;
	ret->text = strndup(whole, len);
	ret->is_https = strcmp(scheme, "https") == 0;
	ret->is_loopback = host_is_loopback(host);
	return ret->text ? 0 : err_set(err, ENOMEM, "out of memory");
}

int url_parse(const char *text, struct url *ret, struct err *err)
{
	CLEANUP(cleanup_curl_url) CURLU *handle = curl_url();
	CURLUcode code;

	if (!handle)
		return err_set(err, ENOMEM, "out of memory");
	if (strlen(text) > URL_MAX)
		return err_set(err, EINVAL, "a URL may have at most %d bytes", URL_MAX);
	code = curl_url_set(handle, CURLUPART_URL, text, CURLU_DISALLOW_USER);
	if (code)
		return url_refuse(text, code, err);
	if (strpbrk(text, "?#"))
		return err_set(
			err, EINVAL, "a URL must not have a query (?) or a fragment (#)");
	return url_take(handle, text, ret, err);
}

void url_release(struct url *url)
{
	free(url->text);
	*url = (struct url){.text = NULL};
}
