/* SPDX-License-Identifier: MIT */
/* VPCs to play with. */
#include "samples.h"

#include "base/cleanup.h"

static const char *const samples[] = {
	"{\"name\":\"prod\",\"zone\":\"US-EAST-04A\",\"vpcPrefixes\":["
	"{\"name\":\"pod cidr\",\"value\":\"10.0.0.0/13\"},"
	"{\"name\":\"service cidr\",\"value\":\"10.16.0.0/22\"},"
	"{\"name\":\"internal lb cidr\",\"value\":\"10.32.4.0/22\"},"
	"{\"name\":\"internal lb cidr 2\",\"value\":\"10.45.4.0/22\"}],"
	"\"ingress\":{\"disablePublicServices\":true},"
	"\"dhcp\":{\"dns\":{\"servers\":[\"1.1.1.1\",\"8.8.8.8\"]}}}",

	"{\"name\":\"staging\",\"zone\":\"US-EAST-04A\",\"hostPrefixes\":["
	"{\"name\":\"host "
	"primary\",\"type\":\"PRIMARY\",\"prefixes\":[\"10.16.192.0/18\"]}],"
	"\"vpcPrefixes\":["
	"{\"name\":\"pod cidr\",\"value\":\"10.244.0.0/16\"},"
	"{\"name\":\"service cidr\",\"value\":\"10.96.0.0/16\"},"
	"{\"name\":\"internal lb cidr\",\"value\":\"10.20.0.0/22\"}],"
	"\"dhcp\":{\"dns\":{\"servers\":[\"1.1.1.1\"]}}}",

	"{\"name\":\"dev\",\"zone\":\"US-WEST-04A\",\"hostPrefix\":\"172.0.0.0/18\","
	"\"vpcPrefixes\":[{\"name\":\"pod-cidr\",\"value\":\"10.244.0.0/16\"},"
	"{\"name\":\"service-cidr\",\"value\":\"10.96.0.0/16\"},"
	"{\"name\":\"lb-cidr\",\"value\":\"10.20.0.0/22\"}]}",

	"{\"name\":\"ml-train\",\"zone\":\"US-EAST-11A\",\"hostPrefixes\":["
	"{\"name\":\"primary\",\"type\":\"PRIMARY\","
	"\"prefixes\":[\"172.16.0.0/12\",\"2601:db8:aaaa::/48\"]},"
	"{\"name\":\"container network\",\"type\":\"ROUTED\","
	"\"prefixes\":[\"2601:db8:bbbb::/48\"],"
	"\"ipam\":{\"prefixLength\":80}},"
	"{\"name\":\"attached network\",\"type\":\"ATTACHED\","
	"\"prefixes\":[\"2601:db8:cccc::/48\"],"
	"\"ipam\":{\"prefixLength\":64,\"gatewayAddressPolicy\":\"FIRST_IP\"}}],"
	"\"vpcPrefixes\":[{\"name\":\"pod cidr\",\"value\":\"10.0.0.0/13\"},"
	"{\"name\":\"service cidr\",\"value\":\"10.16.0.0/22\"},"
	"{\"name\":\"internal lb cidr\",\"value\":\"10.32.4.0/22\"}],"
	"\"ingress\":{\"disablePublicServices\":true},"
	"\"dhcp\":{\"dns\":{\"servers\":[\"1.1.1.1\",\"8.8.8.8\"]}}}",

	"{\"name\":\"batch-isolated\",\"zone\":\"US-EAST-13A\",\"vpcPrefixes\":["
	"{\"name\":\"pod cidr\",\"value\":\"10.0.0.0/13\"},"
	"{\"name\":\"service cidr\",\"value\":\"10.16.0.0/22\"}],"
	"\"ingress\":{\"disablePublicServices\":true},"
	"\"egress\":{\"disablePublicAccess\":true}}",
};

const char *sample_request(size_t index)
{
	return index < ARRAY_LEN(samples) ? samples[index] : NULL;
}
