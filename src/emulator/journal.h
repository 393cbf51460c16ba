/* SPDX-License-Identifier: MIT */
/* The state on disk, a write-ahead log: a snapshot, then one JSON line for each change, which is on
 * the disk before its answer is sent.
 *
 * 	{"vpcfsEmulator":1}
 * 	{"add":{VPC},"asGiven":true}
 * 	{"put":{VPC}}
 * 	{"del":"ID"}
 *
 * If a crash cut off the last line, nobody was told of its change: it is ignored. */
#ifndef EMULATOR_JOURNAL_H
#define EMULATOR_JOURNAL_H

#include <stdbool.h>
#include <jansson.h>
#include "base/buf.h"
#include "base/err.h"

struct journal;

struct journal_change {
	enum { JOURNAL_ADD, JOURNAL_PUT, JOURNAL_DELETE } kind;
	json_t *doc;	/* borrowed; for ADD and PUT */
	const char *id; /* borrowed; for DELETE */
	bool as_given;
};

/* Locks the file against a second server, makes it if it does not exist, and calls each() for every
 * change in it. Writes no change. Errors: -EBADMSG (not a state file, with a sentence), -EBUSY (in
 * use), errno of the file, or what each() returned. */
int journal_open(const char *path, int (*each)(void *arg, const struct journal_change *),
	void *arg, struct journal **ret, struct err *err);
void journal_close(struct journal *j);

/* Returns 0 once the change is on the disk; on an error the file is unchanged. */
int journal_append(struct journal *j, const struct journal_change *change);

/* Whether the file has grown so long that a snapshot of `live` documents would be much shorter. */
bool journal_is_long(const struct journal *j, size_t live);
/* Replaces the file by a snapshot, the lines that journal_snapshot_begin and _add made. */
int journal_replace(struct journal *j, const struct buf *snapshot);
int journal_snapshot_begin(struct buf *snapshot);
int journal_snapshot_add(struct buf *snapshot, const struct journal_change *change);
#define JOURNAL_MAX ((size_t)1 << 30)

#endif
