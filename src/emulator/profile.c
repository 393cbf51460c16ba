/* SPDX-License-Identifier: MIT */
/* The two faces of the service. A document is kept in the shape of `live`; `reference` is cut from it. */
#include "profile.h"

#include "base/cleanup.h"
#include "schema.h"

static const struct profile_mask live_masks[] = {
	{"vpcPrefixes", LEAF_VPC_PREFIXES},
	{"ingress.disablePublicServices", LEAF_INGRESS},
	{"egress.disablePublicAccess", LEAF_EGRESS},
	{"dhcp.dns.servers", LEAF_DNS},
};

static const struct profile_mask reference_masks[] = {
	{"name", LEAF_NAME},
	{"zone", LEAF_ZONE},
	{"hostPrefix", LEAF_HOST_PREFIX},
	{"hostPrefixes", LEAF_HOST_PREFIXES},
	{"vpcPrefixes", LEAF_VPC_PREFIXES},
	{"ingress", LEAF_INGRESS},
	{"ingress.disablePublicServices", LEAF_INGRESS},
	{"egress", LEAF_EGRESS},
	{"egress.disablePublicAccess", LEAF_EGRESS},
	{"dhcp", LEAF_DNS},
	{"dhcp.dns", LEAF_DNS},
	{"dhcp.dns.servers", LEAF_DNS},
};

static const struct profile profiles[] = {
	[EMULATOR_LIVE] =
		{
			.enveloped = true,
			.strict_names = true,
			.unknown_is_silent = true,
			.create = &schema_create,
			.update = &schema_update_live,
			.masks = live_masks,
			.mask_count = ARRAY_LEN(live_masks),
		},
	[EMULATOR_REFERENCE] =
		{
			.bare = true,
			.strict_sizes = true,
			.ipv4_only = true,
			.policy_required = true,
			.create = &schema_create,
			.update = &schema_update_reference,
			.masks = reference_masks,
			.mask_count = ARRAY_LEN(reference_masks),
		},
};

const struct profile *profile_of(enum emulator_profile which)
{
	return &profiles[which];
}

static bool is_default(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_NULL:
	case JSON_FALSE:
		return true;
	case JSON_STRING:
		return json_string_length(value) == 0;
	case JSON_INTEGER:
		return json_integer_value(value) == 0;
	case JSON_ARRAY:
		return json_array_size(value) == 0;
	case JSON_OBJECT:
		return json_object_size(value) == 0;
	default:
		return false;
	}
}

/* A copy without the fields that hold a default, inside out; elements of lists stay. */
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
		json_t *kept = without_defaults(child);

		if (kept && !is_default(kept))
			json_object_set(out, key, kept);
		json_decref(kept);
	}
	return out;
}

json_t *profile_show(const struct profile *p, json_t *doc, bool as_given)
{
	json_t *out;

	if (!p->bare || as_given)
		return json_incref(doc);
	out = without_defaults(doc);
	json_object_del(out, "status");
	json_object_del(out, "createdAt");
	json_object_del(out, "updatedAt");
	json_object_del(out, "hostPrefix");
	return out;
}

/* The reference's samples of POST and PATCH: hostPrefix, no hostPrefixes, and of a prefix just name and value. */
json_t *profile_echo(const struct profile *p, json_t *doc, bool as_given)
{
	json_t *out = profile_show(p, doc, as_given), *prefix;
	size_t i;

	if (!p->bare || as_given || !out)
		return out;
	json_object_del(out, "hostPrefixes");
	json_object_set(out, "hostPrefix", json_object_get(doc, "hostPrefix"));
	json_array_foreach (json_object_get(out, "vpcPrefixes"), i, prefix) {
		json_object_del(prefix, "status");
		json_object_del(prefix, "createdAt");
		json_object_del(prefix, "updatedAt");
	}
	return out;
}
