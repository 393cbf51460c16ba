/* SPDX-License-Identifier: MIT */
/* The state on disk: a snapshot, then one JSON line per change, each on the disk before its answer
 * goes out.
 *
 * 	{"vpcfsEmulator":1}
 * 	{"add":{VPC},"asGiven":true}
 * 	{"put":{VPC}}
 * 	{"del":"ID"}
 *
 * A last line that a crash cut off was never answered for and is ignored. */
#ifndef EMULATOR_JOURNAL_H
#define EMULATOR_JOURNAL_H

#include <stdbool.h>
#include <jansson.h>
#include "base/buf.h"
#include "base/err.h"

struct journal;

struct journal_change {
	enum { JOURNAL_ADD, JOURNAL_PUT, JOURNAL_DELETE } kind;
	json_t *doc;	/* borrowed; of ADD and PUT */
	const char *id; /* borrowed; of DELETE */
	bool as_given;
};

/* Reads the file, when there is one, change by change, and locks it against a second server.
 * Nothing is written. Errors: -EBADMSG (not a state file, with a sentence), -EBUSY, errno of the
 * file, or what each() returned. */
int journal_open(const char *path, int (*each)(void *arg, const struct journal_change *),
	void *arg, struct journal **ret, struct err *err);
void journal_close(struct journal *j);

/* On the disk when it returns 0; on an error the file is as it was. */
int journal_append(struct journal *j, const struct journal_change *change);

/* Whether so much was appended that a snapshot of live documents would be much shorter. */
bool journal_is_long(const struct journal *j, size_t live);
/* Puts a snapshot in the file's place. snapshot: lines made by journal_snapshot_begin and _add. */
int journal_replace(struct journal *j, const struct buf *snapshot);
int journal_snapshot_begin(struct buf *snapshot);
int journal_snapshot_add(struct buf *snapshot, const struct journal_change *change);
#define JOURNAL_MAX ((size_t)1 << 30)

#endif
