/* SPDX-License-Identifier: MIT */
/* What CoreWeave's Terraform provider asks of a server, by the protocol that it speaks: Connect,
 * binary, over HTTP/1.1. */
#include "rpc_rig.h"

#include <regex.h>
#include <stdio.h>

#define LAB "\"zone\":\"US-LAB-01A\""
#define WAY CONNECT_PROTO

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	rig_start(rig, &(struct emulator_options){.provision_ms = 40});
	rig->header = "User-Agent: Terraform/1.9.0 terraform-provider-coreweave/0.10.1";
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	rig_stop(*state);
	free(*state);
	return 0;
}

/* The answer to a call that succeeds has the VPC. */
static struct said say(struct rig *rig, const char *method, const char *request)
{
	struct said s = rpc_call(rig, WAY, method, request);

	if (s.code != 0 || !at(s.json, "vpc.id"))
		fail_msg("%s %s: %d %s", method, request, s.code, s.message);
	return s;
}

static struct said about(
	struct rig *rig, const char *method, const char *id, const char *fields)
{
	char request[1024];

	snprintf(request, sizeof(request), "{\"id\":\"%s\"%s}", id, fields);
	return rpc_call(rig, WAY, method, request);
}

/* Reads until the VPC has left its phase, as the provider does; returns the last answer. */
static struct said wait_for(struct rig *rig, const char *id)
{
	for (;;) {
		struct said s = about(rig, "GetVPC", id, "");

		if (s.code != 0 ||
			strcmp(text_at(s.json, "vpc.status"), "STATUS_READY") == 0)
			return s;
		said_free(&s);
		sleep_ms(5);
	}
}

/* A VPC that is ready: the answer about it, and its id. */
static struct said create(struct rig *rig, const char *request, char id[ID_SIZE])
{
	struct said s = say(rig, "CreateVPC", request);

	snprintf(id, ID_SIZE, "%s", text_at(s.json, "vpc.id"));
	said_free(&s);
	return wait_for(rig, id);
}

static void test_life(void **state)
{
	char id[ID_SIZE];
	struct said s = create(*state, "{\"name\":\"a\"," LAB "}", id);

	said_free(&s);
	s = about(*state, "UpdateVPC", id,
		",\"vpcPrefixes\":[{\"name\":\"pod cidr\",\"value\":\"10.0.0.0/13\"}],"
		"\"ingress\":{\"disablePublicServices\":true},\"egress\":{}");
	assert_text(s.json, "vpc.status", "STATUS_UPDATING");
	said_free(&s);
	s = wait_for(*state, id);
	assert_true(json_is_true(at(s.json, "vpc.ingress.disablePublicServices")));
	said_free(&s);
	s = about(*state, "DeleteVPC", id, "");
	assert_text(s.json, "vpc.id", id);
	assert_text(s.json, "vpc.status", "STATUS_DELETING");
	said_free(&s);
	s = wait_for(*state, id);
	assert_int_equal(s.code, 5);
	said_free(&s);
	/* its name is free at once */
	s = create(*state, "{\"name\":\"a\"," LAB "}", id);
	said_free(&s);
}

static void test_reads_its_writes(void **state)
{
	struct said s = say(*state, "CreateVPC", "{\"name\":\"a\"," LAB "}");
	struct said got = about(*state, "GetVPC", text_at(s.json, "vpc.id"), "");

	assert_int_equal(got.code, 0);
	assert_text(got.json, "vpc.name", "a");
	said_free(&got);
	said_free(&s);
}

static void test_not_found(void **state)
{
	struct said s = about(*state, "GetVPC", "1b5274f2-8012-4b68-9010-cc4c51613302", "");
	char *type = reply_header(&s.reply, "content-type");
	regex_t pattern;

	assert_int_equal(s.reply.status, 404);
	assert_string_equal(type, "application/json");
	assert_text(s.reply.json, "code", "not_found");
	assert_text(s.details, "0.@type", "type.googleapis.com/google.rpc.ResourceInfo");
	assert_text(s.details, "0.resourceType", "VPC");
	assert_text(s.details, "0.resourceName", "1b5274f2-8012-4b68-9010-cc4c51613302");
	assert_int_equal(regcomp(&pattern, "VPC .*not found", REG_EXTENDED | REG_NOSUB), 0);
	assert_int_equal(regexec(&pattern, s.message, 0, NULL, 0), 0);
	regfree(&pattern);
	free(type);
	said_free(&s);
}

/* The provider accepts gzip, and uncompressed answers, too. */
static void test_gzip(void **state)
{
	struct rig *rig = *state;
	char id[ID_SIZE];
	struct said plain = create(rig, "{\"name\":\"a\"," LAB "}", id), s;
	char *encoding;

	rig->header = "Accept-Encoding: gzip";
	s = about(rig, "GetVPC", id, "");
	encoding = reply_header(&s.reply, "content-encoding");
	assert_int_equal(s.reply.status, 200);
	if (!encoding)
		assert_true(json_equal(plain.json, s.json));
	else
		assert_memory_equal(s.reply.body, "\x1f\x8b", 2);
	free(encoding);
	said_free(&plain);
	said_free(&s);
}

/* 429 and 5xx are sent again, creates too: what was not carried out is then, what was is there. */
static void test_retries(void **state)
{
	struct rig *rig = *state;
	struct said s;

	add_fault(rig, "POST:status=503*1\nPOST:status=429*1\nPOST:reset-after*1@0");
	rpc_expect(rig, WAY, "CreateVPC", "{\"name\":\"a\"," LAB "}", 14);
	rpc_expect(rig, WAY, "CreateVPC", "{\"name\":\"a\"," LAB "}", 8);
	rpc_expect(rig, WAY, "CreateVPC", "{\"name\":\"a\"," LAB "}", RPC_NO_ANSWER);
	s = rpc_call(rig, WAY, "CreateVPC", "{\"name\":\"a\"," LAB "}");
	assert_int_equal(s.code, 6);
	assert_text(s.details, "0.resourceType", "VPC");
	assert_text(s.details, "0.resourceName", "a");
	said_free(&s);
	assert_int_equal(list_count(rig), 1);
}

static void test_defaults(void **state)
{
	char id[ID_SIZE];
	struct said s = create(*state, "{\"name\":\"a\"," LAB "}", id);

	assert_true(json_is_object(at(s.json, "vpc.ingress")));
	assert_true(json_is_object(at(s.json, "vpc.egress")));
	assert_null(at(s.json, "vpc.dhcp"));
	assert_text(s.json, "vpc.hostPrefix", "10.194.192.0/18");
	assert_int_equal(json_array_size(at(s.json, "vpc.hostPrefixes")), 1);
	assert_text(s.json, "vpc.hostPrefixes.0.name", "host primary");
	assert_text(s.json, "vpc.hostPrefixes.0.type", "PRIMARY");
	assert_text(s.json, "vpc.hostPrefixes.0.prefixes.0", "10.194.192.0/18");
	assert_null(at(s.json, "vpc.hostPrefixes.0.ipam"));
	said_free(&s);
}

/* host_prefix and the PRIMARY's first prefix mirror each other, as they were written. */
static void test_host_prefix(void **state)
{
	static const struct {
		const char *given, *shown;
	} rows[] = {
		{"\"hostPrefix\":\"172.0.0.0/18\"", "172.0.0.0/18"},
		{"\"hostPrefix\":\"10.1.2.3/18\"", "10.1.2.3/18"},
		{"\"hostPrefixes\":[{\"name\":\"p\",\"type\":\"PRIMARY\","
		 "\"prefixes\":[\"2601:DB8:BBBB::/48\"]}]",
			"2601:DB8:BBBB::/48"},
		{"\"hostPrefixes\":[{\"name\":\"p\",\"type\":\"PRIMARY\","
		 "\"prefixes\":[\"2601:db8::/48\",\"172.16.0.0/12\"]}]",
			"2601:db8::/48"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char request[512], id[ID_SIZE];
		struct said s;

		snprintf(request, sizeof(request), "{\"name\":\"n%zu\"," LAB ",%s}", i,
			rows[i].given);
		s = create(*state, request, id);
		assert_text(s.json, "vpc.hostPrefix", rows[i].shown);
		assert_text(s.json, "vpc.hostPrefixes.0.prefixes.0", rows[i].shown);
		said_free(&s);
	}
}

static void test_host_prefixes(void **state)
{
	char id[ID_SIZE];
	struct said s = create(*state,
		"{\"name\":\"a\"," LAB ",\"hostPrefixes\":["
		"{\"name\":\"r\",\"type\":\"ROUTED\",\"prefixes\":[\"2601:db8:3::/48\","
		"\"2601:db8:1::/48\",\"2601:db8:2::/48\"],\"ipam\":{\"prefixLength\":80}},"
		"{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":[\"172.0.0.0/18\"]}]}",
		id);

	assert_text(s.json, "vpc.hostPrefix", "172.0.0.0/18");
	assert_text(s.json, "vpc.hostPrefixes.0.prefixes.0", "2601:db8:3::/48");
	assert_text(s.json, "vpc.hostPrefixes.0.prefixes.1", "2601:db8:1::/48");
	assert_text(s.json, "vpc.hostPrefixes.0.prefixes.2", "2601:db8:2::/48");
	assert_true(json_is_object(at(s.json, "vpc.hostPrefixes.0.ipam")));
	/* UNSPECIFIED is what the wire leaves out */
	assert_null(at(s.json, "vpc.hostPrefixes.0.ipam.gatewayAddressPolicy"));
	assert_null(at(s.json, "vpc.hostPrefixes.1.ipam"));
	said_free(&s);
	rpc_expect(*state, WAY, "CreateVPC",
		"{\"name\":\"b\"," LAB ",\"hostPrefixes\":[{\"name\":\"p\",\"type\":"
		"\"PRIMARY\",\"prefixes\":[\"2601:db8:bbbb::/48\"],\"ipam\":{}}]}",
		3);
}

/* The provider sends vpc_prefixes, ingress and egress with each update, dhcp when it is configured;
 * no prefix at all is on the wire like a field that was left out, and means that there are none. */
static void test_update_without_mask(void **state)
{
	char id[ID_SIZE];
	struct said s = create(*state,
		"{\"name\":\"a\"," LAB ",\"vpcPrefixes\":[{\"name\":\"x\","
		"\"value\":\"10.0.0.0/8\"}],\"dhcp\":{\"dns\":{\"servers\":[\"1.1.1.1\"]}},"
		"\"ingress\":{\"disablePublicServices\":true}}",
		id);

	said_free(&s);
	s = about(*state, "UpdateVPC", id,
		",\"vpcPrefixes\":[{\"name\":\"y\",\"value\":\"11.0.0.0/8\"},"
		"{\"name\":\"x\",\"value\":\"10.0.0.0/8\"}],"
		"\"ingress\":{},\"egress\":{\"disablePublicAccess\":true}");
	assert_int_equal(s.code, 0);
	said_free(&s);
	s = wait_for(*state, id);
	assert_int_equal(json_array_size(at(s.json, "vpc.vpcPrefixes")), 2);
	assert_text(s.json, "vpc.vpcPrefixes.0.name", "y");
	assert_int_equal(json_object_size(at(s.json, "vpc.ingress")), 0);
	assert_true(json_is_true(at(s.json, "vpc.egress.disablePublicAccess")));
	assert_text(s.json, "vpc.dhcp.dns.servers.0", "1.1.1.1");
	said_free(&s);
	s = about(*state, "UpdateVPC", id,
		",\"ingress\":{},\"egress\":{},\"dhcp\":{\"dns\":{}}");
	said_free(&s);
	s = wait_for(*state, id);
	assert_null(at(s.json, "vpc.vpcPrefixes"));
	assert_null(at(s.json, "vpc.dhcp.dns.servers"));
	assert_int_equal(json_object_size(at(s.json, "vpc.egress")), 0);
	said_free(&s);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_life),
		CASE(test_reads_its_writes),
		CASE(test_not_found),
		CASE(test_gzip),
		CASE(test_retries),
		CASE(test_defaults),
		CASE(test_host_prefix),
		CASE(test_host_prefixes),
		CASE(test_update_without_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
