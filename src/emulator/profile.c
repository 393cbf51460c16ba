/* SPDX-License-Identifier: MIT */
/* The two profiles of the service. The store keeps documents in the shape of `live`; `reference`
 * shows a part of that. */
#include "profile.h"

#include <string.h>
#include "base/cleanup.h"
#include "message.h"

static const struct profile_mask live_masks[] = {
	{"vpc_prefixes", "vpcPrefixes", MASK_VPC_PREFIXES},
	{"ingress.disable_public_services", "ingress", MASK_INGRESS},
	{"egress.disable_public_access", "egress", MASK_EGRESS},
	{"dhcp.dns.servers", "dhcp", MASK_DNS},
};

static const struct profile_mask reference_masks[] = {
	{"name", "name", MASK_NAME},
	{"zone", "zone", MASK_ZONE},
	{"host_prefix", "hostPrefix", MASK_HOST_PREFIX},
	{"host_prefixes", "hostPrefixes", MASK_HOST_PREFIXES},
	{"vpc_prefixes", "vpcPrefixes", MASK_VPC_PREFIXES},
	{"ingress", "ingress", MASK_INGRESS},
	{"ingress.disable_public_services", "ingress", MASK_INGRESS},
	{"egress", "egress", MASK_EGRESS},
	{"egress.disable_public_access", "egress", MASK_EGRESS},
	{"dhcp", "dhcp", MASK_DNS},
	{"dhcp.dns", "dhcp", MASK_DNS},
	{"dhcp.dns.servers", "dhcp", MASK_DNS},
};

static const struct profile profiles[] = {
	[EMULATOR_LIVE] =
		{
			.enveloped = true,
			.schema_rules = true,
			.unknown_is_silent = true,
			.masks = live_masks,
			.mask_count = ARRAY_LEN(live_masks),
		},
	[EMULATOR_REFERENCE] =
		{
			.bare = true,
			.strict_sizes = true,
			.ipv4_only = true,
			.flags_required = true,
			.longer_than_aggregate = true,
			.policy_required = true,
			.patches_all = true,
			.masks = reference_masks,
			.mask_count = ARRAY_LEN(reference_masks),
		},
};

const struct profile *profile_of(enum emulator_profile which)
{
	return &profiles[which];
}

/* A message that is there is no default, even if it is empty. */
static bool is_default(const char *key, const json_t *value)
{
	static const char *const enums[] = {"type", "gatewayAddressPolicy", "status"};
	const char *text = json_string_value(value);

	switch (json_typeof(value)) {
	case JSON_NULL:
	case JSON_FALSE:
		return true;
	case JSON_INTEGER:
		return json_integer_value(value) == 0;
	case JSON_ARRAY:
		return json_array_size(value) == 0;
	case JSON_STRING:
		for (size_t i = 0; i < ARRAY_LEN(enums); i++) {
			if (strcmp(key, enums[i]) == 0 &&
				(strcmp(text, MESSAGE_POLICY_NONE) == 0 ||
					strcmp(text, MESSAGE_STATUS_NONE) == 0))
				return true;
		}
		return json_string_length(value) == 0;
	default:
		return false;
	}
}

/* A copy without the fields that hold a default, nested ones first; elements of lists stay. */
static json_t *without_defaults(const json_t *value)
{
	json_t *out, *child;
	const char *key;
	size_t i;

	if (json_is_array(value)) {
		out = json_array();
		json_array_foreach (value, i, child) {
			json_array_append_new(out, without_defaults(child));
		}
		return out;
	}
	if (!json_is_object(value))
		return json_deep_copy(value);
	out = json_object();
	json_object_foreach ((json_t *)value, key, child) {
		if (!is_default(key, child))
			json_object_set_new(out, key, without_defaults(child));
	}
	return out;
}

/* Takes the document. Removes the fields that hold a default, if the profile omits them. */
static json_t *in_dialect_take(const struct profile *p, json_t *out)
{
	json_t *brief;

	if (!p->omit_defaults || !out)
		return out;
	brief = without_defaults(out);
	json_decref(out);
	return brief;
}

/* The reference's samples show dhcp down to its servers, and no id only because they show no field
 * that it does not list. */
static json_t *bare(const json_t *doc)
{
	json_t *out = json_deep_copy(doc);

	json_object_del(out, "status");
	json_object_del(out, "createdAt");
	json_object_del(out, "updatedAt");
	json_object_del(out, "hostPrefix");
	if (!json_is_object(json_object_get(out, "dhcp")))
		json_object_set_new(out, "dhcp", json_pack("{s:{s:[]}}", "dns", "servers"));
	return out;
}

json_t *profile_show(const struct profile *p, json_t *doc, bool as_given)
{
	return in_dialect_take(p, p->bare && !as_given ? bare(doc) : json_incref(doc));
}

/* The reference's samples of POST and PATCH: hostPrefix, no hostPrefixes, and of a prefix just name
 * and value. */
json_t *profile_echo(const struct profile *p, json_t *doc, bool as_given)
{
	json_t *out, *prefix;
	size_t i;

	if (!p->bare || as_given)
		return profile_show(p, doc, as_given);
	out = bare(doc);
	json_object_del(out, "hostPrefixes");
	json_object_set(out, "hostPrefix", json_object_get(doc, "hostPrefix"));
	json_array_foreach (json_object_get(out, "vpcPrefixes"), i, prefix) {
		json_object_del(prefix, "status");
		json_object_del(prefix, "createdAt");
		json_object_del(prefix, "updatedAt");
	}
	return in_dialect_take(p, out);
}
