/* SPDX-License-Identifier: MIT */
/* What a descriptor says of a field. */
#include "walk.h"

#include <assert.h>
#include <ctype.h>

/* Converts vpc_prefixes to vpcPrefixes. */
void walk_json_name(const ProtobufCFieldDescriptor *field, char out[WALK_NAME_MAX])
{
	size_t n = 0;
	bool begins = false;

	for (const char *from = field->name; *from; from++) {
		bool is_first = begins;

		begins = *from == '_';
		if (begins)
			continue;
		assert(n < WALK_NAME_MAX - 1);
		out[n++] = is_first ? (char)toupper((unsigned char)*from) : *from;
	}
	out[n] = '\0';
}

size_t walk_value_size(const ProtobufCFieldDescriptor *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return sizeof(char *);
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_ENUM:
		return sizeof(int32_t);
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(ProtobufCMessage *);
	default:
		return 0;
	}
}

ProtobufCMessage *walk_new(const ProtobufCMessageDescriptor *type)
{
	ProtobufCMessage *message = malloc(type->sizeof_message);

	if (message)
		protobuf_c_message_init(type, message);
	return message;
}
