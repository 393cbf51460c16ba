/* SPDX-License-Identifier: MIT */
/* What is the same by whatever protocol a call comes: the service, its errors with their details,
 * the profiles. */
#include "rpc_rig.h"

#include <stdio.h>

#define VPC_NAME(name) "{\"name\":\"" name "\",\"zone\":\"US-LAB-01A\"}"
#define RESPONSE(call) "coreweave.networking.v1beta1." call "VPCResponse"

static struct emulator_options no_options;

/* The JSON that REST shows, without unset fields. */
static void assert_as_rest(struct rig *rig, const char *id, const json_t *said)
{
	struct rig rest = *rig;
	struct reply r;
	json_t *brief;

	rest.easy = NULL;
	rpc_turn(&rest, CONNECT_JSON);
	r = fetch(&rest, id);
	brief = rpc_brief(RESPONSE("Get"), r.json);
	assert_non_null(brief);
	if (!json_equal(brief, said))
		fail_msg("%s is not %s", json_dumps(said, 0), r.body);
	json_decref(brief);
	reply_free(&r);
	rest.emu = NULL;
	rig_stop(&rest);
}

static void live_through(enum way way)
{
	char id[ID_SIZE], request[512];
	struct said s;
	struct rig rig;

	rpc_start(&rig, way, no_options);
	s = rpc_call(&rig, way, "ListVPCs", "{}");
	assert_int_equal(s.code, 0);
	assert_int_equal(json_object_size(s.json), 0);
	said_free(&s);

	s = rpc_call(&rig, way, "CreateVPC",
		"{\"name\":\"a\",\"zone\":\"US-EAST-11A\",\"vpcPrefixes\":[{\"name\":\"pod "
		"cidr\",\"value\":\"10.0.0.0/13\"}],\"hostPrefixes\":["
		"{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":[\"10.16.192.0/18\"]},"
		"{\"name\":\"r\",\"type\":\"ATTACHED\",\"prefixes\":[\"2601:db8::/48\"],"
		"\"ipam\":{\"prefixLength\":64,\"gatewayAddressPolicy\":\"FIRST_IP\"}}],"
		"\"dhcp\":{\"dns\":{\"servers\":[\"1.1.1.1\"]}}}");
	assert_int_equal(s.code, 0);
	snprintf(id, sizeof(id), "%s", text_at(s.json, "vpc.id"));
	assert_as_rest(&rig, id, s.json);
	said_free(&s);

	snprintf(request, sizeof(request),
		"{\"id\":\"%s\",\"updateMask\":\"ingress.disablePublicServices,"
		"vpcPrefixes\","
		"\"ingress\":{\"disablePublicServices\":true},"
		"\"egress\":{\"disablePublicAccess\":true}}",
		id);
	s = rpc_call(&rig, way, "UpdateVPC", request);
	assert_int_equal(s.code, 0);
	assert_true(json_is_true(at(s.json, "vpc.ingress.disablePublicServices")));
	assert_null(at(s.json, "vpc.egress.disablePublicAccess"));
	assert_null(at(s.json, "vpc.vpcPrefixes"));
	assert_as_rest(&rig, id, s.json);
	said_free(&s);

	snprintf(request, sizeof(request), "{\"id\":\"%s\"}", id);
	s = rpc_call(&rig, way, "GetVPC", request);
	assert_as_rest(&rig, id, s.json);
	said_free(&s);
	s = rpc_call(&rig, way, "ListVPCs", "{}");
	assert_int_equal(json_array_size(at(s.json, "items")), 1);
	assert_text(s.json, "items.0.id", id);
	said_free(&s);

	s = rpc_call(&rig, way, "DeleteVPC", request);
	assert_text(s.json, "vpc.status", "STATUS_DELETING");
	said_free(&s);
	rpc_expect(&rig, way, "GetVPC", request, 5);
	rig_stop(&rig);
}

static void test_five_calls(void **state)
{
	for (enum way way = 0; way < WAYS; way++)
		live_through(way);
}

struct error_row {
	const char *method, *request;
	int code;
	const char *message;
	const char *path, *value; /* in the details; NULL: the error has none */
};

static const struct error_row errors[] = {
	{"GetVPC", "{\"id\":\"nope\"}", 5, "VPC \"nope\" not found", "0.resourceName",
		"nope"},
	{"DeleteVPC", "{\"id\":\"n\xc3\xa9\"}", 5, "VPC \"n\xc3\xa9\" not found", "0.@type",
		"type.googleapis.com/google.rpc.ResourceInfo"},
	{"UpdateVPC", "{\"id\":\"nope\"}", 5, "VPC \"nope\" not found", "0.description",
		"no such VPC"},
	{"CreateVPC", VPC_NAME("there"), 6, "VPC \"there\" already exists",
		"0.resourceName", "there"},
	{"CreateVPC", "{\"name\":\"-\",\"zone\":\"Z\"}", 3,
		"validation error: name: does not match regex pattern "
		"`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`",
		"0.fieldViolations.0.field", "name"},
	{"CreateVPC",
		"{\"name\":\"a\",\"zone\":\"Z\",\"vpcPrefixes\":[{\"name\":\"x\","
		"\"value\":\"\"}],\"dhcp\":{\"dns\":{\"servers\":[\"8\"]}}}",
		3,
		"validation errors:\n - vpc_prefixes[0].value: value is empty, which is "
		"not "
		"a valid IP prefix\n - dhcp.dns.servers[0]: must be a valid IP address",
		"0.fieldViolations.1.field", "dhcp.dns.servers[0]"},
	{"CreateVPC", "{\"name\":\"a\"}", 3, "invalid argument: zone: value is required",
		"0.fieldViolations.0.description", "value is required"},
};

static void assert_error(const struct said *s, enum way way, const struct error_row *row)
{
	if (s->code != row->code || !s->message || strcmp(s->message, row->message) != 0)
		fail_msg("%s: %s %s: %d %s", way_names[way], row->method, row->request,
			s->code, s->message ? s->message : "?");
	assert_text(s->details, row->path, row->value);
}

static void test_errors(void **state)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct rig rig;

		rpc_start(&rig, way, no_options);
		rpc_expect(&rig, way, "CreateVPC", VPC_NAME("there"), 0);
		for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
			struct said s =
				rpc_call(&rig, way, errors[i].method, errors[i].request);

			assert_error(&s, way, &errors[i]);
			said_free(&s);
		}
		rig.token = NULL;
		rpc_expect(&rig, way, "ListVPCs", "{}", 16);
		rig_stop(&rig);
	}
}

/* A VPC that is being created may not be changed; then two more answers, which only faults give. */
static void test_errors_of_state(void **state)
{
	for (enum way way = 0; way < WAYS; way++) {
		char request[512];
		struct rig rig;
		struct said s;

		rpc_start(&rig, way, (struct emulator_options){.provision_ms = 60000});
		s = rpc_call(&rig, way, "CreateVPC", VPC_NAME("a"));
		assert_text(s.json, "vpc.status", "STATUS_CREATING");
		snprintf(request, sizeof(request), "{\"id\":\"%s\"}",
			text_at(s.json, "vpc.id"));
		said_free(&s);
		s = rpc_call(&rig, way, "DeleteVPC", request);
		assert_int_equal(s.code, 9);
		assert_text(s.details, "0.violations.0.type", "VPC_STATUS");
		said_free(&s);
		rpc_turn(&rig, CONNECT_JSON);
		add_fault(&rig, "LIST:status=429,quota*1\nLIST:status=502*1\n"
				"LIST:status=503,code=8,message=later,retry-after=7*1");
		rpc_turn(&rig, way);
		s = rpc_call(&rig, way, "ListVPCs", "{}");
		assert_int_equal(s.code, 8);
		assert_text(s.details, "0.violations.0.subject", "organization:demo");
		said_free(&s);
		rpc_expect(&rig, way, "ListVPCs", "{}", 14);
		s = rpc_call(&rig, way, "ListVPCs", "{}");
		assert_int_equal(s.code, 8);
		assert_string_equal(s.message, "later");
		assert_non_null(strcasestr(s.reply.headers, "retry-after: 7"));
		said_free(&s);
		rig_stop(&rig);
	}
}

/* An UpdateVPC on the wire whose mask has this one path, which JSON may have no form for. */
static char *update_of(const char *id, const char *path, size_t *ret_len)
{
	char request[256];
	char *rest, *bytes;
	size_t len = strlen(path), rest_len;

	snprintf(request, sizeof(request),
		"{\"id\":\"%s\",\"ingress\":{\"disablePublicServices\":true}}", id);
	rest = rpc_encoded(CONNECT_PROTO, "UpdateVPC", request, &rest_len);
	bytes = malloc(4 + len + rest_len);
	memcpy(bytes, (char[]){0x0a, (char)(len + 2), 0x0a, (char)len}, 4);
	memcpy(bytes + 4, path, len);
	memcpy(bytes + 4 + len, rest, rest_len);
	free(rest);
	*ret_len = 4 + len + rest_len;
	return bytes;
}

static struct said update(struct rig *rig, enum way way, const char *id, const char *path)
{
	char request[512];
	struct said s;
	size_t len;
	char *bytes;

	snprintf(request, sizeof(request),
		"{\"id\":\"%s\",\"updateMask\":\"%s\","
		"\"ingress\":{\"disablePublicServices\":true}}",
		id, path);
	if (way == CONNECT_JSON)
		return rpc_call(rig, way, "UpdateVPC", request);
	bytes = update_of(id, path, &len);
	if (way >= GRPC_WEB)
		rpc_frame(&bytes, &len, 0);
	s = rpc_send(rig, way, "UpdateVPC", bytes, len);
	free(bytes);
	return s;
}

/* In JSON the spelling is checked when it is read. On the wire a path reaches the service as it is,
 * and one that it does not know makes it ignore the request. */
static void test_masks(void **state)
{
	static const struct {
		const char *path;
		int code_of_json;
		bool is_known_on_wire;
	} rows[] = {
		{"vpc_prefixes", 3, true},
		{"*", 3, false},
		{"ingress", 0, false},
		{"ingress.disable_public_services", 3, true},
		{"ingress.disablePublicServices", 0, false},
		{"vpcPrefixes", 0, false},
	};

	for (enum way way = 0; way < WAYS; way++) {
		struct rig rig;

		rpc_start(&rig, way, no_options);
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			bool has_ingress = strstr(rows[i].path, "ingress.") != NULL;
			char create[128], id[ID_SIZE];
			struct said s;

			snprintf(create, sizeof(create),
				"{\"name\":\"n%zu\",\"zone\":\"Z\"}", i);
			s = rpc_call(&rig, way, "CreateVPC", create);
			snprintf(id, sizeof(id), "%s", text_at(s.json, "vpc.id"));
			said_free(&s);
			s = update(&rig, way, id, rows[i].path);
			if (way == CONNECT_JSON) {
				assert_int_equal(s.code, rows[i].code_of_json);
				has_ingress = has_ingress && !s.code;
			} else {
				assert_int_equal(s.code, 0);
				has_ingress = has_ingress && rows[i].is_known_on_wire;
			}
			if (s.code == 0 && json_is_true(at(s.json,
						   "vpc.ingress.disablePublicServices")) !=
						   has_ingress)
				fail_msg("%s: mask \"%s\": %s", way_names[way],
					rows[i].path, s.reply.body);
			said_free(&s);
		}
		rig_stop(&rig);
	}
}

/* The rules of the reference, in the messages of the schema. */
static void test_reference(void **state)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct rig rig;
		struct said s;

		rpc_start(&rig, way,
			(struct emulator_options){.profile = EMULATOR_REFERENCE});
		s = rpc_call(&rig, way, "CreateVPC", VPC_NAME("a"));
		assert_int_equal(s.code, 0);
		assert_text(s.json, "vpc.hostPrefix", "10.194.192.0/18");
		assert_null(at(s.json, "vpc.status"));
		said_free(&s);
		s = rpc_call(&rig, way, "CreateVPC",
			"{\"name\":\"b\",\"zone\":\"Z\",\"hostPrefix\":\"10.0.0.0/22\"}");
		assert_int_equal(s.code, 3);
		assert_text(s.details, "0.fieldViolations.0.field", "host_prefix");
		said_free(&s);
		rig_stop(&rig);
	}
}

/* Connect's JSON leaves out the same fields as REST's. */
static void test_dialects(void **state)
{
	for (int brief = 0; brief < 2; brief++) {
		struct rig rig;
		struct said s;

		rpc_start(&rig, CONNECT_JSON,
			(struct emulator_options){.omit_defaults = brief});
		s = rpc_call(&rig, CONNECT_JSON, "ListVPCs", "{}");
		assert_string_equal(s.reply.body, brief ? "{}" : "{\"items\":[]}");
		said_free(&s);
		s = rpc_call(&rig, CONNECT_JSON, "CreateVPC", VPC_NAME("a"));
		assert_int_equal(json_is_null(at(s.reply.json, "vpc.dhcp")), !brief);
		assert_int_equal(
			json_object_size(at(s.reply.json, "vpc.ingress")), brief ? 0 : 1);
		said_free(&s);
		rig_stop(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_five_calls),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_errors_of_state),
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_dialects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
