/* SPDX-License-Identifier: MIT */
/* Addresses and prefixes as Go's net/netip parses them. */
#include "cidr.h"

#include <arpa/inet.h>
#include <string.h>

/* The string, or NULL if the value is no string or holds a NUL. */
static const char *plain_string(const json_t *text)
{
	const char *s = json_string_value(text);

	return s && strlen(s) == json_string_length(text) ? s : NULL;
}

static int address_family(const char *text)
{
	unsigned char bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		return AF_INET;
	return inet_pton(AF_INET6, text, bytes) == 1 ? AF_INET6 : AF_UNSPEC;
}

/* The value of one to three digits without a leading zero, else -1. */
static int parse_length(const char *text)
{
	size_t n = strspn(text, "0123456789");
	int value = 0;

	if (n < 1 || n > 3 || text[n] || (n > 1 && text[0] == '0'))
		return -1;
	for (; *text; text++)
		value = value * 10 + (*text - '0');
	return value;
}

bool cidr_parse(const json_t *text, struct cidr *ret)
{
	char address[INET6_ADDRSTRLEN];
	const char *s = plain_string(text);
	const char *slash = s ? strchr(s, '/') : NULL;
	struct cidr c;

	if (!slash || (size_t)(slash - s) >= sizeof(address))
		return false;
	memcpy(address, s, (size_t)(slash - s));
	address[slash - s] = '\0';
	c.family = address_family(address);
	c.length = parse_length(slash + 1);
	if (c.family == AF_UNSPEC || c.length < 0 ||
		c.length > (c.family == AF_INET ? 32 : 128))
		return false;
	*ret = c;
	return true;
}

bool cidr_is_address(const json_t *text)
{
	const char *s = plain_string(text);

	const char *zone = s ? strchr(s, '%') : NULL;
	char address[INET6_ADDRSTRLEN];

	if (!zone)
		return s && address_family(s) != AF_UNSPEC;
	if (!zone[1] || (size_t)(zone - s) >= sizeof(address))
		return false;
	memcpy(address, s, (size_t)(zone - s));
	address[zone - s] = '\0';
	return address_family(address) == AF_INET6;
}
