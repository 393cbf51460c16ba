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

/* How the text of a list begins; the items follow, with nothing but a comma between two. */
#define MESSAGE_LIST_BEGIN "{\"items\":["

/* The request as the service reads it, a new object without nulls. It has the schema's fields under
 * their lowerCamelCase names, enums as names (an unknown number as a number), and updateMask as the
 * paths of the .proto file, separated by commas. From JSON it has only the fields that the JSON
 * has, because a PATCH without a mask sets just those. From wire bytes it has every scalar,
 * defaults included, and the messages that are there. Errors: -EINVAL with the sentence that a
 * server sends, -ENOMEM. */
int message_from_json(
	const struct msg_type *type, const json_t *in, json_t **ret, struct err *err);
/* ret_shown is a new object: the JSON that a client would have written. */
int message_from_wire(const struct msg_type *type, const void *bytes, size_t len,
	json_t **ret, json_t **ret_shown, struct err *err);

/* The JSON of a message as wire bytes, encoded once for each text. Returns a new reference, or NULL
 * with a sentence if the JSON is no such message. */
struct text *message_to_wire(
	const struct msg_type *type, struct text *json, struct err *err);

#endif
