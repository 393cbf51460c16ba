/* SPDX-License-Identifier: MIT */
/* What all operations of one mount share: the settings, which never change, and the modules of the
 * view, each of which has a lock of its own. */
#ifndef VIEW_MOUNT_H
#define VIEW_MOUNT_H

#include "call_log.h"
#include "collection.h"
#include "last_error.h"
#include "rejected.h"
#include "stats.h"
#include "write_lock.h"

#define BODY_MAX (8u << 20) /* bytes of the body of a request */

struct view {
	struct api *api;	       /* owned */
	struct collection *collection; /* owned */
	struct write_locks write_locks;
	struct call_log call_log;
	struct stats stats;
	struct rejected rejected;
	struct last_error last_error; /* of the mount */
	pthread_mutex_t last_error_lock;
	char *zone;	    /* owned, or NULL */
	char *options_text; /* owned, as is version */
	char *version;
	struct timespec started;
	uint64_t timeout_ms; /* the deadline of each operation */
	bool dry_run;
	bool nodelete;
};

#endif
