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

/* The type of an error's detail with this type URL; NULL for every other URL. */
const ProtobufCMessageDescriptor *type_detail(const char *url);

#endif
