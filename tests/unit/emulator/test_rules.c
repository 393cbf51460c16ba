/* SPDX-License-Identifier: MIT */
/* Every rule about what a POST may ask for, in both profiles: one row, one body, what each profile says. */
#include "rig.h"

#include <stdio.h>

#define OK NULL
#define SIXTY                                                                              \
	"abcdefghijklmnopqrstuvwxyz0123"                                                   \
	"abcdefghijklmnopqrstuvwxyz0123"

struct row {
	const char *body;
	const char *live;      /* the violated field, "-" an error without one, OK taken */
	const char *reference; /* the same */
};

#define HOSTS(list) "{\"name\":\"n\",\"zone\":\"Z\",\"hostPrefixes\":[" list "]}"
#define PRIMARY	    "{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":[\"10.0.0.0/16\"]}"
#define SECOND(type, cidrs, ipam)                                                          \
	HOSTS(PRIMARY ",{\"name\":\"s\",\"type\":\"" type "\",\"prefixes\":[" cidrs        \
		      "]" ipam "}")
#define IPAM(len, policy)                                                                  \
	",\"ipam\":{\"prefixLength\":" len ",\"gatewayAddressPolicy\":" policy "}"
#define VPC(more)      "{\"name\":\"n\",\"zone\":\"Z\"," more "}"
#define PREFIX(n, v)   "{\"name\":\"" n "\",\"value\":\"" v "\"}"
#define PREFIXES(list) VPC("\"vpcPrefixes\":[" list "]")
#define DNS(list)      VPC("\"dhcp\":{\"dns\":{\"servers\":[" list "]}}")
#define V6	       "\"2601:db8::/48\""

static const struct row rows[] = {
	/* names and zones */
	{"{\"name\":\"n\",\"zone\":\"Z\"}", OK, OK},
	{"{\"name\":\"a-1\",\"zone\":\"Z\"}", OK, OK},
	{"{\"name\":\"abcdefghijklmnopqrstuvwxyz0123\",\"zone\":\"Z\"}", OK, OK},
	{"{\"name\":\"abcdefghijklmnopqrstuvwxyz01234\",\"zone\":\"Z\"}", "name", OK},
	{"{\"name\":\"" SIXTY "\",\"zone\":\"Z\"}", "name", OK},
	{"{\"name\":\"\",\"zone\":\"Z\"}", "name", "name"},
	{"{\"zone\":\"Z\"}", "name", "name"},
	{"{\"name\":null,\"zone\":\"Z\"}", "name", "name"},
	{"{\"name\":\"-a\",\"zone\":\"Z\"}", "name", OK},
	{"{\"name\":\"a-\",\"zone\":\"Z\"}", "name", OK},
	{"{\"name\":\"A\",\"zone\":\"Z\"}", "name", OK},
	{"{\"name\":\"a b\",\"zone\":\"Z\"}", "name", OK},
	{"{\"name\":\"a\\u0000b\",\"zone\":\"Z\"}", "name", OK},
	{"{\"name\":\"n\"}", "zone", "zone"},
	{"{\"name\":\"n\",\"zone\":\"\"}", "zone", "zone"},
	{"", "name", "name"},
	/* types */
	{"{\"name\":5,\"zone\":\"Z\"}", "-", "-"},
	{"{\"name\":\"n\",\"zone\":[]}", "-", "-"},
	{"[]", "-", "-"},
	{"\"text\"", "-", "-"},
	{"{\"name\":\"n\",", "-", "-"},
	{"{\"name\":\"n\",\"name\":\"m\",\"zone\":\"Z\"}", "-", "-"},
	{"{\"name\":\"\xff\",\"zone\":\"Z\"}", "-", "-"},
	{VPC("\"vpcPrefixes\":{}"), "-", "-"},
	{VPC("\"vpcPrefixes\":[null]"), "-", "-"},
	{VPC("\"vpcPrefixes\":[\"x\"]"), "-", "-"},
	{VPC("\"ingress\":true"), "-", "-"},
	{VPC("\"ingress\":{\"disablePublicServices\":\"true\"}"), "-", "-"},
	{VPC("\"ingress\":{\"disablePublicServices\":1}"), "-", "-"},
	{VPC("\"egress\":{\"disablePublicAccess\":[]}"), "-", "-"},
	{VPC("\"dhcp\":{\"dns\":[]}"), "-", "-"},
	{VPC("\"dhcp\":{\"dns\":{\"servers\":\"1.1.1.1\"}}"), "-", "-"},
	/* unknown fields are dropped, null is absent, snake_case is taken */
	{VPC("\"color\":\"red\",\"ingress\":{\"x\":1}"), OK, OK},
	{VPC("\"ingress\":null,\"dhcp\":{\"dns\":null},\"vpcPrefixes\":null"), OK, OK},
	{VPC("\"vpc_prefixes\":[{\"name\":\"\",\"value\":\"10.0.0.0/8\"}]"),
		"vpcPrefixes[0].name", "vpcPrefixes[0].name"},
	/* hostPrefix */
	{VPC("\"hostPrefix\":\"10.0.0.0/18\""), OK, OK},
	{VPC("\"hostPrefix\":\"10.0.0.0/22\""), OK, "hostPrefix"},
	{VPC("\"hostPrefix\":\"2601:db8::/51\""), OK, OK},
	{VPC("\"hostPrefix\":\"2601:db8::/52\""), OK, "hostPrefix"},
	{VPC("\"hostPrefix\":\"10.0.0.0\""), "hostPrefix", "hostPrefix"},
	{VPC("\"hostPrefix\":\"10.0.0.0/33\""), "hostPrefix", "hostPrefix"},
	{VPC("\"hostPrefix\":\"10.0.0.0/08\""), "hostPrefix", "hostPrefix"},
	{VPC("\"hostPrefix\":\"10.0.0/8\""), "hostPrefix", "hostPrefix"},
	{VPC("\"hostPrefix\":\"10.0.0.0/8\",\"hostPrefixes\":[" PRIMARY "]"), "hostPrefix",
		"hostPrefix"},
	/* hostPrefixes */
	{HOSTS(PRIMARY), OK, OK},
	{HOSTS(""), "hostPrefixes", "hostPrefixes"},
	{HOSTS(PRIMARY "," PRIMARY), "hostPrefixes", "hostPrefixes"},
	{HOSTS("{\"type\":\"PRIMARY\",\"prefixes\":[\"10.0.0.0/8\"]}"),
		"hostPrefixes[0].name", "hostPrefixes[0].name"},
	{HOSTS("{\"name\":\"p\",\"prefixes\":[\"10.0.0.0/8\"]}"), "hostPrefixes[0].type",
		"hostPrefixes[0].type"},
	{HOSTS("{\"name\":\"p\",\"type\":0,\"prefixes\":[\"10.0.0.0/8\"]}"),
		"hostPrefixes[0].type", "hostPrefixes[0].type"},
	{HOSTS("{\"name\":\"p\",\"type\":1,\"prefixes\":[\"10.0.0.0/8\"]}"), OK, OK},
	{HOSTS("{\"name\":\"p\",\"type\":9,\"prefixes\":[\"10.0.0.0/8\"]}"),
		"hostPrefixes[0].type", "hostPrefixes[0].type"},
	{HOSTS("{\"name\":\"p\",\"type\":\"primary\",\"prefixes\":[\"10.0.0.0/8\"]}"), "-",
		"-"},
	{HOSTS("{\"name\":\"p\",\"type\":\"PRIMARY\"}"), "hostPrefixes[0].prefixes",
		"hostPrefixes[0].prefixes"},
	{HOSTS("{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":[\"x\"]}"),
		"hostPrefixes[0].prefixes[0]", "hostPrefixes[0].prefixes[0]"},
	{HOSTS("{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":[\"10.0.0.0/8\"," V6
	       "]}"),
		OK, OK},
	{HOSTS("{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":[\"10.0.0.0/19\"]}"), OK,
		"hostPrefixes[0].prefixes[0]"},
	{HOSTS("{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":[\"10.0.0.0/8\"]" IPAM(
		 "24", "\"FIRST_IP\"") "}"),
		"hostPrefixes[0].ipam", "hostPrefixes[0].ipam"},
	/* secondary host prefixes */
	{SECOND("ROUTED", V6, IPAM("80", "\"EUI64\"")), OK, OK},
	{SECOND("ATTACHED", V6, IPAM("\"64\"", "2")), OK, OK},
	{SECOND("ATTACHED", V6, IPAM("64.0", "\"LAST_IP\"")), OK, OK},
	{SECOND("ATTACHED", V6, IPAM("64.5", "\"LAST_IP\"")), "-", "-"},
	{SECOND("ROUTED", V6, ",\"ipam\":{\"prefixLength\":80}"), OK,
		"hostPrefixes[1].ipam.gatewayAddressPolicy"},
	{SECOND("ROUTED", V6, IPAM("80", "\"UNSPECIFIED\"")), OK,
		"hostPrefixes[1].ipam.gatewayAddressPolicy"},
	{SECOND("ROUTED", V6, IPAM("80", "7")), "hostPrefixes[1].ipam.gatewayAddressPolicy",
		"hostPrefixes[1].ipam.gatewayAddressPolicy"},
	{SECOND("ROUTED", V6, IPAM("80", "\"first_ip\"")), "-", "-"},
	{SECOND("ROUTED", V6, ""), "hostPrefixes[1].ipam", "hostPrefixes[1].ipam"},
	{SECOND("ATTACHED", V6, ",\"ipam\":null"), "hostPrefixes[1].ipam",
		"hostPrefixes[1].ipam"},
	{SECOND("ROUTED", V6, ",\"ipam\":{\"gatewayAddressPolicy\":\"EUI64\"}"),
		"hostPrefixes[1].ipam.prefixLength", "hostPrefixes[1].ipam.prefixLength"},
	{SECOND("ROUTED", V6, IPAM("129", "\"EUI64\"")),
		"hostPrefixes[1].ipam.prefixLength", "hostPrefixes[1].ipam.prefixLength"},
	{SECOND("ROUTED", "\"10.0.0.0/16\"", IPAM("33", "\"FIRST_IP\"")),
		"hostPrefixes[1].ipam.prefixLength", "hostPrefixes[1].ipam.prefixLength"},
	{SECOND("ROUTED", "\"10.0.0.0/16\"", IPAM("24", "\"EUI64\"")),
		"hostPrefixes[1].ipam.gatewayAddressPolicy",
		"hostPrefixes[1].ipam.gatewayAddressPolicy"},
	{SECOND("ROUTED", "\"10.0.0.0/16\"," V6, IPAM("24", "\"FIRST_IP\"")),
		"hostPrefixes[1].prefixes", "hostPrefixes[1].prefixes"},
	{SECOND("ATTACHED", "\"10.0.0.0/16\",\"10.1.0.0/16\"", IPAM("24", "\"FIRST_IP\"")),
		OK, OK},
	/* vpcPrefixes */
	{PREFIXES(""), OK, OK},
	{PREFIXES(PREFIX("pod cidr", "10.0.0.0/13") "," PREFIX("b", "10.0.0.0/13")), OK,
		OK},
	{PREFIXES(PREFIX("a", "10.0.0.1/13")), OK, OK},
	{PREFIXES(PREFIX("", "10.0.0.0/13")), "vpcPrefixes[0].name", "vpcPrefixes[0].name"},
	{PREFIXES("{\"value\":\"10.0.0.0/13\"}"), "vpcPrefixes[0].name",
		"vpcPrefixes[0].name"},
	{PREFIXES("{\"name\":\"a\"}"), "vpcPrefixes[0].value", "vpcPrefixes[0].value"},
	{PREFIXES(PREFIX("a", "10.0.0.0")), "vpcPrefixes[0].value", "vpcPrefixes[0].value"},
	{PREFIXES(PREFIX("a", "10.0.0.0/")), "vpcPrefixes[0].value",
		"vpcPrefixes[0].value"},
	{PREFIXES(PREFIX("a", "2601:db8::/48")), OK, "vpcPrefixes[0].value"},
	{PREFIXES(PREFIX("a", "10.0.0.0/8") "," PREFIX("a", "11.0.0.0/8")),
		"vpcPrefixes[1].name", "vpcPrefixes[1].name"},
	/* dhcp */
	{DNS(""), OK, OK},
	{DNS("\"1.1.1.1\",\"2606:4700:4700::1111\""), OK, OK},
	{DNS("\"1.1.1.1\",\"dns.example\""), "dhcp.dns.servers[1]", "dhcp.dns.servers[1]"},
	{DNS("\"\""), "dhcp.dns.servers[0]", "dhcp.dns.servers[0]"},
	{DNS("\"1.1.1.1/32\""), "dhcp.dns.servers[0]", "dhcp.dns.servers[0]"},
};

static void check_error(const struct row *row, const char *want, const struct reply *r)
{
	const char *field = text_at(r->json, "details.0.fieldViolations.0.field");

	if (r->status != 400 || json_integer_value(at(r->json, "code")) != 3)
		fail_msg("%s: %ld %s", row->body, r->status, r->body);
	if (want[0] == '-') {
		assert_int_equal(json_array_size(at(r->json, "details")), 0);
		assert_non_null(strstr(text_at(r->json, "message"), "proto:"));
		return;
	}
	if (strcmp(field, want) != 0)
		fail_msg("%s: %s violated, not %s", row->body, field, want);
	assert_text(
		r->json, "details.0.@type", "type.googleapis.com/google.rpc.BadRequest");
	assert_non_null(strstr(text_at(r->json, "message"), field));
}

static void check_row(struct rig *rig, const struct row *row, const char *want)
{
	struct reply r = rig_ask(rig, "POST", VPCS, row->body);
	char path[512];

	if (want) {
		check_error(row, want, &r);
		reply_free(&r);
		return;
	}
	if (r.status != 200)
		fail_msg("%s: %ld %s", row->body, r.status, r.body);
	snprintf(path, sizeof(path), VPCS "/%s", text_at(reply_vpc(&r), "id"));
	reply_free(&r);
	expect(rig, "DELETE", path, NULL, 200);
}

static void check_all(enum emulator_profile profile)
{
	struct rig rig;

	rig_start(&rig, &(struct emulator_options){.profile = profile});
	rig.keep = true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rig, &rows[i],
			profile == EMULATOR_LIVE ? rows[i].live : rows[i].reference);
	assert_int_equal(list_count(&rig), 0);
	rig_stop(&rig);
}

static void test_live(void **state)
{
	check_all(EMULATOR_LIVE);
}

static void test_reference(void **state)
{
	check_all(EMULATOR_REFERENCE);
}

/* All violations of one request come together. */
static void test_all_at_once(void **state)
{
	struct rig rig;
	struct reply r;

	rig_start(&rig, &(struct emulator_options){0});
	r = rig_ask(&rig, "POST", VPCS,
		"{\"name\":\"A\",\"vpcPrefixes\":[{}],\"dhcp\":{\"dns\":{\"servers\":["
		"\"x\"]}}}");
	assert_int_equal(r.status, 400);
	assert_int_equal(json_array_size(at(r.json, "details.0.fieldViolations")), 5);
	assert_text(r.json, "details.0.fieldViolations.3.description",
		"value is empty, which is not a valid IP prefix");
	reply_free(&r);
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_all_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
