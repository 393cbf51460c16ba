# SPDX-License-Identifier: MIT
"""The fault matrix: each of the five calls, through a real mount, times each fault of faults.py, times both profiles. Asserted
each time: the errno that the caller sees, that it sees it within the deadline, .error, how many requests reached the
server, the server's state, what was kept of a refused text, and that the mount shows the server's state when the fault
is over.

All cases of one profile share one mount and one server; each begins with the state that BASE says."""
import contextlib
import os
import time

import pytest
from contract import NEVER, differences, is_error_line, read
from faults import CALLS, expected, wanted_faults
from rig import harness

SLOW = harness.SLOW
# So that no repetition is due near it: they come after 0.1, 0.3, 0.7, 1.5 s, each up to a quarter of its wait later.
TIMEOUT_S = 1.3
SLACK_S = 1.5 * SLOW  # allowance for a busy machine
FIELD = harness.INGRESS
KEPT = f".vpcfs/rejected/{FIELD}"
NEW, DOOMED = "fresh", "doomed"
BASE = (harness.PROD, harness.PLAIN, {"name": DOOMED, "zone": "US-WEST-04A"})


@pytest.fixture(scope="session")
def shared(shared_lab):
    return shared_lab.mount(f"ttl=60,timeout={TIMEOUT_S:g},zone=US-EAST-04A", vpcs=BASE)


@pytest.fixture
def m(shared):
    with shared.watched():
        prepare(shared)
        yield shared


def is_set(vpc):
    return bool(vpc.get("ingress", {}).get("disablePublicServices", False))


def prepare(m):
    """Puts the server into the state BASE, with a mount that has read it."""
    m.server.clear_faults()
    names = {vpc["name"]: vpc for vpc in m.server.list()}
    if NEW in names:
        m.server.delete(NEW)
    if DOOMED not in names:
        m.server.create(BASE[2])
    if is_set(names["prod"]):
        m.server.patch("prod", "ingress.disablePublicServices", ingress={"disablePublicServices": False})
    m.refresh()
    with contextlib.suppress(FileNotFoundError):
        os.unlink(m / KEPT)
    m.ls()


# One generator for each call: it prepares the mount, then yields the operation that meets the fault.
@contextlib.contextmanager
def doing_list(m):
    m.refresh()
    yield lambda: os.listdir(m.path)


@contextlib.contextmanager
def doing_get(m):
    """Reads an expired file, the one that was read last: another one would make it a walk, which asks for the list."""
    m.refresh()
    read(m / FIELD)
    m.refresh()
    yield lambda: read(m / FIELD)


@contextlib.contextmanager
def doing_patch(m):
    handle = os.open(m / FIELD, os.O_WRONLY | os.O_TRUNC)
    sent = []
    try:
        yield lambda: sent.append(harness.errno_of(os.write, handle, b"true\n")) or raise_errno(sent[0])
    finally:
        before = m.server.count("PATCH") if m.server.process.poll() is None else None
        closed = harness.errno_of(os.close, handle)
        assert closed == (sent[0] if sent else "ok"), "the failure is told again at close"
        if before is not None:
            assert m.server.count("PATCH") == before, "close sends nothing"


@contextlib.contextmanager
def doing_post(m):
    yield lambda: os.mkdir(m / NEW)


@contextlib.contextmanager
def doing_delete(m):
    yield lambda: os.rmdir(m / DOOMED)


DOING = {"LIST": doing_list, "GET": doing_get, "PATCH": doing_patch, "POST": doing_post, "DELETE": doing_delete}


def raise_errno(name):
    if name != "ok":
        number = next(n for n in range(1, 200) if harness.errno_name(n) == name)
        raise OSError(number, name)


def is_done(call, vpcs):
    names = {vpc["name"]: vpc for vpc in vpcs}
    return {"LIST": False, "GET": False, "PATCH": is_set(names["prod"]), "POST": NEW in names,
            "DELETE": DOOMED not in names}[call]


def run(m, call, fault):
    """(errno, seconds, requests)"""
    with contextlib.ExitStack() as stack:
        operation = stack.enter_context(DOING[call](m))
        m.clear()
        if fault.kind == "refused":
            stack.enter_context(m.server.stopped())
        else:
            m.server.set_faults(f"{call}:{fault.rule}")
        begun = time.monotonic()
        got = harness.errno_of(operation)
        took = time.monotonic() - begun
        count = 0 if fault.kind == "refused" else m.server.count(call)
    return got, took, count


def ends_well(m):
    """The mount shows the server's state once the fault is over and its cache is empty."""
    m.calm()
    vpcs = m.server.list()
    assert differences(m.path, vpcs) == []
    return vpcs


def check_error(m, call, fault, got, want):
    text = m.why("")
    if call == "GET" and got == "ENOENT":
        return  # ENOENT is an answer, not a failure
    shown = {"ESTALE": ("ESTALE", "ENOENT")}.get(got, (got,))
    assert any(is_error_line(text, name) for name in shown), text
    for word in want.words:
        assert word in text, (word, text)
    if call == "PATCH":
        assert f"PATCH {FIELD} mask=ingress.disablePublicServices" in text
        assert m.why("prod") == text
        assert m.read(KEPT) == "true\n"


def check_silence(m):
    """Nothing that the mount shows holds the token."""
    for path in (".error", ".vpcfs/log", ".vpcfs/options"):
        assert harness.TOKEN not in m.read(path)


@pytest.mark.parametrize("fault", wanted_faults(), ids=lambda fault: fault.name)
@pytest.mark.parametrize("call", CALLS)
def test_fault(m, call, fault, record_property):
    record_property("cell", (fault.group, call))
    want = expected(call, fault)
    got, took, count = run(m, call, fault)
    assert got in want.errnos and got not in NEVER, (got, m.why(""))
    assert took <= TIMEOUT_S + SLACK_S
    assert want.low <= count <= want.high, f"{count} requests"
    if got != "ok":
        check_error(m, call, fault, got, want)
    elif call == "PATCH":
        assert m.why("prod") == "" and not (m / KEPT).exists()
    check_silence(m)
    vpcs = ends_well(m)
    assert is_done(call, vpcs) == (want.carried or call == "PATCH" and got == "ok")
    assert call != "POST" or m.server.count("POST") <= max(want.high, 1), "nothing is sent again later"
