# SPDX-License-Identifier: MIT
"""Whatever ends the driver, at any moment: it ends within a second, and no process stays unkillable (docs/semantics.md, section 8).

Before each end the scene proves that every operation is under way. Whatever fails, the connection is aborted through
/sys/fs/fuse/connections, which wakes every waiting process."""
import os
import signal
import subprocess
import time

import pytest
from kernel import SLOW, all_reaped_within, harness
from scene import LEADERS, Scene, vpcs

LIMIT_S = 1  # the contract's, for the driver and then for its callers
TIMEOUT_S = 60  # the driver's: no request ends by itself while a scene is made
DETACHED_TIMEOUT_S = 4  # for a mount that is detached while its driver lives: this bounds a write
NAMES = list(LEADERS)


def send(number):
    return lambda m: m.process.send_signal(number)


def umount(flag):
    return lambda m: subprocess.run(["umount", flag, str(m.path)], capture_output=True, text=True, check=False,
                                    timeout=60 * SLOW)


WAYS = {
    "SIGTERM": send(signal.SIGTERM),
    "SIGKILL": send(signal.SIGKILL),
    "crash": send(signal.SIGSEGV),
    "umount-f": umount("-f"),
}


def driver_ends(m, seconds):
    """Checks that the driver is reaped in time: none of its threads is left."""
    try:
        m.process.wait(timeout=seconds * SLOW)
    except subprocess.TimeoutExpired:
        return False
    return not os.path.exists(f"/proc/{m.process.pid}/task")


def check_mountpoint(m, way, result):
    """SIGTERM removes the mount. After a crash the mount is dead and can be detached, and so it is after an umount -f
    that says "busy", because the kernel keeps a mount that a process works in."""
    dead = way in ("SIGKILL", "crash") or (result is not None and result.returncode != 0)
    if harness.is_mounted(m.path):
        assert dead, f"{m.path} is still mounted"
        assert harness.errno_of(os.listdir, m.path) == "ENOTCONN"
        subprocess.run(["umount", "-l", str(m.path)], check=True)
    assert not harness.is_mounted(m.path)
    assert os.listdir(m.path) == []


def kill_callers(scene, seconds=LIMIT_S):
    """All callers have ended, or SIGKILL ends them: none is stuck."""
    for caller in scene.all():
        caller.kill()
    left = all_reaped_within(scene.all(), seconds)
    assert not left, f"unkillable: {', '.join(caller.name for caller in left)}\n{scene.evidence()}"


def end(scene, way):
    m = scene.m
    began = time.monotonic()
    result = WAYS[way](m)
    assert driver_ends(m, LIMIT_S), f"the driver did not end within {LIMIT_S * SLOW:g} s of {way}\n{scene.evidence()}"
    took = time.monotonic() - began
    kill_callers(scene)
    check_mountpoint(m, way, result)
    if way in ("SIGTERM", "umount-f"):
        assert m.process.returncode == 0
    return took


def detach(scene):
    """The driver lives until its last user is gone. A read ends at once, a write at its deadline."""
    m = scene.m
    subprocess.run(["umount", "-l", str(m.path)], check=True, timeout=60 * SLOW)
    assert not harness.is_mounted(m.path)
    began = time.monotonic()
    kill_callers(scene, DETACHED_TIMEOUT_S + LIMIT_S)
    assert driver_ends(m, LIMIT_S), f"the driver outlived its last user\n{scene.evidence()}"
    return time.monotonic() - began


def one_round(lab, server, leader, work, timeout_s=TIMEOUT_S):
    """Returns what was wrong, "" if nothing was."""
    m = lab.mount(f"ttl=60,timeout={timeout_s},zone=US-EAST-04A", server=server, expect_stderr=".*")
    scene = Scene(m, server, leader)
    try:
        scene.begin()
        work(scene)
        return ""
    except (AssertionError, subprocess.SubprocessError) as err:
        return f"leader: {leader}: {err}"
    finally:
        scene.close()
        settle(lab, m)


def settle(lab, m):
    """Marks this mount as judged; its ordinary end would report the same again."""
    m.process.kill()
    m.process.wait()
    m.watchdog.cancel()
    harness.unmount_by_force(m.path)
    lab.started.remove(m)


def all_rounds(lab, rounds, first, work, **kwargs):
    server = lab.server(vpcs=vpcs())
    failures = []
    for number in range(rounds):
        wrong = one_round(lab, server, NAMES[(first + number) % len(NAMES)], work, **kwargs)
        failures += [f"round {number + 1}: {wrong}"] if wrong else []
    assert not failures, f"{len(failures)} of {rounds} rounds failed; the first: {failures[0]}"


@pytest.mark.parametrize("way", WAYS)
def test_nobody_stays_unkillable(lab, rounds, way):
    all_rounds(lab, rounds, list(WAYS).index(way), lambda scene: end(scene, way))


def test_nobody_stays_unkillable_in_a_detached_mount(lab, rounds):
    all_rounds(lab, rounds, 0, detach, timeout_s=DETACHED_TIMEOUT_S)
