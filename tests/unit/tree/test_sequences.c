/* SPDX-License-Identifier: MIT */
/* Replays what programs do when they save, against the toy view: how often store is called, with
 * which text, and which call returns its errors.
 *
 * Steps, separated by blanks; "\n" in a text is "$":
 *   OT O OA     open for writing with O_TRUNC, plain, with O_APPEND;
 *   OAR OAT     with O_APPEND and for reading, with O_APPEND and O_TRUNC
 *   w:TEXT      write at the handle's position       p:OFF:TEXT  write there
 *   a:TEXT      write with O_APPEND
 *   cut:N       ftruncate                            T0  truncate by path
 *   F f u Y R   flush by the opener, by another process, by an unknown one; fsync, release
 * "!N" after a step: it must fail with that errno. */
#include "bench.h"

struct sequence {
	const char *name, *field, *steps, *log;
	int fail; /* errno of every store */
};

#define SPEC	"{$\"a\":3$}$"
#define SPEC_IN "{\\n\"a\":3\\n}\\n"

static const struct sequence sequences[] = {
	/* Shells */
	{"echo x > f", "value", "OT F w:x$ F R", "write a/value x\\n\n"},
	{"printf x > f", "value", "OT F w:x F R", "flush a/value x\n"},
	{": > f", "value", "OT F F R", ""},
	{"jq . f > f", "spec", "OT F F R", ""},
	{"echo x >> f", "list", "OA F w:3$ F R", "write+ a/list 3\\n\n"},
	{"printf x >> f", "list", "OA F w:3 F R", "flush+ a/list 3\n"},
	{"{ echo a; printf b; } >> f", "list", "OA F w:3$ w:4 F R",
		"write+ a/list 3\\n\nflush+ a/list 4\n"},
	{"{ printf 3; echo 4; } >> f", "list", "OA F w:3 w:4$ F R",
		"write+ a/list 34\\n\n"},
	{"the same line twice", "list", "OA w:3$ w:3$ F R",
		"write+ a/list 3\\n\nwrite+ a/list 3\\n\n"},
	{"O_APPEND that may read", "list", "OAR w:3$ w:4$ F R",
		"write+ a/list 3\\n\nwrite+ a/list 4\\n\n"},
	{"O_APPEND and emptied", "list", "OA cut:0 w:3$ F R", "write a/list 3\\n\n"},
	{"O_APPEND and O_TRUNC", "list", "OAT a:3$ F R", "write a/list 3\\n\n"},
	{"O_APPEND and cut elsewhere", "list", "OA cut:1!22 F!22 R", ""},
	{"O_APPEND set later", "list", "OT w:1$ a:2$ F R",
		"write a/list 1\\n\nwrite a/list 1\\n2\\n\n"},
	{"{ echo a; echo b; } > f", "list", "OT F w:a$ w:b$ F R",
		"write a/list a\\n\nwrite a/list a\\nb\\n\n"},
	{"spec line by line, as bash does", "spec", "OT F w:{$ w:\"a\":3$ w:}$ F R",
		"write a/spec " SPEC_IN "\n"},
	{"spec by children that flush half of it", "spec",
		"OT F w:{$ f w:\"a\":3$ f w:}$ f F R", "write a/spec " SPEC_IN "\n"},
	{"value without newline, child flushes", "value", "OT w:x f w:y F R",
		"flush a/value xy\n"},
	{"value without newline, flushed by nobody that can be seen", "value", "OT w:x u R",
		"release a/value x\n"},
	{"value without newline, only the child flushed", "value", "OT w:x f R",
		"release a/value x\n"},
	{"half a spec flushed by its opener", "spec", "OT w:{$ F w:\"a\":3}$ F R",
		"flush a/spec {\\n\nwrite a/spec {\\n\"a\":3}\\n\n"},
	/* Editors */
	{"vim: C T0 W Y F", "spec", "O cut:0 w:" SPEC " Y F R",
		"write a/spec " SPEC_IN "\n"},
	{"vim: a scalar", "value", "O cut:0 w:x$ Y F R", "write a/value x\\n\n"},
	{"nano: OT W Y F", "spec", "OT w:" SPEC " Y F R", "write a/spec " SPEC_IN "\n"},
	{"vim, no newline at end of file", "value", "O cut:0 w:x Y F R",
		"fsync a/value x\n"},
	{"busybox vi: O W Tn F, shorter", "spec", "O w:" SPEC " cut:10 F R",
		"flush a/spec " SPEC_IN "\n"},
	{"micro opens for nothing", "spec", "O F R", ""},
	{"touch", "value", "O F R F R", ""},
	{"tilde: many writes, then the length", "value", "O w:ab w:cd$ cut:5 Y F R",
		"write a/value abcd\\n\n"},
	/* rsync --inplace, python r+: the old bytes are cut after the new ones are written. */
	{"inplace, longer", "list", "O w:1$2$3$ cut:6 F R", "write a/list 1\\n2\\n3\\n\n"},
	{"inplace, shorter", "list", "O w:1$ cut:2 F R", "flush a/list 1\\n\n"},
	{"inplace, shorter, child flushes after the cut", "list", "O w:1$ f cut:2 f F R",
		"flush a/list 1\\n\n"},
	{"a part overwritten", "list", "O w:7$ F R", "flush a/list 7\\n2\\n\n"},
	{"dd conv=notrunc in pieces", "list", "O F w:8$ w:9$ F R",
		"write a/list 8\\n9\\n\n"},
	{"written backwards", "list", "O p:2:9$ p:0:8$ F R", "write a/list 8\\n9\\n\n"},
	{"inplace, the opener flushes too early", "list", "O w:1$ F cut:2 F R",
		"flush a/list 1\\n2\\n\nflush a/list 1\\n\n"},
	/* Truncation alone */
	{"truncate -s0", "value", "O cut:0 F R", ""},
	{"truncate by path", "value", "T0 O F R", ""},
	{"written, then emptied", "value", "OT w:x cut:0 F R", ""},
	{"written and decided, then emptied", "value", "OT w:x$ cut:0 F R",
		"write a/value x\\n\n"},
	{"emptied and synced", "list", "OT F Y Y F R", "fsync a/list \n"},
	{"emptied later and synced", "list", "O cut:0 F Y F R", "fsync a/list \n"},
	{"emptied twice", "list", "OT Y cut:0 Y R", "fsync a/list \nfsync a/list \n"},
	{"emptied, synced, refused", "list", "OT Y!13 F!13 Y!13 R", "fsync a/list \n", 13},
	{"emptied, and longer again", "list", "OT cut:3 Y F R", ""},
	{"nobody wrote, synced", "value", "O Y F R", ""},
	{"written, then cut", "value", "OT w:xyz cut:1 F R", "flush a/value x\n"},
	/* The same again */
	{"two flushes and a sync", "value", "OT w:x F Y F F R", "flush a/value x\n"},
	{"the same text once more", "value", "OT w:x$ cut:0 p:0:x$ F R",
		"write a/value x\\n\nwrite a/value x\\n\n"},
	{"the same text over itself", "value", "OT w:x$ p:0:x$ F R",
		"write a/value x\\n\nwrite a/value x\\n\n"},
	{"another text on the same handle", "value", "OT w:x$ cut:0 p:0:y$ F R",
		"write a/value x\\n\nwrite a/value y\\n\n"},
	/* Failures */
	{"echo hears of it", "value", "OT F w:x$!122 F!122 F!122 R", "write a/value x\\n\n",
		122},
	{"micro hears of it at close", "spec", "OT w:" SPEC "!22 F!22 R",
		"write a/spec " SPEC_IN "\n", 22},
	{"fsync never says EINVAL", "value", "OT w:x Y!5 F!22 R", "fsync a/value x\n", 22},
	{"EINVAL of a text", "value", "OT w:bad$!22 F!22 Y!5 R", "write a/value bad\\n\n"},
	{"a failed flush is not repeated", "value", "OT w:x F!13 F!13 Y!13 R",
		"flush a/value x\n", 13},
	{"after a failure something else", "value", "OT w:bad$!22 F!22 p:0:good$ F R",
		"write a/value bad\\n\nwrite a/value good\\n\n"},
	{"the write is taken back, the lines before stay", "list",
		"OT w:1$ w:bad$!22 w:2$ F R",
		"write a/list 1\\n\nwrite a/list 1\\nbad\\n\nwrite a/list 1\\n2\\n\n"},
	{"a refused line is not in the next", "list", "OA w:bad$!22 w:3$ F R",
		"write+ a/list bad\\n\nwrite+ a/list 3\\n\n"},
	{"taken back in foreign bytes", "list", "O w:bad$!22 F!22 cut:4 F R",
		"write a/list bad\\n\n"},
	{"nothing is sent at the end after a failure", "value", "OT w:x F!13 R",
		"flush a/value x\n", 13},
	{"cut anew after a failure", "value", "OT w:xy F!13 cut:1 F!13 R",
		"flush a/value xy\nflush a/value x\n", 13},
	{"the flush of a child hears of it", "value", "OT w:bad$!22 f!22 F!22 R",
		"write a/value bad\\n\n"},
	{"gone is stale on a handle", "value", "OT w:x$!116 F!116 Y!116 R",
		"write a/value x\\n\n", 2},
	/* Read-only */
	{"the same bytes are fine", "ro", "OT w:fixed$ w:text$ F Y R", ""},
	{"other bytes are not, at once", "ro", "OT w:fixes$!1 F!1 R", ""},
	{"more bytes are not", "ro", "OA w:x$!1 F!1 R", ""},
	{"nor are those of another place", "ro", "O p:1:fixed$!1 F!1 R", ""},
	{"fewer are", "ro", "OT w:fixed$ f F R", ""},
	{"cut", "ro", "O cut:0 F Y R", ""},
	{"emptied, and nothing written", "ro", "OT F R", ""},
};

struct player {
	struct bench *b;
	struct handle *h;
	uint64_t id, at;
	struct op other, unseen;
	const char *field;
};

static int play_write(struct player *p, const char *text, bool append)
{
	char bytes[256];
	size_t len = strlen(text);
	int r;

	for (size_t i = 0; i < len; i++)
		bytes[i] = text[i] == '$' ? '\n' : text[i];
	r = tree_write(p->h, &p->b->op, p->at, bytes, len, append);
	if (r == 0)
		p->at += len;
	return r;
}

static int play_cut(struct player *p, struct handle *h, off_t size)
{
	struct stat attr = {.st_size = size};
	struct tree_entry e;
	int r = tree_setattr(p->b->tree, &p->b->op, p->id, h, &attr, TREE_SET_SIZE, &e);

	/* A read-only file takes no notice. */
	if (r == 0 && h && strcmp(p->field, "ro") != 0)
		assert_int_equal(e.attr.st_size, size);
	return r;
}

static int play_open(struct player *p, int flags)
{
	struct tree_open open;
	int r = tree_open(p->b->tree, &p->b->op, p->id, flags, &open);

	p->h = r < 0 ? NULL : open.handle;
	p->at = 0;
	return r;
}

static int play_step(struct player *p, char *step)
{
	if (strcmp(step, "OT") == 0)
		return play_open(p, O_WRONLY | O_TRUNC);
	if (strcmp(step, "OA") == 0)
		return play_open(p, O_WRONLY | O_APPEND);
	if (strcmp(step, "OAR") == 0)
		return play_open(p, O_RDWR | O_APPEND);
	if (strcmp(step, "OAT") == 0)
		return play_open(p, O_WRONLY | O_APPEND | O_TRUNC);
	if (strcmp(step, "O") == 0)
		return play_open(p, O_WRONLY);
	if (strcmp(step, "T0") == 0)
		return play_cut(p, NULL, 0);
	if (strncmp(step, "w:", 2) == 0)
		return play_write(p, step + 2, false);
	if (strncmp(step, "a:", 2) == 0)
		return play_write(p, step + 2, true);
	if (strncmp(step, "p:", 2) == 0) {
		p->at = strtoull(step + 2, &step, 10);
		return play_write(p, step + 1, false);
	}
	if (strncmp(step, "cut:", 4) == 0)
		return play_cut(p, p->h, atoi(step + 4));
	if (strcmp(step, "F") == 0)
		return p->h ? tree_flush(p->h, &p->b->op) : 0;
	if (strcmp(step, "f") == 0)
		return tree_flush(p->h, &p->other);
	if (strcmp(step, "u") == 0)
		return tree_flush(p->h, &p->unseen);
	if (strcmp(step, "Y") == 0)
		return tree_fsync(p->h, &p->b->op);
	if (p->h)
		tree_release(p->h, &p->b->op);
	p->h = NULL;
	return 0;
}

static void play(struct bench *b, const struct sequence *s)
{
	struct player p = {.b = b, .other = b->op, .unseen = b->op};
	char path[64], steps[512], *at = steps, *step;

	snprintf(path, sizeof(path), "a/%s", s->field);
	snprintf(steps, sizeof(steps), "%s", s->steps);
	p.id = bench_walk(b, path);
	p.field = s->field;
	p.other.pid = 1;
	p.unseen.pid = 0;
	toy_fail(b->toy, s->fail);
	while ((step = strsep(&at, " "))) {
		char *bang = strrchr(step, '!');
		int want = bang ? -atoi(bang + 1) : 0, got;

		if (bang)
			*bang = '\0';
		got = play_step(&p, step);
		if (got != want)
			fail_msg("%s: step %s: %d, not %d", s->name, step, got, want);
	}
	assert_null(p.h);
}

static void test_sequences(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(sequences); i++) {
		struct bench *b = *state;
		char *log;

		play(b, &sequences[i]);
		log = toy_take_log(b->toy);
		if (strcmp(log, sequences[i].log) != 0)
			fail_msg("%s: stored\n%s, not\n%s", sequences[i].name, log,
				sequences[i].log);
		free(log);
		bench_teardown(state);
		bench_setup(state);
	}
}

/* Each handle has its own text; a reader gets the text of the moment at which it opened. */
static void test_snapshots(void **state)
{
	struct bench *b = *state;
	struct handle *reader = bench_open(b, "a/value", O_RDONLY);
	struct handle *one = bench_open(b, "a/value", O_RDWR | O_TRUNC);
	struct handle *two = bench_open(b, "a/value", O_RDWR);
	struct buf bytes = BUF_INIT(100);

	assert_int_equal(tree_write(one, &b->op, 0, "new\n", 4, false), 0);
	bench_expect(b, "a/value", "new\n");
	assert_int_equal(tree_read(reader, &b->op, 0, 100, &bytes), 0);
	assert_int_equal(tree_read(two, &b->op, 0, 100, &bytes), 0);
	assert_int_equal(tree_read(one, &b->op, 0, 100, &bytes), 0);
	assert_string_equal(buf_str(&bytes), "one\none\nnew\n");
	assert_int_equal(tree_flush(two, &b->op), 0);
	bench_expect(b, "a/value", "new\n");
	buf_release(&bytes);
	tree_release(reader, &b->op);
	tree_release(one, &b->op);
	tree_release(two, &b->op);
}

static void test_text_has_a_maximum(void **state)
{
	struct bench *b = *state;
	struct handle *h = bench_open(b, "a/value", O_WRONLY | O_TRUNC);

	assert_int_equal(tree_write(h, &b->op, TREE_TEXT_MAX, "x", 1, false), -EFBIG);
	assert_int_equal(tree_write(h, &b->op, UINT64_MAX, "x", 1, false), -EFBIG);
	assert_int_equal(tree_flush(h, &b->op), -EFBIG);
	assert_int_equal(tree_fsync(h, &b->op), -EFBIG);
	tree_release(h, &b->op);
	bench_expect_log(b, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_sequences, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(
			test_snapshots, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(
			test_text_has_a_maximum, bench_setup, bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
