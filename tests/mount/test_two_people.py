# SPDX-License-Identifier: MIT
"""Two people at once: each has an editor that reads the file, closes it, and opens it anew to save much later.
What the program had read then is what its save is compared with, however it saves."""
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
    def __init__(self, mount, path="prod/spec.json"):
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", "/usr/bin/python3", "-c", EDITOR, str(mount / path)],
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
    assert first(how) == "ok" and second(how) == "ok"
    assert one.read(INGRESS) == "true\n" and one.read(EGRESS) == "true\n"
    assert two.read(SERVERS) == "9.9.9.9\n"
    assert len(one.requests("PATCH")) == 3


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
    # Who looks again and then saves means it.
    assert second("open") == "ok"
    second("set", "dhcp", {"dns": {"servers": ["9.9.9.9"]}})
    assert second(how) == "ok"
    assert one.read(SERVERS) == "9.9.9.9\n"


def test_a_text_put_back_by_who_once_read_it_is_no_edit(lab):
    """One program that keeps a copy and puts it back later: the file shall be like the copy."""
    m = lab.mount("ttl=0")
    editor = Editor(m)
    assert editor("open") == "ok"
    assert m.write(SERVERS, "9.9.9.9\n") == "ok"
    assert editor("truncate") == "ok"
    editor.close()
    assert m.read(SERVERS) == "1.1.1.1\n8.8.8.8\n"


@pytest.mark.parametrize("command", [
    'busybox rm -rf "$M/prod"', 'find "$M/prod" -delete', 'rm -rf "$M/prod"',
    '/usr/bin/python3 -c "import os, shutil; shutil.rmtree(os.environ[\'M\'] + \'/prod\', ignore_errors=True)"'])
def test_no_rm_r_deletes_anything(m, command):
    before = m.vpc()
    m.sh(command)
    assert m.vpc() == before
    assert m.writes() == []
    assert m.sh('rmdir "$M/prod"').ok
