/* SPDX-License-Identifier: MIT */
/* The state file: it survives kill -9 and a torn line, and what is not ours is left alone. --load
 * too. */
#include "rig.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/file.h"

#define PATH_SIZE 256

struct dir {
	char path[PATH_SIZE];
	char state[PATH_SIZE + 16];
	char load[PATH_SIZE + 16];
};

static int setup(void **state)
{
	struct dir *d = calloc(1, sizeof(*d));

	snprintf(d->path, sizeof(d->path), "test-state.XXXXXX");
	assert_non_null(mkdtemp(d->path));
	snprintf(d->state, sizeof(d->state), "%s/state", d->path);
	snprintf(d->load, sizeof(d->load), "%s/load", d->path);
	*state = d;
	return 0;
}

static int teardown(void **state)
{
	struct dir *d = *state;

	unlink(d->state);
	unlink(d->load);
	assert_int_equal(rmdir(d->path), 0); /* no temporary file is left behind */
	free(d);
	return 0;
}

static void put_file(const char *path, const char *bytes, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void start(struct rig *rig, const struct dir *d, bool load)
{
	rig_start(rig, &(struct emulator_options){
			       .state_file = d->state, .load_file = load ? d->load : NULL});
}

static char *list_text(struct rig *rig)
{
	struct reply r = rig_ask(rig, "GET", VPCS, NULL);
	char *text = strdup(r.body);

	assert_int_equal(r.status, 200);
	reply_free(&r);
	return text;
}

static void test_restart(void **state)
{
	struct dir *d = *state;
	char a[ID_SIZE], b[ID_SIZE], path[512], *before, *after;
	struct rig rig;

	start(&rig, d, false);
	make(&rig, "{\"name\":\"a\",\"zone\":\"Z\"}", a);
	make(&rig, "{\"name\":\"b\",\"zone\":\"Z\"}", b);
	make(&rig, "{\"name\":\"c\",\"zone\":\"Z\"}", path);
	expect_patch(&rig, a, "{\"ingress\":{\"disablePublicServices\":true}}", 200);
	snprintf(path, sizeof(path), VPCS "/%s", b);
	expect(&rig, "DELETE", path, NULL, 200);
	before = list_text(&rig);
	rig_stop(&rig);
	for (int i = 0; i < 2; i++) {
		start(&rig, d, false);
		after = list_text(&rig);
		assert_string_equal(before, after);
		free(after);
		rig_stop(&rig);
	}
	free(before);
}

static void append(const char *path, const char *text)
{
	FILE *f = fopen(path, "a");

	fputs(text, f);
	fclose(f);
}

static void test_torn_line(void **state)
{
	struct dir *d = *state;
	char id[ID_SIZE];
	struct rig rig;

	start(&rig, d, false);
	make(&rig, "{\"name\":\"a\",\"zone\":\"Z\"}", id);
	rig_stop(&rig);
	append(d->state, "{\"put\":{\"id\":\"x\",\"na");
	start(&rig, d, false);
	assert_int_equal(list_count(&rig), 1);
	make(&rig, "{\"name\":\"b\",\"zone\":\"Z\"}", id);
	rig_stop(&rig);
	start(&rig, d, false);
	assert_int_equal(list_count(&rig), 2);
	rig_stop(&rig);
}

static void assert_refused(const struct dir *d, const char *bytes, size_t len)
{
	struct buf after CLEANUP_BUF = BUF_INIT(1 << 20);
	struct emulator *emu = NULL;
	struct err err = {""};

	put_file(d->state, bytes, len);
	assert_int_equal(emulator_start(&(struct emulator_options){.state_file = d->state},
				 &emu, &err),
		-EBADMSG);
	assert_non_null(strstr(err.text, d->state));
	assert_int_equal(file_read(d->state, &after), 0);
	assert_int_equal(after.len, len);
	assert_memory_equal(after.data, bytes, len);
}

static void test_not_ours(void **state)
{
	static const char nuls[64];

	assert_refused(*state, "hello\n", 6);
	assert_refused(*state, "{\"items\":[]}\n", 13);
	assert_refused(*state, nuls, sizeof(nuls));
	assert_refused(*state, "{\"vpcfsEmulator\":2}\n", 20);
	assert_refused(*state, "{\"vpcfsEmulator\":1}", 19);
	assert_refused(*state, "{\"vpcfsEmulator\":1}\noops\n{\"del\":\"x\"}\n", 37);
	assert_refused(
		*state, "{\"vpcfsEmulator\":1}\n{\"put\":{}}\n{\"del\":\"x\"}\n", 43);
}

static void test_empty_file(void **state)
{
	struct dir *d = *state;
	char id[ID_SIZE];
	struct rig rig;

	put_file(d->state, "", 0);
	start(&rig, d, false);
	make(&rig, "{\"name\":\"a\",\"zone\":\"Z\"}", id);
	rig_stop(&rig);
	start(&rig, d, false);
	assert_int_equal(list_count(&rig), 1);
	rig_stop(&rig);
}

static void test_two_servers(void **state)
{
	struct dir *d = *state;
	struct emulator *emu = NULL;
	struct err err = {""};
	struct rig rig;

	start(&rig, d, false);
	assert_int_equal(emulator_start(&(struct emulator_options){.state_file = d->state},
				 &emu, &err),
		-EBUSY);
	assert_non_null(strstr(err.text, "in use"));
	rig_stop(&rig);
}

/* The file that a link leads to is kept, and the link stays a link; also where the link leads
 * nowhere yet. */
static void test_link(void **state)
{
	struct dir *d = *state;
	char target[PATH_SIZE + 32], id[ID_SIZE];
	struct stat st;
	struct rig rig;

	snprintf(target, sizeof(target), "%s/elsewhere", d->path);
	assert_int_equal(mkdir(target, 0700), 0);
	assert_int_equal(symlink("elsewhere/state", d->state), 0);
	for (size_t count = 0; count < 2; count++) {
		start(&rig, d, false);
		assert_int_equal(list_count(&rig), count);
		make(&rig,
			count ? "{\"name\":\"b\",\"zone\":\"Z\"}"
			      : "{\"name\":\"a\",\"zone\":\"Z\"}",
			id);
		rig_stop(&rig);
		assert_int_equal(lstat(d->state, &st), 0);
		assert_true(S_ISLNK(st.st_mode));
	}
	strcat(target, "/state");
	assert_int_equal(lstat(target, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(unlink(target), 0);
	*strrchr(target, '/') = '\0';
	assert_int_equal(rmdir(target), 0); /* nothing else was left there */
}

/* So many changes that snapshots shorten the journal meanwhile. */
static void test_compaction(void **state)
{
	struct dir *d = *state;
	struct buf text CLEANUP_BUF = BUF_INIT(64 << 20);
	char id[ID_SIZE], *before, *after;
	struct rig rig;

	start(&rig, d, false);
	rig.keep = true;
	make(&rig, "{\"name\":\"a\",\"zone\":\"Z\"}", id);
	for (int i = 0; i < 2100; i++)
		expect_patch(&rig, id,
			i % 2 ? "{\"ingress\":{\"disablePublicServices\":true}}"
			      : "{\"ingress\":{\"disablePublicServices\":false}}",
			200);
	for (int i = 0; i < 5; i++)
		expect_patch(&rig, id,
			i % 2 ? "{\"egress\":{\"disablePublicAccess\":false}}"
			      : "{\"egress\":{\"disablePublicAccess\":true}}",
			200);
	before = list_text(&rig);
	assert_int_equal(file_read(d->state, &text), 0);
	assert_true(text.len < 100000);
	rig_stop(&rig);
	start(&rig, d, false);
	after = list_text(&rig);
	assert_string_equal(before, after);
	rig_stop(&rig);
	free(before);
	free(after);
}

/* A phase is over after a restart. */
static void test_phases_end(void **state)
{
	const struct dir *d = *state;
	const struct emulator_options slow = {
		.state_file = d->state, .provision_ms = 60000};
	char a[ID_SIZE];
	struct reply r;
	struct rig rig;

	rig_start(&rig, &slow);
	make(&rig, "{\"name\":\"a\",\"zone\":\"Z\"}", a);
	r = fetch(&rig, a);
	assert_text(r.json, "vpc.status", "STATUS_CREATING");
	reply_free(&r);
	rig_stop(&rig);
	rig_start(&rig, &slow);
	r = fetch(&rig, a);
	assert_text(r.json, "vpc.status", "STATUS_READY");
	reply_free(&r);
	rig_stop(&rig);
}

#define HOSTILE                                                                            \
	"{\"items\":["                                                                     \
	"{\"name\":\"../../etc\",\"id\":\"one\",\"future\":{\"a\":[1,2.5,null]}},"         \
	"{\"name\":\"nul\\u0000name\",\"id\":\"two\"},"                                    \
	"{\"name\":\"\"},{},"                                                              \
	"{\"name\":5,\"id\":7,\"ingress\":\"x\",\"vpcPrefixes\":[5,{\"name\":[]}]},"       \
	"{\"name\":\"twin\",\"id\":\"same\",\"zone\":\"A\"},"                              \
	"{\"name\":\"twin\",\"id\":\"same\",\"zone\":\"B\"}"                               \
	"],\"other\":1}"

static void check_hostile(struct rig *rig)
{
	struct reply r = rig_ask(rig, "GET", VPCS, NULL);
	const json_t *items = at(r.json, "items");

	assert_int_equal(json_array_size(items), 7);
	assert_text(items, "0.name", "../../etc");
	assert_int_equal(json_array_size(at(items, "0.future.a")), 3);
	assert_null(at(items, "0.status"));
	assert_int_equal(json_string_length(at(items, "1.name")), 8);
	assert_int_equal(strlen(text_at(items, "2.id")), 36);
	assert_int_equal(strlen(text_at(items, "3.id")), 36);
	assert_int_equal(strlen(text_at(items, "4.id")), 36);
	assert_int_equal(json_integer_value(at(items, "4.name")), 5);
	assert_text(items, "5.zone", "A");
	assert_text(items, "6.zone", "B");
	reply_free(&r);
	r = fetch(rig, "same");
	assert_text(reply_vpc(&r), "zone", "A");
	reply_free(&r);
}

static void check_hostile_patch(struct rig *rig)
{
	struct reply r =
		patch(rig, "one", "{\"ingress\":{\"disablePublicServices\":true}}");

	assert_int_equal(r.status, 200);
	assert_true(json_is_true(at(reply_vpc(&r), "ingress.disablePublicServices")));
	assert_int_equal(json_array_size(at(reply_vpc(&r), "future.a")), 3);
	assert_null(at(reply_vpc(&r), "updatedAt"));
	reply_free(&r);
	expect(rig, "DELETE", VPCS "/same", NULL, 200);
	r = fetch(rig, "same");
	assert_text(reply_vpc(&r), "zone", "B");
	reply_free(&r);
	expect(rig, "DELETE", VPCS "/same", NULL, 200);
	expect(rig, "DELETE", VPCS "/same", NULL, 404);
}

static void test_load(void **state)
{
	struct dir *d = *state;
	char *before, *after, id[ID_SIZE];
	struct rig rig;

	start(&rig, d, false);
	make(&rig, "{\"name\":\"gone\",\"zone\":\"Z\"}", id);
	rig_stop(&rig);
	put_file(d->load, HOSTILE, strlen(HOSTILE));
	start(&rig, d, true);
	check_hostile(&rig);
	before = list_text(&rig);
	rig_stop(&rig);
	start(&rig, d, false);
	after = list_text(&rig);
	assert_string_equal(before, after);
	check_hostile_patch(&rig);
	rig_stop(&rig);
	start(&rig, d, false);
	assert_int_equal(list_count(&rig), 5);
	rig_stop(&rig);
	free(before);
	free(after);
}

static void test_load_in_reference(void **state)
{
	struct dir *d = *state;
	struct rig rig;

	put_file(d->load, HOSTILE, strlen(HOSTILE));
	rig_start(&rig, &(struct emulator_options){
				.profile = EMULATOR_REFERENCE, .load_file = d->load});
	check_hostile(&rig);
	check_hostile_patch(&rig);
	rig_stop(&rig);
}

/* A loaded VPC that is busy stays busy: nobody is provisioning it. */
static void test_load_busy(void **state)
{
	static const char text[] = "{\"items\":[{\"id\":\"x\",\"name\":\"a\",\"status\":"
				   "\"STATUS_CREATING\"}]}";
	struct dir *d = *state;
	struct rig rig;

	put_file(d->load, text, strlen(text));
	start(&rig, d, true);
	expect_patch(&rig, "x", "{\"ingress\":{\"disablePublicServices\":true}}", 400);
	expect(&rig, "DELETE", VPCS "/x", NULL, 400);
	rig_stop(&rig);
}

static void test_load_no_vpc(void **state)
{
	struct dir *d = *state;
	struct rig rig;

	put_file(d->load, "{}", 2);
	start(&rig, d, true);
	assert_int_equal(list_count(&rig), 0);
	rig_stop(&rig);
}

static void test_load_fails(void **state)
{
	static const char *const texts[] = {
		"", "x", "[]", "{\"code\":5}", "{\"items\":{}}", "{\"items\":[5]}"};
	struct dir *d = *state;
	struct emulator *emu = NULL;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct err err = {""};

		put_file(d->load, texts[i], strlen(texts[i]));
		assert_int_equal(
			emulator_start(&(struct emulator_options){.load_file = d->load},
				&emu, &err),
			-EBADMSG);
		assert_non_null(strstr(err.text, d->load));
	}
	assert_int_equal(emulator_start(&(struct emulator_options){.load_file = "/none/x"},
				 &emu, &(struct err){""}),
		-ENOENT);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_restart),
		CASE(test_torn_line),
		CASE(test_not_ours),
		CASE(test_empty_file),
		CASE(test_two_servers),
		CASE(test_link),
		CASE(test_compaction),
		CASE(test_phases_end),
		CASE(test_load),
		CASE(test_load_in_reference),
		CASE(test_load_busy),
		CASE(test_load_no_vpc),
		CASE(test_load_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
