/* SPDX-License-Identifier: MIT */
/* The table of the service's methods. */
#include "proto/method.h"

#include <string.h>
#include "coreweave/networking/v1beta1/vpc.pb-c.h"
#include "google/rpc/status.pb-c.h"

#define TYPE(prefix, suffix)                                                               \
	(const struct msg_type                                                             \
			*)&coreweave__networking__v1beta1__##prefix##suffix##__descriptor
#define METHOD(label, prefix)                                                              \
	{                                                                                  \
		.name = (label),                                                           \
		.path = "/coreweave.networking.v1beta1.VPCService/" label,                 \
		.request = TYPE(prefix, request), .response = TYPE(prefix, response)       \
	}

static const struct method methods[METHODS] = {
	[METHOD_LIST_VPCS] = METHOD("ListVPCs", list_vpcs_),
	[METHOD_GET_VPC] = METHOD("GetVPC", get_vpc),
	[METHOD_CREATE_VPC] = METHOD("CreateVPC", create_vpc),
	[METHOD_UPDATE_VPC] = METHOD("UpdateVPC", update_vpc),
	[METHOD_DELETE_VPC] = METHOD("DeleteVPC", delete_vpc),
};

const struct method *method_of(enum method_id id)
{
	return &methods[id];
}

enum method_id method_at(const char *path, size_t len)
{
	unsigned id = 0;

	while (id < METHODS && (strlen(methods[id].path) != len ||
				       memcmp(methods[id].path, path, len) != 0))
		id++;
	return (enum method_id)id;
}

const struct msg_type *method_status_type(void)
{
	return (const struct msg_type *)&google__rpc__status__descriptor;
}
