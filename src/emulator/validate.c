/* SPDX-License-Identifier: MIT */
/* The rules that the published schema itself carries. */
#include "validate.h"

#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "cidr.h"
#include "message.h"

#define VALIDATE_TEXT_MAX ((size_t)4 << 20)
#define NAME_MAX_LENGTH	  30
#define VPC_NAME_PATTERN  "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
#define VPC_NAME_ALPHABET "abcdefghijklmnopqrstuvwxyz0123456789-"
#define PREFIX_PATTERN	  "^[a-zA-Z0-9-_ ]+$"
#define PREFIX_ALPHABET	  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_ "
#define EUI64_LENGTH	  64

/* Unicode code points, as the validator counts. */
static size_t count_characters(const json_t *text)
{
	const char *s = json_string_value(text);
	size_t len = json_string_length(text), n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

static bool is_of(const json_t *text, const char *alphabet)
{
	const char *s = json_string_value(text);
	size_t len = json_string_length(text);

	return len > 0 && strspn(s, alphabet) == len;
}

static void check_length(const json_t *text, json_t *violations, const char *field)
{
	size_t len = text ? count_characters(text) : 0;

	if (len < 1)
		answer_violate(violations, field, "must be at least 1 characters");
	if (len > NAME_MAX_LENGTH)
		answer_violate(violations, field, "must be at most %d characters",
			NAME_MAX_LENGTH);
}

static void check_vpc_name(const json_t *name, json_t *violations)
{
	const char *s = json_string_value(name);

	check_length(name, violations, "name");
	if (!is_of(name, VPC_NAME_ALPHABET) || s[0] == '-' ||
		s[json_string_length(name) - 1] == '-')
		answer_violate(violations, "name", "does not match regex pattern `%s`",
			VPC_NAME_PATTERN);
}

static void check_ip_prefix(const json_t *value, json_t *violations, const char *field)
{
	struct cidr cidr;

	if (json_string_length(value) == 0)
		answer_violate(violations, field,
			"value is empty, which is not a valid IP prefix");
	else if (!cidr_parse(value, &cidr))
		answer_violate(violations, field, "must be a valid IP prefix");
}

static void check_vpc_prefixes(const json_t *prefixes, json_t *violations)
{
	char field[RULES_FIELD_MAX];
	json_t *prefix;
	size_t i;

	json_array_foreach (prefixes, i, prefix) {
		const json_t *name = json_object_get(prefix, "name");

		snprintf(field, sizeof(field), "vpc_prefixes[%zu].name", i);
		check_length(name, violations, field);
		if (!is_of(name, PREFIX_ALPHABET))
			answer_violate(violations, field,
				"does not match regex pattern `%s`", PREFIX_PATTERN);
		snprintf(field, sizeof(field), "vpc_prefixes[%zu].value", i);
		check_ip_prefix(json_object_get(prefix, "value"), violations, field);
	}
}

/* Whether two of them are equal as strings. */
static bool has_twice(const json_t *servers)
{
	json_auto_t *seen = json_object();
	json_t *one;
	size_t i;

	json_array_foreach (servers, i, one) {
		const char *text = json_string_value(one);

		if (json_object_get(seen, text))
			return true;
		json_object_set_new(seen, text, json_true());
	}
	return false;
}

static void check_dhcp(const json_t *request, json_t *violations)
{
	const json_t *dns = json_object_get(json_object_get(request, "dhcp"), "dns");
	const json_t *servers = json_object_get(dns, "servers");
	char field[RULES_FIELD_MAX];
	json_t *server;
	size_t i;

	if (has_twice(servers))
		answer_violate(violations, "dhcp.dns.servers",
			"repeated value must contain unique items");
	json_array_foreach (servers, i, server) {
		snprintf(field, sizeof(field), "dhcp.dns.servers[%zu]", i);
		if (json_string_length(server) == 0)
			answer_violate(violations, field,
				"value is empty, which is not a valid IP address");
		else if (!cidr_is_address(server))
			answer_violate(violations, field, "must be a valid IP address");
	}
}

/* Zero counts as unset, like a missing value. */
static bool is_enum(const json_t *value, const char *name)
{
	const char *text = json_string_value(value);

	return value ? text && strcmp(text, name) == 0
		     : strcmp(name, MESSAGE_TYPE_NONE) == 0;
}

static void check_host_prefix_message(
	const json_t *prefix, json_t *violations, const char *field)
{
	const json_t *type = json_object_get(prefix, "type");
	const json_t *ipam = json_object_get(prefix, "ipam");
	const json_t *policy = json_object_get(ipam, "gatewayAddressPolicy");

	if (is_enum(type, MESSAGE_TYPE_NONE))
		answer_violate(violations, field, "host prefix type required but not set");
	if (json_array_size(json_object_get(prefix, "prefixes")) == 0)
		answer_violate(
			violations, field, "host prefix prefixes required but not set");
	if (is_enum(type, "PRIMARY") && ipam)
		answer_violate(violations, field,
			"host prefix ipam must not be set for the primary host prefix");
	if (!is_enum(type, "PRIMARY") && !ipam)
		answer_violate(violations, field,
			"host prefix ipam required for secondary host prefixes but not "
			"set");
	if (!is_enum(policy, MESSAGE_POLICY_NONE) && !is_enum(type, "ATTACHED"))
		answer_violate(violations, field,
			"host prefix ipam gateway_address_policy may only be set for type "
			"ATTACHED");
}

static void check_ipam(const json_t *ipam, json_t *violations, const char *field)
{
	if (is_enum(json_object_get(ipam, "gatewayAddressPolicy"), "EUI64") &&
		json_integer_value(json_object_get(ipam, "prefixLength")) != EUI64_LENGTH)
		answer_violate(violations, field,
			"gateway_address_policy EUI64 requires prefix_length %d",
			EUI64_LENGTH);
}

static void check_host_prefixes(const json_t *host_prefixes, json_t *violations)
{
	char field[RULES_FIELD_MAX];
	json_t *prefix, *value;
	size_t i, k;

	json_array_foreach (host_prefixes, i, prefix) {
		snprintf(field, sizeof(field), "host_prefixes[%zu]", i);
		check_host_prefix_message(prefix, violations, field);
		json_array_foreach (json_object_get(prefix, "prefixes"), k, value) {
			snprintf(field, sizeof(field), "host_prefixes[%zu].prefixes[%zu]",
				i, k);
			check_ip_prefix(value, violations, field);
		}
		snprintf(field, sizeof(field), "host_prefixes[%zu].ipam", i);
		check_ipam(json_object_get(prefix, "ipam"), violations, field);
	}
}

void validate_create(const json_t *request, json_t *violations)
{
	const json_t *many = json_object_get(request, "hostPrefixes");

	if (json_string_length(json_object_get(request, "hostPrefix")) &&
		json_array_size(many))
		answer_violate(violations, "",
			"only one of host_prefix (deprecated) or host_prefixes may be set");
	check_vpc_name(json_object_get(request, "name"), violations);
	check_vpc_prefixes(json_object_get(request, "vpcPrefixes"), violations);
	check_dhcp(request, violations);
	check_host_prefixes(many, violations);
}

void validate_update(const json_t *request, json_t *violations)
{
	check_vpc_prefixes(json_object_get(request, "vpcPrefixes"), violations);
	check_dhcp(request, violations);
}

struct answer validate_answer_take(json_t *violations)
{
	struct buf text CLEANUP_BUF = BUF_INIT(VALIDATE_TEXT_MAX);
	bool many = json_array_size(violations) > 1;
	json_t *one;
	size_t i;

	buf_adds(&text, many ? "validation errors:" : "validation error: ");
	json_array_foreach (violations, i, one) {
		const char *field = json_string_value(json_object_get(one, "field"));

		buf_addf(&text, "%s%s%s%s", many ? "\n - " : "", field, *field ? ": " : "",
			json_string_value(json_object_get(one, "description")));
	}
	return answer_long_problem_take(
		RPC_INVALID_ARGUMENT, answer_bad_request_take(violations), buf_str(&text));
}
