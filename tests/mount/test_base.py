# SPDX-License-Identifier: MIT
"""What a write is compared with (docs/semantics.md: W1, W2, W4): an answer to a question that was asked after the write
began, and what its own writer had read. Never the cache, and never what another process had read."""
import json
import os
import subprocess

import pytest
from harness import EGRESS, INGRESS, POD, POD_VALUE, SERVERS, SERVICE
from test_two_people import Editor

SPEC = "prod/spec.json"
ON = {"disablePublicServices": True}
OUT = {"disablePublicAccess": True}


def dns(*servers):
    return {"dns": {"servers": list(servers)}}


def servers_of(m):
    return m.vpc()["dhcp"]["dns"]["servers"]


# The cache.

CHANGES = {
    INGRESS: ("ingress.disablePublicServices", {"ingress": ON}, lambda vpc: not vpc.get("ingress", {}).get("disablePublicServices")),
    SERVERS: ("dhcp.dns.servers", {"dhcp": dns("9.9.9.9")}, lambda vpc: vpc["dhcp"] == dns("1.1.1.1", "8.8.8.8")),
    POD_VALUE: ("vpcPrefixes", {"vpcPrefixes": [{"name": POD, "value": "10.8.0.0/13"}, {"name": SERVICE, "value": "10.32.0.0/22"}]},
                lambda vpc: [p["value"] for p in vpc["vpcPrefixes"] if p["name"] == POD] == ["10.0.0.0/13"]),
    SPEC: ("dhcp.dns.servers", {"dhcp": dns("9.9.9.9")}, lambda vpc: vpc["dhcp"] == dns("1.1.1.1", "8.8.8.8")),
}


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize("how", ["write", "rename"])
def test_equal_to_a_stale_cached_value_is_sent(lab, path, how):
    m = lab.mount("ttl=60")
    text = m.read(path)
    (m.work / "text").write_text(text)
    mask, theirs, is_back = CHANGES[path]
    m.server.patch("prod", mask, **theirs)
    assert m.read(path) == text
    command = {"write": 'cat "$W/text" > "$F"', "rename": 'cp "$W/text" "$F.new" && mv "$F.new" "$F"'}[how]
    with m.sends(f"PATCH {mask}"):
        result = m.sh(command, env={"F": str(m / path)})
    assert result.ok, (result, m.why())
    assert is_back(m.vpc())
    assert m.read(path) == text


@pytest.mark.parametrize("path", CHANGES)
def test_the_same_value_asks_once_and_sends_nothing(lab, path):
    m = lab.mount("ttl=60")
    text = m.read(path)
    m.clear()
    assert m.write(path, text) == "ok"
    assert m.writes() == [] and m.reads() == 1


@pytest.mark.parametrize("opened", ["before the change", "after it"])
def test_append_keeps_another_clients_address(lab, opened):
    m = lab.mount("ttl=60")
    m.read(SERVERS)
    handle = os.open(m / SERVERS, os.O_WRONLY | os.O_APPEND) if opened == "before the change" else None
    m.server.patch("prod", "dhcp.dns.servers", dhcp=dns("1.1.1.1", "4.4.4.4"))
    if handle is None:
        handle = os.open(m / SERVERS, os.O_WRONLY | os.O_APPEND)
    m.clear()
    os.write(handle, b"9.9.9.9\n")
    assert [r["method"] for r in m.requests()][:2] == ["GET", "PATCH"] and m.writes() == ["PATCH dhcp.dns.servers"]
    os.close(handle)
    assert servers_of(m) == ["1.1.1.1", "4.4.4.4", "9.9.9.9"]
    assert m.read(SERVERS) == "1.1.1.1\n4.4.4.4\n9.9.9.9\n"


@pytest.mark.parametrize("cut", [True, False])
def test_the_same_text_on_an_open_handle_is_decided_again(m, cut):
    handle = os.open(m / SERVERS, os.O_WRONLY | os.O_TRUNC)
    assert os.write(handle, b"9.9.9.9\n") == 8
    m.server.patch("prod", "dhcp.dns.servers", dhcp=dns("4.4.4.4"))
    with m.sends("PATCH dhcp.dns.servers"):
        if cut:
            os.ftruncate(handle, 0)
        os.pwrite(handle, b"9.9.9.9\n", 0)
        os.close(handle)
    assert servers_of(m) == ["9.9.9.9"]


def test_a_value_that_was_refused_is_tried_again_on_the_same_handle(m):
    m.server.fault("PATCH:status=403*1")
    handle = os.open(m / SERVERS, os.O_WRONLY | os.O_TRUNC)
    with pytest.raises(PermissionError):
        os.write(handle, b"9.9.9.9\n")
    with m.sends("PATCH dhcp.dns.servers"):
        os.pwrite(handle, b"9.9.9.9\n", 0)
        os.close(handle)
    assert servers_of(m) == ["9.9.9.9"]


# The base is the writer's own, for as long as it lives.

READER = 'import sys; open(sys.argv[1]).read(); print("read", flush=True); sys.stdin.read()'


def test_forty_readers_do_not_evict_an_editors_base(lab):
    m = lab.mount("ttl=0")
    editor = Editor(m)
    assert editor("open") == "ok"
    readers = [m.start(["/usr/bin/python3", "-c", READER, str(m / SPEC)], stdin=subprocess.PIPE) for _ in range(40)]
    for reader in readers:
        assert reader.stdout.readline() == "read\n"
    assert m.sh('for i in $(seq 200); do read -r line < "$M/prod/spec.json"; done; for i in $(seq 40); do cat "$M/prod/spec.json"; done').ok
    m.server.patch("prod", "dhcp.dns.servers", dhcp=dns("4.4.4.4"))
    assert m.sh('cat "$M/prod/spec.json"').ok
    editor("set", "ingress", ON)
    with m.sends("PATCH ingress.disablePublicServices"):
        assert editor("truncate") == "ok"
    editor.close()
    assert m.read(SERVERS) == "4.4.4.4\n" and m.read(INGRESS) == "true\n"


def test_a_process_that_never_read_has_no_base_however_often_it_saves(lab):
    m = lab.mount("ttl=0")
    program = """
import json, os, sys
path, text = sys.argv[1], sys.stdin.readline()
for line in iter(sys.stdin.readline, ""):
    with open(path, "w") as file:
        file.write(text)
    print("saved", flush=True)
"""
    spec = {**m.json(SPEC), "ingress": ON}
    child = m.start(["/usr/bin/python3", "-c", program, str(m / SPEC)], stdin=subprocess.PIPE)
    child.stdin.write(json.dumps(spec) + "\n")
    for number in range(3):
        m.server.patch("prod", "dhcp.dns.servers", dhcp=dns(f"4.4.4.{number}"))
        child.stdin.write("\n")
        child.stdin.flush()
        assert child.stdout.readline() == "saved\n"
        assert m.json(SPEC) == spec, number


def test_a_base_ends_with_its_reader(lab):
    """A process that reuses a process id is another caller."""
    m = lab.mount("ttl=0")
    spec = {**m.json(SPEC), "ingress": ON}
    (m.work / "new").write_text(json.dumps(spec) + "\n")
    # The second process gets the id of the first: the namespace's next id is set between them.
    script = ('sh -c "cat $M/prod/spec.json > /dev/null; :"; echo $$ > /dev/null; echo 4 > /proc/sys/kernel/ns_last_pid; '
              'sh -c "cat $W/new > $M/prod/spec.json; :"')
    m.server.patch("prod", "egress.disablePublicAccess", egress=OUT)
    result = m.sh(f"unshare -p -f --mount-proc sh -c '{script}'")
    if "ns_last_pid" in result.err:
        pytest.skip("process ids cannot be chosen here")
    assert result.ok, (result, m.why())
    assert m.json(SPEC) == spec


# Callers that the driver cannot see.

@pytest.fixture
def unseen(lab):
    """The driver runs in a pid namespace of its own, where all callers have the id 0."""
    return lab.mount("ttl=0", prefix=["unshare", "-p", "-f", "--kill-child"])


@pytest.mark.skipif(os.getuid() != 0, reason="unshare -p is for root")
@pytest.mark.parametrize("how", ["rename", "cut", "truncate"])
def test_callers_of_another_namespace_have_no_base_and_share_none(unseen, how):
    m = unseen
    first, second = Editor(m), Editor(m)
    assert first("open") == "ok"
    m.server.patch("prod", "egress.disablePublicAccess", egress=OUT)
    assert second("open") == "ok"
    second("set", "dhcp", dns("9.9.9.9"))
    with m.sends("PATCH dhcp.dns.servers"):
        assert second(how) == "ok"
    first("set", "ingress", ON)
    m.clear()
    assert first(how) == "ok"
    patch, = m.requests("PATCH")
    assert set(patch["updateMask"].split(",")) == {"ingress.disablePublicServices", "egress.disablePublicAccess", "dhcp.dns.servers"}
    assert (m.read(INGRESS), m.read(EGRESS), m.read(SERVERS)) == ("true\n", "false\n", "1.1.1.1\n8.8.8.8\n")
    for editor in (first, second):
        editor.close()


@pytest.mark.skipif(os.getuid() != 0, reason="unshare -p is for root")
@pytest.mark.parametrize("options", [["-p", "-f"], ["-p", "-f", "--mount-proc"]])
def test_callers_with_the_same_id_in_their_own_namespaces_are_not_one(lab, options):
    """Each has pid 1 in its own namespace; the driver sees two callers."""
    m = lab.mount("ttl=0")
    inside = ["unshare", *options, "--kill-child"]
    reader = Editor(m, prefix=inside)
    assert reader("open") == "ok"
    m.server.patch("prod", "egress.disablePublicAccess", egress=OUT)
    (m.work / "new").write_text(json.dumps({**m.json(SPEC), "egress": {"disablePublicAccess": False}, "ingress": ON}) + "\n")
    m.clear()
    assert m.sh([*inside, "sh", "-c", 'cat "$W/new" > "$M/prod/spec.json"; :']).ok
    patch, = m.requests("PATCH")
    assert set(patch["updateMask"].split(",")) == {"ingress.disablePublicServices", "egress.disablePublicAccess"}
    reader("set", "dhcp", dns("9.9.9.9"))
    with m.sends("PATCH dhcp.dns.servers"):
        assert reader("truncate") == "ok"
    reader.close()
    assert m.read(INGRESS) == "true\n"
