/* SPDX-License-Identifier: MIT */
/* Requests that a rule holds until they are released. Any thread. */
#ifndef EMULATOR_HOLD_H
#define EMULATOR_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "requests.h"
#include "route.h"

struct holds;

/* What a held request is known by. */
struct hold_ticket {
	uint64_t number; /* of requests_begin */
	enum route_kind kind;
	const char *path;    /* borrowed for the wait */
	uint64_t generation; /* of the rule, see faults_clear */
};

/* requests: shows who waits; borrowed until holds_free. */
struct holds *holds_new(struct requests *requests);
void holds_free(struct holds *h);

/* Waits until the request is released. Returns false when it is because of holds_stop. */
bool holds_wait(struct holds *h, const struct hold_ticket *ticket);

/* Releases those that a line selects: a request's number, or METHOD[:PATHPART] as in a rule; no
 * line at all is everybody. Errors: -EINVAL with one sentence, -ENOMEM; then nobody is released. */
int holds_release(struct holds *h, const char *lines, size_t *ret_count, struct err *err);
/* Releases those held by a rule of an earlier generation, also those that are about to wait. */
void holds_release_before(struct holds *h, uint64_t generation);
/* Everybody, for ever. */
void holds_stop(struct holds *h);

#endif
