/* SPDX-License-Identifier: MIT */
/* Whether the API can be reached, since when, and what failed: figures for those who monitor the
 * mount. */
#ifndef VIEW_HEALTH_H
#define VIEW_HEALTH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "api/api.h"
#include "base/buf.h"

#define HEALTH_ERRNOS 64 /* different errnos that are counted */

struct health {
	/* protects the members below */
	pthread_mutex_t lock;
	bool is_up;
	/* when is_up last changed */
	struct timespec changed_at;
	/* when a call last worked; 0: none has */
	struct timespec success_at;
	/* failures that a program was told of, by errno */
	struct failure_count {
		int errnum;
		uint64_t count;
	} failures[HEALTH_ERRNOS];
};

void health_init(struct health *health);
void health_release(struct health *health);
/* Takes the result of a call; called after each call of the API. */
void health_observe(struct health *health, const struct api_event *event);
/* Counts a failure; called after each failure that a program was told of. */
void health_fail(struct health *health, int errnum);
/* Adds its figures to the text of `.vpcfs/stats`. Errors: -ENOMEM, -EFBIG. */
int health_print(struct health *health, struct buf *ret);

#endif
