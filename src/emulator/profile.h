/* SPDX-License-Identifier: MIT */
/* The two faces of the service: as it was seen to behave, and as its reference is written (api.md
 * 0). */
#ifndef EMULATOR_PROFILE_H
#define EMULATOR_PROFILE_H

#include <stdbool.h>
#include <jansson.h>
#include "emulator/emulator.h"

/* What a PATCH can set. */
enum profile_leaf {
	LEAF_VPC_PREFIXES = 1 << 0,
	LEAF_INGRESS = 1 << 1,
	LEAF_EGRESS = 1 << 2,
	LEAF_DNS = 1 << 3,
	LEAF_NAME = 1 << 4,
	LEAF_ZONE = 1 << 5,
	LEAF_HOST_PREFIX = 1 << 6,
	LEAF_HOST_PREFIXES = 1 << 7,
};

struct profile_mask {
	/* as the .proto file spells it */
	const char *path;
	/* the request's field that it is in, as JSON spells it */
	const char *field;
	unsigned leaf;
};

struct profile {
	bool omit_defaults;	    /* the brief dialect of schema.md section 4 */
	bool enveloped;		    /* answers about one VPC are {"vpc": ...} */
	bool bare;		    /* no VPC-level status and times */
	bool schema_rules;	    /* validate.h comes first */
	bool strict_sizes;	    /* host prefixes are /18, /51 or larger */
	bool ipv4_only;		    /* vpcPrefixes */
	bool flags_required;	    /* of ingress and egress, where they are given */
	bool longer_than_aggregate; /* ipam.prefixLength */
	bool policy_required;	    /* ipam.gatewayAddressPolicy */
	/* a mask path that is not known: 200 and nothing done, else an error */
	bool unknown_is_silent;
	bool patches_all; /* a PATCH by REST may have all that a POST may have */
	const struct profile_mask *masks;
	size_t mask_count;
};

const struct profile *profile_of(enum emulator_profile which);

/* How GET, the list and DELETE show a document, and how POST and PATCH do. A new reference, NULL
 * without memory. as_given: the document came from a file and is shown as it stands. */
json_t *profile_show(const struct profile *p, json_t *doc, bool as_given);
json_t *profile_echo(const struct profile *p, json_t *doc, bool as_given);

#endif
