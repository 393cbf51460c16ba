# SPDX-License-Identifier: MIT
"""Reading and freshness (docs/semantics.md): how many requests reading costs, and what counts as true."""
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import live
from harness import INGRESS, PLAIN, POD, PROD, SERVERS, SLOW, dawdle, errno_of, wait_until

MANY = [{**PLAIN, "name": f"vpc-{number:03}",
         "vpcPrefixes": [{"name": POD, "value": "10.0.0.0/13"}]} for number in range(60)]


@pytest.mark.parametrize("command", ['ls -lR "$M"', 'find "$M" -type f -size +0', 'rsync -a "$M/" copy/',
                                     'tar -C "$M" -cf - . | cat > all.tar', 'grep -r 10.0.0.0 "$M"', 'du -s "$M"',
                                     'cat "$M"/*/name'])
def test_one_list_answers_for_everything(lab, command):
    m = lab.mount(vpcs=MANY)
    m.refresh()
    m.clear()
    result = m.sh(command)
    assert result.ok, result
    assert m.reads() == 1 and m.writes() == []


@live
def test_a_walk_that_takes_longer_than_the_ttl_asks_twice_for_each(lab):
    """One list, and one VPC by id: the first file that has expired cannot know that others will follow."""
    ttl = 0.4 * SLOW
    m = lab.mount(f"ttl={ttl:g}", vpcs=MANY)
    m.refresh()
    m.clear()
    begun = time.monotonic()
    while time.monotonic() < begun + 8 * ttl:
        assert m.sh('ls -lR "$M" > /dev/null; cat "$M"/*/name > /dev/null').ok
    spans = (time.monotonic() - begun) / ttl
    assert spans / 2 <= m.reads() <= 2 * (spans + 1), (m.reads(), spans)


def test_within_ttl_nothing_is_asked(m):
    m.ls()
    m.clear()
    for _ in range(3):
        assert m.sh('ls -lR "$M" && cat "$M/prod/name"').ok
    assert m.requests() == []


def test_an_idle_mount_sends_nothing(lab):
    """This needs time to show: ten times the ttl."""
    m = lab.mount("ttl=0.1")
    m.ls("prod")
    m.clear()
    time.sleep(1)
    assert m.requests() == []


def test_a_stale_file_is_asked_for_at_open_once(lab):
    m = lab.mount(f"ttl={0.5 * SLOW:g}")
    m.read("prod/name")
    m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": ["9.9.9.9"]}})
    m.clear()
    wait_until(lambda: m.read(SERVERS) == "9.9.9.9\n", "the end of the ttl")
    assert m.reads() == 1


def test_concurrent_readers_share_one_request(m):
    m.refresh()
    m.server.fault("ANY:delay=400")
    m.clear()
    with ThreadPoolExecutor(20) as pool:
        texts = list(pool.map(lambda _: m.read("prod/zone"), range(20)))
    assert set(texts) == {"US-EAST-04A\n"}
    assert m.reads() == 1


def test_an_answer_that_takes_its_time_is_no_failure(m):
    """A look-up does not wait for it, and goes on with what is known; nobody was told of a failure."""
    m.refresh()
    m.server.fault("ANY:delay=400")
    assert m.read("prod/zone") == "US-EAST-04A\n"
    assert m.read(".error") == m.read("prod/.error") == ""
    assert "vpcfs_failures_total{" not in m.read(".vpcfs/stats")


def test_whether_the_api_has_an_entry_of_a_new_name_is_waited_for(m):
    m.refresh()
    m.server.fault("LIST:delay=1500", "GET:delay=1500")
    os.mkdir(m / "prod/vpcPrefixes/new")
    m.refresh()
    assert errno_of(os.stat, m / "prod/vpcPrefixes/nope") == "ENOENT"
    assert m.read(".error") == ""


def test_an_entry_is_made_although_the_last_read_failed(lab):
    """Within the pause in which readers are told so again (W1)."""
    m = lab.mount(f"timeout={SLOW}")
    m.refresh()
    m.server.fault("GET:reset", "LIST:reset")
    assert errno_of(m.read, "prod/zone") == "EREMOTEIO"
    m.server.clear_faults()
    os.mkdir(m / "prod/vpcPrefixes/new")
    m.write("prod/vpcPrefixes/new/value", "10.99.0.0/16\n", os.O_WRONLY | os.O_CREAT)
    assert "10.99.0.0/16" in [p["value"] for p in m.vpc()["vpcPrefixes"]]


def test_the_content_is_fixed_at_open(m):
    handle = os.open(m / "prod/spec.json", os.O_RDONLY)
    first = os.pread(handle, 10, 0)
    before = m.read("prod/spec.json")
    m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": ["2001:db8::1", "2001:db8::2", "9.9.9.9"]}})
    m.refresh()
    assert "9.9.9.9" in m.read("prod/spec.json")
    rest = os.pread(handle, 1 << 20, 10)
    os.close(handle)
    assert (first + rest).decode() == before


def test_own_writes_are_seen_at_once(lab):
    m = lab.mount(vpcs=[{**PLAIN, "name": "prod"}])
    for number in range(10):
        assert m.write(SERVERS, f"9.9.9.{number}\n") == "ok"
        assert m.read(SERVERS) == f"9.9.9.{number}\n"
        assert f"9.9.9.{number}" in m.read("prod/spec.json")
        assert f"9.9.9.{number}" in m.read("prod/vpc.json")


def test_an_answer_asked_for_before_a_write_never_overwrites_it(lab):
    m = lab.mount("ttl=0.3")
    handle = os.open(m / INGRESS, os.O_WRONLY | os.O_TRUNC)
    m.refresh()
    m.server.fault("LIST:delay=1000", "GET:delay=1000")  # the answer is made at once and sent late
    m.clear()
    listing = m.start(["ls", str(m.path)])
    wait_until(lambda: m.requests("GET"), "the question")
    assert errno_of(os.write, handle, b"true\n") == "ok"
    os.close(handle)
    assert listing.wait(timeout=20) == 0
    m.server.clear_faults()
    assert m.read(INGRESS) == "true\n"
    assert "true" in m.read("prod/spec.json")


@live
def test_a_deleted_vpc_is_gone_at_once(lab):
    m = lab.mount("ttl=0.05", server_options=["--provision", "1500"])
    wait_until(lambda: m.vpc()["status"] == "STATUS_READY", "prod to be ready")
    assert errno_of(os.rmdir, m / "prod") == "ok"
    assert m.vpc()["status"] == "STATUS_DELETING"
    for _ in range(5):
        assert m.ls() == ["plain"]
        assert not os.path.exists(m / "prod")
        m.refresh()


def test_a_vpc_that_another_deletes_goes(lab):
    m = lab.mount("ttl=0.1")
    assert m.ls() == ["plain", "prod"]
    m.server.delete("prod")
    wait_until(lambda: m.ls() == ["plain"], "prod to go")
    assert errno_of(os.stat, m / "prod/name") == "ENOENT"


def test_a_vpc_that_another_creates_comes(lab):
    m = lab.mount("ttl=0.1")
    m.server.create({"name": "other", "zone": "US-EAST-04A"})
    wait_until(lambda: "other" in m.ls(), "other to come")
    assert m.read("other/name") == "other\n"


def test_a_vpc_made_anew_by_another_is_found(lab):
    """The driver knows the old VPC from the list; the kernel, which would look twice, knows no name at all."""
    m = lab.mount("ttl=0")
    m.read("plain/id")
    m.server.delete("prod")
    identity = m.server.create(PROD)["id"]
    assert m.read("prod/id") == identity + "\n"


def test_a_remote_change_reaches_stat_and_mapped_pages(lab):
    m = lab.mount("ttl=0.1")
    assert m.read(SERVERS) == "1.1.1.1\n8.8.8.8\n"
    m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": ["9.9.9.9"]}})
    wait_until(lambda: os.stat(m / SERVERS).st_size == len("9.9.9.9\n"), "the new size")
    assert m.read(SERVERS) == "9.9.9.9\n"


def test_when_the_server_is_gone_nothing_stale_is_shown(lab):
    m = lab.mount("ttl=0.1,timeout=1")
    assert m.ls() == ["plain", "prod"]
    m.server.kill()
    wait_until(lambda: errno_of(m.read, "prod/name") == "ECONNREFUSED", "the answer to grow old")
    assert errno_of(m.ls) == "ECONNREFUSED"
    assert errno_of(os.stat, m / "never-there") != "ENOENT"
    assert m.sh('ls "$M"').status != 0
    assert "refused" in m.why("").lower()


def test_what_never_needs_the_network(lab):
    m = lab.mount("ttl=0.1,timeout=2")
    (m / "prod/notes").write_text("x")
    m.server.fault("ANY:hang")
    m.refresh()
    began = time.monotonic()
    assert m.sh('df "$M" && stat "$M" && ls "$M/.vpcfs" && cat "$M/.vpcfs/version" "$M/.vpcfs/log"').ok
    assert time.monotonic() - began < 1 * SLOW


def test_scratch_needs_no_network(lab):
    m = lab.mount("ttl=30,timeout=5")
    (m / "prod/notes").write_text("x")
    m.server.kill()
    (m / "prod/notes").write_text("y")
    assert m.read("prod/notes") == "y"
    os.unlink(m / "prod/notes")


# No caller waits longer than the deadline, and a reader not even that long.

def test_ctrl_c_ends_a_waiting_read_at_once(m):
    m.refresh()
    m.server.fault("ANY:hang")
    m.clear()
    child = m.start(["cat", str(m / "prod/name")])
    wait_until(lambda: m.requests(), "the request")
    began = time.monotonic()
    child.send_signal(signal.SIGINT)
    child.wait(timeout=20)
    assert time.monotonic() - began < 0.1 * SLOW + dawdle()
    assert child.returncode == -signal.SIGINT


def test_many_blocked_readers_leave_the_rest_responsive(lab):
    m = lab.mount("timeout=20")
    (m / "plain/notes").write_text("x")
    os.listdir(m / "plain")
    m.refresh()
    m.server.fault("ANY:hang")
    m.clear()
    children = [m.start(["cat", str(m / "prod/name")]) for _ in range(100)]
    wait_until(lambda: m.requests(), "the request")
    began = time.monotonic()
    os.stat(m.path)
    m.read(".vpcfs/version")
    assert "open_handles" in m.read(".vpcfs/stats")
    assert time.monotonic() - began < 1 * SLOW
    began = time.monotonic()
    children[50].send_signal(signal.SIGINT)
    children[50].wait(timeout=20)
    assert time.monotonic() - began < 0.1 * SLOW + dawdle()


@pytest.mark.parametrize("how", ["umount -f", "SIGTERM"])
def test_the_end_does_not_wait_for_requests(lab, how):
    m = lab.mount("timeout=60")
    m.refresh()
    m.server.fault("ANY:hang")
    m.clear()
    child = m.start(["cat", str(m / "prod/name")])
    wait_until(lambda: m.requests(), "the request")
    began = time.monotonic()
    if how == "SIGTERM":
        m.process.send_signal(signal.SIGTERM)
    else:
        # umount reports that it is busy, because the reader is inside, but ends the connection.
        subprocess.run(["umount", "-f", str(m.path)], capture_output=True, check=False)
    m.process.wait(timeout=20 * SLOW)
    assert time.monotonic() - began < 1 * SLOW
    child.wait(timeout=20)
    assert child.returncode != 0


@pytest.mark.parametrize("operation", ["read", "write", "close", "mkdir", "rmdir", "rename", "ls"])
def test_no_operation_outlives_its_deadline(lab, operation):
    m = lab.mount("timeout=1,zone=US-EAST-04A")
    handle = os.open(m / SERVERS, os.O_WRONLY | os.O_TRUNC)
    if operation == "close":
        os.write(handle, b"9.9.9.9")
    (m / "prod/tmp").write_text(m.read("prod/spec.json").replace("8.8.8.8", "9.9.9.9"))
    m.refresh()
    m.server.fault("ANY:hang")
    call = {"read": lambda: m.read("prod/name"), "write": lambda: os.write(handle, b"9.9.9.9\n"),
            "close": lambda: os.close(handle), "mkdir": lambda: os.mkdir(m / "new"),
            "rmdir": lambda: os.rmdir(m / "prod/vpcPrefixes" / POD), "ls": m.ls,
            "rename": lambda: os.rename(m / "prod/tmp", m / "prod/spec.json")}[operation]
    began = time.monotonic()
    assert errno_of(call) == "ETIMEDOUT"
    assert time.monotonic() - began < 2.5 * SLOW
    if operation != "close":
        os.close(handle) if operation != "write" else errno_of(os.close, handle)


def test_a_dead_server_costs_one_deadline_not_one_per_file(lab):
    m = lab.mount("timeout=1", vpcs=MANY)
    m.ls()
    m.refresh()
    m.server.fault("ANY:hang")
    began = time.monotonic()
    assert not m.sh('ls -lR "$M"').ok
    assert not m.sh('cat "$M"/vpc-00*/name').ok
    assert time.monotonic() - began < 5 * SLOW
