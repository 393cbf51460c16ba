/* SPDX-License-Identifier: MIT */
/* Success means that the server has it: what a write rests on, and what it is compared with. The
 * server's state decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "world.h"

#define LONG_TTL_MS 60000
#define EGRESS	    "staging/egress/disablePublicAccess"
#define INGRESS	    "staging/ingress/disablePublicServices"
#define SERVERS	    "staging/dhcp/dns/servers"
#define SPEC	    "staging/spec.json"

#define EGRESS_BODY(value)                                                                 \
	"{\"updateMask\":\"egress.disablePublicAccess\",\"egress\":{"                      \
	"\"disablePublicAccess\":" value "}}"
#define SERVERS_BODY(list)                                                                 \
	"{\"updateMask\":\"dhcp.dns.servers\",\"dhcp\":{\"dns\":{\"servers\":[" list "]}}" \
	"}"

static int setup(void **state)
{
	return world_setup(state, &(struct world_options){.emulator = {.samples = true},
					  .ttl_ms = LONG_TTL_MS,
					  .zone = "US-EAST-04A"});
}

/* What the server has, whatever the mount believes. */
static void expect_served(struct world *w, const char *path, const char *text)
{
	world_refresh(w);
	world_expect(w, path, text);
}

static void set(struct world *w, const char *path, const char *text)
{
	assert_int_equal(world_write(w, path, O_TRUNC, text), 0);
}

static char *read_text(struct world *w, const char *path)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);

	assert_int_equal(world_read(w, path, &b), 0);
	return buf_steal(&b);
}

static char *replaced(const char *text, const char *from, const char *to)
{
	CLEANUP_BUF struct buf out = BUF_INIT(1 << 20);
	const char *at = strstr(text, from);

	assert_non_null(at);
	buf_add(&out, text, (size_t)(at - text));
	buf_adds(&out, to);
	buf_adds(&out, at + strlen(from));
	return buf_steal(&out);
}

static void a_stale_answer_decides_no_value(void **state)
{
	struct world *w = *state;

	world_expect(w, EGRESS, "false\n");
	world_other_patch(w, "staging", EGRESS_BODY("true"));
	world_expect(w, EGRESS, "false\n"); /* within the ttl */
	world_forget_requests(w);
	set(w, EGRESS, "false\n");
	assert_int_equal(world_count(w, "PATCH"), 1);
	expect_served(w, EGRESS, "false\n");
}

static void a_new_value_needs_no_question(void **state)
{
	struct world *w = *state;

	world_expect(w, EGRESS, "false\n");
	world_forget_requests(w);
	set(w, EGRESS, "true\n");
	assert_int_equal(world_count(w, ""), 1);
	world_forget_requests(w);
	set(w, EGRESS, "true\n");
	assert_int_equal(world_count(w, "PATCH"), 0);
	assert_int_equal(world_count(w, "GET"), 1);
	world_forget_requests(w);
	set(w, EGRESS, "false\n"); /* which looks as if the answer lacked it */
	assert_int_equal(world_count(w, ""), 1);
}

static void a_backup_is_absolute(void **state)
{
	struct world *w = *state;
	CLEANUP_FREE char *backup = read_text(w, SPEC);

	w->pid = world_process();
	world_other_patch(w, "staging", EGRESS_BODY("true"));
	set(w, SPEC, backup);
	expect_served(w, EGRESS, "false\n");
	/* The same again: a process that never read it has no base, however often it saves. */
	world_other_patch(w, "staging", EGRESS_BODY("true"));
	set(w, SPEC, backup);
	expect_served(w, EGRESS, "false\n");
	world_end_process(w->pid);
}

static void an_address_is_added_to_what_is_there(void **state)
{
	struct world *w = *state;

	set(w, SERVERS, "1.1.1.1\n");
	world_other_patch(w, "staging", SERVERS_BODY("\"1.1.1.1\",\"8.8.8.8\""));
	world_forget_requests(w);
	assert_int_equal(world_write(w, SERVERS, O_APPEND, "9.9.9.9\n"), 0);
	assert_int_equal(world_count(w, "PATCH"), 1);
	assert_int_equal(world_count(w, "GET"), 1);
	expect_served(w, SERVERS, "1.1.1.1\n8.8.8.8\n9.9.9.9\n");
	world_forget_requests(w);
	assert_int_equal(world_write(w, SERVERS, O_APPEND, "9.9.9.9\n"), 0);
	assert_int_equal(world_count(w, "PATCH"), 0);
}

static void every_living_reader_keeps_its_base(void **state)
{
	struct world *w = *state;
	CLEANUP_FREE char *text = read_text(w, SPEC), *edited = NULL;
	pid_t editor = world_process(), others[40];

	edited = replaced(text, "\"disablePublicServices\": false",
		"\"disablePublicServices\": true");
	world_read_as(w, editor, SPEC);
	for (size_t i = 0; i < 40; i++) {
		others[i] = world_process();
		world_read_as(w, others[i], SPEC);
	}
	world_other_patch(w, "staging", EGRESS_BODY("true"));
	w->pid = editor;
	set(w, SPEC, edited);
	expect_served(w, EGRESS, "true\n");
	expect_served(w, INGRESS, "true\n");
	/* Its next save is compared with its own text. That would take nothing back, and the caller
	 * gets an error. */
	assert_int_equal(world_write(w, SPEC, O_TRUNC, edited), -EBUSY);
	expect_served(w, EGRESS, "true\n");
	for (size_t i = 0; i < 40; i++)
		world_end_process(others[i]);
	world_end_process(editor);
}

static void a_caller_that_is_not_seen_has_no_base(void **state)
{
	struct world *w = *state;
	CLEANUP_FREE char *text = read_text(w, SPEC);

	world_read_as(w, -1, SPEC);
	world_other_patch(w, "staging", EGRESS_BODY("true"));
	w->pid = -1;
	set(w, SPEC, text);
	expect_served(w, EGRESS, "false\n");
}

static void what_was_read_is_not_put_back_unseen(void **state)
{
	struct world *w = *state;
	CLEANUP_FREE char *text = read_text(w, SPEC);

	w->pid = world_process();
	world_read_as(w, w->pid, SPEC);
	assert_int_equal(world_write(w, SPEC, O_TRUNC, text), 0);
	world_other_patch(w, "staging", EGRESS_BODY("true"));
	world_forget_requests(w);
	assert_int_equal(world_write(w, SPEC, O_TRUNC, text), -EBUSY);
	assert_int_equal(world_count(w, "PATCH"), 0);
	expect_served(w, EGRESS, "true\n");
	world_expect(w, ".vpcfs/rejected/" SPEC, text);
	world_end_process(w->pid);
}

/* A program reads, and writes its edit to a file beside; another program (mv) renames that over the
 * original. */
static void a_scratch_file_has_the_base_of_its_writer(void **state)
{
	struct world *w = *state;
	CLEANUP_FREE char *text = read_text(w, SPEC), *edited = NULL;
	pid_t filter = world_process(), mover = world_process();

	edited = replaced(text, "\"disablePublicServices\": false",
		"\"disablePublicServices\": true");
	world_read_as(w, filter, SPEC);
	world_other_patch(w, "staging", EGRESS_BODY("true"));
	w->pid = filter;
	assert_int_equal(world_write(w, "staging/tmp", O_CREAT, edited), 0);
	w->pid = mover;
	assert_int_equal(world_rename(w, "staging/tmp", SPEC), 0);
	expect_served(w, EGRESS, "true\n");
	expect_served(w, INGRESS, "true\n");
	/* A copy of what was read, renamed by another process, puts the copy back on purpose. */
	world_read_as(w, filter, SPEC);
	w->pid = 0;
	free(edited);
	edited = read_text(w, SPEC);
	w->pid = filter;
	assert_int_equal(world_write(w, "staging/tmp", O_CREAT, edited), 0);
	world_other_patch(w, "staging", EGRESS_BODY("false"));
	w->pid = mover;
	assert_int_equal(world_rename(w, "staging/tmp", SPEC), 0);
	expect_served(w, EGRESS, "true\n");
	world_end_process(filter);
	world_end_process(mover);
}

static void the_same_text_again_is_decided_again(void **state)
{
	struct world *w = *state;
	struct tree_open open;
	struct op op = world_op(w);

	assert_int_equal(world_open(w, EGRESS, O_WRONLY | O_TRUNC, &open), 0);
	assert_int_equal(tree_write(open.handle, &op, 0, "true\n", 5, false), 0);
	world_other_patch(w, "staging", EGRESS_BODY("false"));
	assert_int_equal(tree_write(open.handle, &op, 0, "true\n", 5, false), 0);
	assert_int_equal(tree_flush(open.handle, &op), 0);
	tree_release(open.handle, &op);
	expect_served(w, EGRESS, "true\n");
}

/* Somebody else's change, made as soon as the server has refused a PATCH. */
struct other {
	struct world *w;
	const char *path, *body;
};

static void *change_after_refusal(void *arg)
{
	struct other *o = arg;

	while (!world_count(o->w, " 503 "))
		sched_yield();
	assert_int_equal(world_other(o->w, "PATCH", o->path, o->body), 200);
	return NULL;
}

static void a_list_is_planned_anew_for_each_request(void **state)
{
	struct world *w = *state;
	CLEANUP_FREE char *id = read_text(w, "staging/id");
	char path[256];
	struct other other = {.w = w,
		.path = path,
		.body = "{\"updateMask\":\"vpcPrefixes\",\"vpcPrefixes\":[{\"name\":"
			"\"theirs\","
			"\"value\":\"10.200.0.0/16\"}]}"};
	pthread_t thread;

	snprintf(path, sizeof(path), "/v1beta1/networking/vpcs/%.*s", (int)strlen(id) - 1,
		id);
	assert_int_equal(world_mkdir(w, "staging/vpcPrefixes/mine"), 0);
	world_fault(w, "PATCH:status=503,retry-after=1*1\n");
	pthread_create(&thread, NULL, change_after_refusal, &other);
	assert_int_equal(world_write(w, "staging/vpcPrefixes/mine/value", O_CREAT,
				 "10.201.0.0/16\n"),
		0);
	pthread_join(thread, NULL);
	expect_served(w, "staging/vpcPrefixes/theirs/value", "10.200.0.0/16\n");
	expect_served(w, "staging/vpcPrefixes/mine/value", "10.201.0.0/16\n");
}

/* A list, and somebody else's change after it, between the two attempts of a question. */
static void *list_and_change_after_refusal(void *arg)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
	struct world *w = arg;

	while (!world_count(w, " 503 "))
		sched_yield();
	world_refresh(w);
	assert_int_equal(world_list(w, "", &b), 0);
	world_other_patch(w, "staging", SERVERS_BODY("\"9.9.9.9\""));
	return NULL;
}

static void an_answer_is_as_new_as_the_attempt_that_it_answers(void **state)
{
	struct world *w = *state;
	pthread_t thread;

	set(w, SERVERS, "1.1.1.1\n");
	world_forget_requests(w);
	world_fault(w, "GET:status=503,retry-after=1*1\n");
	pthread_create(&thread, NULL, list_and_change_after_refusal, w);
	assert_int_equal(world_write(w, SERVERS, O_APPEND, "9.9.9.9\n"), 0);
	pthread_join(thread, NULL);
	assert_int_equal(world_count(w, "PATCH"), 1); /* somebody else's */
	world_expect(w, SERVERS, "9.9.9.9\n");
}

static void a_failed_reading_keeps_no_write_from_being_sent(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);

	world_expect(w, EGRESS, "false\n");
	world_expect(w, "dev/name", "dev\n");
	w->timeout_ms = 300;
	world_fault(w, "GET:hang\nLIST:hang\n");
	world_refresh(w);
	assert_int_equal(world_read(w, "dev/name", &b), -ETIMEDOUT);
	w->timeout_ms = 5000;
	set(w, EGRESS, "true\n");
	world_fault(w, "");
	world_fault(w, "GET:status=503*6\n");
	assert_int_equal(world_mkdir(w, "fresh"), 0);
	expect_served(w, EGRESS, "true\n");
}

static void questions_about_a_change_are_spaced(void **state)
{
	struct world *w = *state;

	world_expect(w, EGRESS, "false\n");
	world_fault(w, "PATCH:empty-after\nGET:status=403\n");
	w->timeout_ms = 1500;
	world_forget_requests(w);
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "true\n"), -ETIMEDOUT);
	assert_in_range(world_count(w, "GET"), 2, 10);
	assert_int_equal(world_count(w, "PATCH"), 1);
}

static void a_page_of_a_gateway_makes_no_vpc_vanish(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
	struct op op = world_op(w);
	struct tree_entry dir, entry;
	struct tree_open open;

	world_expect(w, "staging/name", "staging\n");
	assert_int_equal(tree_lookup(w->tree, &op, TREE_ROOT_ID, "staging", &dir), 0);
	assert_int_equal(
		tree_create(w->tree, &op, dir.id, "note", 0644, O_WRONLY, &entry, &open),
		0);
	assert_int_equal(tree_write(open.handle, &op, 0, "kept\n", 5, false), 0);
	tree_release(open.handle, &op);
	world_fault(w, "GET:status=404,body=html\n");
	world_refresh(w);
	assert_int_equal(world_read(w, "staging/name", &b), -EBADMSG);
	world_expect(w, "staging/note", "kept\n");
	world_fault(w, "PATCH:status=404,body=html\nDELETE:status=404,body=html\n");
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "true\n"), -EBADMSG);
	world_fault(w, "");
	world_refresh(w);
	world_expect(w, "staging/name", "staging\n");
	world_expect(w, "staging/note", "kept\n");
}

static void a_deletion_is_what_an_answer_shows(void **state)
{
	struct world *w = *state;

	world_expect(w, "dev/name", "dev\n");
	world_fault(w, "DELETE:silent*1\nGET:status=403\n");
	w->timeout_ms = 400;
	assert_int_equal(world_rmdir(w, "dev"), -ETIMEDOUT);
	world_fault(w, "");
	w->timeout_ms = 5000;
	expect_served(w, "dev/name", "dev\n");
}

static void *list_meanwhile(void *arg)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
	struct world *w = arg;

	while (!world_count(w, "POST"))
		sched_yield();
	world_refresh(w);
	assert_int_equal(world_list(w, "", &b), 0);
	return NULL;
}

static void a_list_that_lands_meanwhile_does_not_hinder_a_creation(void **state)
{
	struct world *w = *state;
	pthread_t thread;

	world_fault(w, "POST:delay=500\n");
	pthread_create(&thread, NULL, list_meanwhile, w);
	assert_int_equal(world_mkdir(w, "fresh"), 0);
	pthread_join(thread, NULL);
	world_expect(w, "fresh/name", "fresh\n");
}

static void somebody_elses_vpc_is_not_adopted(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);

	assert_int_equal(world_list(w, "", &b), 0);
	assert_int_equal(world_other(w, "POST", "/v1beta1/networking/vpcs",
				 "{\"name\":\"fresh\",\"zone\":\"US-EAST-04A\"}"),
		200);
	world_fault(w, "POST:status=503\n");
	assert_int_not_equal(world_mkdir(w, "fresh"), 0);
}

static void what_needs_no_network_works_without(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
	struct op op;
	struct tree_entry dir, entry;
	struct tree_open open;
	uint64_t began;

	world_expect(w, EGRESS, "false\n");
	world_fault(w, "ANY:hang\n");
	world_refresh(w);
	began = clock_mono_ms();
	op = world_op(w);
	op.is_lookup = true;
	assert_int_equal(world_read(w, "staging/.error", &b), 0);
	assert_int_equal(tree_lookup(w->tree, &op, TREE_ROOT_ID, "staging", &dir), 0);
	assert_int_equal(
		tree_create(w->tree, &op, dir.id, "note", 0644, O_WRONLY, &entry, &open),
		0);
	assert_int_equal(tree_write(open.handle, &op, 0, "x\n", 2, false), 0);
	tree_release(open.handle, &op);
	assert_in_range(clock_mono_ms() - began, 0, 2000);
}

static void an_unlink_refused_forbids_rmdir_to_that_process_only(void **state)
{
	struct world *w = *state;
	pid_t remover = world_process();

	w->pid = remover;
	assert_int_equal(world_unlink(w, "dev/name"), -EPERM);
	assert_int_equal(world_rmdir(w, "dev"), -ENOTEMPTY);
	w->pid = 0;
	world_end_process(remover);
	assert_int_equal(world_rmdir(w, "dev"), 0);
}

static void only_a_change_that_was_sent_empties_the_error(void **state)
{
	struct world *w = *state;
	CLEANUP_FREE char *text = NULL, *after = NULL;

	world_expect(w, EGRESS, "false\n");
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "perhaps\n"), -EINVAL);
	text = read_text(w, "staging/.error");
	assert_non_null(strstr(text, "perhaps"));
	set(w, EGRESS, "false\n");
	after = read_text(w, "staging/.error");
	assert_string_equal(after, text);
	set(w, EGRESS, "true\n");
	world_expect(w, "staging/.error", "");
}

static void a_dry_run_sends_nothing(void **state)
{
	struct world w;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);

	world_start(&w, &(struct world_options){.emulator = {.samples = true},
				.ttl_ms = LONG_TTL_MS,
				.zone = "US-EAST-04A",
				.dry_run = true});
	world_expect(&w, EGRESS, "false\n");
	assert_int_equal(world_write(&w, EGRESS, O_TRUNC, "true\n"), 0);
	world_expect(&w, EGRESS, "false\n");
	assert_int_equal(world_mkdir(&w, "fresh"), 0);
	assert_int_equal(world_read(&w, "fresh/name", &b), -ENOENT);
	assert_int_equal(world_rmdir(&w, "dev"), 0);
	world_expect(&w, "dev/name", "dev\n");
	assert_int_equal(world_rename(&w, "dev", "other"), 0);
	world_expect(&w, "dev/name", "dev\n");
	assert_int_equal(world_count(&w, "PATCH"), 0);
	assert_int_equal(world_count(&w, "POST"), 0);
	assert_int_equal(world_count(&w, "DELETE"), 0);
	world_stop(&w);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(a_stale_answer_decides_no_value),
		CASE(a_new_value_needs_no_question),
		CASE(a_backup_is_absolute),
		CASE(an_address_is_added_to_what_is_there),
		CASE(every_living_reader_keeps_its_base),
		CASE(a_caller_that_is_not_seen_has_no_base),
		CASE(what_was_read_is_not_put_back_unseen),
		CASE(a_scratch_file_has_the_base_of_its_writer),
		CASE(the_same_text_again_is_decided_again),
		CASE(a_list_is_planned_anew_for_each_request),
		CASE(an_answer_is_as_new_as_the_attempt_that_it_answers),
		CASE(a_failed_reading_keeps_no_write_from_being_sent),
		CASE(questions_about_a_change_are_spaced),
		CASE(a_page_of_a_gateway_makes_no_vpc_vanish),
		CASE(a_deletion_is_what_an_answer_shows),
		CASE(a_list_that_lands_meanwhile_does_not_hinder_a_creation),
		CASE(somebody_elses_vpc_is_not_adopted),
		CASE(what_needs_no_network_works_without),
		CASE(an_unlink_refused_forbids_rmdir_to_that_process_only),
		CASE(only_a_change_that_was_sent_empties_the_error),
		cmocka_unit_test(a_dry_run_sends_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
