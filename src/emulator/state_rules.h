/* SPDX-License-Identifier: MIT */
/* The service's rules about VPCs that exist already. Call these with the store locked. */
#ifndef EMULATOR_STATE_RULES_H
#define EMULATOR_STATE_RULES_H

#include "answer.h"
#include "profile.h"
#include "store.h"

/* The answer for an id that no VPC has. */
struct answer state_rules_not_found(const char *id);

/* Each returns whether its rule forbids the call; then *ret is the answer. */

/* but is the VPC that shall get the name, or NULL for a new one. */
bool state_rules_name_taken(
	struct store *s, const char *name, const struct vpc *but, struct answer *ret);
bool state_rules_too_many(struct store *s, struct answer *ret);
bool state_rules_busy(const struct profile *p, const struct vpc *v, struct answer *ret);

#endif
