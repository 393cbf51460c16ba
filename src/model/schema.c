/* SPDX-License-Identifier: MIT */
/* What the mount looks like: each schema field is one kind of file, in the order in which `ls -U`
 * shows them. A new field of the API is one new line here and nothing else. */
#include "model/schema.h"

#include "base/cleanup.h"

#define SET    FIELD_WRITABLE
#define ITEM   (FIELD_WRITABLE | FIELD_WHOLE_LIST)
#define MUST   FIELD_REQUIRED
#define MAYBE  FIELD_IF_PRESENT
#define ONE_OF FIELD_SPEC_ONLY_WITH
#define OLD    FIELD_DEPRECATED
#define LINES  FIELD_LINES
#define ANY    FIELD_SET
#define LIST   (FIELD_NAMED_ITEMS | FIELD_SET | FIELD_WHOLE_LIST)
#define NAME   FIELD_NAME
#define ENTRY  FIELD_ENTRY

static const struct enum_value vpc_status[] = {{0, "STATUS_UNSPECIFIED"},
	{1, "STATUS_CREATING", STATE_BUSY}, {2, "STATUS_UPDATING", STATE_BUSY},
	{3, "STATUS_READY"}, {4, "STATUS_DELETING", STATE_DELETING}, {0, NULL}};
static const struct enum_value prefix_status[] = {{0, "STATUS_UNSPECIFIED"},
	{2, "STATUS_AVAILABLE"}, {3, "STATUS_PENDING_ALLOCATION"}, {4, "STATUS_ALLOCATED"},
	{0, NULL}};
static const struct enum_value host_type[] = {
	{0, "UNSPECIFIED"}, {1, "PRIMARY"}, {2, "ROUTED"}, {3, "ATTACHED"}, {0, NULL}};
static const struct enum_value gateway_policy[] = {
	{0, "UNSPECIFIED"}, {1, "EUI64"}, {2, "FIRST_IP"}, {3, "LAST_IP"}, {0, NULL}};

/* clang-format off */
const struct schema_field schema_fields[] = {
	{"id", FIELD_STRING, FIELD_ID, "", "what the API calls it"},
	{"name", FIELD_STRING, SET | MUST | NAME, "name", "its name"},
	{"zone", FIELD_STRING, SET | MUST | FIELD_OPTION, "zone", "the Availability Zone it is in"},
	{"status", FIELD_ENUM, MAYBE | FIELD_STATE, "", "e.g. STATUS_READY", vpc_status},
	{"createdAt", FIELD_STRING, MAYBE, "", "when it was created, as the API spells it"},
	{"updatedAt", FIELD_STRING, MAYBE | FIELD_MTIME, "", "when it was last changed; the mtime of its files"},
	{"hostPrefix", FIELD_CIDR, SET | MAYBE | ONE_OF | OLD, "hostPrefix", "deprecated by the API: its one host prefix"},

	{"hostPrefixes", FIELD_DIR, LIST | ONE_OF, "hostPrefixes", "the host prefixes by name"},
	{"hostPrefixes/*", FIELD_DIR, 0, "hostPrefixes", "one host prefix"},
	{"hostPrefixes/*/name", FIELD_STRING, ITEM | NAME, "hostPrefixes", "its name"},
	{"hostPrefixes/*/type", FIELD_ENUM, ITEM | MUST, "hostPrefixes", "PRIMARY, ROUTED or ATTACHED", host_type},
	{"hostPrefixes/*/prefixes", FIELD_CIDR, ITEM | MUST | LINES, "hostPrefixes", "one CIDR a line, in order"},
	{"hostPrefixes/*/ipam", FIELD_DIR, MAYBE, "hostPrefixes", "how nodes get their part; only if the API returns it"},
	{"hostPrefixes/*/ipam/prefixLength", FIELD_INT, ITEM, "hostPrefixes", "length of each node's part"},
	{"hostPrefixes/*/ipam/gatewayAddressPolicy", FIELD_ENUM, ITEM, "hostPrefixes", "EUI64, FIRST_IP or LAST_IP", gateway_policy},

	{"vpcPrefixes", FIELD_DIR, LIST, "vpcPrefixes", "the VPC prefixes by name"},
	{"vpcPrefixes/*", FIELD_DIR, ENTRY, "vpcPrefixes", "one VPC prefix"},
	{"vpcPrefixes/*/name", FIELD_STRING, ITEM | NAME, "vpcPrefixes", "its name"},
	{"vpcPrefixes/*/value", FIELD_CIDR, ITEM | MUST, "vpcPrefixes", "one CIDR"},
	{"vpcPrefixes/*/status", FIELD_ENUM, MAYBE, "", "e.g. STATUS_AVAILABLE", prefix_status},
	{"vpcPrefixes/*/createdAt", FIELD_STRING, MAYBE, "", "when this prefix was created"},
	{"vpcPrefixes/*/updatedAt", FIELD_STRING, MAYBE, "", "when this prefix was last changed"},

	{"ingress", FIELD_DIR, 0, "", "from the Internet"},
	{"ingress/disablePublicServices", FIELD_BOOL, SET, "ingress.disablePublicServices", "true: nothing comes in from the Internet"},
	{"egress", FIELD_DIR, 0, "", "to the Internet"},
	{"egress/disablePublicAccess", FIELD_BOOL, SET, "egress.disablePublicAccess", "true: nothing goes out to the Internet"},
	{"dhcp", FIELD_DIR, 0, "", "what DHCP tells the nodes"},
	{"dhcp/dns", FIELD_DIR, 0, "", "name resolution"},
	{"dhcp/dns/servers", FIELD_ADDRESS, SET | LINES | ANY, "dhcp.dns.servers", "one address a line; empty = none"},

	{"spec.json", FIELD_SPEC, SET, "", "all that can be set, in the shape of a POST body"},
	{"vpc.json", FIELD_RAW, 0, "", "the object as the API returned it"},
	{".error", FIELD_ERROR, FIELD_HIDDEN, "", "hidden: why the last request about this VPC failed"},
};
/* clang-format on */

const size_t schema_field_count = ARRAY_LEN(schema_fields);
