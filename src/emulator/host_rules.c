/* SPDX-License-Identifier: MIT */
/* What host prefixes a VPC may be created with: one PRIMARY, and secondary ones of one family with ipam. */
#include "rules.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "cidr.h"
#include "schema.h"

#define SIZE_V4 18
#define SIZE_V6 51

/* Families of a host prefix's valid CIDRs, as bits. */
enum { HAS_V4 = 1, HAS_V6 = 2 };

void rules_check_host_cidr(
	const struct profile *p, const json_t *text, json_t *violations, const char *field)
{
	struct cidr cidr;
	int most;

	if (!cidr_parse(text, &cidr)) {
		rules_violate(violations, field, "value \"%s\" is not a valid IP prefix",
			json_string_value(text));
		return;
	}
	most = cidr.family == AF_INET ? SIZE_V4 : SIZE_V6;
	if (p->strict_sizes && cidr.length > most)
		rules_violate(violations, field, "value \"%s\" must be a /%d or larger",
			json_string_value(text), most);
}

static unsigned check_cidrs(const struct profile *p, const json_t *prefixes,
	json_t *violations, const char *base)
{
	char field[RULES_FIELD_MAX];
	unsigned families = 0;
	struct cidr cidr;
	json_t *one;
	size_t i;

	if (json_array_size(prefixes) == 0) {
		snprintf(field, sizeof(field), "%s.prefixes", base);
		rules_violate(violations, field, "value must contain at least 1 item(s)");
	}
	json_array_foreach (prefixes, i, one) {
		snprintf(field, sizeof(field), "%s.prefixes[%zu]", base, i);
		rules_check_host_cidr(p, one, violations, field);
		if (cidr_parse(one, &cidr))
			families |= cidr.family == AF_INET ? HAS_V4 : HAS_V6;
	}
	return families;
}

static void check_policy(const struct profile *p, const json_t *ipam, unsigned families,
	json_t *violations, const char *base)
{
	const json_t *policy = json_object_get(ipam, "gatewayAddressPolicy");
	const char *name = json_string_value(policy);
	char field[RULES_FIELD_MAX];

	snprintf(field, sizeof(field), "%s.ipam.gatewayAddressPolicy", base);
	if (policy && !name)
		rules_violate(
			violations, field, "value must be one of the defined enum values");
	else if (p->policy_required && (!name || strcmp(name, SCHEMA_POLICY_NONE) == 0))
		rules_violate(violations, field, "value is required");
	else if (name && strcmp(name, "EUI64") == 0 && families & HAS_V4)
		rules_violate(violations, field,
			"EUI64 is only valid if all prefixes of the host prefix are IPv6");
}

static void check_ipam(const struct profile *p, const json_t *ipam, unsigned families,
	json_t *violations, const char *base)
{
	json_int_t length = json_integer_value(json_object_get(ipam, "prefixLength"));
	json_int_t most = families & HAS_V4 ? 32 : 128;
	char field[RULES_FIELD_MAX];

	if (!ipam) {
		snprintf(field, sizeof(field), "%s.ipam", base);
		rules_violate(violations, field,
			"host prefix ipam must be set for ROUTED and ATTACHED host "
			"prefixes");
		return;
	}
	snprintf(field, sizeof(field), "%s.ipam.prefixLength", base);
	if (length < 1 || length > most)
		rules_violate(violations, field, "value must be at least 1 and at most %d",
			(int)most);
	check_policy(p, ipam, families, violations, base);
}

static void check_secondary(const struct profile *p, const json_t *prefix,
	unsigned families, json_t *violations, const char *base)
{
	char field[RULES_FIELD_MAX];

	if (families == (HAS_V4 | HAS_V6)) {
		snprintf(field, sizeof(field), "%s.prefixes", base);
		rules_violate(violations, field,
			"a %s host prefix supports one address family, IPv4 or IPv6",
			json_string_value(json_object_get(prefix, "type")));
	}
	check_ipam(p, json_object_get(prefix, "ipam"), families, violations, base);
}

/* Returns whether it is a PRIMARY. */
static bool check_host_prefix(
	const struct profile *p, const json_t *prefix, size_t index, json_t *violations)
{
	const char *type = json_string_value(json_object_get(prefix, "type"));
	char base[48], field[RULES_FIELD_MAX];
	unsigned families;

	snprintf(base, sizeof(base), "hostPrefixes[%zu]", index);
	if (json_string_length(json_object_get(prefix, "name")) == 0) {
		snprintf(field, sizeof(field), "%s.name", base);
		rules_violate(
			violations, field, "value length must be at least 1 characters");
	}
	families = check_cidrs(p, json_object_get(prefix, "prefixes"), violations, base);
	if (!type || strcmp(type, SCHEMA_TYPE_NONE) == 0) {
		snprintf(field, sizeof(field), "%s.type", base);
		rules_violate(violations, field,
			"value must be one of PRIMARY, ROUTED or ATTACHED");
		return false;
	}
	if (strcmp(type, "PRIMARY") != 0) {
		check_secondary(p, prefix, families, violations, base);
		return false;
	}
	if (json_object_get(prefix, "ipam")) {
		snprintf(field, sizeof(field), "%s.ipam", base);
		rules_violate(violations, field,
			"host prefix ipam must not be set for a PRIMARY host prefix");
	}
	return true;
}

void rules_check_host_prefixes(
	const struct profile *p, const json_t *host_prefixes, json_t *violations)
{
	json_t *prefix;
	size_t i, primaries = 0;

	if (json_array_size(host_prefixes) == 0) {
		rules_violate(violations, "hostPrefixes",
			"value must contain at least 1 item(s)");
		return;
	}
	json_array_foreach (host_prefixes, i, prefix) {
		primaries += check_host_prefix(p, prefix, i, violations);
	}
	if (primaries != 1)
		rules_violate(violations, "hostPrefixes",
			"there must be exactly one PRIMARY host prefix, there are %zu",
			primaries);
}
