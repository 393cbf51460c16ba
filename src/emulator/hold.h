/* SPDX-License-Identifier: MIT */
/* Requests that a rule holds until somebody releases them. May be called from any thread. */
#ifndef EMULATOR_HOLD_H
#define EMULATOR_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "requests.h"
#include "route.h"

struct holds;

/* Identifies a held request. */
struct hold_ticket {
	uint64_t number; /* from requests_begin */
	enum route_kind kind;
	const char *path;    /* borrowed for the wait */
	uint64_t generation; /* of the rule, see faults_clear */
};

/* requests shows which requests are held; borrowed until holds_free. */
struct holds *holds_new(struct requests *requests);
void holds_free(struct holds *h);

/* Waits until the request is released. Returns false if holds_stop released it. */
bool holds_wait(struct holds *h, const struct hold_ticket *ticket);

/* Releases the requests that a line selects: a request's number, or METHOD[:PATHPART] as in a rule.
 * Without any line it releases all. Errors: -EINVAL with one sentence, -ENOMEM; then it releases
 * none. */
int holds_release(struct holds *h, const char *lines, size_t *ret_count, struct err *err);
/* Releases the requests held by rules of an earlier generation, and those that are about to wait.
 * */
void holds_release_before(struct holds *h, uint64_t generation);
/* Releases all requests, and those that come later. */
void holds_stop(struct holds *h);

#endif
