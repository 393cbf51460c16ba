/* SPDX-License-Identifier: MIT */
/* The service's rules for requests beyond those of the schema (validate.h). Each check adds its
 * violations to one list, so that the answer names all of them. */
#ifndef EMULATOR_RULES_H
#define EMULATOR_RULES_H

#include <jansson.h>
#include "profile.h"

/* request comes from message.h. Each violation is appended to the array as {field, description}. */
void rules_check_create(const struct profile *p, const json_t *request, json_t *violations);
void rules_check_update(const struct profile *p, const json_t *request, json_t *violations);

void rules_check_host_prefixes(
	const struct profile *p, const json_t *host_prefixes, json_t *violations);
/* One CIDR of a host prefix, PRIMARY or not. */
void rules_check_host_cidr(
	const struct profile *p, const json_t *text, json_t *violations, const char *field);

#endif
