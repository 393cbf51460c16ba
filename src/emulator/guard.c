/* SPDX-License-Identifier: MIT */
/* Access control: every request needs the token, and web pages may not use the control endpoints. A
 * page of any site can send requests to loopback, but it cannot set Host, and the browser adds its
 * Origin. */
#include "exchange.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define BEARER	       "Bearer "
#define AUTH_CHALLENGE "Bearer realm=\"vpcfs-emulator\", error=\"invalid_token\""
#define HTTP_SCHEME    "http://"
#define HTTP_PORT      "80"
#define HOST_MAX       64

static const char *header_of(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

bool guard_has_token(const struct server *s, struct MHD_Connection *c)
{
	const char *value = header_of(c, MHD_HTTP_HEADER_AUTHORIZATION);
	struct secret given CLEANUP_SECRET = {0};

	if (!value || strncasecmp(value, BEARER, strlen(BEARER)) != 0)
		return false;
	value += strlen(BEARER);
	value += strspn(value, " ");
	if (!*value || !s->parts.token->bytes)
		return *value != '\0';
	return secret_set(&given, value, strlen(value)) == 0 &&
	       secret_equal(&given, s->parts.token);
}

struct answer guard_unauthorized(void)
{
	struct answer a = answer_problem_take(
		RPC_UNAUTHENTICATED, NULL, "missing or invalid access token");

	a.challenge = AUTH_CHALLENGE;
	return a;
}

static bool is_loopback_name(const char *host)
{
	struct in_addr v4;

	if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}

/* Whether "HOST[:PORT]" is a loopback name with the server's own port. */
static bool is_own_authority(const struct server *s, const char *authority)
{
	const char *own_port = strrchr(s->parts.url, ':') + 1;
	const char *bracket = strrchr(authority, ']');
	const char *colon = strchr(bracket ? bracket : authority, ':');
	size_t len = colon ? (size_t)(colon - authority) : strlen(authority);
	char host[HOST_MAX];

	if (len >= sizeof(host) || strcmp(colon ? colon + 1 : HTTP_PORT, own_port) != 0)
		return false;
	snprintf(host, sizeof(host), "%.*s", (int)len, authority);
	return is_loopback_name(host);
}

static bool is_own_origin(const struct server *s, const char *origin)
{
	return strncasecmp(origin, HTTP_SCHEME, strlen(HTTP_SCHEME)) == 0 &&
	       is_own_authority(s, origin + strlen(HTTP_SCHEME));
}

bool guard_control(const struct server *s, struct MHD_Connection *c, struct answer *ret)
{
	const char *host = header_of(c, MHD_HTTP_HEADER_HOST);
	const char *origin = header_of(c, MHD_HTTP_HEADER_ORIGIN);

	if (!host || !is_own_authority(s, host))
		*ret = answer_problem_take(RPC_PERMISSION_DENIED, NULL,
			"control endpoints: the Host must be a loopback name with the port "
			"of %s",
			s->parts.url);
	else if (origin && !is_own_origin(s, origin))
		*ret = answer_problem_take(RPC_PERMISSION_DENIED, NULL,
			"control endpoints: requests from other web pages are refused");
	else if (!guard_has_token(s, c))
		*ret = guard_unauthorized();
	else
		return true;
	return false;
}
