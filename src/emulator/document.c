/* SPDX-License-Identifier: MIT */
/* A VPC as the store keeps it: how requests create and change one. */
#include "document.h"

#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "profile.h"
#include "message.h"

#define PREFIX_STATUS "STATUS_AVAILABLE"
#define PRIMARY_NAME  "host primary"

/* From the API reference; an unknown zone gets a block of its own as well. */
static json_t *zone_default(const char *zone)
{
	static const struct {
		const char *zone, *prefix;
	} known[] = {
		{"US-EAST-04A", "10.176.192.0/18"},
		{"US-LAB-01A", "10.194.192.0/18"},
		{"RNO2A", "10.168.192.0/18"},
		{"US-EAST-01A", "10.202.192.0/18"},
		{"EU-SOUTH-03B", "10.206.192.0/18"},
	};
	unsigned hash = 2166136261u;

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (strcmp(zone, known[i].zone) == 0)
			return json_string(known[i].prefix);
	}
	for (; *zone; zone++)
		hash = (hash ^ (unsigned char)*zone) * 16777619u;
	return json_sprintf("10.%u.192.0/18", (hash ^ hash >> 16) & 0xff);
}

/* Takes prefix. */
static json_t *primary_only_take(json_t *prefix)
{
	return json_pack("[{s:s, s:s, s:[o], s:n}]", "name", PRIMARY_NAME, "type",
		"PRIMARY", "prefixes", prefix, "ipam");
}

/* Takes value. */
static void fill(json_t *object, const char *key, json_t *value)
{
	if (json_object_get(object, key))
		json_decref(value);
	else
		json_object_set_new(object, key, value);
}

/* The request's host prefixes, completed to what an answer with defaults shows. */
static json_t *host_prefixes_filled(const json_t *given)
{
	json_t *out = json_deep_copy(given), *prefix;
	size_t i;

	json_array_foreach (out, i, prefix) {
		json_t *ipam = json_object_get(prefix, "ipam");

		fill(prefix, "name", json_string(""));
		fill(prefix, "ipam", json_null());
		if (!ipam)
			continue;
		fill(ipam, "prefixLength", json_integer(0));
		fill(ipam, "gatewayAddressPolicy", json_string(MESSAGE_POLICY_NONE));
	}
	return out;
}

static json_t *host_prefixes_of(const json_t *request)
{
	const json_t *one = json_object_get(request, "hostPrefix");
	const json_t *many = json_object_get(request, "hostPrefixes");

	if (json_array_size(many))
		return host_prefixes_filled(many);
	if (json_string_length(one))
		return primary_only_take(json_deep_copy(one));
	return primary_only_take(
		zone_default(json_string_value(json_object_get(request, "zone"))));
}

/* The deprecated field hostPrefix: the first prefix of the PRIMARY host prefix. */
static json_t *legacy_host_prefix(const json_t *host_prefixes)
{
	json_t *prefix, *first;
	size_t i;

	json_array_foreach (host_prefixes, i, prefix) {
		const char *type = json_string_value(json_object_get(prefix, "type"));

		first = json_array_get(json_object_get(prefix, "prefixes"), 0);
		if (type && strcmp(type, "PRIMARY") == 0 && first)
			return json_incref(first);
	}
	return json_string("");
}

static json_t *new_prefix(const json_t *given, const char *now)
{
	return json_pack("{s:O, s:O, s:s, s:s, s:s}", "name",
		json_object_get(given, "name"), "value", json_object_get(given, "value"),
		"createdAt", now, "updatedAt", now, "status", PREFIX_STATUS);
}

static json_t *prefix_named(const json_t *prefixes, const json_t *name)
{
	json_t *prefix;
	size_t i;

	json_array_foreach (prefixes, i, prefix) {
		if (json_equal(json_object_get(prefix, "name"), name))
			return prefix;
	}
	return NULL;
}

/* An unchanged entry keeps its times; one whose value changes keeps its createdAt. */
static json_t *prefixes_merged(const json_t *old, const json_t *given, const char *now)
{
	json_t *out = json_array(), *want;
	size_t i;

	json_array_foreach (given, i, want) {
		const json_t *value = json_object_get(want, "value");
		json_t *had = prefix_named(old, json_object_get(want, "name"));
		json_t *now_is;

		if (!had) {
			now_is = new_prefix(want, now);
		} else if (json_equal(json_object_get(had, "value"), value)) {
			now_is = json_incref(had);
		} else {
			now_is = json_copy(had);
			json_object_set(now_is, "value", (json_t *)value);
			json_object_set_new(now_is, "updatedAt", json_string(now));
		}
		json_array_append_new(out, now_is);
	}
	return out;
}

/* request.object.field as a boolean, false if it is missing. */
static json_t *flag_of(const json_t *request, const char *object, const char *field)
{
	return json_boolean(
		json_is_true(json_object_get(json_object_get(request, object), field)));
}

static json_t *servers_of(const json_t *request)
{
	const json_t *dns = json_object_get(json_object_get(request, "dhcp"), "dns");
	json_t *servers = json_object_get(dns, "servers");

	return servers ? json_deep_copy(servers) : json_array();
}

/* The message dhcp is null until a request sets it. */
static json_t *dhcp_of(const json_t *request)
{
	const json_t *dhcp = json_object_get(request, "dhcp");

	if (!dhcp)
		return json_null();
	if (!json_object_get(dhcp, "dns"))
		return json_pack("{s:n}", "dns");
	return json_pack("{s:{s:o}}", "dns", "servers", servers_of(request));
}

json_t *document_create(const json_t *request, const char *id, const char *now)
{
	json_auto_t *hosts = host_prefixes_of(request);

	return json_pack("{s:O, s:O, s:s, s:o, s:s, s:s, s:o, s:O, s:{s:o}, s:{s:o}, "
			 "s:o, s:s}",
		"name", json_object_get(request, "name"), "zone",
		json_object_get(request, "zone"), "id", id, "vpcPrefixes",
		prefixes_merged(NULL, json_object_get(request, "vpcPrefixes"), now),
		"createdAt", now, "updatedAt", now, "hostPrefix", legacy_host_prefix(hosts),
		"hostPrefixes", hosts, "ingress", "disablePublicServices",
		flag_of(request, "ingress", "disablePublicServices"), "egress",
		"disablePublicAccess", flag_of(request, "egress", "disablePublicAccess"),
		"dhcp", dhcp_of(request), "status", "STATUS_READY");
}

/* Replaces parent's member, which other documents may share, by a copy that may be changed; by a
 * new object if it is none. Returns it, borrowed. */
static json_t *own_object(json_t *parent, const char *name)
{
	const json_t *had = json_object_get(parent, name);
	json_t *own = json_is_object(had) ? json_copy((json_t *)had) : json_object();

	json_object_set_new(parent, name, own);
	return own;
}

/* If the document has no dhcp and the request no servers, there is nothing to clear. */
static void set_servers(json_t *doc, const json_t *request)
{
	json_t *servers = servers_of(request);

	if (json_array_size(servers) || json_object_get(request, "dhcp") ||
		json_is_object(json_object_get(doc, "dhcp")))
		json_object_set(
			own_object(own_object(doc, "dhcp"), "dns"), "servers", servers);
	json_decref(servers);
}

static void set_fields(json_t *doc, const json_t *request, unsigned fields, const char *now)
{
	if (fields & MASK_NAME)
		json_object_set(doc, "name", json_object_get(request, "name"));
	if (fields & MASK_ZONE)
		json_object_set(doc, "zone", json_object_get(request, "zone"));
	if (fields & MASK_VPC_PREFIXES)
		json_object_set_new(doc, "vpcPrefixes",
			prefixes_merged(json_object_get(doc, "vpcPrefixes"),
				json_object_get(request, "vpcPrefixes"), now));
	if (fields & MASK_INGRESS)
		json_object_set_new(own_object(doc, "ingress"), "disablePublicServices",
			flag_of(request, "ingress", "disablePublicServices"));
	if (fields & MASK_EGRESS)
		json_object_set_new(own_object(doc, "egress"), "disablePublicAccess",
			flag_of(request, "egress", "disablePublicAccess"));
	if (fields & MASK_DNS)
		set_servers(doc, request);
}

json_t *document_patch(json_t *doc, const json_t *request, unsigned fields, const char *now)
{
	json_auto_t *changed = json_copy(doc);

	if (!changed)
		return NULL;
	set_fields(changed, request, fields, now);
	if (json_equal(changed, doc))
		return json_incref(doc);
	if (json_object_get(doc, "updatedAt")) /* a VPC loaded from a file may lack it */
		json_object_set_new(changed, "updatedAt", json_string(now));
	return json_incref(changed);
}

int document_host_prefixes_agree(const json_t *doc, const json_t *request, unsigned fields)
{
	json_auto_t *filled = NULL;

	if (fields & MASK_HOST_PREFIX && !json_equal(json_object_get(request, "hostPrefix"),
						 json_object_get(doc, "hostPrefix")))
		return 0;
	if (!(fields & MASK_HOST_PREFIXES))
		return 1;
	filled = host_prefixes_filled(json_object_get(request, "hostPrefixes"));
	return filled && json_equal(filled, json_object_get(doc, "hostPrefixes"));
}

json_t *document_with_status(const json_t *doc, const char *status)
{
	json_t *out = json_copy((json_t *)doc);

	if (status)
		json_object_set_new(out, "status", json_string(status));
	else
		json_object_del(out, "status");
	return out;
}
