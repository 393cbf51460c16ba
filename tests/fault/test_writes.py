# SPDX-License-Identifier: MIT
"""Writes that can be trusted: a success is one that an answer of the API shows; a failure says what stayed, what
changed, and where the text is kept. Also busy states, lost answers, and tokens that change meanwhile."""
import json
import os
import threading
import time

import pytest
from contract import differences, read
from rig import SLOW, Answer, at_most, harness

INGRESS, EGRESS, SERVERS, POD = harness.INGRESS, harness.EGRESS, harness.SERVERS, harness.POD_VALUE
SPEC = "prod/spec.json"
live = pytest.mark.parametrize("profile", ["live"], indirect=True)


@pytest.fixture
def m(lab):
    """ttl is long, so that a value seen without another request came from an earlier answer."""
    server = lab.server()
    between = lab.between(server)
    mount = lab.mount(f"ttl=60,timeout={1.5 * SLOW:g},zone=US-EAST-04A", server=server, endpoint=between.url)
    mount.between = between
    with mount.watched():
        mount.ls()
        yield mount


def ends_well(m):
    m.between.clear()
    m.calm()
    assert differences(m.path, m.server.list()) == []


def save(m, **changes):
    """spec.json edited in place; the errno."""
    spec = m.json(SPEC)
    for key, value in changes.items():
        spec[key] = value
    return m.write(SPEC, json.dumps(spec, indent=2) + "\n")


ON = {"disablePublicServices": True}
OUT = {"disablePublicAccess": True}


@pytest.mark.parametrize("path,text,mask", [(INGRESS, "true\n", "ingress.disablePublicServices"),
                                            (SERVERS, "9.9.9.9\n", "dhcp.dns.servers"), (POD, "10.8.0.0/13\n", "vpcPrefixes")])
def test_a_silent_patch_is_eperm_and_named(m, path, text, mask):
    m.server.fault("PATCH:silent")
    before = m.server.find("prod")
    assert m.write(path, text) == "EPERM"
    why = m.why()
    assert mask in why.splitlines()[0] and f"left as it was: {mask}" in why, why
    assert m.read(f".vpcfs/rejected/{path}") == text
    assert m.server.find("prod") == before and m.read(path) != text
    ends_well(m)


def test_a_silent_patch_of_a_spec_names_every_field(m):
    m.server.fault("PATCH:silent")
    assert save(m, ingress=ON, egress=OUT, dhcp={"dns": {"servers": []}}) == "EPERM"
    for field in ("ingress.disablePublicServices", "egress.disablePublicAccess", "dhcp.dns.servers"):
        assert field in m.why().split("left as it was:")[1]
    ends_well(m)


def test_partial_application_says_what_changed_and_what_did_not(m):
    def hook(call, path, body, forward):
        if call != "PATCH":
            return forward()
        m.server.patch("prod", "ingress.disablePublicServices", ingress=ON)
        return Answer(200, json.dumps({"vpc": m.server.find("prod")}))
    m.between.hook = hook
    assert save(m, ingress=ON, egress=OUT) == "EPERM"
    left, changed = m.why().split("left as it was:")[1].split("it changed:")
    assert "egress.disablePublicAccess" in left and "ingress" not in left
    assert "ingress.disablePublicServices" in changed and "egress" not in changed
    assert m.read(INGRESS) == "true\n" and m.read(EGRESS) == "false\n"
    assert json.loads(m.read(f".vpcfs/rejected/{SPEC}"))["egress"] == OUT
    ends_well(m)


@pytest.mark.parametrize("call", ["echo", "spec"])
def test_an_answer_that_lags_is_waited_for(m, call):
    old = m.server.find("prod")
    seen = []

    def hook(this, path, body, forward):
        answer = forward()
        if this == "PATCH" or this == "GET" and seen.append(1) is None and len(seen) <= 2:
            return Answer(200, json.dumps({"vpc": old}))
        return answer
    m.between.hook = hook
    assert (m.write(INGRESS, "true\n") if call == "echo" else save(m, ingress=ON)) == "ok"
    assert m.between.count("PATCH") == 1
    assert m.read(INGRESS) == "true\n" and m.why() == ""
    ends_well(m)


def test_a_lag_longer_than_the_deadline_is_no_success(m):
    old = m.server.find("prod")

    def hook(call, path, body, forward):
        answer = forward()
        return Answer(200, json.dumps({"vpc": old})) if call in ("PATCH", "GET") else answer
    m.between.hook = hook
    with at_most(3, "a write"):
        assert m.write(INGRESS, "true\n") == "EPERM"
    ends_well(m)
    assert m.read(INGRESS) == "true\n"  # as it is at the server after all


@pytest.mark.parametrize("what", ["PATCH", "DELETE"])
def test_the_last_look_has_no_time_for_an_answer_and_says_nothing(m, what):
    """It comes at the very end of the deadline, and the GETs before it have shown that nothing changed."""
    late = []

    def hook(call, path, body, forward):
        if call == what:
            return Answer(200, "{}")
        if call == "GET" and time.monotonic() - begun > 1.5 * SLOW - 0.035:
            late.append(path)
            time.sleep(0.3)
        return forward()
    handle = os.open(m / INGRESS, os.O_WRONLY | os.O_TRUNC)
    m.between.hook = hook
    begun = time.monotonic()
    assert harness.errno_of(*((os.write, handle, b"true\n") if what == "PATCH" else (os.rmdir, m / "plain"))) == "EPERM", m.why("")
    assert len(late) == 1
    harness.errno_of(os.close, handle)
    ends_well(m)


def test_a_list_is_written_from_what_it_is_now(m):
    m.read(POD)
    prefixes = [{"name": p["name"], "value": p["value"]} for p in m.server.find("prod")["vpcPrefixes"]]
    m.server.patch("prod", "vpcPrefixes", vpcPrefixes=prefixes + [{"name": "other", "value": "10.99.0.0/16"}])
    assert m.write(POD, "10.8.0.0/13\n") == "ok"
    assert {p["name"]: p["value"] for p in m.server.find("prod")["vpcPrefixes"]}["other"] == "10.99.0.0/16"
    ends_well(m)


def test_delete_of_what_is_gone(m):
    m.server.delete("plain")
    os.rmdir(m / "plain")
    assert m.ls() == ["prod"]
    ends_well(m)


def test_a_delete_that_nothing_confirms_is_no_success(m):
    """The API answers 200 with an empty body, and does not show whether the VPC still exists."""
    def hook(call, path, body, forward):
        return Answer(200, "") if call == "DELETE" else Answer(503, "") if call == "GET" else forward()
    m.between.hook = hook
    assert harness.errno_of(os.rmdir, m / "plain") != "ok"
    assert "not known" in m.why("")
    ends_well(m)
    assert m.ls() == ["plain", "prod"]


def test_a_silent_delete_is_no_success(m):
    m.server.fault("DELETE:silent")
    assert harness.errno_of(os.rmdir, m / "plain") == "EPERM"
    assert "still there" in m.why("plain")
    ends_well(m)


@pytest.mark.parametrize("fault", ["reset-after", "hang-after", "cut", "status-after=504", "garbage-after", "empty-after"])
def test_a_draft_whose_answer_is_lost_is_adopted(m, fault):
    os.makedirs(m / ".drafts/fresh/dhcp/dns")
    assert m.make(".drafts/fresh/zone", "US-EAST-04A\n") == "ok"
    assert m.make(".drafts/fresh/dhcp/dns/servers", "1.1.1.1\n") == "ok"
    m.server.fault(f"POST:{fault}")
    m.clear()
    os.rename(m / ".drafts/fresh", m / "fresh")
    assert m.server.count("POST") == 1
    assert m.read("fresh/dhcp/dns/servers") == "1.1.1.1\n"
    assert not (m / ".drafts/fresh").exists()
    ends_well(m)


@pytest.mark.parametrize("fault", ["reset", "hang", "status=503", "garbage", "status=400"])
def test_a_draft_that_was_not_created_stays(m, fault):
    os.mkdir(m / ".drafts/fresh")
    assert m.make(".drafts/fresh/zone", "US-EAST-04A\n") == "ok"
    m.server.fault(f"POST:{fault}")
    m.clear()
    assert harness.errno_of(os.rename, m / ".drafts/fresh", m / "fresh") not in ("ok", "EINVAL")
    assert m.server.count("POST") == 1
    m.calm()
    assert m.read(".drafts/fresh/zone") == "US-EAST-04A\n"
    assert differences(m.path, m.server.list()) == []
    os.rename(m / ".drafts/fresh", m / "fresh")
    ends_well(m)


@pytest.mark.parametrize("how", ["name", "handle", "another field"])
def test_a_draft_that_changes_while_it_is_published_stays(m, how):
    """The VPC has what the draft had when it was read, so the draft is not given up for it."""
    draft = m / ".drafts/fresh"
    os.makedirs(draft / "dhcp/dns")
    assert m.make(".drafts/fresh/zone", "US-EAST-04A\n") == "ok"
    with open(draft / "zone", "r+", encoding="utf-8", buffering=1) as file:
        def hook(call, path, body, forward):
            if call == "POST" and how == "another field":
                assert m.make(".drafts/fresh/dhcp/dns/servers", "1.1.1.1\n") == "ok"
            elif call == "POST" and how == "name":
                assert m.write(".drafts/fresh/zone", "US-WEST-04A\n") == "ok"
            elif call == "POST":
                file.write("US-WEST-04A\n")
            return forward()
        m.between.hook = hook
        assert harness.errno_of(os.rename, draft, m / "fresh") == "EBUSY"
    why = m.why("")
    assert "fresh was created" in why and "draft has changed" in why, why
    zone = m.read(".drafts/fresh/zone")
    assert zone == ("US-EAST-04A\n" if how == "another field" else "US-WEST-04A\n")
    assert m.server.find("fresh")["zone"] == "US-EAST-04A"
    assert m.why("fresh") == why, "mv tries again, and then the mount's .error is about the name"
    ends_well(m)


def test_a_handle_on_a_published_file_is_stale(m):
    os.mkdir(m / ".drafts/fresh")
    assert m.make(".drafts/fresh/zone", "US-EAST-04A\n") == "ok"
    file = os.open(m / ".drafts/fresh/zone", os.O_RDWR)
    os.rename(m / ".drafts/fresh", m / "fresh")
    assert harness.errno_of(os.write, file, b"US-WEST-04A\n") == "ESTALE"
    assert os.pread(file, 100, 0) == b"US-EAST-04A\n"
    os.close(file)
    assert m.read("fresh/zone") == "US-EAST-04A\n"
    ends_well(m)


def test_an_old_vpc_of_the_name_is_not_taken_for_the_new_one(m):
    """A VPC of another client, which this mount does not know yet, must not be mistaken for the one whose answer was
    lost."""
    m.server.fault("POST:status=409,code=6")
    assert harness.errno_of(os.mkdir, m / "fresh") == "EEXIST"
    m.server.clear_faults()
    ends_well(m)


# Busy.
@live
def test_two_echoes_while_the_vpc_is_updating(lab):
    m = lab.mount(f"ttl=0,timeout={5 * SLOW:g}", server_options=("--provision", "300"))
    with m.watched():
        harness.wait_until(lambda: m.server.find("prod")["status"] == "STATUS_READY", "a ready VPC")
        assert m.write(INGRESS, "true\n") == "ok"
        assert m.write(EGRESS, "true\n") == "ok"
        assert m.write(SERVERS, "9.9.9.9\n") == "ok"
        vpc = m.server.find("prod")
        assert vpc["ingress"] == ON and vpc["egress"] == OUT and vpc["dhcp"]["dns"]["servers"] == ["9.9.9.9"]


@live
def test_a_restore_of_several_fields_while_the_vpc_is_updating(lab):
    m = lab.mount(f"ttl=1,timeout={5 * SLOW:g}", server_options=("--provision", "500"))
    with m.watched():
        harness.wait_until(lambda: m.server.find("prod")["status"] == "STATUS_READY", "a ready VPC")
        assert m.sh('cp -r "$M/prod" "$W/backup"').ok
        wanted = {INGRESS: "true\n", EGRESS: "true\n", SERVERS: "9.9.9.9\n", POD: "10.8.0.0/13\n"}
        for path, text in wanted.items():
            (m.work / path.replace("prod/", "backup/", 1)).write_text(text)
        saved = m.sh('cd "$W" && rsync -r --inplace --checksum --exclude "*.json" --exclude status --exclude updatedAt '
                     'backup/ "$M/prod/"')
        assert saved.ok, (saved, m.why())
        for path, text in wanted.items():
            assert m.read(path) == text
        assert len(m.requests("PATCH")) <= 2 * len(wanted)


@live
def test_busy_for_longer_than_the_deadline_is_ebusy(lab):
    m = lab.mount(f"ttl=0,timeout={1 * SLOW:g}", server_options=("--provision", "60000"), vpcs=[harness.PLAIN])
    with m.watched():
        before = m.server.find("plain")
        with at_most(2.5, "a write"):
            assert m.write("plain/ingress/disablePublicServices", "true\n") == "EBUSY"
        with at_most(2.5, "rmdir"):
            assert harness.errno_of(os.rmdir, m / "plain") == "EBUSY"
        assert m.server.find("plain") == before
        assert "FAILED_PRECONDITION" in m.why("plain")


@live
def test_a_question_asked_late_says_nothing_of_the_server(lab):
    """The last GET of a busy VPC has only the rest of the write's deadline: no answer in that time does not mean that
    the server is down."""
    m = lab.mount("ttl=0,timeout=1", server_options=("--provision", "60000"), vpcs=[harness.PLAIN])
    with m.watched():
        handle = os.open(m / "plain/ingress/disablePublicServices", os.O_WRONLY | os.O_TRUNC)
        m.server.fault("GET:hang*1@4")  # GETs come after 0, 0.1, 0.3, 0.7 s; the write sends one before the first
        assert harness.errno_of(os.write, handle, b"true\n") == "EBUSY"
        harness.errno_of(os.close, handle)
        m.server.clear_faults()
        assert m.read("plain/name") == "plain\n"


# Conflicts on spec.json.
@pytest.fixture
def spec(m):
    """(mount, save(errno of the write)): opened and read before the others change the VPC."""
    handle = os.open(m / SPEC, os.O_RDWR)
    text = os.pread(handle, 1 << 20, 0).decode()

    def store(**changes):
        data = (json.dumps({**json.loads(text), **changes}, indent=2) + "\n").encode()
        os.ftruncate(handle, 0)
        return harness.errno_of(os.pwrite, handle, data, 0)
    yield m, store
    harness.errno_of(os.close, handle)


def test_a_field_that_another_changed_to_another_value_is_ebusy(spec):
    m, store = spec
    m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": ["9.9.9.9"]}})
    m.clear()
    assert store(dhcp={"dns": {"servers": ["4.4.4.4"]}}) == "EBUSY"
    assert m.server.count("PATCH") == 0
    assert "4.4.4.4" in m.read(f".vpcfs/rejected/{SPEC}") and "dhcp.dns.servers" in m.why()


def test_another_field_or_the_same_value_is_no_conflict(spec):
    m, store = spec
    m.server.patch("prod", "dhcp.dns.servers,egress.disablePublicAccess", dhcp={"dns": {"servers": ["9.9.9.9"]}}, egress=OUT)
    assert store(ingress=ON, egress=OUT) == "ok"
    vpc = m.server.find("prod")
    assert vpc["dhcp"]["dns"]["servers"] == ["9.9.9.9"] and vpc["ingress"] == ON and vpc["egress"] == OUT


# Tokens.
def set_token(m, token):
    fresh = m.token_file.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(token + "\n")
    os.replace(fresh, m.token_file)


@live
def test_a_token_that_rotates_under_way(lab):
    server = lab.server(token="CW-SECRET-a")
    server.command[server.command.index("--token"):server.command.index("--token") + 2] = []
    server.kill()
    server.restart()  # from here on it accepts any token; the server in between decides
    between = lab.between(server)
    m = lab.mount(f"ttl=0,timeout={3 * SLOW:g}", server=server, endpoint=between.url)
    accepted = {"CW-SECRET-a"}
    between.takes_token = lambda token: token in accepted
    with m.watched():
        for n in range(60):
            if n % 20 == 10:  # the file first, then the old one is withdrawn
                accepted.add(f"CW-SECRET-{n}")
                set_token(m, f"CW-SECRET-{n}")
            if n % 20 == 15:
                accepted.intersection_update({f"CW-SECRET-{n - 5}"})
            assert m.write(INGRESS, "true\n" if n % 2 else "false\n") == "ok", m.why("")
            m.read(INGRESS)
        accepted.clear()
        accepted.add("CW-SECRET-z")
        between.seen.clear()
        handle = os.open(m / ".vpcfs/version", os.O_RDONLY)
        assert harness.errno_of(m.ls) == "EACCES" and between.count("LIST") == 2
        assert "401" in m.why("") and "CW-SECRET" not in m.why("")
        set_token(m, "CW-SECRET-z")
        assert m.ls() == ["plain", "prod"]
        os.close(handle)


@live
def test_a_token_withdrawn_while_a_write_is_repeated_once(lab):
    """The file changes between the 401 and the second look at it."""
    server = lab.server(token="CW-SECRET-a")
    server.command[server.command.index("--token"):server.command.index("--token") + 2] = []
    server.kill()
    server.restart()
    between = lab.between(server)
    m = lab.mount(f"ttl=60,timeout={3 * SLOW:g}", server=server, endpoint=between.url)
    m.ls()

    def takes(token):
        if token == "CW-SECRET-a":
            set_token(m, "CW-SECRET-b")
        return token == "CW-SECRET-b"
    between.takes_token = takes
    between.seen.clear()
    with m.watched():
        assert m.write(INGRESS, "true\n") == "ok", m.why()
        assert between.count("PATCH") == 2


@pytest.mark.parametrize("writers", [8])
def test_writers_side_by_side_on_one_field(m, writers):
    """The server has seen each success; its final value is one of them, and the mount shows it."""
    results = []

    def write(n):
        results.append(m.write(SERVERS, f"10.0.0.{n}\n"))
    threads = [threading.Thread(target=write, args=(n,)) for n in range(1, writers + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["ok"] * writers, m.why()
    assert m.server.count("PATCH") == writers
    shown = m.server.find("prod")["dhcp"]["dns"]["servers"]
    assert read(m / SERVERS).split() == shown
    ends_well(m)
