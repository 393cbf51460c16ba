# SPDX-License-Identifier: MIT
"""-o api=connect and grpc: each operation, the names in the log, the codec that a mount chooses, and a third-party
server. The other suites, with VPCFS_API set, test what is the same through each protocol."""
import os
import subprocess

import harness
import pytest
from conftest import live
from harness import INGRESS, POD, POD_VALUE, PROD, ROOT, SERVERS, HarnessError, errno_of

pytestmark = live
CLIENTS = ROOT / "tests/clients"
WRITTEN_AS = {"connect": ("connect", "json"), "connect-binary": ("connect", "proto"), "grpc": ("grpc", "proto")}


@pytest.fixture(params=WRITTEN_AS)
def door(request, monkeypatch):
    monkeypatch.setattr(harness, "API", request.param)
    return request.param


def went_through(m):
    return {(r["protocol"], r["codec"]) for r in m.requests()}


def test_each_operation(door, lab):
    m = lab.mount("zone=US-EAST-04A,ttl=0")
    os.mkdir(m / ".drafts/copy")
    with m.sends("PATCH ingress.disablePublicServices", "PATCH dhcp.dns.servers", "PATCH vpcPrefixes", "PATCH vpcPrefixes",
                 "PATCH vpcPrefixes", "POST", "POST", "PATCH egress.disablePublicAccess,dhcp.dns.servers", "DELETE"):
        assert m.ls() == ["plain", "prod"]
        assert m.write(INGRESS, "true\n") == "ok"
        assert m.write(SERVERS, "9.9.9.9\n", os.O_WRONLY | os.O_APPEND) == "ok"
        assert m.write(POD_VALUE, "10.8.0.0/13\n") == "ok"
        os.mkdir(m / "prod/vpcPrefixes/more")
        assert m.make("prod/vpcPrefixes/more/value", "10.99.0.0/24\n") == "ok"
        os.rename(m / "prod/vpcPrefixes/more", m / "prod/vpcPrefixes/other one")
        os.mkdir(m / "new")
        assert m.make(".drafts/copy/spec.json", m.read("prod/spec.json").replace("10.16.192.0/18", "10.32.192.0/18")
                      .replace("10.32.0.0/22", "10.36.0.0/22")) == "ok", m.why("")
        os.rename(m / ".drafts/copy", m / "copy")
        spec = m.json("prod/spec.json")
        spec["dhcp"]["dns"]["servers"], spec["egress"] = [], {"disablePublicAccess": True}
        assert m.write("prod/spec.json", harness.json.dumps(spec) + "\n") == "ok", m.why()
        os.rmdir(m / "plain")
    assert went_through(m) == {WRITTEN_AS[door]}
    vpc = m.vpc()
    assert vpc["ingress"] == {"disablePublicServices": True} and vpc["egress"] == {"disablePublicAccess": True}
    assert {entry["name"]: entry["value"] for entry in vpc["vpcPrefixes"]} == {
        **{entry["name"]: entry["value"] for entry in PROD["vpcPrefixes"]}, POD: "10.8.0.0/13", "other one": "10.99.0.0/24"}
    assert m.vpc("copy")["hostPrefixes"][1]["ipam"]["gatewayAddressPolicy"] == "EUI64"
    assert m.vpc("plain") is None and m.vpc("new") is not None
    assert m.ls() == ["copy", "new", "prod"]
    assert m.read("prod/dhcp/dns/servers") == "" and m.read(POD_VALUE) == "10.8.0.0/13\n"


def test_an_answer_without_the_host_prefixes(door, lab):
    """The published reference has none in the answer to UpdateVPC; in binary that looks like an empty list."""
    m = lab.mount(server=lab.server(profile="reference"))
    spec = m.read("plain/spec.json")
    assert len(m.json("plain/spec.json")["hostPrefixes"]) == 1
    with m.sends("PATCH egress.disablePublicAccess", "PATCH egress.disablePublicAccess"):
        assert m.write("plain/egress/disablePublicAccess", "true\n") == "ok"
        assert m.read("plain/spec.json") == spec.replace('Access": false', 'Access": true')
        assert m.write("plain/spec.json", spec) == "ok", m.why("plain")
    assert m.read("plain/spec.json") == spec


def test_a_refusal_says_why(door, lab):
    m = lab.mount()
    m.server.fault("PATCH:status=409,code=10,message=not now*1", "PATCH:status=429,quota,message=no more*1")
    assert m.write(INGRESS, "true\n") == "EBUSY"
    assert " HTTP 409 ABORTED EBUSY\nnot now\n" in m.why()
    assert m.write(INGRESS, "true\n") == "EDQUOT"
    first, message, *details = m.why().splitlines()
    assert first.endswith(" HTTP 429 RESOURCE_EXHAUSTED EDQUOT") and message == "no more" and len(details) == 2, m.why()


def test_the_log_names_method_id_and_mask(door, lab):
    m = lab.mount()
    identity = m.read("prod/id").strip()
    assert m.write(INGRESS, "true\n") == "ok"
    m.server.fault("PATCH:status=403")
    assert m.write(SERVERS, "9.9.9.9\n") == "EACCES"
    lines = [line.split()[1:] for line in m.read(".vpcfs/log").splitlines()]
    assert [lines[0][i] for i in (0, 1, 2)] == ["ListVPCs", "-", "-"]
    changes = [line for line in lines if line[0] == "UpdateVPC"]
    assert [line[:4] + line[5:] for line in changes] == [
        ["UpdateVPC", identity, "ingress.disablePublicServices", "200", "-"],
        ["UpdateVPC", identity, "dhcp.dns.servers", "403", "EACCES"]]
    assert 'vpcfs_calls_total{method="UpdateVPC",status="403"} 1' in m.read(".vpcfs/stats")
    assert f"api={door.removesuffix('-binary')}\n" in m.read(".vpcfs/options")


def test_a_dry_run_names_method_id_and_mask(door, lab):
    m = lab.mount("dry_run")
    with m.sends():
        assert m.write(INGRESS, "true\n") == "ok"
    identity = m.read("prod/id").strip()
    assert (f'dry-run UpdateVPC {identity} ingress.disablePublicServices {{"updateMask":"ingress.disablePublicServices",'
            '"ingress":{"disablePublicServices":true}}') in m.read(".vpcfs/log")


def test_the_first_list_chooses_and_nothing_else(monkeypatch, lab):
    monkeypatch.setattr(harness, "API", "connect")
    m = lab.mount("ttl=0")
    m.server.fault("PATCH:status=415,body=empty", "LIST:status=415,body=empty")
    with m.sends("PATCH ingress.disablePublicServices"):
        assert m.write(INGRESS, "true\n") == "EINVAL"
    assert errno_of(m.ls) == "EINVAL"
    m.server.clear_faults()
    m.refresh()
    m.ls()
    assert went_through(m) == {("connect", "json")}


def test_a_refusal_of_the_service_does_not_choose(monkeypatch, lab):
    monkeypatch.setattr(harness, "API", "connect")
    server = lab.server()
    server.fault("LIST:status=403*1")
    with pytest.raises(HarnessError):
        lab.mount(server=server)
    assert {(r["protocol"], r["codec"]) for r in server.requests()} == {("connect", "json")}


def test_a_field_of_a_newer_api_is_seen_in_json_only(door, lab):
    m = lab.mount(load=[{"id": "1", "name": "prod", "zone": "Z", "mtu": 9000}])
    assert errno_of(m.read, "prod/mtu") == ("ok" if door == "connect" else "ENOENT")


def test_the_built_in_emulator(door, lab):
    m = lab.mount(f"api={door.removesuffix('-binary')}", args=["--emulator"], endpoint="")
    assert m.ls() and "ListVPCs - - 200" in m.read(".vpcfs/log")


@pytest.fixture(scope="session")
def descriptors(tmp_path_factory):
    """The descriptors from which the third-party server is made."""
    path = tmp_path_factory.mktemp("schema") / "vpc.binpb"
    subprocess.run([CLIENTS / "node_modules/.bin/buf", "build", ROOT / "src/proto", "-o", path], check=True)
    return path


class ServerOfOthers:
    """tests/clients/server.mjs: connect-node."""

    token = "for-tests"

    def __init__(self, folder, descriptors, *flags):
        self.log = folder / "log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([*harness.TIED, "node", CLIENTS / "server.mjs", descriptors, *flags],
                                            stdout=subprocess.PIPE, stderr=log, text=True)
        self.url = self.mount_url = self.process.stdout.readline().split()[-1]

    def fault(self, *rules):
        pass

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        return ""


@pytest.mark.parametrize("api, flags, spoken", [
    ("connect", (), "1.1 {} application/json"), ("connect", ("--no-json",), "1.1 {} application/proto"),
    ("grpc", ("--h2c",), "2.0 {} application/grpc")])
def test_a_server_of_others(lab, descriptors, monkeypatch, api, flags, spoken):
    monkeypatch.setattr(harness, "API", api)
    server = ServerOfOthers(lab.new_folder(), descriptors, *flags)
    lab.started.append(server)
    m = lab.mount("zone=US-EAST-04A,ttl=0", server=server)
    assert m.ls() == ["plain", "prod"]
    assert m.write(INGRESS, "true\n") == "ok" and m.read(INGRESS) == "true\n"
    assert m.write(SERVERS, "9.9.9.9\n", os.O_WRONLY | os.O_APPEND) == "ok"
    assert m.read(SERVERS) == "1.1.1.1\n9.9.9.9\n"
    assert m.write("prod/egress/disablePublicAccess", "false\n") == "ok"
    os.mkdir(m / "new")
    assert errno_of(os.mkdir, m / "new") == "EEXIST"
    os.rmdir(m / "new")
    assert m.ls() == ["plain", "prod"]
    os.mkdir(m / "prod/vpcPrefixes/more")
    assert m.make("prod/vpcPrefixes/more/value", "10.99.0.0/24\n") == "ok"
    assert m.read("prod/vpcPrefixes/more/value") == "10.99.0.0/24\n"
    lines = server.log.read_text().splitlines()
    path = "POST /coreweave.networking.v1beta1.VPCService/"
    for method in ("ListVPCs", "GetVPC", "CreateVPC", "UpdateVPC", "DeleteVPC"):
        assert spoken.format(path + method) in [line.rstrip() for line in lines], lines
    assert sum(path + "CreateVPC" in line for line in lines) == 1
