/* SPDX-License-Identifier: MIT */
/* The schema is the published one, and uses nothing that the walk does not support. */
#include "rig.h"

#include "../../../src/proto/known.h"
#include "../../../src/proto/type.h"
#include "proto/method.h"

extern const ProtobufCServiceDescriptor
	coreweave__networking__v1beta1__vpcservice__descriptor;

/* As published: every field with its number and its type. */
static const struct {
	const char *type, *fields;
} messages[] = {
	{"VPC", "id 1 string; name 2 string; status 3 VPC.Status; zone 4 string; "
		"vpc_prefixes 7 repeated Prefix; created_at 9 Timestamp; updated_at 10 "
		"Timestamp; host_prefix 11 string; ingress 12 Ingress; egress 13 Egress; "
		"dhcp 14 DHCP; host_prefixes 21 repeated HostPrefix"},
	{"Prefix", "name 1 string; value 2 string; created_at 7 Timestamp; updated_at 8 "
		   "Timestamp; status 9 Prefix.Status"},
	{"HostPrefix", "name 1 string; type 2 HostPrefix.Type; prefixes 3 repeated string; "
		       "ipam 11 IPAddressManagementPolicy"},
	{"IPAddressManagementPolicy",
		"prefix_length 1 int32; gateway_address_policy 2 GatewayAddressPolicy"},
	{"Ingress", "disable_public_services 1 bool"},
	{"Egress", "disable_public_access 1 bool"},
	{"DHCP", "dns 1 DHCP.DNS"},
	{"DHCP.DNS", "servers 1 repeated string"},
	{"ListVPCsRequest", ""},
	{"ListVPCsResponse", "items 1 repeated VPC"},
	{"GetVPCRequest", "id 1 string"},
	{"GetVPCResponse", "vpc 1 VPC"},
	{"CreateVPCRequest",
		"name 1 string; zone 2 string; vpc_prefixes 5 repeated Prefix; "
		"host_prefix 7 string; ingress 8 Ingress; egress 9 Egress; "
		"dhcp 10 DHCP; host_prefixes 11 repeated HostPrefix"},
	{"CreateVPCResponse", "vpc 1 VPC"},
	{"UpdateVPCRequest",
		"update_mask 1 FieldMask; id 2 string; vpc_prefixes 5 repeated "
		"Prefix; ingress 7 Ingress; egress 8 Egress; dhcp 9 DHCP"},
	{"UpdateVPCResponse", "vpc 1 VPC"},
	{"DeleteVPCRequest", "id 1 string"},
	{"DeleteVPCResponse", "vpc 1 VPC"},
	{"google.protobuf.Timestamp", "seconds 1 int64; nanos 2 int32"},
	{"google.protobuf.FieldMask", "paths 1 repeated string"},
	{"google.protobuf.Any", "type_url 1 string; value 2 bytes"},
	{"google.rpc.Status", "code 1 int32; message 2 string; details 3 repeated Any"},
	{"google.rpc.ResourceInfo", "resource_type 1 string; resource_name 2 string; owner "
				    "3 string; description 4 string"},
	{"google.rpc.BadRequest", "field_violations 1 repeated BadRequest.FieldViolation"},
	{"google.rpc.PreconditionFailure",
		"violations 1 repeated PreconditionFailure.Violation"},
	{"google.rpc.QuotaFailure", "violations 1 repeated QuotaFailure.Violation"},
	{"google.rpc.ErrorInfo", "reason 1 string; domain 2 string"},
	{"google.rpc.LocalizedMessage", "locale 1 string; message 2 string"},
};

static const struct {
	const char *type, *field, *values;
} enums[] = {
	{"VPC", "status",
		"STATUS_UNSPECIFIED 0, STATUS_CREATING 1, STATUS_UPDATING 2, "
		"STATUS_READY 3, STATUS_DELETING 4"},
	{"Prefix", "status",
		"STATUS_UNSPECIFIED 0, STATUS_AVAILABLE 2, "
		"STATUS_PENDING_ALLOCATION 3, STATUS_ALLOCATED 4"},
	{"HostPrefix", "type", "UNSPECIFIED 0, PRIMARY 1, ROUTED 2, ATTACHED 3"},
	{"IPAddressManagementPolicy", "gateway_address_policy",
		"UNSPECIFIED 0, EUI64 1, FIRST_IP 2, LAST_IP 3"},
};

static const char *without_package(const char *name)
{
	static const char *const packages[] = {
		"coreweave.networking.v1beta1.", "google.protobuf.", "google.rpc."};

	for (size_t i = 0; i < ARRAY_LEN(packages); i++) {
		if (strncmp(name, packages[i], strlen(packages[i])) == 0)
			return name + strlen(packages[i]);
	}
	return name;
}

static const char *type_word(const ProtobufCFieldDescriptor *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return "string";
	case PROTOBUF_C_TYPE_BYTES:
		return "bytes";
	case PROTOBUF_C_TYPE_BOOL:
		return "bool";
	case PROTOBUF_C_TYPE_INT32:
		return "int32";
	case PROTOBUF_C_TYPE_INT64:
		return "int64";
	case PROTOBUF_C_TYPE_ENUM:
		return without_package(
			((const ProtobufCEnumDescriptor *)field->descriptor)->name);
	case PROTOBUF_C_TYPE_MESSAGE:
		return without_package(
			((const ProtobufCMessageDescriptor *)field->descriptor)->name);
	default:
		return "?";
	}
}

static void test_messages(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		const ProtobufCMessageDescriptor *type =
			type_descriptor(rig_type(messages[i].type));
		CLEANUP_BUF struct buf text = BUF_INIT(RIG_MAX);

		for (unsigned k = 0; k < type->n_fields; k++) {
			const ProtobufCFieldDescriptor *field = &type->fields[k];

			buf_addf(&text, "%s%s %u %s%s", k ? "; " : "", field->name,
				field->id,
				field->label == PROTOBUF_C_LABEL_REPEATED ? "repeated "
									  : "",
				type_word(field));
		}
		assert_string_equal(buf_str(&text), messages[i].fields);
	}
}

static void test_enums(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(enums); i++) {
		const ProtobufCEnumDescriptor *type =
			protobuf_c_message_descriptor_get_field_by_name(
				type_descriptor(rig_type(enums[i].type)), enums[i].field)
				->descriptor;
		CLEANUP_BUF struct buf text = BUF_INIT(RIG_MAX);

		for (unsigned k = 0; k < type->n_values; k++)
			buf_addf(&text, "%s%s %d", k ? ", " : "", type->values[k].name,
				type->values[k].value);
		assert_string_equal(buf_str(&text), enums[i].values);
	}
}

static void check_walkable(const ProtobufCMessageDescriptor *type, unsigned depth)
{
	assert_true(depth < 8); /* so no message holds one of its own type */
	for (unsigned i = 0; !known_find(type) && i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		char name[WALK_NAME_MAX];

		walk_json_name(field, name);
		assert_int_not_equal(walk_value_size(field), 0);
		assert_int_not_equal(field->label, PROTOBUF_C_LABEL_REQUIRED);
		assert_int_not_equal(field->label, PROTOBUF_C_LABEL_OPTIONAL);
		assert_false(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF);
		if (field->label == PROTOBUF_C_LABEL_REPEATED)
			assert_true(field->type == PROTOBUF_C_TYPE_STRING ||
				    field->type == PROTOBUF_C_TYPE_MESSAGE);
		if (field->type == PROTOBUF_C_TYPE_MESSAGE)
			check_walkable(field->descriptor, depth + 1);
	}
}

static void test_walkable(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(messages); i++)
		check_walkable(type_descriptor(rig_type(messages[i].type)), 0);
}

static void test_methods(void **state)
{
	const ProtobufCServiceDescriptor *service =
		&coreweave__networking__v1beta1__vpcservice__descriptor;
	char path[128];

	assert_int_equal(service->n_methods, METHODS);
	for (unsigned i = 0; i < METHODS; i++) {
		const struct method *method = method_of(i);

		assert_string_equal(method->name, service->methods[i].name);
		snprintf(path, sizeof(path), "/%s/%s", service->name, method->name);
		assert_string_equal(method->path, path);
		assert_ptr_equal(
			type_descriptor(method->request), service->methods[i].input);
		assert_ptr_equal(
			type_descriptor(method->response), service->methods[i].output);
		assert_int_equal(method_at(path, strlen(path)), i);
		assert_int_equal(method_at(path, strlen(path) - 1), METHODS);
	}
	assert_int_equal(method_at("", 0), METHODS);
}

static void test_names(void **state)
{
	const struct msg_type *info = msg_type_named("google.rpc.ResourceInfo");

	assert_string_equal(msg_type_name(info), "google.rpc.ResourceInfo");
	assert_ptr_equal(
		msg_type_named("type.googleapis.com/google.rpc.ResourceInfo"), info);
	assert_ptr_equal(msg_type_named("/google.rpc.ResourceInfo"), info);
	assert_ptr_equal(msg_type_named("google.rpc.Status"), method_status_type());
	assert_null(msg_type_named("ResourceInfo"));
	assert_null(msg_type_named("google.rpc.ResourceInfo/"));
	assert_null(msg_type_named(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_enums),
		cmocka_unit_test(test_walkable),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
