# SPDX-License-Identifier: MIT
"""Everything that a benchmark run starts (programs, mounts, folders), and the guarantee that all of it ends.

This process adopts what its children leave behind, such as a driver that went to the background. So every process that
was started can be found as its child, and nothing else is ever signalled."""
import contextlib
import ctypes
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build-bench"
sys.path.insert(0, str(ROOT / "tests/mount"))
os.environ["VPCFS_BUILD"] = str(BUILD)
import harness  # noqa: E402  (the emulator, and what is mounted)

PR_SET_CHILD_SUBREAPER = 36


class BenchError(Exception):
    """A result that may not enter a table: a command that failed, a missing mount, a wrong count."""


class TooSlow(Exception):
    """A command took longer than its limit and was ended."""


def adopt_orphans():
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise BenchError("prctl: " + os.strerror(ctypes.get_errno()))


def children(of=None):
    """Process ids of the children of this process (or of `of`), without those that have ended."""
    found = set()
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = path.read_text().rsplit(")", 1)[1].split()[:2]
            if int(parent) == (of or os.getpid()) and state != "Z":
                found.add(int(path.parent.name))
    return found


def reap(pids):
    """Collects adopted processes that have ended; another process may be waiting for them to disappear. Returns the CPU
    seconds that they used."""
    used = 0.0
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            usage = os.wait4(pid, os.WNOHANG)[2]
            used += usage.ru_utime + usage.ru_stime
    return used


def wait_ended(pids, seconds):
    end = time.monotonic() + seconds
    while pids & children():
        if time.monotonic() > end:
            return False
        time.sleep(0.002)
    return True


def end_pids(pids, seconds=10):
    for how in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids & children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
        if wait_ended(pids, seconds):
            return


def unmount(path):
    """Tries again for a while, since a process that was just killed may still have a file open, and then forces it.
    Without davfs2's helper (-i): it waits for the end of a process that only this one can reap."""
    end = time.monotonic() + 10
    while harness.is_mounted(path) and time.monotonic() < end:
        subprocess.run(["umount", "-i", str(path)] if os.getuid() == 0 else ["fusermount3", "-u", str(path)],
                       capture_output=True, timeout=60)
        if harness.is_mounted(path):
            time.sleep(0.02)
    harness.unmount_by_force(path)
    if harness.is_mounted(path):
        raise BenchError(f"{path} cannot be unmounted")


def wait_mounted(path, kind, process, log):
    """Waits until a mount of this type is there, or until its program has ended."""
    end = time.monotonic() + 60
    while True:
        line = harness.mount_lines().get(str(path))
        if line:
            break
        if process.poll() is not None or time.monotonic() > end:
            raise BenchError(f"{process.args[0]} did not mount {path}: {log.read_text(errors='replace')}")
        time.sleep(0.002)
    expect_mounted(path, kind)


def expect_mounted(path, kind):
    line = harness.mount_lines().get(str(path))
    if not line or line[1] != kind:
        raise BenchError(f"{path} is {line and line[1]}, not a mount of {kind}")


def end_group(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def timed(command, cwd, out, limit, tolerated="(?!)"):
    """Seconds that a command takes, with its output going to the file out. A list of two commands is a pipe. Raises
    TooSlow past the limit, and BenchError unless the status is 0 and nothing is on standard error. Lines that match
    `tolerated` are allowed there, and then the status may be 1."""
    pipe = isinstance(command[0], list)
    with open(out, "wb") as stdout, open(f"{out}.err", "wb") as stderr:
        options = {"cwd": cwd, "stdin": subprocess.DEVNULL, "stderr": stderr, "start_new_session": True,
                   "env": {**os.environ, "LC_ALL": "C"}}
        start = time.perf_counter()
        if pipe:
            first = subprocess.Popen(command[0], stdout=subprocess.PIPE, **options)
            last = subprocess.Popen(command[1], stdout=stdout, **{**options, "stdin": first.stdout})
            first.stdout.close()
            both = [last, first]
        else:
            both = [subprocess.Popen(command, stdout=stdout, **options)]
        # Not wait(timeout): that looks every 50 ms only.
        watchdog = threading.Timer(limit, lambda: [end_group(process) for process in both])
        watchdog.start()
        try:
            for process in both:
                process.wait()
            took = time.perf_counter() - start
        finally:
            watchdog.cancel()
            watchdog.join()
            for process in both:
                end_group(process)
                process.wait()
    if took >= limit:
        raise TooSlow()
    check_end([process.returncode for process in both], command, f"{out}.err", tolerated)
    return took


def check_end(statuses, command, err, tolerated):
    said = pathlib.Path(err).read_text(errors="replace")
    strange = [line for line in said.splitlines() if not re.fullmatch(tolerated, line)]
    if strange or max(statuses) > (1 if said else 0) or min(statuses) < 0:
        raise BenchError(f"{command} ended with {statuses}: {said[:2000]}")


class Place:
    """The folders of one run: `disk` for mountpoints, `memory` on tmpfs for everything else. Removed at the end."""

    def __init__(self):
        self.disk = BUILD / f"run-{os.getpid()}"
        self.memory = pathlib.Path(f"/dev/shm/vpcfs-bench-{os.getpid()}")
        if harness.mount_lines().get("/dev/shm", ("", ""))[1] != "tmpfs":
            raise BenchError("/dev/shm is not a tmpfs")
        self.disk.mkdir(parents=True)
        self.memory.mkdir(mode=0o755)
        self.count = 0

    def mountpoint(self, name):
        path = self.disk / name
        path.mkdir(exist_ok=True)
        return path

    def folder(self, name):
        self.count += 1
        path = self.memory / f"{name}-{self.count}"
        path.mkdir()
        return path

    def clear(self):
        unmount_below(self.disk)
        end_pids(children())
        for path in (self.disk, self.memory):
            shutil.rmtree(path, ignore_errors=True)


def unmount_below(folder):
    for path in sorted(harness.mount_lines(), reverse=True):
        if path.startswith(f"{folder}/"):
            unmount(path)


def clear_former_runs():
    """Removes the mounts and folders of runs that were killed."""
    for path in [*BUILD.glob("run-*"), *pathlib.Path("/dev/shm").glob("vpcfs-bench-*")]:
        pid = path.name.rsplit("-", 1)[1]
        if pid.isdigit() and not os.path.exists(f"/proc/{pid}") and path.stat().st_uid == os.getuid():
            unmount_below(path)
            shutil.rmtree(path, ignore_errors=True)
