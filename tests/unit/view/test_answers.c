/* SPDX-License-Identifier: MIT */
/* What answers change in the cache: lists that lag or say less, documents that cannot be read, VPCs
 * that come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "world.h"

#define EGRESS "staging/egress/disablePublicAccess"
#define VPCS   "/v1beta1/networking/vpcs"
#define DIGITS "1234567890123456789012345678901234567890123456789012345678901234567890"

static int setup(void **state)
{
	return world_setup(state, &(struct world_options){.emulator = {.samples = true},
					  .ttl_ms = 60000,
					  .zone = "US-EAST-04A"});
}

static void list_root(struct world *w)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);

	assert_int_equal(world_list(w, "", &b), 0);
}

static void id_of(struct world *w, const char *name, char ret[128])
{
	CLEANUP_BUF struct buf id = BUF_INIT(128);
	char path[128];

	snprintf(path, sizeof(path), "%s/id", name);
	assert_int_equal(world_read(w, path, &id), 0);
	snprintf(ret, 128, "%.*s", (int)id.len - 1, buf_str(&id));
}

#define EGRESS_BODY(value)                                                                 \
	"{\"updateMask\":\"egress.disablePublicAccess\",\"egress\":{"                      \
	"\"disablePublicAccess\":" value "}}"

/* Without updatedAt it is open whether the list is older than the write, so the VPC itself is asked
 * for. */
static void a_list_without_times_takes_no_write_back(void **state)
{
	struct world *w = *state;
	char id[128], rule[1024];

	id_of(w, "staging", id);
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "true\n"), 0);
	snprintf(rule, sizeof(rule),
		"LIST:body={\"items\":[{\"id\":\"%s\",\"name\":\"staging\","
		"\"zone\":\"US-EAST-04A\",\"status\":\"STATUS_READY\"}]}\n",
		id);
	world_fault(w, rule);
	world_refresh(w);
	list_root(w);
	world_expect(w, EGRESS, "true\n");
}

/* Somebody else's later change needs no second question. */
static void a_list_newer_than_a_write_is_enough(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "true\n"), 0);
	world_other_patch(w, "staging", EGRESS_BODY("false"));
	world_refresh(w);
	world_forget_requests(w);
	list_root(w);
	world_expect(w, EGRESS, "false\n");
	assert_int_equal(world_count(w, "GET"), 1);
}

static void a_vpc_that_cannot_be_read_keeps_its_directory(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
	char id[128], dev[128], rule[2048];
	struct op op = world_op(w);
	struct tree_open open;

	assert_int_equal(world_open(w, EGRESS, O_WRONLY | O_TRUNC, &open), 0);
	id_of(w, "staging", id);
	id_of(w, "dev", dev);
	snprintf(rule, sizeof(rule),
		"LIST:body={\"items\":[{\"id\":\"%s\",\"name\":\"staging\",\"x\":" DIGITS
		"},{\"id\":\"%s\",\"name\":\"dev\",\"zone\":\"Z\"}]}\n"
		"GET:%s:body={\"vpc\":{\"id\":\"%s\",\"name\":\"staging\",\"x\":" DIGITS
		"}}\n",
		id, dev, id, id);
	world_fault(w, rule);
	world_refresh(w);
	assert_int_equal(world_list(w, "", &b), 0);
	assert_string_equal(buf_str(&b), "dev\nstaging\n");
	assert_int_equal(world_read(w, "staging/name", &b), -EBADMSG);
	assert_int_equal(world_read(w, "staging/spec.json", &b), -EBADMSG);
	world_expect_in(w, "staging/.error", "cannot be read");
	world_expect(w, "dev/zone", "Z\n");
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "true\n"), -EBADMSG);
	/* Opened when it still could be read. */
	assert_int_equal(tree_write(open.handle, &op, 0, "true\n", 5, false), -EBADMSG);
	tree_release(open.handle, &op);
	world_expect_in(w, "staging/.error", " PATCH " EGRESS);
	world_expect_in(
		w, "staging/.error", "what the API says of this VPC cannot be read");
	assert_int_equal(world_count(w, "PATCH"), 0);
}

static void what_is_gone_by_id_is_gone_and_may_come_back(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16), names = BUF_INIT(1 << 16);

	list_root(w);
	world_fault(w, "GET:status=404,code=5\n");
	world_refresh(w);
	assert_int_equal(world_read(w, "staging/name", &b), -ENOENT);
	/* A list that still holds it does not bring it back while a GET says no. */
	assert_int_equal(world_list(w, "", &names), 0);
	assert_null(strstr(buf_str(&names), "staging\n"));
	world_fault(w, "");
	world_refresh(w);
	world_expect(w, "staging/name", "staging\n");
}

static void what_a_list_no_longer_holds_is_gone(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);

	world_expect(w, "staging/name", "staging\n");
	world_fault(w, "LIST:body={\"items\":[]}\n");
	world_refresh(w);
	assert_int_equal(world_list(w, "", &b), 0);
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(world_read(w, "staging/name", &b), -ENOENT);
	world_fault(w, "");
	world_fault(w, "LIST:body={}\n");
	world_refresh(w);
	assert_int_equal(world_list(w, "", &b), 0);
	assert_string_equal(buf_str(&b), "");
}

/* Names that two VPCs share, and a name that somebody else made to equal the file name of one of
 * them. */
static void vpcs_that_share_a_name_have_an_entry_each(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
	struct stat st;

	world_fault(w, "LIST:body={\"items\":[{\"id\":\"i1\",\"name\":\"twin\"},"
		       "{\"id\":\"i2\",\"name\":\"twin\"},"
		       "{\"id\":\"i3\",\"name\":\"twin~i1\"},"
		       "{\"id\":\"i4\",\"name\":\"a/b\"},"
		       "{\"id\":\"i5\",\"name\":\".hidden\"}]}\n");
	assert_int_equal(world_list(w, "", &b), 0);
	assert_string_equal(
		buf_str(&b), "%2Ehidden\na%2Fb\ntwin~i1\ntwin~i1~i3\ntwin~i2\n");
	world_expect(w, "twin~i1/id", "i1\n");
	world_expect(w, "twin~i2/id", "i2\n");
	world_expect(w, "twin~i1~i3/id", "i3\n");
	assert_int_equal(world_stat(w, "twin", &st), -ENOENT);
}

static void the_root_is_as_new_as_what_is_in_it(void **state)
{
	struct world *w = *state;
	struct stat before, root, vpc;

	list_root(w);
	assert_int_equal(world_stat(w, "", &before), 0);
	assert_int_equal(world_write(w, EGRESS, O_TRUNC, "true\n"), 0);
	assert_int_equal(world_stat(w, "staging/name", &vpc), 0);
	assert_int_equal(world_stat(w, "", &root), 0);
	assert_int_equal(root.st_mtim.tv_sec, vpc.st_mtim.tv_sec);
	assert_int_equal(root.st_mtim.tv_nsec, vpc.st_mtim.tv_nsec);
	assert_true(root.st_mtim.tv_sec > before.st_mtim.tv_sec ||
		    (root.st_mtim.tv_sec == before.st_mtim.tv_sec &&
			    root.st_mtim.tv_nsec > before.st_mtim.tv_nsec));
}

static void expect_gone(struct world *w, uint64_t id)
{
	struct op op = world_op(w);
	struct tree_entry entry;

	assert_int_equal(tree_getattr(w->tree, &op, id, NULL, &entry), -ENOENT);
}

/* The kernel must look the name up again, because the VPC that comes back has another node. */
static void expect_stale(struct world *w, uint64_t id)
{
	struct op op = world_op(w);
	struct tree_entry entry;

	assert_int_equal(tree_getattr(w->tree, &op, id, NULL, &entry), -ESTALE);
	assert_int_equal(tree_lookup(w->tree, &op, id, "zone", &entry), -ESTALE);
}

/* A process has its working directory there: what the kernel still has an id of is gone as well. */
static void all_that_was_in_a_vpc_is_gone_with_it(void **state)
{
	struct world *w = *state;
	CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
	uint64_t dir = world_id(w, "staging/dhcp"), file = world_id(w, EGRESS),
		 vpc = world_id(w, "staging");

	world_fault(w, "LIST:body={\"items\":[]}\n");
	world_refresh(w);
	assert_int_equal(world_list(w, "", &b), 0);
	expect_gone(w, dir);
	expect_gone(w, file);
	expect_stale(w, vpc);
	world_fault(w, "");
	world_refresh(w);
	assert_int_not_equal(world_id(w, "staging"), vpc);
}

static struct timespec mtime_of(struct world *w, const char *path)
{
	struct stat st;

	assert_int_equal(world_stat(w, path, &st), 0);
	return st.st_mtim;
}

static int compare_times(struct timespec a, struct timespec b)
{
	if (a.tv_sec != b.tv_sec)
		return a.tv_sec < b.tv_sec ? -1 : 1;
	return a.tv_nsec < b.tv_nsec ? -1 : a.tv_nsec > b.tv_nsec;
}

#define TIMELESS(zone, type)                                                               \
	"LIST:body={\"items\":[{\"id\":\"i1\",\"name\":\"blue\",\"zone\":\"" zone          \
	"\",\"hostPrefixes\":[{\"name\":\"h\",\"type\":\"" type "\"}]}]}\n"

/* Without updatedAt the mtime of a file is when its content was seen to change, and only of that
 * file. */
static void a_change_without_a_time_is_dated_when_it_is_seen(void **state)
{
	struct world *w = *state;
	struct timespec zone, name, type, vpc;

	world_fault(w, TIMELESS("A", "PRIMARY"));
	world_refresh(w);
	list_root(w);
	zone = mtime_of(w, "blue/zone");
	name = mtime_of(w, "blue/name");
	type = mtime_of(w, "blue/hostPrefixes/h/type");
	vpc = mtime_of(w, "blue");
	world_fault(w, "");
	world_fault(w, TIMELESS("B", "PRIMARY"));
	world_refresh(w);
	list_root(w);
	assert_true(compare_times(mtime_of(w, "blue/zone"), zone) > 0);
	assert_true(compare_times(mtime_of(w, "blue"), vpc) > 0);
	assert_int_equal(compare_times(mtime_of(w, "blue/name"), name), 0);
	assert_int_equal(compare_times(mtime_of(w, "blue/hostPrefixes/h/type"), type), 0);
	world_fault(w, "");
	world_fault(w, TIMELESS("B", "ROUTED"));
	zone = mtime_of(w, "blue/zone");
	world_refresh(w);
	list_root(w);
	assert_true(compare_times(mtime_of(w, "blue/hostPrefixes/h/type"), type) > 0);
	assert_int_equal(compare_times(mtime_of(w, "blue/zone"), zone), 0);
}

static uint64_t root_until(struct world *w)
{
	struct op op = world_op(w);
	struct tree_entry entry;

	assert_int_equal(tree_getattr(w->tree, &op, TREE_ROOT_ID, NULL, &entry), 0);
	return entry.expires_us;
}

/* The kernel asks for the root on the way to every file. It may keep the root's attributes as long
 * as any answer is used, unless it is told to drop them. */
static void the_root_is_kept_until_something_changes(void **state)
{
	CLEANUP_BUF struct buf name = BUF_INIT(128);
	struct world w = {0};

	world_start(
		&w, &(struct world_options){.emulator = {.samples = true}, .ttl_ms = 1000});
	list_root(&w);
	usleep(1100000); /* the list is too old, and one VPC is asked for by its id */
	assert_true(root_until(&w) < clock_mono_us());
	world_forget_requests(&w);
	world_expect(&w, EGRESS, "false\n");
	assert_int_equal(world_count(&w, "GET " VPCS " "), 0);
	assert_true(root_until(&w) > clock_mono_us());
	world_forget_told(&w);
	list_root(&w);
	assert_false(world_is_told(&w, TREE_ROOT_ID));
	world_other_patch(&w, "staging", EGRESS_BODY("true"));
	world_refresh(&w);
	world_forget_told(&w);
	list_root(&w);
	assert_true(world_is_told(&w, TREE_ROOT_ID));
	world_fault(&w, "GET:status=404,code=5\n");
	world_refresh(&w);
	assert_int_equal(world_read(&w, "staging/name", &name), -ENOENT);
	world_fault(&w, "");
	world_refresh(&w);
	world_forget_told(&w);
	list_root(&w); /* it is as it was before it went */
	assert_true(world_is_told(&w, TREE_ROOT_ID));
	world_stop(&w);
}

struct ids {
	uint64_t ids[32];
	size_t count;
};

static bool take_id(
	void *arg, const char *name, const struct tree_entry *entry, uint64_t next)
{
	struct ids *ids = arg;

	ids->ids[ids->count++] = entry->id;
	return ids->count < 32;
}

/* readdirplus from the same place again gives the same nodes, each of them counted once more. */
static void a_listing_read_again_has_the_same_nodes(void **state)
{
	struct world *w = *state;
	struct op op = world_op(w);
	struct ids first = {.count = 0}, again = {.count = 0};
	struct dir_list *list;
	struct tree_stats before, after;
	bool is_among = false;
	uint64_t id;

	list_root(w);
	tree_stats(w->tree, &before);
	assert_int_equal(tree_opendir(w->tree, &op, TREE_ROOT_ID, &list), 0);
	assert_int_equal(tree_readdir_begin(list, &op, 0), 0);
	assert_int_equal(tree_readdir(list, 0, true, take_id, &first), 0);
	assert_int_equal(tree_readdir(list, 0, true, take_id, &again), 0);
	assert_int_equal(first.count, 2 + 5);
	assert_memory_equal(&first, &again, sizeof(first));
	tree_closedir(list);
	id = world_id(w, "batch-isolated");
	tree_forget(w->tree, id, 1);
	for (size_t i = 2; i < first.count; i++) {
		assert_int_not_equal(first.ids[i], 0);
		is_among |= first.ids[i] == id;
		tree_forget(w->tree, first.ids[i], 2);
	}
	assert_true(is_among);
	tree_stats(w->tree, &after);
	assert_int_equal(after.nodes, before.nodes);
}

struct listed {
	uint64_t ids[32];
	struct stat attrs[32];
	size_t count;
};

static bool take_attr(
	void *arg, const char *name, const struct tree_entry *entry, uint64_t next)
{
	struct listed *l = arg;

	if (entry->id && l->count < 32) {
		l->ids[l->count] = entry->id;
		l->attrs[l->count++] = entry->attr;
	}
	return true;
}

/* readdirplus returns what a look-up would return, so that no look-up is needed. */
static void a_listing_says_what_a_look_up_says(void **state)
{
	static const char *const dirs[] = {
		"", "staging", "staging/vpcPrefixes/pod cidr", "staging/dhcp"};
	struct world *w = *state;
	struct op op = world_op(w);
	size_t checked = 0;

	assert_int_equal(world_write(w, "staging/note", O_CREAT, "mine\n"), 0);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		struct listed l = {.count = 0};
		struct tree_entry e;
		struct dir_list *list;

		assert_int_equal(
			tree_opendir(w->tree, &op, world_id(w, dirs[i]), &list), 0);
		assert_int_equal(tree_readdir_begin(list, &op, 0), 0);
		assert_int_equal(tree_readdir(list, 0, true, take_attr, &l), 0);
		tree_closedir(list);
		for (size_t j = 0; j < l.count; j++, checked++) {
			assert_int_equal(tree_getattr(w->tree, &op, l.ids[j], NULL, &e), 0);
			assert_int_equal(e.attr.st_mode, l.attrs[j].st_mode);
			assert_int_equal(e.attr.st_size, l.attrs[j].st_size);
			assert_int_equal(e.attr.st_ino, l.attrs[j].st_ino);
			assert_int_equal(e.attr.st_nlink, l.attrs[j].st_nlink);
			assert_int_equal(
				compare_times(e.attr.st_mtim, l.attrs[j].st_mtim), 0);
		}
	}
	assert_in_range(checked, 5 + 8 + 2 + 1, 64);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(a_list_without_times_takes_no_write_back),
		CASE(a_list_newer_than_a_write_is_enough),
		CASE(a_vpc_that_cannot_be_read_keeps_its_directory),
		CASE(what_is_gone_by_id_is_gone_and_may_come_back),
		CASE(what_a_list_no_longer_holds_is_gone),
		CASE(vpcs_that_share_a_name_have_an_entry_each),
		CASE(the_root_is_as_new_as_what_is_in_it),
		CASE(all_that_was_in_a_vpc_is_gone_with_it),
		CASE(the_root_is_kept_until_something_changes),
		CASE(a_listing_read_again_has_the_same_nodes),
		CASE(a_listing_says_what_a_look_up_says),
		CASE(a_change_without_a_time_is_dated_when_it_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
