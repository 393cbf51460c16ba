/* SPDX-License-Identifier: MIT */
/* Whether the API can be reached, since when, and what failed: for whoever watches the mount. */
#ifndef VIEW_HEALTH_H
#define VIEW_HEALTH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "api/api.h"
#include "base/buf.h"

#define HEALTH_ERRNOS 64 /* different ones that are counted */

struct health {
	/* for what follows */
	pthread_mutex_t lock;
	bool is_up;
	/* when is_up last changed */
	struct timespec changed_at;
	/* of the last call that worked; 0: none did */
	struct timespec success_at;
	/* failures that somebody was told, by errno */
	struct failure_count {
		int errnum;
		uint64_t count;
	} failures[HEALTH_ERRNOS];
};

void health_init(struct health *health);
void health_release(struct health *health);
/* After each call of the API. */
void health_observe(struct health *health, const struct api_event *event);
/* After each failure that was told somebody. */
void health_fail(struct health *health, int errnum);
/* Adds its part of `.vpcfs/stats`. Errors: -ENOMEM, -EFBIG. */
int health_print(struct health *health, struct buf *ret);

#endif
