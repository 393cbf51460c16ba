/* SPDX-License-Identifier: MIT */
/* Requests and answers between a door's bytes and the service's JSON, by the published schema. */
#ifndef EMULATOR_MESSAGE_H
#define EMULATOR_MESSAGE_H

#include <jansson.h>
#include "proto/msg.h"
#include "text.h"

/* The names of the enums' zeros. */
#define MESSAGE_TYPE_NONE   "UNSPECIFIED"
#define MESSAGE_POLICY_NONE "UNSPECIFIED"
#define MESSAGE_STATUS_NONE "STATUS_UNSPECIFIED"

/* A request as the service reads it, a new object: the schema's fields under their lowerCamelCase
 * names, enums as names (a number that has none as a number), updateMask as the paths of the .proto
 * file with commas between, no null. A field that the JSON leaves out is left out, so that a PATCH
 * without a mask can tell; on the wire a value is there, also where it is its type's default, and a
 * message is there or not. Errors: -EINVAL with the sentence that a server sends, -ENOMEM. */
int message_from_json(
	const struct msg_type *type, const json_t *in, json_t **ret, struct err *err);
/* ret_shown: what a client would have written as JSON, a new object. */
int message_from_wire(const struct msg_type *type, const void *bytes, size_t len,
	json_t **ret, json_t **ret_shown, struct err *err);

/* The JSON of a message as wire bytes, made once for each text. NULL with a sentence for what is no
 * such message. */
struct text *message_to_wire(
	const struct msg_type *type, struct text *json, struct err *err);

#endif
