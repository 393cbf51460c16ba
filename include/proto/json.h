/* SPDX-License-Identifier: MIT */
/* For callers that already hold JSON as jansson's values: as msg.h, without a text in between. */
#ifndef PROTO_JSON_H
#define PROTO_JSON_H

#include <jansson.h>
#include "proto/msg.h"

/* As msg_from_json, from a parsed text. Parse it with JSON_REJECT_DUPLICATES. */
int msg_from_value(const struct msg_type *type, const json_t *value, unsigned flags,
	struct msg **ret, struct err *err);

#endif
