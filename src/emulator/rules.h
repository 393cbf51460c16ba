/* SPDX-License-Identifier: MIT */
/* What a request may ask for beyond the schema (validate.h). Each check adds its violations to one
 * list, so a request hears all of them. */
#ifndef EMULATOR_RULES_H
#define EMULATOR_RULES_H

#include <jansson.h>
#include "profile.h"

/* request: as proto_decode made it. violations: an array that grows by {field, description}. */
void rules_check_create(const struct profile *p, const json_t *request, json_t *violations);
void rules_check_update(const struct profile *p, const json_t *request, json_t *violations);

void rules_check_host_prefixes(
	const struct profile *p, const json_t *host_prefixes, json_t *violations);
/* One CIDR of the PRIMARY or any other host prefix. */
void rules_check_host_cidr(
	const struct profile *p, const json_t *text, json_t *violations, const char *field);

#endif
