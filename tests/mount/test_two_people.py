# SPDX-License-Identifier: MIT
"""Two people at once: each has an editor that reads the file, closes it, and opens it again to save much later. The
save is compared with what the program had read, however it saves."""
import json
import subprocess

import pytest

from harness import EGRESS, INGRESS, SERVERS

EDITOR = r"""
import json, os, sys
path = sys.argv[1]

def save(how, text):
    if how == "rename":
        with open(path + ".new", "w") as f:
            f.write(text)
        os.replace(path + ".new", path)
    elif how == "cut":
        fd = os.open(path, os.O_WRONLY)
        os.ftruncate(fd, 0)
        os.write(fd, text.encode())
        os.fsync(fd)
        os.close(fd)
    else:
        with open(path, "w") as f:
            f.write(text)

for line in sys.stdin:
    what, *rest = json.loads(line)
    try:
        if what == "open":
            spec = json.load(open(path))
        elif what == "set":
            spec[rest[0]] = rest[1]
        else:
            save(what, json.dumps(spec, indent=2) + "\n")
        print("ok", flush=True)
    except OSError as err:
        print(os.strerror(err.errno), flush=True)
"""


class Editor:
    def __init__(self, mount, path="prod/spec.json", prefix=()):
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *prefix, "/usr/bin/python3", "-c", EDITOR, str(mount / path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, *command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


@pytest.fixture
def people(lab):
    one = lab.mount("ttl=0")
    two = lab.mount("ttl=0", server=one.server)
    editors = [Editor(one), Editor(two)]
    for editor in editors:
        assert editor("open") == "ok"
    yield one, two, *editors
    for editor in editors:
        editor.close()


SAVES = pytest.mark.parametrize("how", ["rename", "cut", "truncate"])


@SAVES
def test_different_fields_both_survive(people, how):
    one, two, first, second = people
    first("set", "ingress", {"disablePublicServices": True})
    second("set", "egress", {"disablePublicAccess": True})
    assert first(how) == "ok"
    assert second(how) == "ok"
    assert [r["updateMask"] for r in one.requests("PATCH")] == [
        "ingress.disablePublicServices", "egress.disablePublicAccess"]
    for mount in (one, two):
        assert mount.read(INGRESS) == "true\n" and mount.read(EGRESS) == "true\n"


@SAVES
def test_a_later_save_does_not_take_back_what_the_other_wrote(people, how):
    one, two, first, second = people
    first("set", "ingress", {"disablePublicServices": True})
    second("set", "egress", {"disablePublicAccess": True})
    assert first(how) == "ok" and second(how) == "ok"
    # Neither has opened the file again: the texts of both still lack the other's change.
    first("set", "dhcp", {"dns": {"servers": ["9.9.9.9"]}})
    assert first(how) == "ok"
    second("set", "vpcPrefixes", [])
    assert second(how) == "ok"
    for mount in (one, two):
        assert mount.read(INGRESS) == "true\n" and mount.read(EGRESS) == "true\n"
        assert mount.read(SERVERS) == "9.9.9.9\n" and mount.ls("prod/vpcPrefixes") == []
    assert [r["updateMask"] for r in one.requests("PATCH")][2:] == ["dhcp.dns.servers", "vpcPrefixes"]


@SAVES
def test_a_save_without_an_edit_is_busy_when_the_vpc_is_otherwise(people, how):
    """Success would mean that the file is as the text says."""
    one, two, first, second = people
    first("set", "dhcp", {"dns": {"servers": ["9.9.9.9"]}})
    assert first(how) == "ok"
    assert second(how) == "Device or resource busy"
    assert len(one.requests("PATCH")) == 1 and two.read(SERVERS) == "9.9.9.9\n"
    assert "dhcp.dns.servers" in two.why()
    assert json.loads(two.read(".vpcfs/rejected/prod/spec.json"))["dhcp"]["dns"]["servers"] == ["1.1.1.1", "8.8.8.8"]


@SAVES
def test_the_same_field_is_busy_for_the_later_one(people, how):
    one, two, first, second = people
    first("set", "dhcp", {"dns": {"servers": ["4.4.4.4"]}})
    second("set", "dhcp", {"dns": {"servers": ["9.9.9.9"]}})
    assert first(how) == "ok"
    assert second(how) == "Device or resource busy"
    assert "4.4.4.4" in two.why()
    assert json.loads(two.read(".vpcfs/rejected/prod/spec.json"))["dhcp"]["dns"]["servers"] == ["9.9.9.9"]
    assert two.read(SERVERS) == "4.4.4.4\n"
    assert len(one.requests("PATCH")) == 1
    # A person who looks again and then saves means it.
    assert second("open") == "ok"
    second("set", "dhcp", {"dns": {"servers": ["9.9.9.9"]}})
    assert second(how) == "ok"
    assert one.read(SERVERS) == "9.9.9.9\n"


@pytest.mark.parametrize("command", ['cp "$W/backup" "$M/prod/spec.json"', 'cat "$W/backup" > "$M/prod/spec.json"',
                                     'cp "$W/backup" "$M/prod/new" && mv "$M/prod/new" "$M/prod/spec.json"',
                                     'rsync -a -I "$W/backup" "$M/prod/spec.json"', 'cp -a "$W/backup" "$M/prod/spec.json"'])
def test_a_backup_put_back_after_another_clients_change(lab, command):
    """The program that puts it back has not read the file, so the VPC becomes what the copy says, whatever it was."""
    m = lab.mount("ttl=0")
    assert m.sh('cp "$M/prod/spec.json" "$W/backup"').ok
    m.server.patch("prod", "dhcp.dns.servers,egress.disablePublicAccess", dhcp={"dns": {"servers": ["9.9.9.9"]}},
                   egress={"disablePublicAccess": True})
    m.clear()
    result = m.sh(command)
    assert result.ok, (result, m.why())
    assert len(m.requests("PATCH")) == 1
    assert m.read(SERVERS) == "1.1.1.1\n8.8.8.8\n" and m.read(EGRESS) == "false\n"
    assert m.read("prod/spec.json") == (m.work / "backup").read_text()


def test_a_backup_put_back_is_sent_though_the_cache_says_that_it_is_there(lab):
    m = lab.mount("ttl=60")
    assert m.sh('cp "$M/prod/spec.json" "$W/backup"').ok
    m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": ["9.9.9.9"]}})
    with m.sends("PATCH dhcp.dns.servers"):
        assert m.sh('cp "$W/backup" "$M/prod/spec.json"').ok
    assert m.vpc()["dhcp"]["dns"]["servers"] == ["1.1.1.1", "8.8.8.8"]


@pytest.mark.parametrize("command", [
    'busybox rm -rf "$M/prod"', 'find "$M/prod" -delete', 'rm -rf "$M/prod"',
    '/usr/bin/python3 -c "import os, shutil; shutil.rmtree(os.environ[\'M\'] + \'/prod\', ignore_errors=True)"'])
def test_no_rm_r_deletes_anything(m, command):
    before = m.vpc()
    m.sh(command)
    assert m.vpc() == before
    assert m.writes() == []
    assert m.sh('rmdir "$M/prod"').ok
