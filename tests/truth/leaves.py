# SPDX-License-Identifier: MIT
"""What a VPC is to the contract: a set of leaves.

{"name": str, "zone": str, "ingress": bool, "egress": bool, "servers": frozenset, "vp:NAME": CIDR, ...}; a leaf
that is not there is None. An entry of vpcPrefixes is a leaf of its own (W4); servers are compared as a set.
Host prefixes cannot be changed after a VPC was made, so they are no leaf here."""
import json

MASKS = {"name": "name", "zone": "zone", "ingress": "ingress.disablePublicServices",
         "egress": "egress.disablePublicAccess", "servers": "dhcp.dns.servers"}
FIELDS = {"name": "name", "zone": "zone", "ingress": "ingress/disablePublicServices",
          "egress": "egress/disablePublicAccess", "servers": "dhcp/dns/servers"}


def mask_of(leaf):
    return "vpcPrefixes" if leaf.startswith("vp:") else MASKS[leaf]


def _dict(value):
    return value if isinstance(value, dict) else {}


def from_object(vpc):
    """The leaves of spec.json, of a body, or of an answer about one VPC."""
    leaves = {"name": vpc.get("name"), "zone": vpc.get("zone"),
              "ingress": bool(_dict(vpc.get("ingress")).get("disablePublicServices")),
              "egress": bool(_dict(vpc.get("egress")).get("disablePublicAccess")),
              "servers": frozenset(_dict(_dict(vpc.get("dhcp")).get("dns")).get("servers") or ())}
    for prefix in vpc.get("vpcPrefixes") or ():
        leaves["vp:" + prefix["name"]] = prefix["value"]
    return leaves


def from_text(text):
    return from_object(json.loads(text))


def prefixes(leaves):
    return {leaf: value for leaf, value in leaves.items() if leaf.startswith("vp:") and value is not None}


def differ(a, b):
    """The leaves in which two VPCs differ."""
    return {leaf for leaf in a.keys() | b.keys() if a.get(leaf) != b.get(leaf)}


def changed(leaves, changes):
    result = {**leaves, **changes}
    return {leaf: value for leaf, value in result.items() if value is not None}


def spec_text(spec):
    return json.dumps(spec, indent=2) + "\n"


def shown(value):
    return ",".join(sorted(value)) if isinstance(value, frozenset) else json.dumps(value)


def show(leaves):
    if leaves is None:
        return "(none)"
    parts = [f"{leaf}={shown(value)}" for leaf, value in sorted(leaves.items()) if leaf not in ("name", "zone")]
    return " ".join(parts)
