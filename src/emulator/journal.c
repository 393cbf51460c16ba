/* SPDX-License-Identifier: MIT */
/* The state on disk, a write-ahead log. */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include "base/file.h"

#define JOURNAL_HEADER	   "{\"vpcfsEmulator\":1}"
#define JOURNAL_MODE	   0600
#define JOURNAL_LONG_MIN   2000
#define JOURNAL_LONG_TIMES 4

struct journal {
	char *path; /* owned; the file itself, symbolic links resolved */
	int fd;	    /* locked; -1 once a failed write may have left half a line */
	size_t appended;
};

static int lock(int fd, const char *path, struct err *err)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return err_set(err, errno == EWOULDBLOCK ? EBUSY : errno,
		"state file %s is in use by another vpcfs-emulator", path);
}

/* Opens and locks the file at path, and makes it if there is none. Another server may replace the
 * file by a snapshot between the open and the lock, so the lock counts only if path still leads to
 * the locked file; a snapshot is itself locked before it gets the name. */
static int open_locked(const char *path, int *ret_fd, struct err *err)
{
	for (;;) {
		CLEANUP_CLOSE int fd =
			open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, JOURNAL_MODE);
		struct stat mine, there;
		int r;

		if (fd < 0)
			return err_set(
				err, errno, "state file %s: %s", path, strerror(errno));
		if (fstat(fd, &mine) < 0 || !S_ISREG(mine.st_mode))
			return err_set(
				err, EBADMSG, "state file %s is not a plain file", path);
		r = lock(fd, path, err);
		if (r < 0)
			return r;
		if (stat(path, &there) == 0 && mine.st_ino == there.st_ino &&
			mine.st_dev == there.st_dev) {
			*ret_fd = fd;
			fd = -1;
			return 0;
		}
	}
}

static bool change_decode(const json_t *line, struct journal_change *ret)
{
	const char *const kinds[] = {"add", "put"};

	*ret = (struct journal_change){
		.kind = JOURNAL_DELETE,
		.id = json_string_value(json_object_get(line, "del")),
		.as_given = json_is_true(json_object_get(line, "asGiven")),
	};
	for (unsigned i = 0; i < ARRAY_LEN(kinds) && !ret->id && !ret->doc; i++) {
		ret->doc = json_object_get(line, kinds[i]);
		ret->kind = i == 0 ? JOURNAL_ADD : JOURNAL_PUT;
	}
	return ret->id || json_string_length(json_object_get(ret->doc, "id")) > 0;
}

/* Passes the change of one line to each(), or sets *ret_bad if the line holds none. */
static int replay_line(const char *bytes, size_t len,
	int (*each)(void *arg, const struct journal_change *), void *arg, bool *ret_bad)
{
	json_auto_t *line = json_loadb(bytes, len, JSON_ALLOW_NUL, NULL);
	struct journal_change change;

	*ret_bad = !line || !change_decode(line, &change);
	return *ret_bad ? 0 : each(arg, &change);
}

static int replay(const struct buf *text, const char *path,
	int (*each)(void *arg, const struct journal_change *), void *arg, struct err *err)
{
	const char *at = text->data, *end = text->data + text->len;
	size_t number = 1;

	if (text->len == 0)
		return 0;
	if (text->len <= strlen(JOURNAL_HEADER) ||
		memcmp(at, JOURNAL_HEADER "\n", strlen(JOURNAL_HEADER) + 1) != 0)
		return err_set(err, EBADMSG,
			"%s is not a state file of vpcfs-emulator; it was left unchanged",
			path);
	at += strlen(JOURNAL_HEADER) + 1;
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		bool bad;
		int r;

		if (!newline)
			return 0;
		number++;
		r = replay_line(at, (size_t)(newline - at), each, arg, &bad);
		if (r < 0)
			return r;
		if (bad && newline + 1 < end)
			return err_set(err, EBADMSG,
				"state file %s: line %zu is damaged; the file was left "
				"unchanged",
				path, number);
		at = newline + 1;
	}
	return 0;
}

static int open_and_lock(struct journal *j, const char *path, struct err *err)
{
	int r = open_locked(path, &j->fd, err);

	if (r < 0)
		return r;
	j->path = realpath(path, NULL);
	return j->path ? 0
		       : err_set(err, errno, "state file %s: %s", path, strerror(errno));
}

int journal_open(const char *path, int (*each)(void *arg, const struct journal_change *),
	void *arg, struct journal **ret, struct err *err)
{
	struct buf text CLEANUP_BUF = BUF_INIT(JOURNAL_MAX);
	struct journal *j = calloc(1, sizeof(*j));
	int r;

	if (!j)
		return -ENOMEM;
	j->fd = -1;
	r = open_and_lock(j, path, err);
	if (r == 0) {
		r = file_read(j->path, &text);
		if (r < 0)
			err_set(err, -r, "state file %s: %s", path, strerror(-r));
	}
	if (r == 0)
		r = replay(&text, path, each, arg, err);
	if (r < 0) {
		journal_close(j);
		return r;
	}
	*ret = j;
	return 0;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	if (j->fd >= 0)
		close(j->fd);
	free(j->path);
	free(j);
}

int journal_snapshot_begin(struct buf *snapshot)
{
	return buf_adds(snapshot, JOURNAL_HEADER "\n");
}

int journal_snapshot_add(struct buf *snapshot, const struct journal_change *change)
{
	static const char *const keys[] = {
		[JOURNAL_ADD] = "add",
		[JOURNAL_PUT] = "put",
		[JOURNAL_DELETE] = "del",
	};
	json_auto_t *line = json_object();
	CLEANUP_FREE char *bytes = NULL;
	size_t before = snapshot->len;
	int r;

	if (change->kind == JOURNAL_DELETE)
		json_object_set_new(line, "del", json_string(change->id));
	else
		json_object_set(line, keys[change->kind], change->doc);
	if (change->as_given)
		json_object_set_new(line, "asGiven", json_true());
	bytes = json_dumps(line, JSON_COMPACT);
	r = bytes ? buf_adds(snapshot, bytes) : -ENOMEM;
	if (r == 0)
		r = buf_addc(snapshot, '\n');
	if (r < 0)
		buf_resize(snapshot, before);
	return r;
}

static int write_all(int fd, const struct buf *line)
{
	size_t done = 0;

	while (done < line->len) {
		ssize_t n = write(fd, line->data + done, line->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return 0;
}

static int append_all(int fd, const struct buf *line)
{
	int r = write_all(fd, line);

	return r == 0 && fdatasync(fd) < 0 ? -errno : r;
}

int journal_append(struct journal *j, const struct journal_change *change)
{
	struct buf line CLEANUP_BUF = BUF_INIT(JOURNAL_MAX);
	off_t before = j->fd < 0 ? -1 : lseek(j->fd, 0, SEEK_END);
	int r = journal_snapshot_add(&line, change);

	if (r < 0)
		return r;
	if (before < 0)
		return -EIO;
	r = append_all(j->fd, &line);
	if (r < 0 && ftruncate(j->fd, before) < 0) {
		close(j->fd); /* no change may follow half a line */
		j->fd = -1;
	}
	if (r == 0)
		j->appended++;
	return r;
}

bool journal_is_long(const struct journal *j, size_t live)
{
	return j->appended > JOURNAL_LONG_MIN && j->appended / JOURNAL_LONG_TIMES > live;
}

static int sync_directory_of(const char *path)
{
	CLEANUP_FREE char *copy = strdup(path);
	CLEANUP_CLOSE int fd = -1;

	if (!copy)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* The new file is locked, complete and on the disk before it gets the name. */
static int put_in_place(
	int fd, const char *temp, const char *path, const struct buf *snapshot)
{
	int r = lock(fd, temp, NULL);

	if (r == 0 && fchmod(fd, JOURNAL_MODE) < 0)
		r = -errno;
	if (r == 0)
		r = write_all(fd, snapshot);
	if (r == 0 && (fsync(fd) < 0 || rename(temp, path) < 0))
		r = -errno;
	if (r < 0)
		unlink(temp);
	return r;
}

int journal_replace(struct journal *j, const struct buf *snapshot)
{
	CLEANUP_FREE char *temp = NULL;
	CLEANUP_CLOSE int fd = -1;
	int r, old = j->fd;

	if (asprintf(&temp, "%s.XXXXXX", j->path) < 0) {
		temp = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(temp, O_APPEND | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = put_in_place(fd, temp, j->path, snapshot);
	if (r < 0)
		return r;
	j->fd = fd;
	fd = old; /* the cleanup closes and unlocks it: the name leads to the new file */
	j->appended = 0;
	return sync_directory_of(j->path);
}
