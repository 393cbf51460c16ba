/* SPDX-License-Identifier: MIT */
/* Scalars with a syntax of their own: addresses, CIDRs, enums. */
#include "scalar.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/cleanup.h"
#include "base/utf8.h"

#define SHOWN_MAX    80 /* bytes of a refused scalar in an error message */
#define EXPECTED_MAX 80 /* bytes of what an error message says is expected */
#define PREFIX_NONE  (-1)
/* bytes of a zone with the NUL; longer zones have only one spelling anyway */
#define SCALAR_ZONE_MAX 16

struct address {
	int family;
	unsigned char bytes[sizeof(struct in6_addr)];
	int prefix; /* bits, PREFIX_NONE for a bare address */
	/* of a link-local address (RFC 4007), "" if there is none; borrowed */
	const char *zone;
};

static bool parse_prefix(const char *text, int max, int *ret)
{
	char *end;
	long bits;

	if (strspn(text, "0123456789") != strlen(text) || !text[0] || strlen(text) > 3 ||
		(text[0] == '0' && text[1]))
		return false;
	bits = strtol(text, &end, 10);
	*ret = (int)bits;
	return bits <= max;
}

static bool is_text(const char *scalar)
{
	size_t len = strlen(scalar);

	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)scalar[i] < 0x20 || scalar[i] == 0x7F)
			return false;
	}
	return len && utf8_is_valid(scalar, len);
}

static bool parse_address(const char *scalar, struct address *ret)
{
	char text[INET6_ADDRSTRLEN];
	size_t len = strcspn(scalar, "/%");

	*ret = (struct address){.prefix = PREFIX_NONE, .zone = ""};
	if (len >= sizeof(text))
		return false;
	memcpy(text, scalar, len);
	text[len] = '\0';
	ret->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(ret->family, text, ret->bytes) != 1)
		return false;
	if (scalar[len] == '%') {
		ret->zone = scalar + len + 1;
		return ret->family == AF_INET6 && ret->zone[0] && is_text(ret->zone);
	}
	return !scalar[len] || parse_prefix(scalar + len + 1,
				       ret->family == AF_INET ? 32 : 128, &ret->prefix);
}

static void clear_host_bits(struct address *a)
{
	for (int bit = a->prefix; bit < (int)sizeof(a->bytes) * CHAR_BIT; bit++)
		a->bytes[bit / CHAR_BIT] &= (unsigned char)~(0x80 >> bit % CHAR_BIT);
}

bool scalar_canonical(const char *scalar, char out[SCALAR_CANONICAL_MAX])
{
	struct address a;
	size_t len;

	if (!parse_address(scalar, &a))
		return false;
	if (a.prefix != PREFIX_NONE)
		clear_host_bits(&a);
	if (strlen(a.zone) >= SCALAR_ZONE_MAX)
		return false;
	inet_ntop(a.family, a.bytes, out, SCALAR_CANONICAL_MAX);
	len = strlen(out);
	if (a.zone[0])
		len += (size_t)sprintf(out + len, "%%%s", a.zone);
	if (a.prefix != PREFIX_NONE)
		snprintf(out + len, SCALAR_CANONICAL_MAX - len, "/%d", a.prefix);
	return true;
}

static bool is_enum(const char *scalar)
{
	return scalar[0] &&
	       strspn(scalar, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(scalar);
}

int scalar_bool(const char *scalar)
{
	static const char *const words[2][5] = {
		{"false", "0", "n", "no", "off"},
		{"true", "1", "y", "yes", "on"},
	};

	for (int value = 0; value < 2; value++) {
		for (size_t i = 0; i < ARRAY_LEN(words[value]); i++) {
			if (strcasecmp(scalar, words[value][i]) == 0)
				return value;
		}
	}
	return -EINVAL;
}

static bool is_bool(const char *scalar)
{
	return scalar_bool(scalar) >= 0;
}

static bool is_int(const char *scalar)
{
	const char *digits = scalar + (scalar[0] == '-');
	char *end;
	long value;

	errno = 0;
	value = strtol(scalar, &end, 10);
	return digits[0] >= '0' && digits[0] <= '9' && !*end && !errno &&
	       value >= INT32_MIN && value <= INT32_MAX;
}

bool scalar_is_int(const char *scalar, size_t len)
{
	return strlen(scalar) == len && is_int(scalar);
}

static bool is_address(const char *scalar)
{
	struct address a;

	return parse_address(scalar, &a) && a.prefix == PREFIX_NONE;
}

static bool is_cidr(const char *scalar)
{
	struct address a;

	return parse_address(scalar, &a) && a.prefix != PREFIX_NONE;
}

struct kind {
	bool (*fits)(const char *scalar);
	const char *noun;
	const char *article, *one, *several; /* the description of what is expected */
	const char *example; /* NULL for an enum, which has its own values */
};

static const struct kind kinds[] = {
	[FIELD_STRING] = {is_text, "a name", "one ",
		"line of text without control characters",
		"words without control characters"},
	[FIELD_ENUM] = {is_enum, "one of the API's words", "an ", "upper-case word",
		"upper-case words"},
	[FIELD_BOOL] = {is_bool, "true or false", "", "true or false", "true or false"},
	[FIELD_INT] = {is_int, "a whole number", "a ", "number", "numbers", "64"},
	[FIELD_CIDR] = {is_cidr, "a CIDR", "a ", "CIDR", "CIDRs", "10.0.0.0/13"},
	[FIELD_ADDRESS] = {is_address, "an IP address", "an ", "address", "addresses",
		"1.1.1.1"},
};

static void add_example(const struct schema_field *schema, char text[EXPECTED_MAX])
{
	const char *example =
		schema->values ? schema->values[1].name : kinds[schema->type].example;
	size_t len = strlen(text);

	if (example)
		snprintf(text + len, EXPECTED_MAX - len, " such as %s", example);
}

int scalar_check(const struct schema_field *schema, const char *scalar, const char *where,
	const char *hint, struct err *err)
{
	const struct kind *kind = &kinds[schema->type];
	bool is_list = schema->flags & FIELD_LINES;
	char shown[SHOWN_MAX], expected[EXPECTED_MAX];

	if (kind->fits(scalar))
		return 0;
	snprintf(expected, sizeof(expected), "%s%s", is_list ? "" : kind->article,
		is_list ? kind->several : kind->one);
	add_example(schema, expected);
	if (!scalar[0])
		return err_set(
			err, EINVAL, "%s: empty; expected %s%s", where, expected, hint);
	utf8_clean(shown, sizeof(shown), scalar, strlen(scalar));
	for (char *p = shown; (p = strchr(p, '\n'));)
		*p = '?';
	return err_set(err, EINVAL, "%s: \"%s\" is not %s; expected %s%s", where, shown,
		kind->noun, expected, hint);
}

int scalar_refuse_none(
	const struct schema_field *schema, const char *where, struct err *err)
{
	char expected[EXPECTED_MAX];

	snprintf(expected, sizeof(expected), "%s", kinds[schema->type].one);
	add_example(schema, expected);
	return err_set(err, EINVAL, "%s: empty; expected at least one %s", where, expected);
}
