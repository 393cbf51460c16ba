/* SPDX-License-Identifier: MIT */
/* The rules of the schema (the published schema), word for word: one row, one request, all it
 * violates in order. */
#include "rig.h"

#include <stdio.h>
#include <unistd.h>

#define VPC_PATTERN    "does not match regex pattern `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`"
#define PREFIX_PATTERN "does not match regex pattern `^[a-zA-Z0-9-_ ]+$`"
#define THIRTY	       "abcdefghijklmnopqrstuvwxyz0123"
#define LONG	       "must be at most 30 characters"
#define EMPTY	       "must be at least 1 characters"
#define BAD_PREFIX     "must be a valid IP prefix"
#define NO_PREFIX      "value is empty, which is not a valid IP prefix"
#define BAD_ADDRESS    "must be a valid IP address"
#define HAS_IPAM       "host prefix ipam must not be set for the primary host prefix"
#define NO_IPAM	       "host prefix ipam required for secondary host prefixes but not set"
#define NO_TYPE	       "host prefix type required but not set"
#define NO_PREFIXES    "host prefix prefixes required but not set"
#define POLICY	       "host prefix ipam gateway_address_policy may only be set for type ATTACHED"
#define EUI64	       "gateway_address_policy EUI64 requires prefix_length 64"

#define NAMED(name)    "{\"name\":\"" name "\",\"zone\":\"Z\"}"
#define VPC(more)      "{\"name\":\"n\",\"zone\":\"Z\"," more "}"
#define PREFIXES(list) VPC("\"vpcPrefixes\":[" list "]")
#define PREFIX(n, v)   "{\"name\":\"" n "\",\"value\":\"" v "\"}"
#define VALUE(v)       PREFIXES(PREFIX("p", v))
#define DNS(list)      VPC("\"dhcp\":{\"dns\":{\"servers\":[" list "]}}")
#define PRIMARY	       "{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":[\"10.0.0.0/16\"]}"
#define HOSTS(list)    VPC("\"hostPrefixes\":[" list "]")
#define SECOND(more)                                                                       \
	HOSTS(PRIMARY ",{\"name\":\"s\",\"prefixes\":[\"2601:db8::/48\"]" more "}")
#define TYPE(type)	  ",\"type\":" type
#define IPAM(len, policy) ",\"ipam\":{\"prefixLength\":" len policy "}"
#define P(policy)	  ",\"gatewayAddressPolicy\":" policy
#define H1		  "host_prefixes[1]: "

/* violations: "PATH: TEXT", one a line; NULL: it is taken. */
static const struct {
	const char *body, *violations;
} rows[] = {
	/* VPC name */
	{NAMED("a"), NULL},
	{NAMED(THIRTY), NULL},
	{NAMED(THIRTY "4"), "name: " LONG},
	{NAMED(""), "name: " EMPTY "\nname: " VPC_PATTERN},
	{"{\"zone\":\"Z\"}", "name: " EMPTY "\nname: " VPC_PATTERN},
	{NAMED("A"), "name: " VPC_PATTERN},
	{NAMED("-a"), "name: " VPC_PATTERN},
	{NAMED("a-"), "name: " VPC_PATTERN},
	{NAMED("a\\n"), "name: " VPC_PATTERN},
	{NAMED("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	       "\xc3"
	       "\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"),
		"name: " VPC_PATTERN}, /* 16 characters in 32 bytes */
	{NAMED(THIRTY "_"), "name: " LONG "\nname: " VPC_PATTERN},
	/* names of prefixes */
	{PREFIXES(PREFIX("a B-9_ ", "10.0.0.0/8")), NULL},
	{PREFIXES(PREFIX(THIRTY, "10.0.0.0/8")), NULL},
	{PREFIXES(PREFIX(THIRTY "4", "10.0.0.0/8")), "vpc_prefixes[0].name: " LONG},
	{PREFIXES(PREFIX("a.b", "10.0.0.0/8")), "vpc_prefixes[0].name: " PREFIX_PATTERN},
	{PREFIXES(PREFIX("a/b", "10.0.0.0/8")), "vpc_prefixes[0].name: " PREFIX_PATTERN},
	{PREFIXES(PREFIX("\xc3\xa4", "10.0.0.0/8")),
		"vpc_prefixes[0].name: " PREFIX_PATTERN},
	{PREFIXES(PREFIX("a", "10.0.0.0/8") ",{}"),
		"vpc_prefixes[1].name: " EMPTY "\nvpc_prefixes[1].name: " PREFIX_PATTERN
		"\nvpc_prefixes[1].value: " NO_PREFIX},
	/* values */
	{VALUE("10.1.2.3/8"), NULL},
	{VALUE("0.0.0.0/0"), NULL},
	{VALUE("2601:DB8::/48"), NULL},
	{VALUE("::/0"), NULL},
	{VALUE("::ffff:10.0.0.0/104"), NULL},
	{VALUE("fe80::1%eth0/64"), "vpc_prefixes[0].value: " BAD_PREFIX},
	{VALUE("10.0.0.0/08"), "vpc_prefixes[0].value: " BAD_PREFIX},
	{VALUE("010.0.0.0/8"), "vpc_prefixes[0].value: " BAD_PREFIX},
	{VALUE("10.0.0.0/33"), "vpc_prefixes[0].value: " BAD_PREFIX},
	{VALUE("::/129"), "vpc_prefixes[0].value: " BAD_PREFIX},
	{VALUE("10.0.0.0"), "vpc_prefixes[0].value: " BAD_PREFIX},
	{VALUE(" 10.0.0.0/8"), "vpc_prefixes[0].value: " BAD_PREFIX},
	{VALUE("10.0.0.0/8 "), "vpc_prefixes[0].value: " BAD_PREFIX},
	{VALUE("10.0.0.0/+8"), "vpc_prefixes[0].value: " BAD_PREFIX},
	{VALUE(""), "vpc_prefixes[0].value: " NO_PREFIX},
	/* servers */
	{DNS("\"1.1.1.1\",\"2606:4700::1\",\"fe80::1%eth0\""), NULL},
	{DNS("\"2606:4700::1\",\"2606:4700:0::1\""), NULL},
	{DNS("\"1.1.1.1/32\""), "dhcp.dns.servers[0]: " BAD_ADDRESS},
	{DNS("\"1.1.1.1%eth0\""), "dhcp.dns.servers[0]: " BAD_ADDRESS},
	{DNS("\"fe80::1%\""), "dhcp.dns.servers[0]: " BAD_ADDRESS},
	{DNS("\"\""),
		"dhcp.dns.servers[0]: value is empty, which is not a valid IP address"},
	{DNS("\"x\",\"1.1.1.1\",\"x\""),
		"dhcp.dns.servers: repeated value must contain unique items\n"
		"dhcp.dns.servers[0]: " BAD_ADDRESS "\ndhcp.dns.servers[2]: " BAD_ADDRESS},
	/* host_prefix and host_prefixes */
	{VPC("\"hostPrefix\":\"10.0.0.0/8\",\"hostPrefixes\":[" PRIMARY "]"),
		"only one of host_prefix (deprecated) or host_prefixes may be set"},
	{VPC("\"hostPrefix\":\"\",\"hostPrefixes\":[" PRIMARY "]"), NULL},
	{VPC("\"hostPrefix\":\"10.0.0.0/8\",\"hostPrefixes\":[]"), NULL},
	/* host prefixes */
	{HOSTS(PRIMARY), NULL},
	{HOSTS("{}"), "host_prefixes[0]: " NO_TYPE "\nhost_prefixes[0]: " NO_PREFIXES
		      "\nhost_prefixes[0]: " NO_IPAM},
	{SECOND(TYPE("0")), H1 NO_TYPE "\n" H1 NO_IPAM},
	{SECOND(TYPE("\"NO_SUCH\"") IPAM("80", "")), H1 NO_TYPE},
	{HOSTS("{\"name\":\"p\",\"type\":\"PRIMARY\",\"prefixes\":[\"\",\"x\"]}"),
		"host_prefixes[0].prefixes[0]: " NO_PREFIX
		"\nhost_prefixes[0].prefixes[1]: " BAD_PREFIX},
	{HOSTS("{\"name\":\"p\",\"type\":1,\"prefixes\":[\"10.0.0.0/8\"],\"ipam\":{}}"),
		"host_prefixes[0]: " HAS_IPAM},
	{HOSTS("{\"name\":\"p\",\"type\":1,\"prefixes\":[\"10.0.0.0/8\"]" IPAM(
		 "24", P("\"LAST_IP\"")) "}"),
		"host_prefixes[0]: " HAS_IPAM "\nhost_prefixes[0]: " POLICY},
	{SECOND(TYPE("\"ROUTED\"")), H1 NO_IPAM},
	{SECOND(TYPE("\"ATTACHED\"") ",\"ipam\":null"), H1 NO_IPAM},
	{SECOND(TYPE("\"ROUTED\"") IPAM("80", "")), NULL},
	{SECOND(TYPE("\"ROUTED\"") IPAM("80", P("\"UNSPECIFIED\""))), NULL},
	{SECOND(TYPE("\"ROUTED\"") IPAM("80", P("\"FIRST_IP\""))), H1 POLICY},
	{SECOND(TYPE("\"ROUTED\"") IPAM("80", P("\"EUI64\""))),
		H1 POLICY "\nhost_prefixes[1].ipam: " EUI64},
	{SECOND(TYPE("\"ATTACHED\"") IPAM("80", P("\"EUI64\""))),
		"host_prefixes[1].ipam: " EUI64},
	{SECOND(TYPE("\"ATTACHED\"") IPAM("64", P("\"EUI64\""))), NULL},
	{SECOND(TYPE("\"ATTACHED\"") IPAM("80", P("9"))), NULL},
	{SECOND(TYPE("\"ROUTED\"") IPAM("80", P("9"))), H1 POLICY},
	/* the order: the request's own, then its fields as they are declared */
	{"{\"name\":\"A\",\"hostPrefix\":\"x\",\"hostPrefixes\":[{\"type\":2}],"
	 "\"dhcp\":{\"dns\":{\"servers\":[\"x\"]}},\"vpcPrefixes\":[" PREFIX("a", "x") "]}",
		"only one of host_prefix (deprecated) or host_prefixes may be set\n"
		"name: " VPC_PATTERN "\nvpc_prefixes[0].value: " BAD_PREFIX
		"\ndhcp.dns.servers[0]: " BAD_ADDRESS "\nhost_prefixes[0]: " NO_PREFIXES
		"\nhost_prefixes[0]: " NO_IPAM},
};

/* The details as lines "PATH: TEXT". */
static void violations_of(const struct reply *r, char out[4096])
{
	const json_t *one;
	size_t i;

	out[0] = '\0';
	assert_text(
		r->json, "details.0.@type", "type.googleapis.com/google.rpc.BadRequest");
	json_array_foreach (at(r->json, "details.0.fieldViolations"), i, one) {
		const char *field = text_at(one, "field");
		size_t len = strlen(out);

		snprintf(out + len, 4096 - len, "%s%s%s%s", i ? "\n" : "", field,
			*field ? ": " : "", text_at(one, "description"));
	}
}

/* The message consists of the same lines. */
static void assert_message(const struct reply *r, const char *violations)
{
	char want[8192] = "validation error: ", *to = want + strlen(want);

	if (strchr(violations, '\n'))
		to = stpcpy(want, "validation errors:\n - ");
	for (; *violations; violations++)
		to = *violations == '\n' ? stpcpy(to, "\n - ") : stpncpy(to, violations, 1);
	*to = '\0';
	assert_string_equal(text_at(r->json, "message"), want);
}

static void assert_violations(const struct reply *r, const char *body, const char *want)
{
	char have[4096];

	if (r->status != 400 || json_integer_value(at(r->json, "code")) != 3)
		fail_msg("%s: %ld %s", body, r->status, r->body);
	violations_of(r, have);
	if (strcmp(have, want) != 0)
		fail_msg("%s:\n%s\nnot\n%s", body, have, want);
	assert_message(r, want);
}

static void test_create(void **state)
{
	struct rig rig;
	char path[512];

	rig_start(&rig, &(struct emulator_options){0});
	rig.keep = true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reply r = rig_ask(&rig, "POST", VPCS, rows[i].body);

		if (rows[i].violations) {
			assert_violations(&r, rows[i].body, rows[i].violations);
			reply_free(&r);
			continue;
		}
		if (r.status != 200)
			fail_msg("%s: %ld %s", rows[i].body, r.status, r.body);
		snprintf(path, sizeof(path), VPCS "/%s", text_at(r.json, "vpc.id"));
		reply_free(&r);
		expect(&rig, "DELETE", path, NULL, 200);
	}
	rig_stop(&rig);
}

/* They hold for what the mask does not name, for a VPC that is not there, and change nothing. */
static void test_update(void **state)
{
	static const char body[] =
		"{\"updateMask\":\"ingress.disablePublicServices\","
		"\"ingress\":{\"disablePublicServices\":true},"
		"\"dhcp\":{\"dns\":{\"servers\":[\"x\"]}},"
		"\"vpcPrefixes\":[{\"name\":\"a/b\",\"value\":\"::/0\"}]}";
	static const char want[] = "vpc_prefixes[0].name: " PREFIX_PATTERN
				   "\ndhcp.dns.servers[0]: " BAD_ADDRESS;
	struct rig rig;
	struct reply r;
	char id[ID_SIZE];

	rig_start(&rig, &(struct emulator_options){0});
	make(&rig, NAMED("a"), id);
	r = patch(&rig, id, body);
	assert_violations(&r, body, want);
	reply_free(&r);
	r = patch(&rig, "nope", body);
	assert_violations(&r, body, want);
	reply_free(&r);
	r = fetch(&rig, id);
	assert_true(json_is_false(at(r.json, "vpc.ingress.disablePublicServices")));
	reply_free(&r);
	/* the names of another type's fields are no rules of this one */
	expect_patch(&rig, id, "{\"name\":\"A\",\"hostPrefixes\":[{}]}", 200);
	rig_stop(&rig);
}

/* A request may break a rule a thousand times, and the answer names each violation. */
static void test_all_of_them(void **state)
{
	char *body = malloc(64000);
	struct rig rig;
	struct reply r;
	size_t len = 0;

	rig_start(&rig, &(struct emulator_options){0});
	len += (size_t)sprintf(body, "{\"name\":\"n\",\"zone\":\"Z\",\"vpcPrefixes\":[");
	for (int i = 0; i < 1000; i++)
		len += (size_t)sprintf(body + len, "%s{\"name\":\"p%d\",\"value\":\"x\"}",
			i ? "," : "", i);
	sprintf(body + len, "]}");
	r = rig_ask(&rig, "POST", VPCS, body);
	assert_int_equal(r.status, 400);
	assert_int_equal(json_array_size(at(r.json, "details.0.fieldViolations")), 1000);
	assert_non_null(strstr(text_at(r.json, "message"),
		"\n - vpc_prefixes[999].value: must be a valid IP prefix"));
	reply_free(&r);
	free(body);
	rig_stop(&rig);
}

/* What is refused today may be there from before: it is served, changed and deleted like any other.
 */
static void test_names_that_are_there(void **state)
{
	static const char loaded[] =
		"{\"items\":[{\"id\":\"one\",\"name\":\"Not A/Name\",\"zone\":\"Z\","
		"\"vpcPrefixes\":[{\"name\":\"a.b/c\",\"value\":\"10.0.0.0/8\"}],"
		"\"hostPrefixes\":[{\"type\":\"PRIMARY\",\"ipam\":{}}]}]}";
	char path[] = "test-validate.XXXXXX";
	int fd = mkstemp(path);
	struct rig rig;
	struct reply r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, loaded, strlen(loaded)), strlen(loaded));
	close(fd);
	rig_start(&rig, &(struct emulator_options){.load_file = path});
	unlink(path);
	r = fetch(&rig, "one");
	assert_text(r.json, "vpc.name", "Not A/Name");
	reply_free(&r);
	r = patch(&rig, "one",
		"{\"updateMask\":\"ingress.disablePublicServices\","
		"\"ingress\":{\"disablePublicServices\":true}}");
	assert_int_equal(r.status, 200);
	assert_text(r.json, "vpc.vpcPrefixes.0.name", "a.b/c");
	assert_true(json_is_true(at(r.json, "vpc.ingress.disablePublicServices")));
	reply_free(&r);
	expect(&rig, "DELETE", VPCS "/one", NULL, 200);
	expect(&rig, "GET", VPCS "/one", NULL, 404);
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_update),
		cmocka_unit_test(test_all_of_them),
		cmocka_unit_test(test_names_that_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
