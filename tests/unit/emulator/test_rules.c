/* SPDX-License-Identifier: MIT */
/* Every rule about what a POST may ask for, in both profiles: one row, one body, what each profile
 * says. */
#include "rig.h"

#include <stdio.h>

#define OK NULL
#define SIXTY                                                                              \
	"abcdefghijklmnopqrstuvwxyz0123"                                                   \
	"abcdefghijklmnopqrstuvwxyz0123"

struct row {
	const char *body;
	const char *live; /* the violated field; "-": an error without one; OK: accepted */
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
	{"{\"name\":\"a\\u0000b\",\"zone\":\"Z\"}", "-", "-"},
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
	/* unknown fields are dropped, null counts as absent, snake_case is accepted */
	{VPC("\"color\":\"red\",\"dhcp\":{\"x\":1}"), OK, OK},
	{VPC("\"ingress\":null,\"dhcp\":{\"dns\":null},\"vpcPrefixes\":null"), OK, OK},
	{VPC("\"vpc_prefixes\":[{\"name\":\"\",\"value\":\"10.0.0.0/8\"}]"),
		"vpc_prefixes[0].name", "vpc_prefixes[0].name"},
	/* hostPrefix */
	{VPC("\"hostPrefix\":\"10.0.0.0/18\""), OK, OK},
	{VPC("\"hostPrefix\":\"10.0.0.0/22\""), OK, "host_prefix"},
	{VPC("\"hostPrefix\":\"2601:db8::/51\""), OK, OK},
	{VPC("\"hostPrefix\":\"2601:db8::/52\""), OK, "host_prefix"},
	{VPC("\"hostPrefix\":\"10.0.0.0\""), "host_prefix", "host_prefix"},
	{VPC("\"hostPrefix\":\"10.0.0.0/33\""), "host_prefix", "host_prefix"},
	{VPC("\"hostPrefix\":\"10.0.0.0/08\""), "host_prefix", "host_prefix"},
	{VPC("\"hostPrefix\":\"10.0.0/8\""), "host_prefix", "host_prefix"},
	{VPC("\"hostPrefix\":\"10.0.0.0/8\",\"hostPrefixes\":[" PRIMARY "]"), "",
		"host_prefix"},
	/* hostPrefixes */
	{HOSTS(PRIMARY), OK, OK},
	{HOSTS(""), OK, OK},
	{HOSTS(PRIMARY "," PRIMARY), "host_prefixes", "host_prefixes"},
	{HOSTS("{\"type\":\"PRIMARY\",\"prefixes\":[\"10.0.0.0/8\"]}"),
		"host_prefixes[0].name", "host_prefixes[0].name"},
	{HOSTS("{\"name\":\"p\",\"prefixes\":[\"10.0.0.0/8\"]}"), "host_prefixes[0]",
		"host_prefixes[0].type"},
	{HOSTS("{\"name\":\"p\",\"type\":1,\"prefixes\":[\"10.0.0.0/8\"]}"), OK, OK},
	{HOSTS("{\"name\":\"p\",\"type\":9,\"prefixes\":[\"10.0.0.0/8\"]" IPAM(
		 "24", "0") "}"),
		"host_prefixes[0].type", "host_prefixes[0].type"},
	{HOSTS("{\"name\":\"p\",\"type\":\"PRIMARY\"}"), "host_prefixes[0]",
		"host_prefixes[0].prefixes"},
	{HOSTS("{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":[\"x\"]}"),
		"host_prefixes[0].prefixes[0]", "host_prefixes[0].prefixes[0]"},
	{HOSTS("{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":[\"10.0.0.0/8\"," V6
	       "]}"),
		OK, OK},
	{HOSTS("{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":[\"10.0.0.0/19\"]}"), OK,
		"host_prefixes[0].prefixes[0]"},
	{HOSTS("{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":[\"10.0.0.0/8\"]" IPAM(
		 "24", "0") "}"),
		"host_prefixes[0]", "host_prefixes[0].ipam"},
	/* secondary host prefixes; the reference wants a policy for both types, the schema none for
	 * ROUTED */
	{SECOND("ROUTED", V6, IPAM("80", "\"EUI64\"")), "host_prefixes[1]", OK},
	{SECOND("ATTACHED", V6, IPAM("\"64\"", "2")), OK, OK},
	{SECOND("ATTACHED", V6, IPAM("64.0", "\"LAST_IP\"")), OK, OK},
	{SECOND("ATTACHED", V6, IPAM("64.5", "\"LAST_IP\"")), "-", "-"},
	{SECOND("ROUTED", V6, ",\"ipam\":{\"prefixLength\":80}"), OK,
		"host_prefixes[1].ipam.gateway_address_policy"},
	{SECOND("ROUTED", V6, IPAM("80", "\"UNSPECIFIED\"")), OK,
		"host_prefixes[1].ipam.gateway_address_policy"},
	{SECOND("ATTACHED", V6, IPAM("80", "7")), OK,
		"host_prefixes[1].ipam.gateway_address_policy"},
	{SECOND("ROUTED", V6, IPAM("80", "\"first_ip\"")), OK,
		"host_prefixes[1].ipam.gateway_address_policy"},
	{SECOND("ROUTED", V6, ""), "host_prefixes[1]", OK},
	{SECOND("ATTACHED", V6, ",\"ipam\":null"), "host_prefixes[1]", OK},
	{SECOND("ATTACHED", V6, ",\"ipam\":{\"gatewayAddressPolicy\":\"FIRST_IP\"}"),
		"host_prefixes[1].ipam.prefix_length",
		"host_prefixes[1].ipam.prefix_length"},
	{SECOND("ATTACHED", V6, IPAM("129", "\"FIRST_IP\"")),
		"host_prefixes[1].ipam.prefix_length",
		"host_prefixes[1].ipam.prefix_length"},
	{SECOND("ATTACHED", V6, IPAM("48", "\"FIRST_IP\"")), OK,
		"host_prefixes[1].ipam.prefix_length"},
	{SECOND("ATTACHED", V6, IPAM("49", "\"FIRST_IP\"")), OK, OK},
	{SECOND("ATTACHED", "\"10.0.0.0/16\",\"10.1.0.0/18\"", IPAM("18", "\"FIRST_IP\"")),
		OK, "host_prefixes[1].ipam.prefix_length"},
	{SECOND("ATTACHED", "\"10.0.0.0/16\"", IPAM("33", "\"FIRST_IP\"")),
		"host_prefixes[1].ipam.prefix_length",
		"host_prefixes[1].ipam.prefix_length"},
	{SECOND("ATTACHED", "\"10.0.0.0/16\"", IPAM("24", "\"EUI64\"")),
		"host_prefixes[1].ipam", "host_prefixes[1].ipam.gateway_address_policy"},
	{SECOND("ATTACHED", "\"10.0.0.0/16\"," V6, IPAM("24", "\"FIRST_IP\"")),
		"host_prefixes[1].prefixes", "host_prefixes[1].prefixes"},
	{SECOND("ATTACHED", "\"10.0.0.0/16\",\"10.1.0.0/16\"", IPAM("24", "\"FIRST_IP\"")),
		OK, OK},
	/* ingress and egress */
	{VPC("\"ingress\":{},\"egress\":{\"disablePublicAccess\":false}"), OK,
		"ingress.disable_public_services"},
	{VPC("\"egress\":{\"disablePublicServices\":true}"), OK,
		"egress.disable_public_access"},
	/* vpcPrefixes */
	{PREFIXES(""), OK, OK},
	{PREFIXES(PREFIX("pod cidr", "10.0.0.0/13") "," PREFIX("b", "10.0.0.0/13")), OK,
		OK},
	{PREFIXES(PREFIX("a", "10.0.0.1/13")), OK, OK},
	{PREFIXES(PREFIX("", "10.0.0.0/13")), "vpc_prefixes[0].name",
		"vpc_prefixes[0].name"},
	{PREFIXES("{\"value\":\"10.0.0.0/13\"}"), "vpc_prefixes[0].name",
		"vpc_prefixes[0].name"},
	{PREFIXES("{\"name\":\"a\"}"), "vpc_prefixes[0].value", "vpc_prefixes[0].value"},
	{PREFIXES(PREFIX("a", "10.0.0.0")), "vpc_prefixes[0].value",
		"vpc_prefixes[0].value"},
	{PREFIXES(PREFIX("a", "10.0.0.0/")), "vpc_prefixes[0].value",
		"vpc_prefixes[0].value"},
	{PREFIXES(PREFIX("a", "2601:db8::/48")), OK, "vpc_prefixes[0].value"},
	{PREFIXES(PREFIX("a", "10.0.0.0/8") "," PREFIX("a", "11.0.0.0/8")),
		"vpc_prefixes[1].name", "vpc_prefixes[1].name"},
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

	bool undecoded = want[0] == '-';

	if (r->status != (undecoded ? 500 : 400) ||
		json_integer_value(at(r->json, "code")) != (undecoded ? 2 : 3))
		fail_msg("%s: %ld %s", row->body, r->status, r->body);
	if (undecoded) {
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
