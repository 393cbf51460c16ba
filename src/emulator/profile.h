/* SPDX-License-Identifier: MIT */
/* The two profiles of the service: as it was seen to behave, and as its reference is written
 * (the API reference). */
#ifndef EMULATOR_PROFILE_H
#define EMULATOR_PROFILE_H

#include <stdbool.h>
#include <jansson.h>
#include "emulator/emulator.h"

/* The fields of a VPC that a PATCH can set. */
enum profile_field {
	MASK_VPC_PREFIXES = 1 << 0,
	MASK_INGRESS = 1 << 1,
	MASK_EGRESS = 1 << 2,
	MASK_DNS = 1 << 3,
	MASK_NAME = 1 << 4,
	MASK_ZONE = 1 << 5,
	MASK_HOST_PREFIX = 1 << 6,
	MASK_HOST_PREFIXES = 1 << 7,
};

struct profile_mask {
	/* as the .proto file spells it */
	const char *path;
	/* the request's field that holds it, as JSON spells it */
	const char *member;
	unsigned field;
};

struct profile {
	bool omit_defaults;	    /* the brief dialect of the published schema */
	bool enveloped;		    /* answers about one VPC are {"vpc": ...} */
	bool bare;		    /* VPCs have no status and no times */
	bool schema_rules;	    /* the rules of validate.h come first */
	bool strict_sizes;	    /* host prefixes are /18, /51 or larger */
	bool ipv4_only;		    /* vpcPrefixes */
	bool flags_required;	    /* ingress and egress must hold their flag */
	bool longer_than_aggregate; /* ipam.prefixLength, than the prefix's own */
	bool policy_required;	    /* ipam.gatewayAddressPolicy */
	/* an unknown mask path is answered with 200 and nothing is done, else with an error */
	bool unknown_is_silent;
	bool patches_all; /* a PATCH by REST may hold every field of a POST */
	const struct profile_mask *masks;
	size_t mask_count;
};

const struct profile *profile_of(enum emulator_profile which);

/* The document as GET, the list and DELETE show it, and as POST and PATCH do. Each returns a new
 * reference, NULL without memory. as_given: the document came from a file and is shown unchanged.
 * */
json_t *profile_show(const struct profile *p, json_t *doc, bool as_given);
json_t *profile_echo(const struct profile *p, json_t *doc, bool as_given);

#endif
