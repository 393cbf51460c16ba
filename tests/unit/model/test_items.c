/* SPDX-License-Identifier: MIT */
#include "rig.h"

static void test_remove(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	struct change *change = NULL;

	assert_int_equal(rig_remove_prefix(doc, "pod cidr", &change, NULL), 0);
	rig_body_take(change, "{'updateMask':'vpcPrefixes','vpcPrefixes':[{'name':'service "
			      "cidr','value':'10.16.0.0/22'}]}");
	assert_int_equal(rig_remove_prefix(doc, "nothing", &change, NULL), -ENOENT);
}

static void test_remove_the_last(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	struct change *change = NULL;

	assert_int_equal(rig_remove_prefix(doc, "pod cidr", &change, NULL), 0);
	rig_apply_take(&doc, change);
	assert_int_equal(rig_remove_prefix(doc, "service cidr", &change, NULL), 0);
	rig_body_take(change, "{'updateMask':'vpcPrefixes','vpcPrefixes':[]}");
}

static void test_rename(void **state)
{
	CLEANUP_DOC struct doc *doc = rig_doc(rig_full);
	struct change *change = NULL;
	struct err err = {""};

	assert_int_equal(rig_rename_prefix(doc, "pod cidr", "a%2Fb", &change, NULL), 0);
	rig_body_take(change, "{'updateMask':'vpcPrefixes','vpcPrefixes':[{'name':'a/"
			      "b','value':'10.0.0.0/13'},"
			      "{'name':'service cidr','value':'10.16.0.0/22'}]}");
	assert_int_equal(rig_rename_prefix(doc, "pod cidr", "pod cidr", &change, NULL), 0);
	rig_body_take(change, NULL);
	assert_int_equal(
		rig_rename_prefix(doc, "pod cidr", "service cidr", &change, &err), -EEXIST);
	assert_string_equal(err.text, "vpcPrefixes/service cidr: already exists");
	assert_int_equal(rig_rename_prefix(doc, "x", "y", &change, NULL), -ENOENT);
	assert_int_equal(rig_rename_prefix(doc, "pod cidr", ".y", &change, NULL), -EINVAL);
	assert_int_equal(rig_rename_prefix(doc, "pod cidr", "%FF", &change, NULL), -EINVAL);
	assert_int_equal(rig_rename_prefix(doc, "pod cidr", "%", &change, NULL), -EINVAL);
}

#define ENTRY(name, value) "{'name':'" name "','value':'" value "'}"
#define A		   ENTRY("x", "10.0.0.0/16")
#define B		   ENTRY("x", "10.1.0.0/16")
#define C		   ENTRY("x", "10.2.0.0/16")
#define A_		   "x~2301552673"
#define B_		   "x~3951765850"
#define C_		   "x~2323394415"

static struct doc *list(const char *entries)
{
	CLEANUP_BUF struct buf json = BUF_INIT(RIG_TEXT_MAX);

	buf_addf(&json, "{'id':'1','name':'p','zone':'z','vpcPrefixes':[%s]}", entries);
	return rig_doc(buf_str(&json));
}

static void check_names(const char *entries, const char *names)
{
	CLEANUP_DOC struct doc *doc = list(entries);

	rig_lists(doc, "vpcPrefixes", names);
}

static void check_removed(const char *entries, const char *file, const char *rest)
{
	CLEANUP_DOC struct doc *doc = list(entries);
	CLEANUP_BUF struct buf body = BUF_INIT(RIG_TEXT_MAX);
	struct change *change = NULL;
	struct err err = {""};

	if (!rest) {
		assert_int_equal(rig_remove_prefix(doc, file, &change, &err), -ENOENT);
		assert_non_null(strstr(err.text, "no such entry"));
		return;
	}
	buf_addf(&body, "{'updateMask':'vpcPrefixes','vpcPrefixes':[%s]}", rest);
	assert_int_equal(rig_remove_prefix(doc, file, &change, &err), 0);
	rig_body_take(change, buf_str(&body));
}

/* An entry's file name comes from the entry itself, whatever its position and whatever entries
 * stand beside it. */
static void test_shared_names(void **state)
{
	check_names(A "," B "," C, A_ "/ " B_ "/ " C_ "/ ");
	check_names(C "," A "," B, C_ "/ " A_ "/ " B_ "/ ");
	check_names(ENTRY("w", "1.0.0.0/8") "," B "," ENTRY("y", "1.0.0.0/8") "," C,
		"w/ " B_ "/ y/ " C_ "/ ");
	check_names(B, "x/ ");
	/* the same prefix in another spelling, and with what only the API sets */
	check_names(A ",{'name':'x','value':'10.1.2.3/16','status':2,'new':1}",
		A_ "/ " B_ "/ ");
}

static void test_equal_entries(void **state)
{
	check_names(A "," A "," A, A_ "/ x~2301552674/ x~2301552675/ ");
	check_names(B "," A "," A, B_ "/ " A_ "/ x~2301552674/ ");
	check_names(A "," A "," B, A_ "/ x~2301552674/ " B_ "/ ");
	check_removed(A "," A "," B, "x~2301552674", A "," B);
	check_removed(A "," B, "x~2301552674", NULL);
}

static void test_remove_one_of_several(void **state)
{
	check_removed(A "," B "," C, B_, A "," C);
	check_removed(C "," B "," A, B_, C "," A);
	check_removed(ENTRY("new", "9.0.0.0/8") "," A "," B "," C, A_,
		ENTRY("new", "9.0.0.0/8") "," B "," C);
	check_removed(A "," C, B_, NULL);
	check_removed(A "," C, "x", NULL);
	check_removed(A "," C, "x~1", NULL);
	/* no other entry has the name any more: the entry meant by the numbered name is found, or
	 * does not exist */
	check_removed(B, B_, "");
	check_removed(A, B_, NULL);
	check_removed(A, "x", "");
}

static void test_write_one_of_several(void **state)
{
	CLEANUP_DOC struct doc *doc = list(A "," B "," C);
	struct change *change = NULL;
	struct err err = {""};

	rig_body_take(rig_text(doc, "vpcPrefixes/" B_ "/value", "10.9.0.0/16"),
		"{'updateMask':'vpcPrefixes','vpcPrefixes':[" A
		"," ENTRY("x", "10.9.0.0/16") "," C "]}");
	rig_text_fails(doc, "vpcPrefixes/x/value", "10.9.0.0/16", 11, ENOENT,
		"several entries share this name");
	rig_text_fails(
		doc, "vpcPrefixes/x~7/value", "10.9.0.0/16", 11, ENOENT, "no such entry");
	rig_text_fails(
		doc, "vpcPrefixes/y~7/value", "10.9.0.0/16", 11, ENOENT, "no such entry");
	assert_int_equal(rig_rename_prefix(doc, B_, "y", &change, NULL), 0);
	rig_body_take(change, "{'updateMask':'vpcPrefixes','vpcPrefixes':[" A
			      "," ENTRY("y", "10.1.0.0/16") "," C "]}");
	assert_int_equal(rig_rename_prefix(doc, B_, "x", &change, &err), -EEXIST);
	assert_int_equal(rig_rename_prefix(doc, "x", "y", &change, &err), -ENOENT);
	assert_int_equal(rig_rename_prefix(doc, B_, "y~7", &change, &err), -EINVAL);
}

/* What only the API sets stays with its entry. */
static void test_apply_to_one_of_several(void **state)
{
	CLEANUP_DOC struct doc *doc = list("{'name':'x','value':'10.0.0.0/16','new':'a'},"
					   "{'name':'x','value':'10.1.0.0/16','new':'b'},"
					   "{'name':'x','value':'10.2.0.0/16','new':'c'}");
	struct change *change = NULL;

	assert_int_equal(rig_remove_prefix(doc, A_, &change, NULL), 0);
	rig_apply_take(&doc, change);
	rig_shows(doc, "vpcPrefixes/" B_ "/new", "b\n");
	rig_shows(doc, "vpcPrefixes/" C_ "/new", "c\n");
	assert_int_equal(rig_remove_prefix(doc, C_, &change, NULL), 0);
	rig_apply_take(&doc, change);
	rig_shows(doc, "vpcPrefixes/x/new", "b\n");
}

#define REPLAYS	   3000
#define REPLAY_MAX 8

/* Adds a random entry: one of two names, one of three values. */
static void add_entry(struct buf *json, int kind)
{
	buf_addf(json, "%s{'name':'%c','value':'10.%d.0.0/16'}", json->len ? "," : "",
		'x' + kind % 2, kind / 2);
}

static struct doc *list_of(const int *kinds, int count)
{
	CLEANUP_BUF struct buf json = BUF_INIT(RIG_TEXT_MAX);

	for (int i = 0; i < count; i++)
		add_entry(&json, kinds[i]);
	return list(buf_str(&json));
}

struct pick {
	int left;
	char file[NAME_FILE_MAX];
};

static int pick_name(void *arg, const char *name, const struct doc_field *field)
{
	struct pick *pick = arg;

	strcpy(pick->file, name);
	return pick->left-- == 0;
}

static int count_kind(const int *kinds, int count, int kind)
{
	int n = 0;

	for (int i = 0; i < count; i++)
		n += kinds[i] == kind;
	return n;
}

/* Checks that the change removes one entry of this kind and nothing else, in whatever order. */
static void check_only_removed(const struct change *change, const struct doc *now,
	const int *kinds, int count, int kind)
{
	CLEANUP_DOC struct doc *next = NULL, *expected = NULL;
	int rest[REPLAY_MAX], n = 0;
	bool is_out = false;

	assert_int_equal(change_apply(change, now, &next, NULL), 0);
	for (int i = 0; i < count; i++) {
		if (kinds[i] == kind && !is_out)
			is_out = true;
		else
			rest[n++] = kinds[i];
	}
	assert_true(is_out);
	expected = list_of(rest, n);
	assert_true(change_is_shown(change, expected, NULL, NULL));
}

/* An entry is shown, somebody changes the list, and then the shown entry is removed: either it is
 * removed or nothing is. A name that only one entry had means the entry with this name. */
static void replay(unsigned *seed)
{
	int shown[REPLAY_MAX], now[REPLAY_MAX], count = 1 + rand_r(seed) % REPLAY_MAX,
						n = 0;
	struct change *change = NULL;
	struct pick pick;
	int index, kind, r;

	for (int i = 0; i < count; i++)
		shown[i] = rand_r(seed) % 6;
	for (int i = 0; i < count; i++) {
		if (rand_r(seed) % 4)
			now[n++] = shown[i];
	}
	while (n < REPLAY_MAX && rand_r(seed) % 3)
		now[n++] = rand_r(seed) % 6;
	for (int i = n - 1; i > 0; i--) {
		int other = rand_r(seed) % (i + 1), kept = now[i];

		now[i] = now[other];
		now[other] = kept;
	}
	CLEANUP_DOC struct doc *before = list_of(shown, count), *after = list_of(now, n);

	index = rand_r(seed) % count;
	kind = shown[index];
	pick.left = index;
	assert_int_equal(doc_list(before, "vpcPrefixes", pick_name, &pick), 1);
	r = rig_remove_prefix(after, pick.file, &change, NULL);
	if (!strchr(pick.file, '~') && r == 0) {
		for (int i = 0; i < n; i++)
			kind = now[i] % 2 == shown[index] % 2 ? now[i] : kind;
	}
	if (r == 0)
		check_only_removed(change, after, now, n, kind);
	else
		assert_int_equal(r, -ENOENT);
	/* the shown entry is found if it was and is the only one of its kind */
	if (count_kind(shown, count, kind) == 1 && count_kind(now, n, kind) == 1 &&
		strchr(pick.file, '~'))
		assert_int_equal(r, 0);
	change_free(change);
}

static void test_only_what_was_shown_is_removed(void **state)
{
	unsigned seed = 1;

	for (int i = 0; i < REPLAYS; i++)
		replay(&seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_remove_the_last),
		cmocka_unit_test(test_rename),
		cmocka_unit_test(test_shared_names),
		cmocka_unit_test(test_equal_entries),
		cmocka_unit_test(test_remove_one_of_several),
		cmocka_unit_test(test_write_one_of_several),
		cmocka_unit_test(test_apply_to_one_of_several),
		cmocka_unit_test(test_only_what_was_shown_is_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
