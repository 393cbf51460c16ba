/* SPDX-License-Identifier: MIT */
/* Addresses and prefixes as Go's net/netip parses them. */
#ifndef EMULATOR_CIDR_H
#define EMULATOR_CIDR_H

#include <stdbool.h>
#include <jansson.h>

struct cidr {
	int family; /* AF_INET or AF_INET6 */
	int length; /* bits */
};

/* Accepts set host bits: no documented rule forbids them. */
bool cidr_parse(const json_t *text, struct cidr *ret);
bool cidr_is_address(const json_t *text);

#endif
