# SPDX-License-Identifier: MIT
"""The renames, truncations and failures of a save (docs/semantics.md), step by step."""
import json
import os
import subprocess

import pytest
from harness import EGRESS, INGRESS, SERVERS, errno_of

SPEC = "prod/spec.json"
ROUNDS = 600
DNS = "PATCH dhcp.dns.servers"


def servers_of(m):
    return m.vpc().get("dhcp", {}).get("dns", {}).get("servers", [])


# Snapshots.

@pytest.mark.parametrize("path", [SPEC, SERVERS])
def test_what_is_written_to_a_snapshot_never_reaches_the_api(m, path):
    """The name was the field's a moment ago, and the kernel may still believe that it is."""
    text = m.read(path)
    new = text.replace("8.8.8.8", "9.9.9.9")
    old = f"{path}.old"
    with m.sends():
        for number in range(ROUNDS):
            os.rename(m / path, m / old)
            assert m.write(old, new) == "ok", number
            assert m.read(old) == new, number
            os.unlink(m / old)
    assert m.read(path) == text and servers_of(m) == ["1.1.1.1", "8.8.8.8"]


def test_renaming_a_snapshot_back_is_a_save_each_time(m):
    before = m.read(SERVERS)
    for number in range(20):
        os.rename(m / SERVERS, m / "prod/dhcp/dns/servers~")
        assert m.write(SERVERS, f"9.9.9.{number}\n") == "ok"
        with m.sends(DNS):
            os.rename(m / "prod/dhcp/dns/servers~", m / SERVERS)
        assert m.read(SERVERS) == before and servers_of(m) == ["1.1.1.1", "8.8.8.8"], number


def test_a_snapshot_of_spec_json_renamed_back_by_others_is_a_save_each_time(m):
    before = m.read(SPEC)
    for number in range(10):
        assert m.sh('mv "$M/prod/spec.json" "$M/prod/spec.json~"').ok
        assert m.write(SERVERS, f"9.9.9.{number}\n") == "ok"
        with m.sends(DNS):
            result = m.sh('mv "$M/prod/spec.json~" "$M/prod/spec.json"')
        assert result.ok, (result, m.why())
        assert m.read(SPEC) == before, number


def test_an_edited_snapshot_is_compared_with_what_its_editor_had_read(m):
    """Changes that another client made meanwhile stay."""
    m.read(SPEC)
    os.rename(m / SPEC, m / "prod/copy")
    m.server.patch("prod", "egress.disablePublicAccess", egress={"disablePublicAccess": True})
    assert m.write("prod/copy", m.read("prod/copy").replace("8.8.8.8", "9.9.9.9")) == "ok"
    with m.sends(DNS):
        os.rename(m / "prod/copy", m / SPEC)
    assert m.read(EGRESS) == "true\n" and m.read(SERVERS) == "1.1.1.1\n9.9.9.9\n"


# As GLib and sponge do it: the file that is renamed is still open, and closed much later.

GLIB = """
import os, sys
folder, name, text = sys.argv[1:4]
handle = os.open(folder + "/.goutputstream-X", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
os.fchmod(handle, 0o600)
os.write(handle, text.encode())
if sys.argv[4] == "fsync":
    os.fsync(handle)
for step in (lambda: os.rename(folder + "/.goutputstream-X", folder + "/" + name), lambda: os.close(handle)):
    try:
        step()
        print("ok", flush=True)
    except OSError as err:
        print(os.strerror(err.errno), flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("sync", ["fsync", "no fsync"])
@pytest.mark.parametrize("refused", [False, True])
def test_a_save_by_rename_that_is_closed_later(m, sync, refused):
    text = m.read(SPEC)
    if refused:
        m.server.fault("PATCH:status=400,message=not today")
    m.clear()
    child = m.start(["/usr/bin/python3", "-c", GLIB, str(m / "prod"), "spec.json", text.replace("8.8.8.8", "9.9.9.9"), sync],
                    stdin=subprocess.PIPE)
    assert child.stdout.readline() == ("Input/output error\n" if refused else "ok\n")
    assert m.writes() == [DNS]
    m.server.clear_faults()
    if not refused:  # somebody else saves before the flush comes
        assert m.write(SERVERS, "4.4.4.4\n") == "ok"
    m.clear()
    child.stdin.write("\n")
    child.stdin.flush()
    assert child.stdout.readline() == "ok\n"
    child.stdin.close()
    assert child.wait(timeout=30) == 0
    assert m.writes() == []
    assert m.read(SERVERS) == ("1.1.1.1\n8.8.8.8\n" if refused else "4.4.4.4\n")
    assert os.path.exists(m / "prod/.goutputstream-X") == refused
    if refused:
        assert m.read("prod/.goutputstream-X") == text.replace("8.8.8.8", "9.9.9.9")


# An emptied list.

def test_fsync_clears_a_list_that_was_emptied(m):
    with m.sends(DNS):
        handle = os.open(m / SERVERS, os.O_WRONLY | os.O_TRUNC)
        os.close(os.dup(handle))
        assert m.writes() == []
        os.fsync(handle)
        assert m.writes() == [DNS]
        os.close(handle)
    assert servers_of(m) == [] and m.read(SERVERS) == ""


@pytest.mark.parametrize("path", [INGRESS, "prod/name", SPEC])
def test_fsync_of_another_emptied_file_is_no_change(m, path):
    before = m.read(path)
    with m.sends():
        handle = os.open(m / path, os.O_WRONLY | os.O_TRUNC)
        errno_of(os.fsync, handle)
        errno_of(os.close, handle)
    assert m.read(path) == before


def test_fsync_of_a_list_that_another_handle_emptied_sends_nothing(m):
    """Whether a text is dirty is a property of the open file."""
    with m.sends():
        handle = os.open(m / SERVERS, os.O_RDWR)
        os.close(os.open(m / SERVERS, os.O_WRONLY | os.O_TRUNC))
        os.truncate(m / SERVERS, 0)
        os.fsync(handle)
        os.close(handle)
    assert m.read(SERVERS) == "1.1.1.1\n8.8.8.8\n"


@pytest.mark.parametrize("command", [': > "$M/prod/dhcp/dns/servers"', 'truncate -s 0 "$M/prod/dhcp/dns/servers"',
                                     'cp /dev/null "$M/prod/dhcp/dns/servers"', ': > empty; cp empty "$M/prod/dhcp/dns/servers"'])
def test_truncation_alone_changes_no_list(m, command):
    with m.sends():
        assert m.sh(command).ok
    assert m.read(SERVERS) == "1.1.1.1\n8.8.8.8\n"


def test_an_empty_scratch_file_renamed_onto_a_list_clears_it(m):
    (m / "prod/dhcp/dns/new").write_text("")
    with m.sends(DNS):
        os.rename(m / "prod/dhcp/dns/new", m / SERVERS)
    assert servers_of(m) == [] and m.read(SERVERS) == "" and m.ls("prod/dhcp/dns") == ["servers"]


@pytest.mark.parametrize("path", [SPEC, INGRESS, "prod/zone"])
def test_an_empty_scratch_file_renamed_onto_another_file_is_refused(m, path):
    before = m.read(path)
    folder = os.path.dirname(path)
    (m / folder / "new").write_text("")
    with m.sends():
        assert errno_of(os.rename, m / folder / "new", m / path) == "EIO"
    assert m.read(path) == before and (m / folder / "new").read_text() == ""


# Failures stick.

@pytest.mark.parametrize("path", [SPEC, SERVERS])
def test_efbig_sticks(m, path):
    with m.sends():
        handle = os.open(m / path, os.O_WRONLY | os.O_TRUNC)
        chunk = b"1.1.1.1 " * (1 << 17)
        assert errno_of(lambda: [os.write(handle, chunk) for _ in range(70)]) == "EFBIG"
        assert errno_of(os.fsync, handle) == "EFBIG"
        assert errno_of(os.close, os.dup(handle)) == "EFBIG"
        assert errno_of(os.fsync, handle) == "EFBIG"
        assert errno_of(os.close, handle) == "EFBIG"
    assert "1.1.1.1" in m.read(path)


def far_write(m):
    with open(m / SERVERS, "wb", buffering=0) as file:
        os.pwrite(file.fileno(), b"x", 1 << 30)


def far_truncate(m):
    with open(m / SERVERS, "r+b", buffering=0) as file:
        file.truncate(1 << 30)


def long_write(m):
    with open(m / SERVERS, "wb", buffering=0) as file:
        for _ in range(70):
            file.write(b"1.1.1.1 " * (1 << 17))


def long_line(m):
    with open(m / SERVERS, "wb", buffering=0) as file:
        for _ in range(70):
            file.write(b"1.1.1.1 " * (1 << 14) + b"x\n" if _ == 69 else b"1.1.1.1 " * (1 << 13))


def long_rename(m):
    with open(m / "prod/dhcp/dns/long", "wb") as file:
        file.truncate(1 << 30)
    os.rename(m / "prod/dhcp/dns/long", m / SERVERS)


@pytest.mark.parametrize("call", [far_write, far_truncate, long_write, long_line, long_rename], ids=lambda call: call.__name__)
def test_efbig_is_explained(m, call):
    with m.sends():
        assert errno_of(call, m) == "EFBIG"
    for why in m.why(), m.why(""):
        assert "prod/dhcp/dns/servers EFBIG" in why and "too long" in why, why


@pytest.mark.parametrize("status, wrote, synced", [(403, "EACCES", "EACCES"), (400, "EINVAL", "EIO"), (409, "EEXIST", "EEXIST")])
def test_a_refusal_sticks_until_something_is_written_anew(m, status, wrote, synced):
    m.server.fault(f"PATCH:status={status}*1")
    with m.sends(DNS):
        handle = os.open(m / SERVERS, os.O_WRONLY | os.O_TRUNC)
        assert errno_of(os.write, handle, b"9.9.9.9\n") == wrote
        assert errno_of(os.fsync, handle) == synced
        assert errno_of(os.close, os.dup(handle)) == wrote
    with m.sends(DNS):
        os.ftruncate(handle, 0)
        assert errno_of(os.pwrite, handle, b"4.4.4.4\n", 0) == "ok"
        assert errno_of(os.fsync, handle) == "ok" and errno_of(os.close, handle) == "ok"
    assert servers_of(m) == ["4.4.4.4"]


# .error

def test_only_a_change_that_was_sent_and_worked_empties_error(lab):
    m = lab.mount("ttl=0,timeout=1")
    m.server.fault("PATCH:status=403,message=not today*1")
    assert m.write(SERVERS, "9.9.9.9\n") == "EACCES"
    why = m.why()
    assert "not today" in why
    assert m.write(INGRESS, "false\n") == "ok" and m.write(SPEC, m.read(SPEC)) == "ok"
    assert m.why() == why
    m.server.fault("GET:status=500,message=no reading", "LIST:status=500,message=no reading")
    assert errno_of(m.read, "prod/zone") == "EREMOTEIO"
    m.server.clear_faults()
    assert m.why() == why and "no reading" in m.why("")
    assert m.write("plain/ingress/disablePublicServices", "true\n") == "ok"
    assert m.why() == why
    assert m.write(EGRESS, "true\n") == "ok"
    assert m.why() == "" and "no reading" in m.why("")


def test_a_failed_read_is_told_where_no_change_was_refused(lab):
    m = lab.mount("ttl=0,timeout=1")
    identity = m.read("prod/id").strip()
    m.server.fault(f"GET:{identity}:status=500,message=no reading")
    assert errno_of(m.read, "prod/zone") == "EREMOTEIO"
    m.server.clear_faults()
    assert "no reading" in m.why() and m.why("plain") == ""


# dry_run

def test_dry_run_sends_nothing_of_any_kind(lab):
    m = lab.mount("dry_run,zone=US-EAST-04A,ttl=0")
    before = m.server.list()
    spec = m.json(SPEC)
    os.mkdir(m / ".drafts/blue")
    (m / ".drafts/blue/spec.json").write_text(json.dumps({**spec, "name": "blue"}) + "\n")
    steps = {
        "mkdir": lambda: os.mkdir(m / "new"), "rmdir": lambda: os.rmdir(m / "plain"),
        "rmdir of an entry": lambda: os.rmdir(m / "prod/vpcPrefixes/pod cidr"),
        "mv of an entry": lambda: os.rename(m / "prod/vpcPrefixes/pod cidr", m / "prod/vpcPrefixes/pods"),
        "mv": lambda: os.rename(m / "prod", m / "main"), "publish": lambda: os.rename(m / ".drafts/blue", m / "blue"),
    }
    writes = {INGRESS: "true\n", SERVERS: "9.9.9.9\n", "prod/zone": "US-EAST-06A\n", "prod/vpcPrefixes/pod cidr/value": "10.8.0.0/13\n",
              SPEC: json.dumps({**spec, "ingress": {"disablePublicServices": True}}) + "\n"}
    m.clear()
    for what, step in steps.items():
        assert errno_of(step) == "ok", (what, m.why(""))
        assert m.ls() == ["plain", "prod"], what
        assert m.ls("prod/vpcPrefixes") == ["pod cidr", "service cidr"], what
    for path, text in writes.items():
        assert m.write(path, text) == "ok", path
        assert m.json(SPEC) == spec, path
    assert {r["method"] for r in m.requests()} == {"GET"}
    assert m.server.list() == before
    assert m.read(".drafts/blue/spec.json") and m.read("prod/id") == before[0]["id"] + "\n"
    log = m.read(".vpcfs/log")
    for word in ("POST", "DELETE", "vpcPrefixes", "ingress.disablePublicServices", "dhcp.dns.servers", "10.8.0.0/13"):
        assert word in log, word
