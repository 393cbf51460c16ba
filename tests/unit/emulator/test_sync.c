/* SPDX-License-Identifier: MIT */
/* What is answered is on the disk: the test takes the place of the calls that put it there, and
 * compares what they were called for with what the files are. */
#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PLAIN "{\"name\":\"a\",\"zone\":\"Z\"}"

/* The observed calls of the emulator's threads. */
struct seen {
	struct stat file; /* last file that was synced, as it was then */
	bool has_file;
	bool is_failing;      /* a sync of a file fails */
	int renames;	      /* since the last reset */
	bool rename_unsynced; /* of a file that was not on the disk */
	int directory_syncs;  /* after the last rename */
	struct stat directory;
};

static struct seen seen; /* by the lock */
static pthread_mutex_t seen_lock = PTHREAD_MUTEX_INITIALIZER;

static struct seen now_seen(void)
{
	struct seen copy;

	pthread_mutex_lock(&seen_lock);
	copy = seen;
	pthread_mutex_unlock(&seen_lock);
	return copy;
}

static void forget(bool failing)
{
	pthread_mutex_lock(&seen_lock);
	seen = (struct seen){.is_failing = failing};
	pthread_mutex_unlock(&seen_lock);
}

static int note_sync(int fd, long call)
{
	struct stat st;
	bool fails;

	pthread_mutex_lock(&seen_lock);
	fails = fstat(fd, &st) < 0 || (seen.is_failing && S_ISREG(st.st_mode));
	if (!fails && S_ISDIR(st.st_mode)) {
		seen.directory = st;
		seen.directory_syncs++;
	} else if (!fails) {
		seen.file = st;
		seen.has_file = true;
	}
	pthread_mutex_unlock(&seen_lock);
	if (fails) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(call, fd);
}

/* These replace libc's functions for everything that is linked into this program. */
int fsync(int fd)
{
	return note_sync(fd, SYS_fsync);
}

int fdatasync(int fd)
{
	return note_sync(fd, SYS_fdatasync);
}

int rename(const char *from, const char *to)
{
	struct stat st;

	pthread_mutex_lock(&seen_lock);
	seen.renames++;
	seen.directory_syncs = 0;
	if (stat(from, &st) < 0 || !seen.has_file || st.st_ino != seen.file.st_ino ||
		st.st_size != seen.file.st_size)
		seen.rename_unsynced = true;
	pthread_mutex_unlock(&seen_lock);
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* All of the file, and under its name. */
static void assert_on_disk(const char *path)
{
	struct seen s = now_seen();
	struct stat file;

	assert_int_equal(stat(path, &file), 0);
	assert_true(s.has_file);
	assert_int_equal(s.file.st_ino, file.st_ino);
	assert_int_equal(s.file.st_size, file.st_size);
	assert_false(s.rename_unsynced);
	if (s.renames)
		assert_int_equal(s.directory_syncs, 1);
}

struct place {
	char dir[64], file[96];
};

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	snprintf(p->dir, sizeof(p->dir), "test-sync.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->file, sizeof(p->file), "%s/state", p->dir);
	forget(false);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;

	unlink(p->file);
	assert_int_equal(rmdir(p->dir), 0);
	free(p);
	return 0;
}

static void test_every_answer(void **state)
{
	const struct place *p = *state;
	char id[ID_SIZE], path[512];
	struct stat directory;
	struct rig rig;

	rig_start(&rig, &(struct emulator_options){.state_file = p->file, .samples = true});
	assert_true(now_seen().renames > 0);
	assert_on_disk(p->file);
	assert_int_equal(stat(p->dir, &directory), 0);
	assert_int_equal(now_seen().directory.st_ino, directory.st_ino);
	make(&rig, PLAIN, id);
	assert_on_disk(p->file);
	expect_patch(&rig, id, "{\"ingress\":{\"disablePublicServices\":true}}", 200);
	assert_on_disk(p->file);
	snprintf(path, sizeof(path), VPCS "/%s", id);
	expect(&rig, "DELETE", path, NULL, 200);
	assert_on_disk(p->file);
	rig_stop(&rig);
}

/* Also if a snapshot shortens the journal meanwhile. */
static void test_compaction(void **state)
{
	const struct place *p = *state;
	char id[ID_SIZE];
	struct rig rig;
	int i;

	rig_start(&rig, &(struct emulator_options){.state_file = p->file});
	rig.keep = true;
	make(&rig, PLAIN, id);
	forget(false);
	for (i = 0; i < 5000 && now_seen().renames == 0; i++)
		expect_patch(&rig, id,
			i % 2 ? "{\"ingress\":{\"disablePublicServices\":false}}"
			      : "{\"ingress\":{\"disablePublicServices\":true}}",
			200);
	assert_int_equal(now_seen().renames, 1);
	assert_on_disk(p->file);
	rig_stop(&rig);
}

/* A change that cannot be written to the disk is refused, and has no effect now or after a restart.
 * */
static void test_failing_disk(void **state)
{
	const struct place *p = *state;
	char id[ID_SIZE];
	struct rig rig;

	rig_start(&rig, &(struct emulator_options){.state_file = p->file});
	make(&rig, PLAIN, id);
	forget(true);
	expect(&rig, "POST", VPCS, "{\"name\":\"b\",\"zone\":\"Z\"}", 500);
	assert_int_equal(list_count(&rig), 1);
	forget(false);
	expect(&rig, "POST", VPCS, "{\"name\":\"c\",\"zone\":\"Z\"}", 200);
	rig_stop(&rig);
	rig_start(&rig, &(struct emulator_options){.state_file = p->file});
	assert_int_equal(list_count(&rig), 2);
	rig_stop(&rig);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_every_answer),
		CASE(test_compaction),
		CASE(test_failing_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
