/* SPDX-License-Identifier: MIT */
/* The requests as tables, for proto_decode. */
#ifndef EMULATOR_SCHEMA_H
#define EMULATOR_SCHEMA_H

#include "proto.h"

#define SCHEMA_TYPE_NONE   "UNSPECIFIED"
#define SCHEMA_POLICY_NONE "UNSPECIFIED"
#define SCHEMA_STATUS_NONE "STATUS_UNSPECIFIED"

extern const struct proto_message schema_create;
extern const struct proto_message schema_update_live;
extern const struct proto_message schema_update_reference;

#endif
