/* SPDX-License-Identifier: MIT */
/* Where the API is. Refuses what would carry a secret (user:password@) or lose part of itself
 * (query, fragment) on the way, and says so without repeating the secret. */
#include "endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"

#define ENDPOINT_MAX	  1024
#define ENDPOINT_HOST_MAX 254

bool endpoint_is_url(const char *text)
{
	return strncasecmp(text, "http://", 7) == 0 ||
	       strncasecmp(text, "https://", 8) == 0;
}

static const char *host_of(const char *url)
{
	return strstr(url, "://") + 3;
}

static bool port_is_valid(const char *text, size_t len)
{
	unsigned port = 0;

	if (len < 1 || len > 5)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		port = port * 10 + (unsigned)(text[i] - '0');
	}
	return port >= 1 && port <= 65535;
}

/* Length of the host at the start of host[:port], brackets included; 0 when it is none. */
static size_t host_len(const char *text, size_t len)
{
	struct in6_addr address;
	char inner[INET6_ADDRSTRLEN];
	const char *close = memchr(text, ']', len);
	size_t n;

	if (text[0] != '[') {
		n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234"
				 "56789.-_");
		return n <= ENDPOINT_HOST_MAX ? n : 0;
	}
	if (!close || (size_t)(close - text - 1) >= sizeof(inner))
		return 0;
	n = (size_t)(close - text);
	memcpy(inner, text + 1, n - 1);
	inner[n - 1] = '\0';
	return inet_pton(AF_INET6, inner, &address) == 1 ? n + 1 : 0;
}

static bool authority_is_valid(const char *text, size_t len)
{
	size_t n = host_len(text, len);

	if (!n || n > len)
		return false;
	return n == len || (text[n] == ':' && port_is_valid(text + n + 1, len - n - 1));
}

static bool has_odd_bytes(const char *text)
{
	for (; *text; text++) {
		if (*text <= ' ' || *text >= 0x7F || strchr("\"\\<>^`{|}", *text))
			return true;
	}
	return false;
}

int endpoint_parse(const char *url, const char *from, char **ret, struct err *err)
{
	size_t len = strlen(url), authority;
	const char *host;

	if (!endpoint_is_url(url))
		return err_set(err, EINVAL,
			"%s: must be a URL that starts with https:// (or http://)", from);
	host = host_of(url);
	authority = strcspn(host, "/?#");
	if (memchr(host, '@', authority))
		return err_set(err, EINVAL,
			"%s: no user or password in the URL: others would see it", from);
	if (host[strcspn(host, "?#")])
		return err_set(err, EINVAL, "%s: no ? and no # in the URL", from);
	if (len > ENDPOINT_MAX || has_odd_bytes(url) ||
		!authority_is_valid(host, authority))
		return err_set(err, EINVAL, "%s: not a URL with a host: %.200s", from, url);
	while (len && url[len - 1] == '/')
		len--;
	*ret = strndup(url, len);
	return *ret ? 0 : -ENOMEM;
}

static bool host_is_loopback(const char *authority)
{
	struct in_addr v4;
	struct in6_addr v6;
	char host[ENDPOINT_HOST_MAX + 1];
	bool bracketed = authority[0] == '[';
	size_t n = bracketed ? strcspn(++authority, "]") : strcspn(authority, ":/");

	if (n >= sizeof(host))
		return false;
	memcpy(host, authority, n);
	host[n] = '\0';
	if (bracketed)
		return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return strcasecmp(host, "localhost") == 0;
}

bool endpoint_is_loopback(const char *endpoint)
{
	return host_is_loopback(host_of(endpoint));
}

int endpoint_check_scheme(const char *endpoint, bool allow_http, struct err *err)
{
	if (allow_http || strncasecmp(endpoint, "https:", 6) == 0 ||
		endpoint_is_loopback(endpoint))
		return 0;
	return err_set(err, EACCES,
		"endpoint %s: http:// would show the token to the network; use https://, "
		"or "
		"-o allow_http if you mean it",
		endpoint);
}
