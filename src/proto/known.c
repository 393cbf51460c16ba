/* SPDX-License-Identifier: MIT */
/* The types that have a JSON form of their own. */
#include "known.h"

#include "google/protobuf/any.pb-c.h"
#include "google/protobuf/field_mask.pb-c.h"
#include "google/protobuf/timestamp.pb-c.h"

static const struct known_type knowns[] = {
	{&google__protobuf__any__descriptor, any_read, any_write},
	{&google__protobuf__field_mask__descriptor, mask_read, mask_write},
	{&google__protobuf__timestamp__descriptor, timestamp_read, timestamp_write},
};

const struct known_type *known_find(const ProtobufCMessageDescriptor *type)
{
	for (size_t i = 0; i < ARRAY_LEN(knowns); i++) {
		if (knowns[i].type == type)
			return &knowns[i];
	}
	return NULL;
}
