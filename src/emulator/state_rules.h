/* SPDX-License-Identifier: MIT */
/* The service's rules about what is there already. Called with the store locked. */
#ifndef EMULATOR_STATE_RULES_H
#define EMULATOR_STATE_RULES_H

#include "answer.h"
#include "profile.h"
#include "store.h"

/* What is said of an id that no VPC has. */
struct answer state_rules_not_found(const char *id);
/* Each returns whether it forbids the call; then *ret is the answer. */
/* but: the VPC that is to have the name, or NULL. */
bool state_rules_name_taken(
	struct store *s, const char *name, const struct vpc *but, struct answer *ret);
bool state_rules_too_many(struct store *s, struct answer *ret);
bool state_rules_busy(const struct profile *p, const struct vpc *v, struct answer *ret);

#endif
