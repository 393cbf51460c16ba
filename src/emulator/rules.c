/* SPDX-License-Identifier: MIT */
/* The service's own rules for names, zones, VPC prefixes and DNS servers: those that are written
 * elsewhere than in the schema. REF is the published reference. */
#include "rules.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "answer.h"
#include "cidr.h"

/* REF: the field is required. */
static void check_required(const json_t *text, json_t *violations, const char *field)
{
	if (json_string_length(text) == 0)
		answer_violate(violations, field, "value is required");
}

/* Whether the name was seen before; marks it as seen. */
static bool is_repeated(json_t *seen, const char *name)
{
	if (json_object_get(seen, name))
		return true;
	json_object_set_new(seen, name, json_true());
	return false;
}

/* REF: "The value of the prefix in IPv4 CIDR notation"; the schema takes IPv6, too. */
static void check_vpc_prefix_value(
	const struct profile *p, const json_t *value, json_t *violations, const char *field)
{
	struct cidr cidr;

	if (!cidr_parse(value, &cidr))
		answer_violate(violations, field, "value \"%s\" is not a valid IP prefix",
			value ? json_string_value(value) : "");
	else if (p->ipv4_only && cidr.family != AF_INET)
		answer_violate(violations, field,
			"value \"%s\" is not in IPv4 CIDR notation",
			json_string_value(value));
}

/* Names are unique: no document says so, but a later update tells an entry that stays from a new
 * one by its name (the published schema). */
static void check_vpc_prefixes(
	const struct profile *p, const json_t *prefixes, json_t *violations)
{
	json_auto_t *seen = json_object();
	char field[RULES_FIELD_MAX];
	json_t *prefix;
	size_t i;

	json_array_foreach (prefixes, i, prefix) {
		const json_t *name = json_object_get(prefix, "name");

		snprintf(field, sizeof(field), "vpc_prefixes[%zu].name", i);
		check_required(name, violations, field);
		if (json_string_length(name) && is_repeated(seen, json_string_value(name)))
			answer_violate(violations, field,
				"\"%s\" is there more than once, names must be unique",
				json_string_value(name));
		snprintf(field, sizeof(field), "vpc_prefixes[%zu].value", i);
		check_vpc_prefix_value(
			p, json_object_get(prefix, "value"), violations, field);
	}
}

/* REF: "The DNS configuration"; a text that is no address is refused. */
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
		answer_violate(violations, field, "value \"%s\" is not a valid IP address",
			json_string_value(server));
	}
}

/* REF, Ingress object and Egress object: the flag is required. */
static void check_flags(const struct profile *p, const json_t *request, json_t *violations)
{
	const json_t *ingress = json_object_get(request, "ingress");
	const json_t *egress = json_object_get(request, "egress");

	if (!p->flags_required)
		return;
	if (ingress && !json_object_get(ingress, "disablePublicServices"))
		answer_violate(
			violations, "ingress.disable_public_services", "value is required");
	if (egress && !json_object_get(egress, "disablePublicAccess"))
		answer_violate(
			violations, "egress.disable_public_access", "value is required");
}

void rules_check_create(const struct profile *p, const json_t *request, json_t *violations)
{
	const json_t *one = json_object_get(request, "hostPrefix");
	const json_t *many = json_object_get(request, "hostPrefixes");

	check_required(json_object_get(request, "name"), violations, "name");
	check_required(json_object_get(request, "zone"), violations, "zone");
	/* REF: "mutually exclusive" */
	if (json_string_length(one) && json_array_size(many))
		answer_violate(violations, "host_prefix",
			"host_prefix and host_prefixes are mutually exclusive");
	if (json_string_length(one))
		rules_check_host_cidr(p, one, violations, "host_prefix");
	if (json_array_size(many))
		rules_check_host_prefixes(p, many, violations);
	check_vpc_prefixes(p, json_object_get(request, "vpcPrefixes"), violations);
	check_flags(p, request, violations);
	check_dns(request, violations);
}

void rules_check_update(const struct profile *p, const json_t *request, json_t *violations)
{
	if (json_object_get(request, "name"))
		check_required(json_object_get(request, "name"), violations, "name");
	if (json_object_get(request, "zone"))
		check_required(json_object_get(request, "zone"), violations, "zone");
	check_vpc_prefixes(p, json_object_get(request, "vpcPrefixes"), violations);
	check_flags(p, request, violations);
	check_dns(request, violations);
}
