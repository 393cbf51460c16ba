/* SPDX-License-Identifier: MIT */
/* The rules that the schema itself carries (schema.md section 3), as protovalidate applies them
 * before the service sees a request. They hold for all that is in it, also outside the mask. */
#ifndef EMULATOR_VALIDATE_H
#define EMULATOR_VALIDATE_H

#include <jansson.h>
#include "answer.h"

/* request: as proto_decode made it. violations: an array that grows by {field, description}, a
 * message's own rules first, then its fields' in the order of declaration. */
void validate_create(const json_t *request, json_t *violations);
void validate_update(const json_t *request, json_t *violations);

/* What the validator answers; takes violations, which are not empty. */
struct answer validate_answer_take(json_t *violations);

#endif
