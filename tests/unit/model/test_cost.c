/* SPDX-License-Identifier: MIT */
/* Nothing is quadratic in the entries of a VPC: ten times the entries take about ten times as long,
 * far from a hundred times. */
#include "rig.h"

#include <stdio.h>
#include <time.h>

#define FEW	  200
#define MANY	  2000
#define ROUNDS	  3
#define RATIO_MAX 40 /* linear is 10, quadratic 100 */
#define FLOOR_US  500

static long cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

enum kind { UNIQUE, SHARED, TWINS, UNKNOWN };

static struct doc *doc_of(enum kind kind, int count)
{
	CLEANUP_BUF struct buf json = BUF_INIT(RIG_TEXT_MAX);

	buf_adds(&json, kind == UNKNOWN
				? "{'id':'1','name':'n','zone':'z','vpcPrefixes':[],'u':{"
				: "{'id':'1','name':'n','zone':'z','vpcPrefixes':[");
	for (int i = 0; i < count; i++) {
		int name = kind == UNIQUE ? i : 0, value = kind == TWINS ? 0 : i;

		if (kind == UNKNOWN)
			buf_addf(&json, "%s'k%d':{'value':%d}", i ? "," : "", i, i);
		else
			buf_addf(&json, "%s{'name':'n%d','value':'10.%d.%d.0/24'}",
				i ? "," : "", name, value / 256, value % 256);
	}
	buf_adds(&json, kind == UNKNOWN ? "}}" : "]}");
	return rig_doc(buf_str(&json));
}

struct reading {
	const struct doc *doc;
	const char *dir;
	int count;
};

static int read_entry(void *arg, const char *name, const struct doc_field *field)
{
	struct reading *reading = arg;
	CLEANUP_BUF struct buf text = BUF_INIT(1000);
	char path[DOC_PATH_MAX];
	struct doc_field found;
	struct timespec t;

	snprintf(path, sizeof(path), "%s/%s/value", reading->dir, name);
	assert_int_equal(doc_find(reading->doc, path, &found), 0);
	assert_int_equal(doc_show(reading->doc, path, &text), 0);
	doc_mtime(reading->doc, path, &t);
	reading->count++;
	return 0;
}

static void read_all(const struct doc *doc, enum kind kind, int count)
{
	struct reading reading = {.doc = doc, .dir = kind == UNKNOWN ? "u" : "vpcPrefixes"};

	assert_int_equal(doc_list(doc, reading.dir, read_entry, &reading), 0);
	assert_int_equal(reading.count, count);
}

static void save(const struct doc *doc, enum kind kind, int count)
{
	CLEANUP_FREE char *spec = rig_show(doc, "spec.json");
	CLEANUP_DOC struct doc *other = doc_of(kind, count + 1);

	rig_body_take(rig_spec(NULL, doc, spec), NULL);
	change_free(rig_spec(doc, other,
		"{'name':'n','zone':'z','vpcPrefixes':[{'name':'x','value':'11.0.0.0/"
		"8'}]}"));
}

/* The shortest time of several rounds, so that other load on the machine matters little. */
static long time_of(
	void (*work)(const struct doc *, enum kind, int), enum kind kind, int count)
{
	long best = -1;

	for (int i = 0; i < ROUNDS; i++) {
		CLEANUP_DOC struct doc *doc = doc_of(kind, count);
		long start = cpu_us(), took;

		work(doc, kind, count);
		took = cpu_us() - start;
		best = best < 0 || took < best ? took : best;
	}
	return best < FLOOR_US ? FLOOR_US : best;
}

static void check(void (*work)(const struct doc *, enum kind, int), enum kind kind)
{
	long few = time_of(work, kind, FEW), many = time_of(work, kind, MANY);

	if (many > few * RATIO_MAX)
		fail_msg("%d: %ld us for %d entries, %ld us for %d", kind, few, FEW, many,
			MANY);
}

static void test_reading(void **state)
{
	check(read_all, UNIQUE);
	check(read_all, SHARED);
	check(read_all, TWINS);
	check(read_all, UNKNOWN);
}

static void test_saving(void **state)
{
	check(save, UNIQUE);
	check(save, SHARED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_saving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
