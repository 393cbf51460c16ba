/* SPDX-License-Identifier: MIT */
/* The types of the schema, in one table. The content of an Any is shown for details of errors only.
 * None of these holds an Any, so the walk is never deeper than the schema. */
#include "type.h"

#include <string.h>
#include "coreweave/networking/v1beta1/vpc.pb-c.h"
#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"
#include "proto/method.h"

static const ProtobufCMessageDescriptor *const details[] = {
	&google__rpc__bad_request__descriptor,
	&google__rpc__error_info__descriptor,
	&google__rpc__localized_message__descriptor,
	&google__rpc__precondition_failure__descriptor,
	&google__rpc__quota_failure__descriptor,
	&google__rpc__resource_info__descriptor,
};

#define NETWORKING(name) &coreweave__networking__v1beta1__##name##__descriptor

static const ProtobufCMessageDescriptor *const others[] = {
	NETWORKING(create_vpcrequest),
	NETWORKING(create_vpcresponse),
	NETWORKING(delete_vpcrequest),
	NETWORKING(delete_vpcresponse),
	NETWORKING(dhcp),
	NETWORKING(dhcp__dns),
	NETWORKING(egress),
	NETWORKING(get_vpcrequest),
	NETWORKING(get_vpcresponse),
	NETWORKING(host_prefix),
	NETWORKING(ipaddress_management_policy),
	NETWORKING(ingress),
	NETWORKING(list_vpcs_request),
	NETWORKING(list_vpcs_response),
	NETWORKING(prefix),
	NETWORKING(update_vpcrequest),
	NETWORKING(update_vpcresponse),
	NETWORKING(vpc),
	&google__protobuf__any__descriptor,
	&google__protobuf__field_mask__descriptor,
	&google__protobuf__timestamp__descriptor,
	&google__rpc__status__descriptor,
};

static const ProtobufCMessageDescriptor *type_find(
	const ProtobufCMessageDescriptor *const *types, size_t count, const char *name)
{
	const char *slash = strrchr(name, '/');

	for (size_t i = 0; i < count; i++) {
		if (strcmp(types[i]->name, slash ? slash + 1 : name) == 0)
			return types[i];
	}
	return NULL;
}

const ProtobufCMessageDescriptor *type_detail(const char *url)
{
	return type_find(details, ARRAY_LEN(details), url);
}

const struct msg_type *msg_type_named(const char *name)
{
	const ProtobufCMessageDescriptor *found = type_detail(name);

	if (!found)
		found = type_find(others, ARRAY_LEN(others), name);
	return (const struct msg_type *)found;
}

const char *msg_type_name(const struct msg_type *type)
{
	return type_descriptor(type)->name;
}
