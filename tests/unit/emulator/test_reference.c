/* SPDX-License-Identifier: MIT */
/* The service as its reference is written: bare objects, no defaults, name and zone can be changed.
 */
#include "rig.h"

#include <stdio.h>

#define FULL                                                                               \
	"{\"name\":\"a\",\"zone\":\"US-EAST-04A\",\"vpcPrefixes\":["                       \
	"{\"name\":\"pod cidr\",\"value\":\"10.0.0.0/13\"}],"                              \
	"\"ingress\":{\"disablePublicServices\":true},"                                    \
	"\"dhcp\":{\"dns\":{\"servers\":[\"1.1.1.1\"]}}}"

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	rig_start(rig, &(struct emulator_options){
			       .profile = EMULATOR_REFERENCE, .provision_ms = 60000});
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	rig_stop(*state);
	free(*state);
	return 0;
}

static void assert_bare(const json_t *vpc)
{
	assert_non_null(at(vpc, "id"));
	assert_null(at(vpc, "vpc"));
	assert_null(at(vpc, "status"));
	assert_null(at(vpc, "createdAt"));
	assert_null(at(vpc, "updatedAt"));
}

static void test_shapes(void **state)
{
	struct reply r = rig_ask(*state, "POST", VPCS, FULL);
	char id[ID_SIZE], path[512];

	assert_int_equal(r.status, 200);
	assert_bare(r.json);
	assert_text(r.json, "hostPrefix", "10.176.192.0/18");
	assert_null(at(r.json, "hostPrefixes"));
	assert_int_equal(json_object_size(at(r.json, "vpcPrefixes.0")), 2);
	snprintf(id, sizeof(id), "%s", text_at(r.json, "id"));
	reply_free(&r);

	r = fetch(*state, id);
	assert_bare(r.json);
	assert_null(at(r.json, "hostPrefix"));
	assert_text(r.json, "hostPrefixes.0.prefixes.0", "10.176.192.0/18");
	assert_true(json_is_null(at(r.json, "hostPrefixes.0.ipam")));
	assert_true(json_is_false(at(r.json, "egress.disablePublicAccess")));
	assert_true(json_is_true(at(r.json, "ingress.disablePublicServices")));
	assert_text(r.json, "vpcPrefixes.0.status", "STATUS_AVAILABLE");
	assert_non_null(at(r.json, "vpcPrefixes.0.updatedAt"));
	reply_free(&r);

	r = rig_ask(*state, "GET", VPCS, NULL);
	assert_bare(at(r.json, "items.0"));
	assert_null(at(r.json, "items.0.hostPrefix"));
	reply_free(&r);

	snprintf(path, sizeof(path), VPCS "/%s", id);
	r = rig_ask(*state, "DELETE", path, NULL);
	assert_bare(r.json);
	assert_non_null(at(r.json, "hostPrefixes"));
	reply_free(&r);
	expect(*state, "GET", path, NULL, 404);
	assert_int_equal(list_count(*state), 0);
}

/* As in the reference's answers. */
static void test_defaults_are_shown(void **state)
{
	char id[ID_SIZE];
	struct reply r;

	make(*state, "{\"name\":\"a\",\"zone\":\"Z\"}", id);
	r = fetch(*state, id);
	assert_int_equal(json_object_size(r.json), 8);
	assert_true(json_is_array(at(r.json, "vpcPrefixes")));
	assert_true(json_is_false(at(r.json, "ingress.disablePublicServices")));
	assert_true(json_is_false(at(r.json, "egress.disablePublicAccess")));
	assert_true(json_is_array(at(r.json, "dhcp.dns.servers")));
	reply_free(&r);
}

static void test_masks(void **state)
{
	static const struct {
		const char *mask, *path;
	} rows[] = {
		{"name", "name"},
		{"zone", "zone"},
		{"vpcPrefixes", "vpcPrefixes.0.value"},
		{"ingress", "ingress.disablePublicServices"},
		{"ingress.disablePublicServices", "ingress.disablePublicServices"},
		{"egress", "egress.disablePublicAccess"},
		{"egress.disablePublicAccess", "egress.disablePublicAccess"},
		{"dhcp", "dhcp.dns.servers.0"},
		{"dhcp.dns", "dhcp.dns.servers.0"},
		{"dhcp.dns.servers", "dhcp.dns.servers.0"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char body[512], id[ID_SIZE];
		struct reply before, after;

		snprintf(body, sizeof(body), "{\"name\":\"n%zu\",\"zone\":\"Z\"}", i);
		make(*state, body, id);
		before = fetch(*state, id);
		snprintf(body, sizeof(body),
			"{\"updateMask\":\"%s\",\"name\":\"m%zu\",\"zone\":\"Y\","
			"\"vpcPrefixes\":["
			"{\"name\":\"p\",\"value\":\"10.0.0.0/8\"}],"
			"\"ingress\":{\"disablePublicServices\":true},"
			"\"egress\":{\"disablePublicAccess\":true},"
			"\"dhcp\":{\"dns\":{\"servers\":[\"1.1.1.1\"]}}}",
			rows[i].mask, i);
		expect_patch(*state, id, body, 200);
		after = fetch(*state, id);
		assert_false(json_equal(
			at(before.json, rows[i].path), at(after.json, rows[i].path)));
		/* at most one more or other field */
		assert_in_range(json_object_size(after.json), json_object_size(before.json),
			json_object_size(before.json) + 1);
		reply_free(&before);
		reply_free(&after);
	}
}

static void test_unknown_mask(void **state)
{
	static const char *const masks[] = {"status", "id", "vpcprefixes", "name,color"};
	char id[ID_SIZE], body[256];
	struct reply r;

	make(*state, FULL, id);
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		snprintf(body, sizeof(body), "{\"updateMask\":\"%s\",\"name\":\"b\"}",
			masks[i]);
		r = patch(*state, id, body);
		assert_int_equal(r.status, 400);
		assert_text(r.json, "details.0.fieldViolations.0.field", "update_mask");
		reply_free(&r);
	}
	r = fetch(*state, id);
	assert_text(r.json, "name", "a");
	reply_free(&r);
}

static void test_host_prefixes_stay(void **state)
{
	char id[ID_SIZE];
	struct reply r;

	make(*state, FULL, id);
	r = patch(*state, id,
		"{\"updateMask\":\"hostPrefix\",\"hostPrefix\":\"10.0.0.0/8\"}");
	assert_int_equal(r.status, 400);
	assert_int_equal(json_integer_value(at(r.json, "code")), 3);
	assert_text(r.json, "details.0.fieldViolations.0.field", "host_prefix");
	reply_free(&r);
	expect_patch(*state, id, "{\"updateMask\":\"hostPrefixes\"}", 400);
	expect_patch(*state, id,
		"{\"hostPrefixes\":[{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":["
		"\"10.0.0.0/"
		"8\"]}]}",
		400);
	/* unchanged ones may be sent */
	expect_patch(*state, id,
		"{\"hostPrefixes\":[{\"name\":\"host primary\",\"type\":\"PRIMARY\","
		"\"prefixes\":[\"10.176.192.0/18\"]}],\"hostPrefix\":\"10.176.192.0/18\"}",
		200);
}

static void test_names(void **state)
{
	char id[ID_SIZE], other[ID_SIZE];

	make(*state, FULL, id);
	make(*state, "{\"name\":\"b\",\"zone\":\"Z\"}", other);
	expect_patch(*state, id, "{\"updateMask\":\"name\",\"name\":\"b\"}", 409);
	expect_patch(*state, id, "{\"updateMask\":\"name\",\"name\":\"a\"}", 200);
	expect_patch(*state, id, "{\"updateMask\":\"name\",\"name\":\"\"}", 400);
	expect_patch(*state, id, "{\"updateMask\":\"name\"}", 400);
	expect_patch(*state, id, "{\"updateMask\":\"zone\"}", 400);
	expect_patch(*state, id, "{\"name\":\"c\",\"zone\":\"Y\"}", 200);
	expect(*state, "POST", VPCS, FULL, 200);
	expect(*state, "POST", VPCS, FULL, 409);
}

static void test_patch_answer(void **state)
{
	char id[ID_SIZE];
	struct reply r;

	make(*state, FULL, id);
	r = patch(*state, id, "{\"egress\":{\"disablePublicAccess\":true}}");
	assert_bare(r.json);
	assert_text(r.json, "hostPrefix", "10.176.192.0/18");
	assert_null(at(r.json, "hostPrefixes"));
	assert_true(json_is_true(at(r.json, "egress.disablePublicAccess")));
	reply_free(&r);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_shapes),
		CASE(test_defaults_are_shown),
		CASE(test_masks),
		CASE(test_unknown_mask),
		CASE(test_host_prefixes_stay),
		CASE(test_names),
		CASE(test_patch_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
