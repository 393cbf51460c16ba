/* SPDX-License-Identifier: MIT */
/* ProtoJSON on the way in: a request by a table of its fields, as grpc-gateway's decoder takes it.
 */
#ifndef EMULATOR_PROTO_H
#define EMULATOR_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>
#include "base/err.h"

enum proto_kind {
	PROTO_STRING,
	PROTO_BOOL,
	PROTO_INT32,
	PROTO_ENUM,
	PROTO_TIMESTAMP,
	PROTO_MASK, /* google.protobuf.FieldMask: one string of lowerCamelCase paths */
	PROTO_MESSAGE
};

struct proto_message;

struct proto_field {
	const char *name; /* lowerCamelCase */
	enum proto_kind kind;
	bool repeated;
	const struct proto_message *message; /* of PROTO_MESSAGE */
	const char *const *values;	     /* of PROTO_ENUM, by number, NULL at the end */
};

struct proto_message {
	const char *name;
	const struct proto_field *fields;
	size_t count;
};

/* A new object with the fields that are there, in the table's order and under their table names:
 * null is absent, unknown fields are dropped, snake_case names are taken, enums become names
 * (numbers that have none stay numbers, names that have none are dropped), integers written as text
 * or as 1.0 become integers, a mask is trimmed. Errors: -EINVAL with the sentence that the gateway
 * would send. */
int proto_decode(const struct proto_message *message, const json_t *in, json_t **ret,
	struct err *err);

#endif
