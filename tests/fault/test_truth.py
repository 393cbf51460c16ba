# SPDX-License-Identifier: MIT
"""What a success rests on (docs/semantics.md, W1 to W8): answers to questions that were asked after the operation
began, while answers are held back, lost or contradicted at the worst moment."""
import contextlib
import json
import os
import threading
import time

import pytest
from contract import differences
from rig import SLOW, Answer, at_most, harness

INGRESS, SERVERS, POD, SERVICE = harness.INGRESS, harness.SERVERS, harness.POD, harness.SERVICE
ZONE = "US-EAST-04A"
THEIRS = {"name": "theirs", "value": "10.64.0.0/16"}
LISTED = harness.PROD["vpcPrefixes"]
live = pytest.mark.parametrize("profile", ["live"], indirect=True)


@pytest.fixture
def m(lab):
    mount = lab.mount(f"ttl=0,timeout={2 * SLOW:g},zone={ZONE}")
    mount.ls()
    with mount.watched():
        yield mount


@pytest.fixture
def far(lab):
    """A mount with a server in between that gives whatever answer a test wants."""
    server = lab.server()
    between = lab.between(server)
    mount = lab.mount(f"ttl=0,timeout={2 * SLOW:g},zone={ZONE}", server=server, endpoint=between.url)
    mount.between = between
    mount.ls()
    with mount.watched():
        yield mount


def ends_well(m):
    m.calm()
    assert differences(m.path, m.server.list()) == []


class Doing(threading.Thread):
    """An operation that is under way; result() is its errno."""

    def __init__(self, call, *args):
        super().__init__(daemon=True)
        self.call, self.args, self.errno = call, args, None
        self.start()

    def run(self):
        self.errno = harness.errno_of(self.call, *self.args)

    def result(self):
        self.join(30 * SLOW)
        return self.errno


def write(path, text):
    handle = os.open(path, os.O_WRONLY | os.O_TRUNC)
    try:
        os.write(handle, text)
    finally:
        os.close(handle)


# W2, W3: a whole list is planned from what is there at that moment, each time.

LIST_CHANGES = {
    "value": (lambda m: write(m / f"prod/vpcPrefixes/{POD}/value", b"10.8.0.0/13\n"), {POD: "10.8.0.0/13", SERVICE: "10.32.0.0/22"}),
    "rmdir": (lambda m: os.rmdir(m / f"prod/vpcPrefixes/{POD}"), {SERVICE: "10.32.0.0/22"}),
    "mv": (lambda m: os.rename(m / f"prod/vpcPrefixes/{POD}", m / "prod/vpcPrefixes/pods"), {"pods": "10.0.0.0/13", SERVICE: "10.32.0.0/22"}),
}


@pytest.mark.parametrize("what", LIST_CHANGES)
@pytest.mark.parametrize("failure", [Answer(503), Answer(429, '{"code":8}'), Answer(504), None])
def test_another_clients_entry_survives_a_repetition(far, what, failure):
    """The other client adds it after the list was read and before it is sent again."""
    m = far
    call, mine = LIST_CHANGES[what]
    identity, sent = m.server.find("prod")["id"], []

    def hook(kind, path, body, forward):
        if kind != "PATCH":
            return forward()
        sent.append(json.loads(body))
        if len(sent) > 1:
            return forward()
        m.server.patch_id(identity, "vpcPrefixes", vpcPrefixes=[*LISTED, THEIRS])
        return failure
    m.between.hook = hook
    assert harness.errno_of(call, m) == "ok", m.why()
    assert len(sent) == 2
    assert {p["name"]: p["value"] for p in m.server.get(identity)["vpcPrefixes"]} == {**mine, "theirs": "10.64.0.0/16"}
    m.between.clear()
    ends_well(m)


# Failures concern what failed.

@pytest.mark.parametrize("failure", ["status=500", "hang", "garbage", "status=403"])
def test_a_failed_reading_of_one_vpc_keeps_no_other_operation_from_being_tried(m, failure):
    identity = m.read("prod/id").strip()
    m.server.fault(f"GET:{identity}:{failure}")
    assert harness.errno_of(m.read, "prod/zone") in ("EREMOTEIO", "ETIMEDOUT", "EBADMSG", "EACCES")
    handle = os.open(m / "plain/dhcp/dns/servers", os.O_WRONLY | os.O_TRUNC)
    with m.sends("PATCH dhcp.dns.servers", "POST", "DELETE"), at_most(1.5, "three writes"):
        assert harness.errno_of(os.write, handle, b"9.9.9.9\n") == "ok"
        assert harness.errno_of(os.mkdir, m / "new") == "ok"
        assert harness.errno_of(os.rmdir, m / "new") == "ok"
    os.close(handle)
    assert m.read("plain/zone") == "US-WEST-04A\n"
    ends_well(m)


@pytest.mark.parametrize("failure", ["status=500", "garbage", "status=403"])
def test_a_writer_is_never_told_a_failure_of_before(m, failure):
    handle = os.open(m / SERVERS, os.O_WRONLY | os.O_TRUNC)
    m.server.fault(f"GET:{failure}", f"LIST:{failure}")
    assert harness.errno_of(m.read, "prod/zone") != "ok" and harness.errno_of(m.ls) != "ok"
    m.server.clear_faults()
    with m.sends("PATCH dhcp.dns.servers", "POST"):
        assert harness.errno_of(os.write, handle, b"9.9.9.9\n") == "ok"
        assert harness.errno_of(os.mkdir, m / "new") == "ok"
    os.close(handle)
    ends_well(m)


# W5: confirmed.

@pytest.mark.parametrize("body", ["", "{}", '{"vpc":null}'])
def test_a_change_that_nothing_confirms_is_asked_for_with_pauses(far, body):
    m = far
    handle, at = os.open(m / INGRESS, os.O_WRONLY | os.O_TRUNC), []

    def hook(call, path, sent, forward):
        if call == "PATCH":
            return Answer(200, body)
        at.append(time.monotonic())
        return Answer(403, '{"code":7,"message":"not for you"}')
    m.between.hook = hook
    with at_most(3.5, "a write"):
        assert harness.errno_of(os.write, handle, b"true\n") == "ETIMEDOUT"
    asked = at[:]
    assert m.between.count("PATCH") == 1
    assert "accepted" in m.why() and "not for you" in m.why()
    pauses = [later - earlier for earlier, later in zip(asked, asked[1:])]
    assert 1 <= len(asked) <= 12 and all(pause > 0.05 for pause in pauses), pauses
    harness.errno_of(os.close, handle)
    m.between.clear()
    ends_well(m)


# W7: gone.

PAGE = "<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>nginx</body></html>"
NOT_OURS = {"page": Answer(404, PAGE, "text/html"), "text": Answer(404, "404 page not found\n", "text/plain"), "empty": Answer(404),
            "other JSON": Answer(404, '{"path":"/v1beta1"}'), "other code": Answer(404, '{"code":12,"message":"no such method"}')}


@pytest.mark.parametrize("answer", [name for name in NOT_OURS if name != "other code"])
@pytest.mark.parametrize("call", ["GET", "PATCH", "DELETE"])
def test_a_404_in_other_words_is_no_end_of_a_vpc(far, call, answer):
    m = far
    handle = os.open(m / INGRESS, os.O_WRONLY | os.O_TRUNC)
    m.read("prod/zone")
    m.between.answers(call, NOT_OURS[answer])
    operation = {"GET": lambda: m.read("prod/zone"), "PATCH": lambda: os.write(handle, b"true\n"), "DELETE": lambda: os.rmdir(m / "prod")}
    assert harness.errno_of(operation[call]) == "EBADMSG", m.why("")
    assert "HTTP 404" in m.why("")
    m.between.clear()
    assert harness.errno_of(os.close, handle) == ("EBADMSG" if call == "PATCH" else "ok")
    assert m.ls() == ["plain", "prod"] and m.read("prod/zone") == "US-EAST-04A\n"
    ends_well(m)


def test_a_404_in_the_words_of_the_api_is_the_end_of_a_vpc(far):
    m = far
    handle = os.open(m / INGRESS, os.O_WRONLY | os.O_TRUNC)
    m.server.delete("prod")
    assert harness.errno_of(os.write, handle, b"true\n") == "ESTALE"
    assert harness.errno_of(os.fsync, handle) == "ESTALE" and harness.errno_of(os.close, handle) == "ESTALE"
    assert harness.errno_of(os.rmdir, m / "prod") in ("ok", "ENOENT")
    ends_well(m)


@pytest.mark.parametrize("failure", [Answer(503), Answer(403, '{"code":7}'), Answer(200, "nonsense"), None])
def test_a_delete_that_changed_nothing_and_cannot_be_checked_is_no_success(far, failure):
    """The answer is 200 with the VPC as it was, READY, and no GET can check it."""
    m = far
    vpc = m.server.find("plain")

    def hook(call, path, body, forward):
        if call == "DELETE":
            return Answer(200, json.dumps({"vpc": vpc} if "status" in vpc else vpc))
        return failure if call == "GET" else forward()
    m.between.hook = hook
    assert harness.errno_of(os.rmdir, m / "plain") != "ok"
    assert m.why("") != ""
    m.between.clear()
    assert m.ls() == ["plain", "prod"]
    ends_well(m)


@live
@pytest.mark.parametrize("seen", ["in the answer", "by GET"])
def test_a_vpc_that_is_ready_again_shows_again(far, seen):
    """It was being deleted, and then the service changed its mind."""
    m = far
    deleting = {**m.server.find("plain"), "status": "STATUS_DELETING"}
    answer = Answer(200, json.dumps({"vpc": deleting}))

    def hook(call, path, body, forward):
        if call == "DELETE":
            return answer if seen == "in the answer" else Answer(200, "")
        if call == "GET" and path.endswith(deleting["id"]):
            return answer
        return Answer(200, json.dumps({"items": [m.server.find("prod"), deleting]})) if call == "LIST" else forward()
    m.between.hook = hook
    assert harness.errno_of(os.rmdir, m / "plain") == "ok", m.why("")
    for _ in range(3):
        assert m.ls() == ["prod"] and harness.errno_of(os.stat, m / "plain") == "ENOENT"
    m.between.clear()
    harness.wait_until(lambda: m.ls() == ["plain", "prod"], "plain to show again")
    assert m.read("plain/status") == "STATUS_READY\n"
    ends_well(m)


@pytest.mark.parametrize("ttl", [0, 60])
@pytest.mark.parametrize("answer", ["{}", '{"items":[]}'])
def test_a_vpc_that_comes_back_into_the_list_is_there_again(lab, ttl, answer):
    m = lab.mount(f"ttl={ttl}")
    m.sh('ls -lR "$M"')
    with m.watched():
        m.server.fault(f"LIST:body={answer}")
        m.refresh()
        assert m.ls() == []
        ends_well(m)


# W5: somebody else's.
def test_a_lost_answer_and_another_value_since_is_busy(m):
    """Nothing shows which of the two values was written last, so the other client's stays."""
    path = "prod/dhcp/dns/servers"
    handle = os.open(m / path, os.O_WRONLY | os.O_TRUNC)
    m.server.fault("PATCH:cut=5*1", "GET:hold*1")
    doing = Doing(os.write, handle, b"5.5.5.5\n")
    m.server.held()
    m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": ["6.6.6.6"]}})
    m.server.release()
    assert doing.result() == "EBUSY"
    with contextlib.suppress(OSError):  # close says it once more
        os.close(handle)
    assert m.vpc("prod")["dhcp"]["dns"]["servers"] == ["6.6.6.6"]
    assert m.read(".vpcfs/rejected/" + path) == "5.5.5.5\n" and "somebody else" in m.why("prod")
    ends_well(m)


# W8: created.

@pytest.mark.parametrize("held", ["hold", "hold-after"])
def test_a_list_that_lands_during_a_post(lab, held):
    """Whether the list holds the new VPC or not, there is exactly one from the POST's answer on."""
    m = lab.mount(f"ttl=0.05,timeout={10 * SLOW:g},zone={ZONE}")
    m.ls()
    m.server.fault(f"POST:{held}*1")
    doing = Doing(os.mkdir, m / "new")
    m.server.held()
    m.clear()
    # The kernel does not list a directory while an entry is being made in it. A reader that finds two VPCs stale asks for the list.
    harness.wait_until(lambda: m.read("prod/name") and m.read("plain/name") and m.server.count("LIST"), "a list")
    m.server.release()
    assert doing.result() == "ok"
    assert m.ls() == ["new", "plain", "prod"]
    assert m.read("new/id").strip() == m.vpc("new")["id"]
    ends_well(m)


def test_a_list_that_was_asked_for_before_a_post_and_lands_after_it(m):
    m.server.fault("LIST:hold-after*1@1")  # the first is mkdir's own
    doing = Doing(os.mkdir, m / "new")
    assert doing.result() == "ok"
    listing = Doing(m.ls)
    m.server.held()
    os.mkdir(m / "newer")
    m.server.release()
    assert listing.result() == "ok"
    for _ in range(3):
        assert m.ls() == ["new", "newer", "plain", "prod"]
        assert m.read("newer/name") == "newer\n"
    ends_well(m)


@pytest.mark.parametrize("failure", [Answer(503), Answer(504), None])
def test_a_name_that_somebody_else_took_meanwhile_is_not_ours(far, failure):
    """The POST is not carried out, and the VPC that has the name now differs from the request."""
    m = far

    def hook(call, path, body, forward):
        if call != "POST":
            return forward()
        m.server.create({"name": "new", "zone": "US-WEST-04A"})
        return failure
    m.between.hook = hook
    got = harness.errno_of(os.mkdir, m / "new")
    assert got in ("EREMOTEIO", "ETIMEDOUT", "EEXIST"), got
    assert m.between.count("POST") == 1
    m.between.clear()
    assert m.read("new/zone") == "US-WEST-04A\n"
    ends_well(m)


@pytest.mark.parametrize("failure", [Answer(503), None])
def test_a_draft_is_given_up_only_for_a_vpc_that_equals_it(far, failure):
    m = far
    os.mkdir(m / ".drafts/blue")
    (m / ".drafts/blue/spec.json").write_text(json.dumps({"name": "blue", "zone": ZONE, "dhcp": {"dns": {"servers": ["1.1.1.1"]}}}) + "\n")

    def hook(call, path, body, forward):
        if call != "POST":
            return forward()
        m.server.create({"name": "blue", "zone": ZONE, "dhcp": {"dns": {"servers": ["9.9.9.9"]}}})
        return failure
    m.between.hook = hook
    assert harness.errno_of(os.rename, m / ".drafts/blue", m / "blue") != "ok"
    assert m.between.count("POST") == 1
    m.between.clear()
    assert json.loads(m.read(".drafts/blue/spec.json"))["dhcp"]["dns"]["servers"] == ["1.1.1.1"]
    assert m.read("blue/dhcp/dns/servers") == "9.9.9.9\n"
    ends_well(m)


# Nothing that is local waits for the network.

@pytest.mark.parametrize("death", ["hang", "dead", "status=500"])
def test_what_is_local_needs_no_server(lab, death):
    m = lab.mount(f"ttl=0,timeout={8 * SLOW:g}", expect_stderr=".*")
    (m / "prod/notes").write_text("of before")
    (m / "prod/.error").read_text()
    if death == "dead":
        m.server.kill()
    else:
        m.server.fault(f"ANY:{death}")
    steps = {
        "read": lambda: m.read("prod/notes"), ".error": lambda: m.why(), "root .error": lambda: m.why(""),
        "write": lambda: (m / "prod/notes").write_text("text"), "create": lambda: (m / "prod/more").write_text("more"),
        "mkdir": lambda: os.mkdir(m / "prod/folder"), "create below": lambda: (m / "prod/folder/f").write_text("x"),
        "rename": lambda: os.rename(m / "prod/more", m / "prod/folder/g"), "unlink": lambda: os.unlink(m / "prod/folder/g"),
        "link": lambda: os.link(m / "prod/notes", m / "prod/linked"), "symlink": lambda: os.symlink("x", m / "prod/sym"),
        "stat": lambda: os.stat(m.path), "statvfs": lambda: os.statvfs(m.path), "draft": lambda: os.mkdir(m / ".drafts/blue"),
        "draft file": lambda: (m / ".drafts/blue/zone").write_text("Z\n"), "control": lambda: m.ls(".vpcfs"),
        "log": lambda: m.read(".vpcfs/log"), "stats": lambda: m.read(".vpcfs/stats"), "xattr": lambda: os.setxattr(m / "prod/notes", "user.a", b"1"),
    }
    with m.watched():
        for what, step in steps.items():
            with at_most(1, what):
                assert harness.errno_of(step) == "ok", what
        assert m.read("prod/notes") == "text" and m.read("prod/folder/f") == "x"


# An organisation without VPCs.

@pytest.mark.parametrize("answer", ["{}", '{"items":[]}'])
def test_an_empty_organisation_mounts_and_lists_empty(lab, answer):
    server = lab.server(vpcs=[])
    server.fault(f"LIST:body={answer}")
    m = lab.mount(f"ttl=0,zone={ZONE}", server=server)
    with m.watched():
        assert m.ls() == [] and m.why("") == ""
        assert harness.errno_of(os.stat, m / "prod") == "ENOENT"
        m.server.clear_faults()
        os.mkdir(m / "first")
        assert m.ls() == ["first"]


@pytest.mark.parametrize("answer", ["{}", '{"items":[]}', "its own"])
def test_the_last_vpc_goes(lab, answer):
    m = lab.mount("ttl=0", vpcs=[harness.PLAIN])
    with m.watched():
        assert m.ls() == ["plain"] and m.read("plain/name") == "plain\n"
        m.server.delete("plain")
        if answer != "its own":
            m.server.fault(f"LIST:body={answer}")
        assert m.ls() == [] and m.why("") == ""
        assert harness.errno_of(os.stat, m / "plain/name") == "ENOENT"
