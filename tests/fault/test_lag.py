# SPDX-License-Identifier: MIT
"""A list that lags: for seconds it shows an old state, while calls by id show the current one. Changes made here show
at once, and stay."""
import os
import time

import pytest
from contract import differences
from rig import SLOW, harness

LAG_S = 1.5
live = pytest.mark.parametrize("profile", ["live"], indirect=True)
reference = pytest.mark.parametrize("profile", ["reference"], indirect=True)


@pytest.fixture
def m(lab):
    """From m.freeze() to m.thaw(), LIST returns the same answer."""
    server = lab.server(options=("--provision", "300"))
    between = lab.between(server)
    mount = lab.mount(f"ttl=0.05,timeout={10 * SLOW:g},zone=US-EAST-04A", server=server, endpoint=between.url)

    def freeze():
        harness.wait_until(lambda: all(vpc.get("status", "STATUS_READY") == "STATUS_READY" for vpc in server.list()), "no VPC to be busy")
        mount.ls()
        old = []

        def hook(call, path, body, forward):
            if call != "LIST":
                return forward()
            if not old:
                old.append(forward())
            return old[0]
        between.hook = hook
        mount.refresh()
        mount.ls()
    mount.freeze, mount.thaw = freeze, between.clear
    return mount


def while_it_lags(m, check):
    """Runs the check all the time, for readers by name and for walks, and once more when the list has caught up."""
    end = time.monotonic() + LAG_S
    while time.monotonic() < end:
        check()
        assert m.sh('ls -lR "$M" > /dev/null').ok
        check()
    m.thaw()
    m.refresh()
    check()
    harness.wait_until(lambda: differences(m.path, m.server.list()) == [], "the mount to be as the server is")


def test_a_created_vpc_is_there_and_stays(m):
    m.freeze()
    (m / "fresh").mkdir()

    def check():
        assert "fresh" in m.ls()
        assert m.read("fresh/name") == "fresh\n"
    while_it_lags(m, check)


def test_a_deleted_vpc_is_gone_and_stays_so(m):
    m.freeze()
    (m / "plain").rmdir()

    def check():
        assert "plain" not in m.ls()
        assert harness.errno_of(os.stat, m / "plain") == "ENOENT"
    while_it_lags(m, check)


@reference
def test_a_renamed_vpc_has_one_name(m):
    m.freeze()
    os.rename(m / "plain", m / "other")

    def check():
        assert "other" in m.ls() and "plain" not in m.ls()
        assert m.read("other/name") == "other\n"
        assert harness.errno_of(os.stat, m / "plain") == "ENOENT"
    while_it_lags(m, check)


def test_a_written_value_stays(m):
    m.freeze()
    assert m.write("plain/dhcp/dns/servers", "9.9.9.9\n") == "ok"

    def check():
        assert m.read("plain/dhcp/dns/servers") == "9.9.9.9\n"
        assert m.json("plain/spec.json")["dhcp"]["dns"]["servers"] == ["9.9.9.9"]
        assert (m / "plain/dhcp/dns/servers").stat().st_size == 8
    while_it_lags(m, check)


@live
def test_a_state_does_not_go_back(m):
    m.freeze()
    (m / "fresh").mkdir()
    seen = []

    def check():
        seen.append(m.read("fresh/status").strip())
        assert seen[-1] in ("STATUS_CREATING", "STATUS_READY")
        assert "STATUS_READY" not in seen or seen[-1] == "STATUS_READY", seen
    while_it_lags(m, check)
    assert seen[-1] == "STATUS_READY"
