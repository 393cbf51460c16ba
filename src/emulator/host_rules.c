/* SPDX-License-Identifier: MIT */
/* The service's own rules for host prefixes: one PRIMARY, and secondary ones of one family. REF is
 * the published reference. */
#include "rules.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "answer.h"
#include "cidr.h"
#include "message.h"

#define SIZE_V4 18
#define SIZE_V6 51

/* A summary of a host prefix's valid CIDRs. */
struct aggregate {
	bool has_v4, has_v6;
	int longest; /* bits */
};

/* REF: "must be a /18 subnet or larger ... for IPv4, or a /51 prefix or larger"; the service takes
 * smaller ones (the API reference). */
void rules_check_host_cidr(
	const struct profile *p, const json_t *text, json_t *violations, const char *field)
{
	struct cidr cidr;
	int most;

	if (!cidr_parse(text, &cidr)) {
		answer_violate(violations, field, "value \"%s\" is not a valid IP prefix",
			json_string_value(text));
		return;
	}
	most = cidr.family == AF_INET ? SIZE_V4 : SIZE_V6;
	if (p->strict_sizes && cidr.length > most)
		answer_violate(violations, field, "value \"%s\" must be a /%d or larger",
			json_string_value(text), most);
}

/* REF: "prefixes" is required. */
static struct aggregate check_cidrs(const struct profile *p, const json_t *prefixes,
	json_t *violations, const char *base)
{
	struct aggregate all = {.longest = 0};
	char field[RULES_FIELD_MAX];
	struct cidr cidr;
	json_t *one;
	size_t i;

	if (json_array_size(prefixes) == 0) {
		snprintf(field, sizeof(field), "%s.prefixes", base);
		answer_violate(violations, field, "value is required");
	}
	json_array_foreach (prefixes, i, one) {
		snprintf(field, sizeof(field), "%s.prefixes[%zu]", base, i);
		rules_check_host_cidr(p, one, violations, field);
		if (!cidr_parse(one, &cidr))
			continue;
		all.has_v4 |= cidr.family == AF_INET;
		all.has_v6 |= cidr.family == AF_INET6;
		all.longest = cidr.length > all.longest ? cidr.length : all.longest;
	}
	return all;
}

/* REF: the policy is required, "one of", and EUI64 "only valid if all prefixes are IPv6"; the
 * service does without one, and keeps numbers that it does not know (the published schema). */
static void check_policy(const struct profile *p, const json_t *ipam,
	const struct aggregate *all, json_t *violations, const char *base)
{
	const char *name = json_string_value(json_object_get(ipam, "gatewayAddressPolicy"));
	char field[RULES_FIELD_MAX];

	snprintf(field, sizeof(field), "%s.ipam.gateway_address_policy", base);
	if (p->policy_required && (!name || strcmp(name, MESSAGE_POLICY_NONE) == 0))
		answer_violate(violations, field,
			"value must be one of EUI64, FIRST_IP or LAST_IP");
	else if (name && strcmp(name, "EUI64") == 0 && all->has_v4)
		answer_violate(violations, field,
			"EUI64 is only valid if all prefixes of the host prefix are IPv6");
}

/* REF: "The desired length for each Node's allocation from the VPC-wide aggregate prefix": required
 * (the published schema), and where the reference is followed, longer than the aggregate's. */
static void check_ipam(const struct profile *p, const json_t *ipam,
	const struct aggregate *all, json_t *violations, const char *base)
{
	json_int_t length = json_integer_value(json_object_get(ipam, "prefixLength"));
	json_int_t most = all->has_v4 ? 32 : 128;
	char field[RULES_FIELD_MAX];

	snprintf(field, sizeof(field), "%s.ipam.prefix_length", base);
	if (length < 1 || length > most)
		answer_violate(violations, field, "value must be at least 1 and at most %d",
			(int)most);
	else if (p->longer_than_aggregate && length <= all->longest)
		answer_violate(violations, field,
			"value must be longer than the aggregate's /%d", all->longest);
	check_policy(p, ipam, all, violations, base);
}

/* REF: a ROUTED or ATTACHED host prefix "supports one address family per prefix". */
static void check_secondary(const struct profile *p, const json_t *prefix,
	const struct aggregate *all, json_t *violations, const char *base)
{
	const json_t *ipam = json_object_get(prefix, "ipam");
	char field[RULES_FIELD_MAX];

	if (all->has_v4 && all->has_v6) {
		snprintf(field, sizeof(field), "%s.prefixes", base);
		answer_violate(violations, field,
			"a %s host prefix supports one address family, IPv4 or IPv6",
			json_string_value(json_object_get(prefix, "type")));
	}
	if (ipam)
		check_ipam(p, ipam, all, violations, base);
}

/* Returns whether the host prefix is a PRIMARY one. */
static bool check_host_prefix(
	const struct profile *p, const json_t *prefix, size_t index, json_t *violations)
{
	const char *type = json_string_value(json_object_get(prefix, "type"));
	char base[48], field[RULES_FIELD_MAX];
	struct aggregate all;

	snprintf(base, sizeof(base), "host_prefixes[%zu]", index);
	if (json_string_length(json_object_get(prefix, "name")) == 0) { /* REF: required */
		snprintf(field, sizeof(field), "%s.name", base);
		answer_violate(violations, field, "value is required");
	}
	all = check_cidrs(p, json_object_get(prefix, "prefixes"), violations, base);
	if (!type || strcmp(type, MESSAGE_TYPE_NONE) == 0) { /* REF: "one of" */
		snprintf(field, sizeof(field), "%s.type", base);
		answer_violate(violations, field,
			"value must be one of PRIMARY, ROUTED or ATTACHED");
		return false;
	}
	if (strcmp(type, "PRIMARY") != 0) {
		check_secondary(p, prefix, &all, violations, base);
		return false;
	}
	/* REF: ipam is "the configuration for a secondary host prefix" */
	if (json_object_get(prefix, "ipam")) {
		snprintf(field, sizeof(field), "%s.ipam", base);
		answer_violate(violations, field,
			"host prefix ipam must not be set for a PRIMARY host prefix");
	}
	return true;
}

/* REF: "Each VPC must have exactly one, and only one, PRIMARY host prefix." */
void rules_check_host_prefixes(
	const struct profile *p, const json_t *host_prefixes, json_t *violations)
{
	json_t *prefix;
	size_t i, primaries = 0;

	json_array_foreach (host_prefixes, i, prefix) {
		primaries += check_host_prefix(p, prefix, i, violations);
	}
	if (primaries != 1)
		answer_violate(violations, "host_prefixes",
			"there must be exactly one PRIMARY host prefix, there are %zu",
			primaries);
}
