/* SPDX-License-Identifier: MIT */
/* The types of the schema by name. A struct msg_type is a descriptor under another name. */
#ifndef PROTO_TYPE_H
#define PROTO_TYPE_H

#include <protobuf-c/protobuf-c.h>
#include "proto/msg.h"

static inline const ProtobufCMessageDescriptor *type_descriptor(const struct msg_type *type)
{
	return (const ProtobufCMessageDescriptor *)type;
}

/* The detail of an error whose type URL this is; NULL for every other. */
const ProtobufCMessageDescriptor *type_detail(const char *url);

#endif
