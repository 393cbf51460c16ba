/* SPDX-License-Identifier: MIT */
/* The service as it was seen to behave: envelopes, four mask paths, phases. */
#include "rig.h"

#include <stdio.h>
#include "base/clock.h"

#define PLAIN "{\"name\":\"a\",\"zone\":\"US-EAST-04A\"}"
#define PODS  "{\"name\":\"pod cidr\",\"value\":\"10.0.0.0/13\"}"
#define SVC   "{\"name\":\"service cidr\",\"value\":\"10.16.0.0/22\"}"

static void test_create_fills_in(void **state)
{
	struct rig *rig = *state;
	struct reply r = rig_ask(rig, "POST", VPCS, PLAIN);
	const json_t *vpc = at(r.json, "vpc");
	struct timespec created;

	assert_int_equal(r.status, 200);
	assert_int_equal(strlen(text_at(vpc, "id")), 36);
	assert_text(vpc, "status", "STATUS_READY");
	assert_text(vpc, "hostPrefix", "10.176.192.0/18");
	assert_text(vpc, "hostPrefixes.0.name", "host primary");
	assert_text(vpc, "hostPrefixes.0.type", "PRIMARY");
	assert_text(vpc, "hostPrefixes.0.prefixes.0", "10.176.192.0/18");
	assert_true(json_is_null(at(vpc, "hostPrefixes.0.ipam")));
	assert_true(json_is_false(at(vpc, "ingress.disablePublicServices")));
	assert_true(json_is_false(at(vpc, "egress.disablePublicAccess")));
	assert_true(json_is_null(at(vpc, "dhcp")));
	assert_true(json_is_array(at(vpc, "vpcPrefixes")));
	assert_string_equal(text_at(vpc, "createdAt"), text_at(vpc, "updatedAt"));
	assert_true(clock_parse_rfc3339(text_at(vpc, "createdAt"), &created));
	reply_free(&r);
}

static void test_zone_default_is_stable(void **state)
{
	char one[ID_SIZE], two[ID_SIZE];
	struct reply a, b;

	make(*state, "{\"name\":\"a\",\"zone\":\"EU-NEW-99Z\"}", one);
	make(*state, "{\"name\":\"b\",\"zone\":\"EU-NEW-99Z\"}", two);
	a = fetch(*state, one);
	b = fetch(*state, two);
	assert_string_equal(
		text_at(reply_vpc(&a), "hostPrefix"), text_at(reply_vpc(&b), "hostPrefix"));
	assert_non_null(strstr(text_at(reply_vpc(&a), "hostPrefix"), ".192.0/18"));
	reply_free(&a);
	reply_free(&b);
}

static void test_legacy_host_prefix(void **state)
{
	struct reply r = rig_ask(*state, "POST", VPCS,
		"{\"name\":\"a\",\"zone\":\"Z\",\"hostPrefix\":\"10.9.0.0/22\"}");

	assert_text(r.json, "vpc.hostPrefix", "10.9.0.0/22");
	assert_text(r.json, "vpc.hostPrefixes.0.name", "host primary");
	assert_text(r.json, "vpc.hostPrefixes.0.prefixes.0", "10.9.0.0/22");
	reply_free(&r);
}

static void test_duplicate_name(void **state)
{
	char id[ID_SIZE];
	struct reply r;

	make(*state, PLAIN, id);
	r = rig_ask(*state, "POST", VPCS, PLAIN);
	assert_int_equal(r.status, 409);
	assert_int_equal(json_integer_value(at(r.json, "code")), 6);
	assert_text(
		r.json, "details.0.@type", "type.googleapis.com/google.rpc.ResourceInfo");
	assert_text(r.json, "details.0.resourceName", "a");
	reply_free(&r);
	assert_int_equal(list_count(*state), 1);
}

static void test_not_found(void **state)
{
	struct reply r = rig_ask(*state, "GET", VPCS "/none", NULL);

	assert_int_equal(r.status, 404);
	assert_int_equal(json_integer_value(at(r.json, "code")), 5);
	assert_text(r.json, "details.0.resourceName", "none");
	assert_text(r.json, "message", "VPC \"none\" not found");
	reply_free(&r);
	expect(*state, "PATCH", VPCS "/none", "{}", 404);
	expect(*state, "DELETE", VPCS "/none", NULL, 404);
	expect(*state, "GET", VPCS "/%ff%fe", NULL, 404);
	expect(*state, "GET", VPCS "/%zz", NULL, 404);
}

/* Each of the four paths changes the field that it names and no other that the body has. */
static void test_four_masks(void **state)
{
	static const struct {
		const char *mask, *changed, *same;
	} rows[] = {
		{"ingress.disablePublicServices", "ingress.disablePublicServices",
			"egress.disablePublicAccess"},
		{"egress.disablePublicAccess", "egress.disablePublicAccess",
			"ingress.disablePublicServices"},
		{"dhcp.dns.servers", "dhcp.dns.servers.0", "vpcPrefixes.0"},
		{"vpcPrefixes", "vpcPrefixes.0", "dhcp.dns.servers.0"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char name[64], body[512], id[ID_SIZE];
		struct reply r;

		snprintf(name, sizeof(name), "{\"name\":\"n%zu\",\"zone\":\"Z\"}", i);
		make(*state, name, id);
		snprintf(body, sizeof(body),
			"{\"updateMask\":\"%s\",\"vpcPrefixes\":[" PODS "],"
			"\"ingress\":{\"disablePublicServices\":true},"
			"\"egress\":{\"disablePublicAccess\":true},"
			"\"dhcp\":{\"dns\":{\"servers\":[\"1.1.1.1\"]}}}",
			rows[i].mask);
		r = patch(*state, id, body);
		assert_int_equal(r.status, 200);
		assert_false(json_is_false(at(reply_vpc(&r), rows[i].changed)));
		assert_non_null(at(reply_vpc(&r), rows[i].changed));
		assert_false(json_is_true(at(reply_vpc(&r), rows[i].same)));
		assert_false(json_is_object(at(reply_vpc(&r), rows[i].same)));
		assert_false(json_is_string(at(reply_vpc(&r), rows[i].same)));
		reply_free(&r);
	}
}

static void test_other_masks_are_silent(void **state)
{
	static const char *const masks[] = {"ingress", "dhcp", "dhcp.dns", "name", "zone",
		"hostPrefixes", "nope", "vpcPrefixes,name",
		"ingress.disablePublicServices,ingress"};
	struct reply before, after;
	char id[ID_SIZE], body[512];

	make(*state, PLAIN, id);
	before = fetch(*state, id);
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		snprintf(body, sizeof(body),
			"{\"updateMask\":\"%s\",\"name\":\"other\",\"zone\":\"Q\","
			"\"vpcPrefixes\":[" PODS
			"],\"ingress\":{\"disablePublicServices\":true}}",
			masks[i]);
		after = patch(*state, id, body);
		assert_int_equal(after.status, 200);
		assert_string_equal(before.body, after.body);
		reply_free(&after);
	}
	reply_free(&before);
}

/* Without a mask the body's fields are set, the rest stays, and name and zone are dropped. */
static void test_no_mask(void **state)
{
	char id[ID_SIZE];
	struct reply r;

	make(*state,
		"{\"name\":\"a\",\"zone\":\"Z\",\"vpcPrefixes\":[" PODS "],"
		"\"egress\":{\"disablePublicAccess\":true}}",
		id);
	r = patch(*state, id,
		"{\"name\":\"b\",\"zone\":5,\"updateMask\":\"\",\"vpcPrefixes\":[" PODS
		"," SVC "],"
		"\"ingress\":{\"disablePublicServices\":true}}");
	assert_int_equal(r.status, 200);
	assert_text(reply_vpc(&r), "name", "a");
	assert_int_equal(json_array_size(at(reply_vpc(&r), "vpcPrefixes")), 2);
	assert_true(json_is_true(at(reply_vpc(&r), "ingress.disablePublicServices")));
	assert_true(json_is_true(at(reply_vpc(&r), "egress.disablePublicAccess")));
	reply_free(&r);
	r = patch(*state, id, "{\"vpcPrefixes\":[]}");
	assert_int_equal(json_array_size(at(reply_vpc(&r), "vpcPrefixes")), 0);
	reply_free(&r);
}

/* A field that the mask names and the body lacks is set to its default. */
static void test_mask_clears(void **state)
{
	char id[ID_SIZE];
	struct reply r;

	make(*state,
		"{\"name\":\"a\",\"zone\":\"Z\",\"vpcPrefixes\":[" PODS "],"
		"\"dhcp\":{\"dns\":{\"servers\":[\"1.1.1.1\"]}},"
		"\"egress\":{\"disablePublicAccess\":true}}",
		id);
	r = patch(*state, id,
		"{\"updateMask\":\"vpcPrefixes,dhcp.dns.servers,egress."
		"disablePublicAccess\"}");
	assert_int_equal(json_array_size(at(reply_vpc(&r), "vpcPrefixes")), 0);
	assert_int_equal(json_array_size(at(reply_vpc(&r), "dhcp.dns.servers")), 0);
	assert_true(json_is_false(at(reply_vpc(&r), "egress.disablePublicAccess")));
	reply_free(&r);
}

static void test_times(void **state)
{
	struct reply a, b, c;
	char id[ID_SIZE];

	make(*state, "{\"name\":\"a\",\"zone\":\"Z\",\"vpcPrefixes\":[" PODS "," SVC "]}",
		id);
	a = fetch(*state, id);
	b = patch(*state, id, "{\"vpcPrefixes\":[" SVC "," PODS "]}");
	reply_free(&b);
	b = patch(*state, id,
		"{\"updateMask\":\"vpcPrefixes\",\"vpcPrefixes\":[" PODS ","
		"{\"name\":\"service cidr\",\"value\":\"10.17.0.0/22\"}]}");
	assert_string_not_equal(
		text_at(a.json, "vpc.updatedAt"), text_at(b.json, "vpc.updatedAt"));
	assert_string_equal(
		text_at(a.json, "vpc.createdAt"), text_at(b.json, "vpc.createdAt"));
	assert_string_equal(text_at(a.json, "vpc.vpcPrefixes.0.updatedAt"),
		text_at(b.json, "vpc.vpcPrefixes.0.updatedAt"));
	assert_string_equal(text_at(a.json, "vpc.vpcPrefixes.1.createdAt"),
		text_at(b.json, "vpc.vpcPrefixes.1.createdAt"));
	assert_string_equal(text_at(b.json, "vpc.vpcPrefixes.1.updatedAt"),
		text_at(b.json, "vpc.updatedAt"));
	/* the same again changes nothing */
	c = patch(*state, id, "{\"ingress\":{\"disablePublicServices\":false}}");
	assert_string_equal(b.body, c.body);
	reply_free(&a);
	reply_free(&b);
	reply_free(&c);
}

static void test_patch_is_checked(void **state)
{
	char id[ID_SIZE];

	make(*state, PLAIN, id);
	expect_patch(
		*state, id, "{\"vpcPrefixes\":[{\"name\":\"a\",\"value\":\"x\"}]}", 400);
	expect_patch(*state, id, "{\"dhcp\":{\"dns\":{\"servers\":[\"x\"]}}}", 400);
	expect_patch(*state, id, "{\"updateMask\":[]}", 500);
	expect_patch(*state, id, "{\"updateMask\":\"vpcPrefixes\",\"vpcPrefixes\":5}", 500);
	expect_patch(*state, id, "garbage", 500);
	expect_patch(*state, id, "[]", 500);
	expect_patch(*state, id, "", 200);
	expect_patch(*state, id, "{}", 200);
}

static void test_delete(void **state)
{
	char id[ID_SIZE], path[512];
	struct reply r;

	make(*state, PLAIN, id);
	snprintf(path, sizeof(path), VPCS "/%s", id);
	r = rig_ask(*state, "DELETE", path, NULL);
	assert_int_equal(r.status, 200);
	assert_text(r.json, "vpc.id", id);
	assert_text(r.json, "vpc.status", "STATUS_DELETING");
	reply_free(&r);
	expect(*state, "GET", path, NULL, 404);
	expect(*state, "DELETE", path, NULL, 404);
	assert_int_equal(list_count(*state), 0);
}

static void assert_busy(struct rig *rig, const char *id)
{
	char path[512];
	struct reply r = patch(rig, id, "{\"vpcPrefixes\":[" PODS "]}");

	assert_int_equal(r.status, 400);
	assert_int_equal(json_integer_value(at(r.json, "code")), 9);
	assert_text(r.json, "details.0.@type",
		"type.googleapis.com/google.rpc.PreconditionFailure");
	assert_non_null(at(r.json, "details.0.violations.0.description"));
	reply_free(&r);
	snprintf(path, sizeof(path), VPCS "/%s", id);
	expect(rig, "DELETE", path, NULL, 400);
}

static void assert_status(struct rig *rig, const char *id, const char *want)
{
	struct reply r = fetch(rig, id);

	assert_text(r.json, "vpc.status", want);
	reply_free(&r);
	r = rig_ask(rig, "GET", VPCS, NULL);
	assert_text(r.json, "items.0.status", want);
	reply_free(&r);
}

static void test_phases(void **state)
{
	struct rig rig;
	char id[ID_SIZE], path[512];

	rig_start(&rig, &(struct emulator_options){.provision_ms = 400});
	make(&rig, PLAIN, id);
	snprintf(path, sizeof(path), VPCS "/%s", id);
	assert_status(&rig, id, "STATUS_CREATING");
	assert_busy(&rig, id);
	sleep_ms(450);
	assert_status(&rig, id, "STATUS_READY");
	expect_patch(&rig, id, "{\"ingress\":{\"disablePublicServices\":true}}", 200);
	assert_status(&rig, id, "STATUS_UPDATING");
	assert_busy(&rig, id);
	sleep_ms(450);
	assert_status(&rig, id, "STATUS_READY");
	expect_patch(&rig, id, "{\"ingress\":{\"disablePublicServices\":true}}", 200);
	assert_status(&rig, id, "STATUS_READY");
	expect(&rig, "DELETE", path, NULL, 200);
	assert_status(&rig, id, "STATUS_DELETING");
	assert_busy(&rig, id);
	sleep_ms(450);
	expect(&rig, "GET", path, NULL, 404);
	assert_int_equal(list_count(&rig), 0);
	rig_stop(&rig);
}

static void test_samples(void **state)
{
	static const char *const names[] = {
		"prod", "staging", "dev", "ml-train", "batch-isolated"};
	struct rig rig;
	struct reply r;
	char path[64];

	rig_start(&rig, &(struct emulator_options){.samples = true});
	r = rig_ask(&rig, "GET", VPCS, NULL);
	assert_int_equal(json_array_size(at(r.json, "items")), 5);
	for (int i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "items.%d.name", i);
		assert_text(r.json, path, names[i]);
	}
	assert_text(r.json, "items.3.hostPrefixes.2.ipam.gatewayAddressPolicy", "FIRST_IP");
	reply_free(&r);
	rig_stop(&rig);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_create_fills_in),
		CASE(test_zone_default_is_stable),
		CASE(test_legacy_host_prefix),
		CASE(test_duplicate_name),
		CASE(test_not_found),
		CASE(test_four_masks),
		CASE(test_other_masks_are_silent),
		CASE(test_no_mask),
		CASE(test_mask_clears),
		CASE(test_times),
		CASE(test_patch_is_checked),
		CASE(test_delete),
		cmocka_unit_test(test_phases),
		cmocka_unit_test(test_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
