/* SPDX-License-Identifier: MIT */
/* Whether what the mount says can be trusted: other writers, lists that lag, busy VPCs, lost
 * answers, a dead server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "world.h"

#define LONG_TTL_MS 60000

static void start(struct world *w, unsigned ttl_ms, unsigned provision_ms)
{
	world_start(w, &(struct world_options){
			       .emulator = {.samples = true, .provision_ms = provision_ms},
			       .ttl_ms = ttl_ms,
			       .zone = "US-EAST-04A"});
}

#define EGRESS_TRUE                                                                        \
	"{\"updateMask\":\"egress.disablePublicAccess\",\"egress\":{"                      \
	"\"disablePublicAccess\":true}}"
#define DNS_NINE                                                                           \
	"{\"updateMask\":\"dhcp.dns.servers\",\"dhcp\":{\"dns\":{\"servers\":[\"9.9.9."    \
	"9\"]}}}"

static void answers_live_for_the_ttl(void **state)
{
	struct world w;

	start(&w, LONG_TTL_MS, 0);
	world_expect(&w, "staging/egress/disablePublicAccess", "false\n");
	world_other_patch(&w, "staging", EGRESS_TRUE);
	world_expect(&w, "staging/egress/disablePublicAccess", "false\n");
	assert_int_equal(world_write(&w, ".vpcfs/refresh", O_TRUNC, "1\n"), 0);
	world_expect(&w, "staging/egress/disablePublicAccess", "true\n");
	world_stop(&w);
	start(&w, 0, 0);
	world_other_patch(&w, "staging", EGRESS_TRUE);
	world_expect(&w, "staging/egress/disablePublicAccess", "true\n");
	world_stop(&w);
}

/* The text of spec.json with one word replaced. */
static char *edited_spec(struct world *w, const char *vpc, const char *from, const char *to)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
	char path[256];
	const char *at;

	snprintf(path, sizeof(path), "%s/spec.json", vpc);
	assert_int_equal(world_read(w, path, &b), 0);
	at = strstr(buf_str(&b), from);
	assert_non_null(at);
	buf_add(&out, b.data, (size_t)(at - b.data));
	buf_adds(&out, to);
	buf_adds(&out, at + strlen(from));
	return buf_steal(&out);
}

/* One write of the whole text over the old one, which has the same length. */
static int write_at_once(struct world *w, struct tree_open *open, const char *text)
{
	struct op op = world_op(w);

	return tree_write(open->handle, &op, 0, text, strlen(text), false);
}

static void other_fields_survive_a_save(void **state)
{
	struct world w;
	struct tree_open open;
	CLEANUP_FREE char *text = NULL;
	struct op op;

	start(&w, 0, 0);
	op = world_op(&w);
	assert_int_equal(world_open(&w, "staging/spec.json", O_RDWR, &open), 0);
	text = edited_spec(&w, "staging", "\"disablePublicServices\": false",
		"\"disablePublicServices\": true ");
	world_other_patch(&w, "staging", EGRESS_TRUE);
	world_forget_requests(&w);
	assert_int_equal(write_at_once(&w, &open, text), 0);
	assert_int_equal(tree_flush(open.handle, &op), 0);
	assert_int_equal(world_count(&w, "PATCH"), 1);
	assert_int_equal(world_count(&w, " ingress.disablePublicServices "), 1);
	/* The same save again differs nowhere from the text saved last, but the VPC is not as that
	 * text says. What the other writer wrote stays, and this writer gets an error. */
	assert_int_equal(
		tree_write(open.handle, &op, 0, text, strlen(text), false), -EBUSY);
	assert_int_equal(world_count(&w, "PATCH"), 1);
	tree_release(open.handle, &op);
	world_expect(&w, "staging/egress/disablePublicAccess", "true\n");
	world_expect(&w, "staging/ingress/disablePublicServices", "true\n");
	world_stop(&w);
}

static void same_field_is_a_conflict(void **state)
{
	struct world w;
	struct tree_open open;
	CLEANUP_FREE char *text = NULL;
	struct op op;

	start(&w, 0, 0);
	op = world_op(&w);
	assert_int_equal(world_open(&w, "staging/spec.json", O_RDWR, &open), 0);
	text = edited_spec(&w, "staging", "1.1.1.1", "8.8.4.4");
	world_other_patch(&w, "staging", DNS_NINE);
	world_forget_requests(&w);
	assert_int_equal(write_at_once(&w, &open, text), -EBUSY);
	assert_int_equal(tree_flush(open.handle, &op), -EBUSY); /* sticky */
	assert_int_equal(world_count(&w, "PATCH"), 0);
	tree_release(open.handle, &op);
	world_expect(&w, "staging/dhcp/dns/servers", "9.9.9.9\n");
	world_expect(&w, ".vpcfs/rejected/staging/spec.json", text);
	world_expect_in(&w, "staging/.error", "9.9.9.9");
	world_stop(&w);
}

static void two_writes_wait_for_a_busy_vpc(void **state)
{
	struct world w;

	start(&w, LONG_TTL_MS, 300);
	assert_int_equal(
		world_write(&w, "staging/ingress/disablePublicServices", O_TRUNC, "true\n"),
		0);
	assert_int_equal(
		world_write(&w, "staging/egress/disablePublicAccess", O_TRUNC, "true\n"),
		0);
	world_expect(&w, "staging/egress/disablePublicAccess", "true\n");
	w.timeout_ms = 150;
	assert_int_equal(
		world_write(&w, "staging/dhcp/dns/servers", O_TRUNC, "8.8.8.8\n"), -EBUSY);
	world_expect_in(&w, "staging/.error", "FAILED_PRECONDITION");
	world_stop(&w);
}

static void a_lagging_list_changes_nothing(void **state)
{
	struct world w;
	CLEANUP_BUF struct buf names = BUF_INIT(1 << 20);

	start(&w, 0, 200);
	world_fault(&w, "LIST:lag=3000\n");
	assert_int_equal(world_mkdir(&w, "fresh"), 0);
	world_expect(&w, "fresh/name", "fresh\n");
	assert_int_equal(world_rmdir(&w, "dev"), 0);
	assert_int_equal(world_read(&w, "dev/name", &names), -ENOENT);
	assert_int_equal(world_list(&w, "", &names), 0);
	assert_non_null(strstr(buf_str(&names), "fresh\n"));
	assert_null(strstr(buf_str(&names), "dev\n"));
	world_stop(&w);
}

static void created_here_and_deleted_elsewhere_is_gone(void **state)
{
	struct world w;
	CLEANUP_BUF struct buf names = BUF_INIT(1 << 20), id = BUF_INIT(1024);
	char path[2048];

	start(&w, 0, 0);
	assert_int_equal(world_mkdir(&w, "fresh"), 0);
	assert_int_equal(world_read(&w, "fresh/id", &id), 0);
	snprintf(path, sizeof(path), "/v1beta1/networking/vpcs/%.*s", (int)id.len - 1,
		buf_str(&id));
	assert_int_equal(world_other(&w, "DELETE", path, NULL), 200);
	assert_int_equal(world_list(&w, "", &names), 0);
	assert_null(strstr(buf_str(&names), "fresh\n"));
	world_stop(&w);
}

static void a_lost_post_is_adopted(void **state)
{
	struct world w;

	start(&w, LONG_TTL_MS, 0);
	world_fault(&w, "POST:reset-after*1\n");
	assert_int_equal(world_mkdir(&w, "fresh"), 0);
	assert_int_equal(world_count(&w, "POST /v1beta1"), 1);
	world_expect(&w, "fresh/zone", "US-EAST-04A\n");
	world_fault(&w, "POST:reset-before*1\n");
	assert_int_equal(world_mkdir(&w, "never"), -ETIMEDOUT);
	assert_int_equal(world_count(&w, "POST /v1beta1"), 2);
	world_expect_in(&w, ".error", "is not known");
	world_stop(&w);
}

static void a_silent_delete_is_no_success(void **state)
{
	struct world w;

	start(&w, LONG_TTL_MS, 0);
	world_fault(&w, "DELETE:silent*1\n");
	w.timeout_ms = 500;
	assert_int_equal(world_rmdir(&w, "dev"), -EPERM);
	w.timeout_ms = 5000;
	world_expect(&w, "dev/name", "dev\n");
	assert_int_equal(world_rmdir(&w, "dev"), 0);
	world_stop(&w);
}

static void a_dead_server_costs_one_deadline(void **state)
{
	struct world w;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
	uint64_t began;

	start(&w, 0, 0);
	world_expect(&w, "dev/name", "dev\n");
	world_fault(&w, "ANY:hang\n");
	w.timeout_ms = 300;
	began = clock_mono_ms();
	for (int i = 0; i < 50; i++)
		assert_int_equal(world_read(&w, "dev/name", &b), -ETIMEDOUT);
	assert_in_range(clock_mono_ms() - began, 250, 900);
	w.timeout_ms = 5000;
	world_fault(&w, "");
	assert_int_equal(world_write(&w, ".vpcfs/refresh", O_TRUNC, "1\n"), 0);
	world_expect(&w, "dev/name", "dev\n");
	world_stop(&w);
}

static void an_ill_list_is_no_state_of_the_world(void **state)
{
	static const char *const ill[] = {"status=404", "garbage", "wrongtype", "empty",
		"cut", "body=[]", "body={\"items\":[{\"name\":\"x\"}]}",
		("body={\"items\":[{\"id\":\"1\",\"name\":\"x\"},{\"id\":\"1\",\"name\":"
		 "\"y\"}]}")};
	struct world w;
	CLEANUP_BUF struct buf names = BUF_INIT(1 << 20);

	start(&w, 0, 0);
	for (size_t i = 0; i < sizeof(ill) / sizeof(ill[0]); i++) {
		char rule[256];
		int r;

		snprintf(rule, sizeof(rule), "LIST:%s\n", ill[i]);
		world_fault(&w, rule);
		r = world_list(&w, "", &names);
		if (r != -EBADMSG)
			fail_msg("%s: %s", ill[i], strerror(-r));
		world_fault(&w, "");
		assert_int_equal(world_list(&w, "", &names), 0);
	}
	world_stop(&w);
}

/* A server that answers "not now" to every attempt is not asked for a while. Then one attempt finds
 * out whether it is back; until it is, each such attempt is the only one. */
static void an_overloaded_server_is_spared(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
	struct world w;
	uint64_t begun, waited;

	world_start(&w, &(struct world_options){
				.emulator = {.samples = true}, .timeout_ms = 20000});
	world_fault(&w, "ANY:status=503");
	world_forget_requests(&w);
	assert_int_equal(world_list(&w, "", &b), -EREMOTEIO);
	assert_int_equal(world_count(&w, " 503 "), 6);
	begun = clock_mono_ms();
	for (size_t seen = 6; seen < 8; seen++) {
		while (world_count(&w, " 503 ") == seen)
			assert_int_equal(world_list(&w, "", &b), -EREMOTEIO);
		assert_int_equal(world_count(&w, " 503 "), seen + 1);
	}
	waited = clock_mono_ms() - begun;
	assert_in_range(waited, 590, 5000); /* 0.2 to 0.6 s, then twice that */
	world_fault(&w, "");
	assert_int_equal(world_list(&w, "", &b), -EREMOTEIO);
	assert_int_equal(world_write(&w, ".vpcfs/refresh", O_TRUNC, "1\n"), 0);
	assert_int_equal(world_list(&w, "", &b), 0);
	world_stop(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_live_for_the_ttl),
		cmocka_unit_test(other_fields_survive_a_save),
		cmocka_unit_test(same_field_is_a_conflict),
		cmocka_unit_test(two_writes_wait_for_a_busy_vpc),
		cmocka_unit_test(a_lagging_list_changes_nothing),
		cmocka_unit_test(created_here_and_deleted_elsewhere_is_gone),
		cmocka_unit_test(a_lost_post_is_adopted),
		cmocka_unit_test(a_silent_delete_is_no_success),
		cmocka_unit_test(a_dead_server_costs_one_deadline),
		cmocka_unit_test(an_overloaded_server_is_spared),
		cmocka_unit_test(an_ill_list_is_no_state_of_the_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
