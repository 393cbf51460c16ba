# SPDX-License-Identifier: MIT
"""VPCs that both profiles accept, trees of their files, and whether two VPCs have the same settings."""
import json
import os
import pathlib

BLUE = {
    "name": "blue",
    "zone": "US-EAST-04A",
    "hostPrefixes": [
        {"name": "host primary", "type": "PRIMARY", "prefixes": ["10.16.0.0/16", "2601:db8:aaaa::/48"]},
        {"name": "edge", "type": "ATTACHED", "prefixes": ["2601:db8:bbbb::/48"],
         "ipam": {"prefixLength": 64, "gatewayAddressPolicy": "EUI64"}},
    ],
    "vpcPrefixes": [{"name": "pod cidr", "value": "10.0.0.0/13"}, {"name": "id", "value": "10.32.0.0/22"}],
    "ingress": {"disablePublicServices": True},
    "egress": {"disablePublicAccess": True},
    "dhcp": {"dns": {"servers": ["1.1.1.1", "8.8.8.8"]}},
}
OTHER = {"name": "other", "zone": "US-WEST-04A", "hostPrefixes": [
    {"name": "host primary", "type": "PRIMARY", "prefixes": ["10.80.0.0/16"]}]}

# The same as BLUE, in files.
FIELDS = {
    "zone": "US-EAST-04A\n",
    "hostPrefixes/host primary/type": "PRIMARY\n",
    "hostPrefixes/host primary/prefixes": "10.16.0.0/16\n2601:db8:aaaa::/48\n",
    "hostPrefixes/edge/type": "ATTACHED\n",
    "hostPrefixes/edge/prefixes": "2601:db8:bbbb::/48\n",
    "hostPrefixes/edge/ipam/prefixLength": "64\n",
    "hostPrefixes/edge/ipam/gatewayAddressPolicy": "EUI64\n",
    "vpcPrefixes/pod cidr/value": "10.0.0.0/13\n",
    "vpcPrefixes/id/value": "10.32.0.0/22\n",
    "ingress/disablePublicServices": "true\n",
    "egress/disablePublicAccess": "true\n",
    "dhcp/dns/servers": "1.1.1.1\n8.8.8.8\n",
}
OWNED = {"id", "status", "createdAt", "updatedAt", "hostPrefix", "vpc.json", ".error"}  # names that only the API sets


def spec_text(**changes):
    """BLUE as the text of a spec.json, without the fields that are None."""
    spec = {key: value for key, value in {**BLUE, **changes}.items() if value is not None}
    return json.dumps(spec, indent=2) + "\n"


def settings(vpc):
    """All settable fields of a VPC of the API except its name; missing ones as their default."""
    hosts = {p["name"]: (p["type"], p["prefixes"], p.get("ipam") or None) for p in vpc.get("hostPrefixes") or []}
    return {
        "zone": vpc["zone"],
        "hostPrefixes": hosts,
        "vpcPrefixes": sorted((p["name"], p["value"]) for p in vpc.get("vpcPrefixes") or []),
        "ingress": (vpc.get("ingress") or {}).get("disablePublicServices", False),
        "egress": (vpc.get("egress") or {}).get("disablePublicAccess", False),
        "servers": sorted(((vpc.get("dhcp") or {}).get("dns") or {}).get("servers") or []),
    }


def write_tree(folder, files):
    """Writes {path: text, or None for a directory}, in this order."""
    for path, text in files.items():
        path = pathlib.Path(folder) / path
        if text is None:
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def read_tree(folder):
    """{path: text, None for a directory, or the target of a link} of everything below."""
    found = {}
    for where, folders, files in os.walk(folder):
        for name in folders + files:
            path = pathlib.Path(where) / name
            key = str(path.relative_to(folder))
            if path.is_symlink():
                found[key] = "-> " + os.readlink(path)
            else:
                found[key] = None if path.is_dir() else path.read_bytes().decode(errors="surrogateescape")
    return found
