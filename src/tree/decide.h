/* SPDX-License-Identifier: MIT */
/* When the text of one open field file is decided. Pure logic: no I/O, no locks, no clock.
 *
 * The handle has a text of its own. Bytes in it that this handle did not write (it was opened without O_TRUNC or O_APPEND and they
 * were not overwritten or cut yet) are foreign; while there are any, a write is not decided inside write(2), since the
 * writer has not finished (rsync --inplace writes first and truncates after). A text is dirty when something was written that no
 * store has taken. Truncation alone makes nothing dirty. A failure sticks until something else is written. */
#ifndef TREE_DECIDE_H
#define TREE_DECIDE_H

#include <stdbool.h>
#include "base/buf.h"

struct decide {
	struct buf text;
	struct buf foreign;   /* a byte for each of the first bytes of text: 1 = foreign */
	size_t foreign_count; /* bytes of text that are foreign */
	struct buf stored;    /* the text of the last store that succeeded */
	bool has_stored;
	bool wrote; /* since the text was last empty */
	bool dirty;
	bool own; /* written or cut, and not stored since: the text may be another than the file's */
	int sticky; /* negative errno, or 0 */

	/* The last write, for taking it back. */
	struct {
		size_t off, old_len;
		struct buf bytes, foreign; /* what it overwrote */
		bool wrote, dirty;
	} last;
};

void decide_init(struct decide *d, size_t text_max);
void decide_release(struct decide *d);
/* The text the file had at open; owned: opened with O_TRUNC or O_APPEND, nothing of it is foreign. Errors: -ENOMEM, -EFBIG. */
int decide_open(struct decide *d, const char *text, size_t len, bool owned);

/* Puts bytes at off. Clears the sticky error. Errors: -ENOMEM, -EFBIG, and nothing has changed. */
int decide_write(struct decide *d, size_t off, const void *bytes, size_t len);
/* Whether the write may be decided inside write(2), if the text is complete. append: an O_APPEND descriptor waits for nothing. */
bool decide_may_store_now(const struct decide *d, bool append);
/* Takes the last write out of the text again; error sticks. */
void decide_take_back(struct decide *d, int error);
/* Errors: -ENOMEM, -EFBIG. */
int decide_truncate(struct decide *d, size_t size);

/* The text was stored (0) or refused (negative errno, sticks). */
void decide_stored(struct decide *d, int result);

#endif
