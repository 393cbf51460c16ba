# SPDX-License-Identifier: MIT
"""The emulator's doors with the clients that users have: the five calls, and each error with its details."""
import json

import pytest
from clients import CLIENTS, harness

INGRESS = "ingress.disablePublicServices"
PREFIXES = [{"name": "pod cidr", "value": "10.0.0.0/13"}, {"name": "service cidr", "value": "10.16.0.0/22"}]
FULL = {"name": "prod", "zone": "US-LAB-01A", "vpcPrefixes": PREFIXES,
        "hostPrefixes": [{"name": "p", "type": "PRIMARY", "prefixes": ["10.16.192.0/18", "2601:db8:aaaa::/48"]},
                         {"name": "a", "type": "ATTACHED", "prefixes": ["2601:db8:cccc::/48"],
                          "ipam": {"prefixLength": 64, "gatewayAddressPolicy": "FIRST_IP"}}],
        "ingress": {"disablePublicServices": True}, "dhcp": {"dns": {"servers": ["1.1.1.1", "8.8.8.8"]}}}


def vpc_of(said):
    assert said.code is None, said
    return said.message["vpc"]


def assert_seen(server, client, method):
    """Checks the last request as the emulator recorded it."""
    last = server.arrived()[-1]
    assert (last["protocol"], last["codec"]) == CLIENTS[client.name]
    assert last["call"] == method and last["method"] == "POST"


def test_five_calls(client, server):
    there = server()
    assert client(there, "ListVPCs", {}).message.get("items", []) == []
    assert_seen(there, client, "ListVPCs")

    made = vpc_of(client(there, "CreateVPC", FULL))
    assert_seen(there, client, "CreateVPC")
    assert there.requests()[-1]["body"] == FULL
    identity = made["id"]
    shown = there.get(identity)
    for field in ("name", "zone", "status", "hostPrefix", "dhcp", "ingress"):
        assert made[field] == shown[field]
    for ours, theirs in zip(made["hostPrefixes"], shown["hostPrefixes"], strict=True):
        assert ours["prefixes"] == theirs["prefixes"] and ours["type"] == theirs["type"]
    assert made["hostPrefixes"][1]["ipam"] == FULL["hostPrefixes"][1]["ipam"]

    changed = vpc_of(client(there, "UpdateVPC", {
        "id": identity, "updateMask": f"{INGRESS},vpcPrefixes", "vpcPrefixes": PREFIXES[:1],
        "egress": {"disablePublicAccess": True}}))
    assert_seen(there, client, "UpdateVPC")
    assert there.requests()[-1]["updateMask"] == f"{INGRESS},vpcPrefixes"
    assert [p["name"] for p in changed["vpcPrefixes"]] == ["pod cidr"]
    after = there.get(identity)
    assert after["ingress"].get("disablePublicServices", False) is False
    assert after["egress"].get("disablePublicAccess", False) is False
    assert after["dhcp"] == FULL["dhcp"]

    assert vpc_of(client(there, "GetVPC", {"id": identity})) == changed
    assert client(there, "ListVPCs", {}).message["items"] == [changed]
    assert vpc_of(client(there, "DeleteVPC", {"id": identity}))["status"] == "STATUS_DELETING"
    assert client(there, "GetVPC", {"id": identity}).code == "not_found"
    assert there.list() == []


def assert_error(said, code, text, *details):
    assert (said.code, said.text) == (code, text)
    assert said.details == [list(one) for one in details]


def resource(name, description):
    return "google.rpc.ResourceInfo", {"resourceType": "VPC", "resourceName": name, "description": description}


def violation(field, description):
    return {"field": field, "description": description}


def test_errors_of_the_service(client, server):
    there = server()
    vpc_of(client(there, "CreateVPC", {"name": "there", "zone": "Z"}))
    assert_error(client(there, "GetVPC", {"id": "nope"}), "not_found", 'VPC "nope" not found',
                 resource("nope", "no such VPC"))
    assert_error(client(there, "DeleteVPC", {"id": "n\u00f6%"}), "not_found", 'VPC "n\u00f6%" not found',
                 resource("n\u00f6%", "no such VPC"))
    assert_error(client(there, "CreateVPC", {"name": "there", "zone": "Z"}), "already_exists", 'VPC "there" already exists',
                 resource("there", 'VPC "there" already exists'))
    assert_error(client(there, "CreateVPC", {"name": "a", "zone": "Z", "vpcPrefixes": [{"name": "x/y", "value": "10.0.0.0"}]}),
                 "invalid_argument",
                 "validation errors:\n - vpc_prefixes[0].name: does not match regex pattern `^[a-zA-Z0-9-_ ]+$`\n"
                 " - vpc_prefixes[0].value: must be a valid IP prefix",
                 ("google.rpc.BadRequest", {"fieldViolations": [
                     violation("vpc_prefixes[0].name", "does not match regex pattern `^[a-zA-Z0-9-_ ]+$`"),
                     violation("vpc_prefixes[0].value", "must be a valid IP prefix")]}))
    assert_error(client(there, "CreateVPC", {"name": "a"}), "invalid_argument", "invalid argument: zone: value is required",
                 ("google.rpc.BadRequest", {"fieldViolations": [violation("zone", "value is required")]}))
    assert_error(client(there, "ListVPCs", {}, token=None), "unauthenticated", "missing or invalid access token")
    assert_error(client(there, "ListVPCs", {}, token="wrong"), "unauthenticated", "missing or invalid access token")
    assert len(there.list()) == 1


def test_errors_of_state_and_faults(client, server):
    there = server("--provision", "60000")
    identity = vpc_of(client(there, "CreateVPC", {"name": "a", "zone": "Z"}))["id"]
    text = "the VPC cannot be changed while it is in STATUS_CREATING"
    assert_error(client(there, "UpdateVPC", {"id": identity, "updateMask": INGRESS}), "failed_precondition", text,
                 ("google.rpc.PreconditionFailure", {"violations": [
                     {"type": "VPC_STATUS", "subject": f"vpc/{identity}", "description": text}]}))
    there.fault("LIST:status=429,quota,message=no more*1", "LIST:status=403,message=not yours*1", "LIST:status=503*1",
                "LIST:status=504,message=slow*1", "LIST:status=500*1", "LIST:status=503,body=html*1")
    assert_error(client(there, "ListVPCs", {}), "resource_exhausted", "no more",
                 ("google.rpc.QuotaFailure", {"violations": [
                     {"subject": "organization:demo", "description": "VPC quota exceeded"}]}))
    assert_error(client(there, "ListVPCs", {}), "permission_denied", "not yours")
    assert_error(client(there, "ListVPCs", {}), "unavailable", "fault: status 503")
    assert_error(client(there, "ListVPCs", {}), "deadline_exceeded", "slow")
    assert_error(client(there, "ListVPCs", {}), "internal", "fault: status 500")
    # not an error of the protocol: the client derives one from the HTTP status
    assert client(there, "ListVPCs", {}).code == "unavailable"


def test_long_lists_and_slow_answers(client, server, tmp_path):
    items = [{"id": f"id-{i}", "name": f"n{i}", "zone": "Z", "status": "STATUS_READY", "vpcPrefixes": PREFIXES,
              "createdAt": "2026-01-01T00:00:00.500Z"} for i in range(2000)]
    load = tmp_path / "list.json"
    load.write_text(json.dumps({"items": items}))
    there = server("--load", str(load), "--latency", "20")
    assert [vpc["id"] for vpc in client(there, "ListVPCs", {}).message["items"]] == [vpc["id"] for vpc in items]
    there.fault("GET:drip=1*1", "GET:delay=50*1")
    for _ in range(2):
        assert vpc_of(client(there, "GetVPC", {"id": "id-7"}))["name"] == "n7"


@pytest.mark.parametrize("name", ["connect-node binary", "grpc-js"])
def test_a_client_and_the_driver_on_the_same_vpcs(name, tools, server, folder):
    there = server()
    place = folder / name.replace(" ", "-")
    place.mkdir()
    mount = harness.Mount(place, there, "ttl=0,zone=US-LAB-01A")
    try:
        made = vpc_of(tools.call(name, there, "CreateVPC", FULL))
        assert mount.read("prod/id") == made["id"] + "\n"
        mount.write("prod/ingress/disablePublicServices", "false\n")
        mount.write("prod/egress/disablePublicAccess", "true\n")
        seen = vpc_of(tools.call(name, there, "GetVPC", {"id": made["id"]}))
        assert "disablePublicServices" not in seen["ingress"] or not seen["ingress"]["disablePublicServices"]
        assert seen["egress"]["disablePublicAccess"] is True
        (mount.path / "mine").mkdir()
        assert sorted(vpc["name"] for vpc in tools.call(name, there, "ListVPCs", {}).message["items"]) == ["mine", "prod"]
        assert tools.call(name, there, "DeleteVPC", {"id": made["id"]}).code is None
        assert sorted(entry.name for entry in mount.path.iterdir() if not entry.name.startswith(".")) == ["mine"]
    finally:
        problems = mount.stop()
    assert not problems
