/* SPDX-License-Identifier: MIT */
/* For those who hold JSON as jansson's values already: the same without a text between. */
#ifndef PROTO_JSON_H
#define PROTO_JSON_H

#include <jansson.h>
#include "proto/msg.h"

/* msg_from_json of a parsed text. The parser should have had JSON_REJECT_DUPLICATES. */
int msg_from_value(const struct msg_type *type, const json_t *value, unsigned flags,
	struct msg **ret, struct err *err);

#endif
