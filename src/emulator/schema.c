/* SPDX-License-Identifier: MIT */
/* The requests as tables: what is not here is dropped from a request without a word. */
#include "schema.h"

#include "base/cleanup.h"

#define MESSAGE(label, table)                                                              \
	{                                                                                  \
		.name = (label), .fields = (table), .count = ARRAY_LEN(table)              \
	}

/* In numeric order (schema.md section 2). */
static const char *const host_prefix_types[] = {
	SCHEMA_TYPE_NONE, "PRIMARY", "ROUTED", "ATTACHED", NULL};
static const char *const gateway_policies[] = {
	SCHEMA_POLICY_NONE, "EUI64", "FIRST_IP", "LAST_IP", NULL};

static const struct proto_field ipam_fields[] = {
	{.name = "prefixLength", .kind = PROTO_INT32},
	{.name = "gatewayAddressPolicy", .kind = PROTO_ENUM, .values = gateway_policies},
};
static const struct proto_message ipam = MESSAGE("IPAddressManagementPolicy", ipam_fields);

static const struct proto_field host_prefix_fields[] = {
	{.name = "name", .kind = PROTO_STRING},
	{.name = "type", .kind = PROTO_ENUM, .values = host_prefix_types},
	{.name = "prefixes", .kind = PROTO_STRING, .repeated = true},
	{.name = "ipam", .kind = PROTO_MESSAGE, .message = &ipam},
};
static const struct proto_message host_prefix = MESSAGE("HostPrefix", host_prefix_fields);

/* There is no 1. */
static const char *const prefix_statuses[] = {"STATUS_UNSPECIFIED", "", "STATUS_AVAILABLE",
	"STATUS_PENDING_ALLOCATION", "STATUS_ALLOCATED", NULL};

/* Times and status are the server's, but must parse all the same. */
static const struct proto_field vpc_prefix_fields[] = {
	{.name = "name", .kind = PROTO_STRING},
	{.name = "value", .kind = PROTO_STRING},
	{.name = "createdAt", .kind = PROTO_TIMESTAMP},
	{.name = "updatedAt", .kind = PROTO_TIMESTAMP},
	{.name = "status", .kind = PROTO_ENUM, .values = prefix_statuses},
};
static const struct proto_message vpc_prefix = MESSAGE("Prefix", vpc_prefix_fields);

static const struct proto_field ingress_fields[] = {
	{.name = "disablePublicServices", .kind = PROTO_BOOL},
};
static const struct proto_message ingress = MESSAGE("Ingress", ingress_fields);

static const struct proto_field egress_fields[] = {
	{.name = "disablePublicAccess", .kind = PROTO_BOOL},
};
static const struct proto_message egress = MESSAGE("Egress", egress_fields);

static const struct proto_field dns_fields[] = {
	{.name = "servers", .kind = PROTO_STRING, .repeated = true},
};
static const struct proto_message dns = MESSAGE("DHCP.DNS", dns_fields);

static const struct proto_field dhcp_fields[] = {
	{.name = "dns", .kind = PROTO_MESSAGE, .message = &dns},
};
static const struct proto_message dhcp = MESSAGE("DHCP", dhcp_fields);

#define IDENTITY_FIELDS                                                                    \
	{.name = "name", .kind = PROTO_STRING},                                            \
	{                                                                                  \
		.name = "zone", .kind = PROTO_STRING                                       \
	}
#define HOST_FIELDS                                                                        \
	{.name = "hostPrefix", .kind = PROTO_STRING},                                      \
	{                                                                                  \
		.name = "hostPrefixes", .kind = PROTO_MESSAGE, .repeated = true,           \
		.message = &host_prefix                                                    \
	}
#define COMMON_FIELDS                                                                      \
	{.name = "vpcPrefixes",                                                            \
		.kind = PROTO_MESSAGE,                                                     \
		.repeated = true,                                                          \
		.message = &vpc_prefix},                                                   \
		{.name = "ingress", .kind = PROTO_MESSAGE, .message = &ingress},           \
		{.name = "egress", .kind = PROTO_MESSAGE, .message = &egress},             \
	{                                                                                  \
		.name = "dhcp", .kind = PROTO_MESSAGE, .message = &dhcp                    \
	}
#define MASK_FIELD                                                                         \
	{                                                                                  \
		.name = "updateMask", .kind = PROTO_MASK                                   \
	}

/* The id of the path counts. */
#define ID_FIELD                                                                           \
	{                                                                                  \
		.name = "id", .kind = PROTO_STRING                                         \
	}

static const struct proto_field create_fields[] = {
	IDENTITY_FIELDS, HOST_FIELDS, COMMON_FIELDS};
static const struct proto_field live_fields[] = {MASK_FIELD, ID_FIELD, COMMON_FIELDS};
static const struct proto_field reference_fields[] = {
	MASK_FIELD, ID_FIELD, IDENTITY_FIELDS, HOST_FIELDS, COMMON_FIELDS};

const struct proto_message schema_create = MESSAGE("CreateVPCRequest", create_fields);
const struct proto_message schema_update_live = MESSAGE("UpdateVPCRequest", live_fields);
const struct proto_message schema_update_reference =
	MESSAGE("UpdateVPCRequest", reference_fields);
