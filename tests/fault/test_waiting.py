# SPDX-License-Identifier: MIT
"""Nothing waits longer than it must: one deadline for a dead server, Ctrl-C at once, the rest of the mount while a
hundred readers wait, the end of the mount with requests under way. And nothing ends that must not: a mutation on the
wire by Ctrl-C, any operation by signals that mean nothing."""
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import threading
import time

import pytest
from contract import differences
from rig import SLOW, Storm, at_most, harness

ROUNDS = int(os.environ.get("VPCFS_CTRL_C_ROUNDS", "20"))
HANG = ("LIST:hang", "GET:hang")
live = pytest.mark.parametrize("profile", ["live"], indirect=True)


def many(count):
    return [{"name": f"vpc-{n:03}", "id": f"00000000-0000-4000-8000-{n:012}", "zone": "US-EAST-04A"} for n in range(count)]


# A dead server.
@live
@pytest.mark.parametrize("death", ["hang", "reset", "stopped"])
@pytest.mark.parametrize("command", ["ls -lR", "find"])
def test_a_dead_server_costs_one_deadline(lab, death, command, record_property):
    timeout = 1.5 * SLOW
    m = lab.mount(f"ttl=0.2,timeout={timeout:g}", load=many(200))
    with m.watched():
        names = m.ls()
        assert len(names) == 200
        # An open directory is listed from the state at its opening, so its 200 entries are looked up.
        line = {"ls -lR": 'ls -lR "$M"', "find": 'find "$M" -type f'}[command]
        if death == "stopped":
            m.server.kill()
        else:
            m.server.fault(f"ANY:{death}")
        harness.wait_until(lambda: harness.errno_of(m.read, f"{names[0]}/zone") != "ok", "answers that are too old")
        m.refresh()
        begun = time.monotonic()
        result = m.sh(line)
        took = time.monotonic() - begun
        record_property("seconds", round(took, 3))
        record_property("timeout", timeout)
        record_property("says", result.err.splitlines()[-1].rsplit(": ", 1)[-1])
        assert result.status != 0 and result.err
        assert "No such file" not in result.err
        assert took <= timeout + 1.5 * SLOW, f"{took:.2f} s"
        if death == "stopped":
            m.server.restart()
        m.calm()
        assert m.ls() == names


# Ctrl-C.
def interrupt(m, command):
    """Seconds from SIGINT to the end of the command, whose request hangs by that time."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=m.shell_env())
    m.children.append(child)
    harness.wait_until(lambda: is_blocked(child.pid) and m.server.waiting(), "a reader that waits for a request")
    begun = time.monotonic()
    child.send_signal(signal.SIGINT)
    child.wait(timeout=30)
    return time.monotonic() - begun


def is_blocked(pid):
    """Whether it sleeps in the mount."""
    state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0]
    where = pathlib.Path(f"/proc/{pid}/wchan").read_text()
    return state in "SD" and (where in ("", "0") or any(word in where for word in ("fuse", "request_wait", "d_alloc", "lookup")))


def judge(times, record_property):
    record_property("median_ms", round(1000 * statistics.median(times), 1))
    record_property("worst_ms", round(1000 * max(times), 1))
    print(f"Ctrl-C: median {1000 * statistics.median(times):.1f} ms, worst {1000 * max(times):.1f} ms of {len(times)}")
    assert statistics.median(times) <= 0.1 * SLOW
    assert sorted(times)[-2] <= 0.1 * SLOW and max(times) <= 0.2 * SLOW  # one may have met a busy machine


@live
@pytest.mark.parametrize("what", ["cat", "ls", "stat"])
def test_ctrl_c_ends_a_hanging_read(lab, what, record_property):
    m = lab.mount(f"ttl=0,timeout={20 * SLOW:g}")
    m.server.fault(*HANG)
    command = {"cat": ["cat", str(m / "prod/id")], "ls": ["ls", str(m.path)], "stat": ["stat", str(m / "prod")]}[what]
    with m.watched(120):
        times = [interrupt(m, command) for _ in range(ROUNDS)]
        judge(times, record_property)
        assert "Interrupted" not in m.why("") and "EINTR" not in m.why("")
        m.calm()
        assert differences(m.path, m.server.list()) == []


@live
def test_ctrl_c_with_a_hundred_readers(lab, record_property):
    """While a hundred readers hang, work without the network goes on, one reader can be interrupted, and then all of
    them."""
    m = lab.mount(f"ttl=0,timeout={30 * SLOW:g}")
    os.mkdir(m / ".drafts/mine")
    m.server.fault(*HANG)
    with m.watched(120):
        readers = [subprocess.Popen(["cat", str(m / "prod/id")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                   for _ in range(100)]
        m.children += readers
        harness.wait_until(m.server.waiting, "a request that hangs")
        harness.wait_until(lambda: all(is_blocked(reader.pid) for reader in readers), "readers in the mount")
        for _ in range(20):
            with at_most(0.5, "what needs no network"):
                os.stat(m / ".vpcfs")
                m.read(".vpcfs/version")
                os.stat(m.path)
                os.statvfs(m.path)
                (m / ".drafts/mine/scratch").write_text("text")
                assert m.read(".drafts/mine/scratch") == "text"
                os.unlink(m / ".drafts/mine/scratch")
        times = []
        for reader in readers[:20]:
            begun = time.monotonic()
            reader.send_signal(signal.SIGINT)
            reader.wait(timeout=30)
            times.append(time.monotonic() - begun)
        judge(times, record_property)
        with at_most(2, "the end of all"):
            for reader in readers:
                reader.send_signal(signal.SIGINT)
            for reader in readers:
                reader.wait(timeout=30)
        m.calm()
        assert differences(m.path, m.server.list()) == []


@live
@pytest.mark.parametrize("what", ["write", "mkdir", "rmdir"])
def test_ctrl_c_does_not_cancel_a_mutation(lab, what):
    """A mutation on the wire: its answer enters the cache, and the mount shows it without another request."""
    m = lab.mount(f"ttl=60,timeout={10 * SLOW:g},zone=US-EAST-04A")
    m.ls()
    call = {"write": "PATCH", "mkdir": "POST", "rmdir": "DELETE"}[what]
    command = {"write": ["dd", "status=none", f"of={m / harness.INGRESS}", "conv=notrunc,nocreat"], "mkdir": ["mkdir", str(m / "fresh")],
               "rmdir": ["rmdir", str(m / "plain")]}[what]
    m.server.fault(f"{call}:delay=600")
    with m.watched():
        m.clear()
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        m.children.append(child)
        if what == "write":
            child.stdin.write(b"true\n")
            child.stdin.close()
        harness.wait_until(lambda: m.server.waiting(call), "the request")
        child.send_signal(signal.SIGINT)
        child.wait(timeout=30)
        assert m.server.count(call) == 1
        gets = m.server.count("LIST")
        assert {"write": lambda: m.read(harness.INGRESS) == "true\n", "mkdir": lambda: "fresh" in m.ls(),
                "rmdir": lambda: "plain" not in m.ls()}[what]()
        assert m.server.count("LIST") == gets
        assert m.server.count(call) == 1
        m.calm()
        assert differences(m.path, m.server.list()) == []


# The end of the mount.
@live
@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "umount -f"])
@pytest.mark.parametrize("call", ["LIST", "GET", "PATCH", "POST", "DELETE"])
def test_the_end_with_a_request_hanging(lab, how, call):
    m = lab.mount(f"ttl=0,timeout={30 * SLOW:g},zone=US-EAST-04A", expect_stderr="(?s).*")
    m.ls()
    command = {"LIST": 'ls "$M"', "GET": 'cat "$M/prod/id"', "PATCH": f'echo true > "$M/{harness.INGRESS}"',
               "POST": 'mkdir "$M/fresh"', "DELETE": 'rmdir "$M/plain"'}[call]
    m.read("prod/id")
    m.server.fault(f"{call}:hang" if call not in ("LIST", "GET") else "ANY:hang")
    m.clear()
    with m.watched():
        child = m.start(command)
        harness.wait_until(lambda: m.server.waiting(None if call in ("LIST", "GET") else call), "the request")
        with at_most(1.5, "the end"):  # a second, and an allowance for a busy machine
            if how.startswith("SIG"):
                m.process.send_signal(getattr(signal, how))
            else:
                # It reports that the mount is busy, because a process is inside, but ends the connection.
                subprocess.run(["umount", "-f", str(m.path)], capture_output=True, check=False)
            m.process.wait(timeout=30)
            child.wait(timeout=30)
        assert m.process.returncode == 0
        assert how == "umount -f" or not harness.is_mounted(m.path)


# Signals that mean nothing.
def run_child(m, seconds, signals):
    child = subprocess.Popen([sys.executable, str(pathlib.Path(__file__).with_name("io_child.py")), str(seconds), str(m.path)],
                             stdout=subprocess.PIPE, text=True)
    m.children.append(child)
    assert child.stdout.readline() == "ready\n"
    storms = [Storm(child.pid, number) for number in signals]
    for storm in storms:
        storm.__enter__()
    out = child.stdout.read()
    for storm in storms:
        storm.__exit__()
    child.wait()
    assert all(storm.sent > 50 for storm in storms)
    return json.loads(out)


@live
@pytest.mark.parametrize("number", [signal.SIGURG, signal.SIGALRM])
def test_a_storm_of_harmless_signals_disturbs_nothing(lab, number):
    """Go's runtime sends SIGURG to preempt, git's progress is a SIGALRM: neither may make a call fail."""
    m = lab.mount(f"ttl=0,timeout={10 * SLOW:g},zone=US-EAST-04A")
    m.server.fault("ANY:delay=10")
    with m.watched():
        counts = run_child(m, 2 * SLOW, [number])
        assert {key: n for key, n in counts.items() if not key.endswith(" ok")} == {}
        assert counts["write ok"] > 3
        m.calm()
        assert differences(m.path, m.server.list()) == []


@live
def test_git_is_not_disturbed(lab):
    """git's own timer, and a storm of signals on top: status, add and diff of a tree below the mount."""
    m = lab.mount(f"ttl=0.05,timeout={10 * SLOW:g}")
    m.server.fault("ANY:delay=5")
    with m.watched():
        git = 'git -c core.fsmonitor=false --git-dir="$W/git" --work-tree="$M"'
        assert m.sh(f"{git} init -q && {git} add -A && {git} -c user.name=a -c user.email=a@b commit -qm one", timeout=100).ok
        child = m.start(f"exec {git} status --porcelain")
        with Storm(child.pid):
            out, err = child.communicate(timeout=60 * SLOW)
        assert child.returncode == 0 and err == "" and out == ""
        m.server.patch("prod", "ingress.disablePublicServices", ingress={"disablePublicServices": True})
        m.calm()
        out = m.sh(f"{git} diff --stat").out
        assert "prod/ingress/disablePublicServices" in out


@live
def test_ctrl_c_works_in_the_middle_of_a_storm(lab, record_property):
    m = lab.mount(f"ttl=0,timeout={20 * SLOW:g}")
    m.server.fault(*HANG)
    times = []
    with m.watched(120):
        for _ in range(10):
            child = subprocess.Popen(["cat", str(m / "prod/id")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            m.children.append(child)
            with Storm(child.pid):
                harness.wait_until(lambda: is_blocked(child.pid) and m.server.waiting(), "a reader that waits for a request")
                begun = time.monotonic()
                child.send_signal(signal.SIGINT)
                child.wait(timeout=30)
                times.append(time.monotonic() - begun)
        judge(times, record_property)


@live
def test_a_refresh_does_not_wait_for_requests_that_hang(lab):
    """The server works again, but an old request is never answered: new readers do not wait behind it."""
    m = lab.mount(f"ttl=0,timeout={20 * SLOW:g}")
    m.read("prod/id")
    m.server.fault("LIST:hang*1", "GET:hang*1")
    with m.watched():
        # In this order: with a list under way no reader asks for one VPC.
        readers = [m.start(["cat", str(m / "prod/id")])]
        harness.wait_until(lambda: m.server.waiting("GET"), "a request that hangs")
        readers.append(m.start(["ls", str(m.path)]))
        harness.wait_until(lambda: len(m.server.waiting()) == 2, "two requests that hang")
        with at_most(3, "the mount to be well"):
            m.calm()
            assert differences(m.path, m.server.list()) == []
        for reader in readers:
            reader.send_signal(signal.SIGINT)
            reader.wait(timeout=30)


@live
def test_readers_share_the_deadline_of_their_own(lab):
    """Thirty threads wait for a server that hangs: each ends at its own deadline, none later because of the others."""
    timeout = 1 * SLOW
    m = lab.mount(f"ttl=0,timeout={timeout:g}")
    m.server.fault("ANY:hang")
    results = []

    def run():
        begun = time.monotonic()
        results.append((harness.errno_of(os.listdir, m.path), time.monotonic() - begun))
    with m.watched():
        threads = [threading.Thread(target=run) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {errno for errno, _ in results} == {"ETIMEDOUT"}
    assert max(took for _, took in results) <= timeout + 1.5 * SLOW
