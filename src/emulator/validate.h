/* SPDX-License-Identifier: MIT */
/* The rules that the published schema itself carries, as protovalidate applies them
 * before the service sees a request. They apply to the whole request, also outside the mask. */
#ifndef EMULATOR_VALIDATE_H
#define EMULATOR_VALIDATE_H

#include <jansson.h>
#include "answer.h"

/* request comes from message.h. Violations are appended to the array as {field, description}: for
 * each message first its own rules, then those of its fields in the order of declaration. */
void validate_create(const json_t *request, json_t *violations);
void validate_update(const json_t *request, json_t *violations);

/* The validator's answer. Takes violations, which must not be empty. */
struct answer validate_answer_take(json_t *violations);

#endif
