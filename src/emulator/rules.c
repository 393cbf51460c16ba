/* SPDX-License-Identifier: MIT */
/* What a request may ask for: names, zones, VPC prefixes, DNS servers (api.md 1.4). */
#include "rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "base/utf8.h"
#include "cidr.h"

#define NAME_MAX_LENGTH 30
#define DESCRIPTION_MAX 512
#define VIOLATIONS_MAX	256
#define NAME_PATTERN	"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
#define NAME_ALPHABET	"abcdefghijklmnopqrstuvwxyz0123456789-"
#define INVALID_PREFIX	"value is empty, which is not a valid IP prefix"

void rules_violate(json_t *violations, const char *field, const char *fmt, ...)
{
	char raw[DESCRIPTION_MAX], text[DESCRIPTION_MAX];
	va_list ap;

	if (json_array_size(violations) >= VIOLATIONS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	utf8_clean(text, sizeof(text), raw, strlen(raw));
	json_array_append_new(
		violations, json_pack("{s:s, s:s}", "field", field, "description", text));
}

static void check_name(const struct profile *p, const json_t *name, json_t *violations)
{
	const char *s = json_string_value(name);
	size_t len = json_string_length(name);

	if (!s || len == 0) {
		rules_violate(
			violations, "name", "value length must be at least 1 characters");
		return;
	}
	if (!p->strict_names)
		return;
	if (len > NAME_MAX_LENGTH)
		rules_violate(violations, "name",
			"value length must be at most %d characters", NAME_MAX_LENGTH);
	if (strspn(s, NAME_ALPHABET) != len || s[0] == '-' || s[len - 1] == '-')
		rules_violate(violations, "name", "value does not match regex pattern `%s`",
			NAME_PATTERN);
}

static void check_zone(const json_t *zone, json_t *violations)
{
	if (json_string_length(zone) == 0)
		rules_violate(
			violations, "zone", "value length must be at least 1 characters");
}

/* Whether the name was seen before; it is from now on. */
static bool is_repeated(json_t *seen, const char *name)
{
	if (json_object_get(seen, name))
		return true;
	json_object_set_new(seen, name, json_true());
	return false;
}

static void check_vpc_prefix_value(
	const struct profile *p, const json_t *value, json_t *violations, const char *field)
{
	struct cidr cidr;

	if (json_string_length(value) == 0)
		rules_violate(violations, field, INVALID_PREFIX);
	else if (!cidr_parse(value, &cidr))
		rules_violate(violations, field, "value \"%s\" is not a valid IP prefix",
			json_string_value(value));
	else if (p->ipv4_only && cidr.family != AF_INET)
		rules_violate(violations, field,
			"value \"%s\" is not in IPv4 CIDR notation",
			json_string_value(value));
}

static void check_vpc_prefixes(
	const struct profile *p, const json_t *prefixes, json_t *violations)
{
	json_auto_t *seen = json_object();
	char field[RULES_FIELD_MAX];
	json_t *prefix;
	size_t i;

	json_array_foreach (prefixes, i, prefix) {
		const json_t *name = json_object_get(prefix, "name");

		snprintf(field, sizeof(field), "vpcPrefixes[%zu].name", i);
		if (json_string_length(name) == 0)
			rules_violate(violations, field,
				"value length must be at least 1 characters");
		else if (is_repeated(seen, json_string_value(name)))
			rules_violate(violations, field,
				"\"%s\" is there more than once, names must be unique",
				json_string_value(name));
		snprintf(field, sizeof(field), "vpcPrefixes[%zu].value", i);
		check_vpc_prefix_value(
			p, json_object_get(prefix, "value"), violations, field);
	}
}

static void check_dns(const json_t *request, json_t *violations)
{
	const json_t *dns = json_object_get(json_object_get(request, "dhcp"), "dns");
	char field[RULES_FIELD_MAX];
	json_t *server;
	size_t i;

	json_array_foreach (json_object_get(dns, "servers"), i, server) {
		if (cidr_is_address(server))
			continue;
		snprintf(field, sizeof(field), "dhcp.dns.servers[%zu]", i);
		rules_violate(violations, field, "value \"%s\" is not a valid IP address",
			json_string_value(server));
	}
}

void rules_check_create(const struct profile *p, const json_t *request, json_t *violations)
{
	const json_t *one = json_object_get(request, "hostPrefix");
	const json_t *many = json_object_get(request, "hostPrefixes");

	check_name(p, json_object_get(request, "name"), violations);
	check_zone(json_object_get(request, "zone"), violations);
	if (json_string_length(one) && many)
		rules_violate(violations, "hostPrefix",
			"hostPrefix and hostPrefixes are mutually exclusive");
	if (json_string_length(one))
		rules_check_host_cidr(p, one, violations, "hostPrefix");
	if (many)
		rules_check_host_prefixes(p, many, violations);
	check_vpc_prefixes(p, json_object_get(request, "vpcPrefixes"), violations);
	check_dns(request, violations);
}

void rules_check_update(const struct profile *p, const json_t *request, json_t *violations)
{
	if (json_object_get(request, "name"))
		check_name(p, json_object_get(request, "name"), violations);
	if (json_object_get(request, "zone"))
		check_zone(json_object_get(request, "zone"), violations);
	check_vpc_prefixes(p, json_object_get(request, "vpcPrefixes"), violations);
	check_dns(request, violations);
}
