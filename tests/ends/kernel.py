# SPDX-License-Identifier: MIT
"""The kernel's view of a mount and of processes in it, and child processes that make one system call and wait there."""
import contextlib
import ctypes
import os
import pathlib
import select
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "mount"))
import harness  # noqa: E402

SLOW = harness.SLOW
CONNECTIONS = pathlib.Path("/sys/fs/fuse/connections")
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Connection:
    """The kernel's side of a mount, as /sys/fs/fuse/connections/N has it."""

    def __init__(self, path):
        self.path = str(path)
        self.folder = CONNECTIONS / self._number()
        # Held open: once the connection has ended, its number may be that of somebody else's.
        self.abort_file = open(self.folder / "abort", "wb", buffering=0)

    def _number(self):
        for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
            fields = line.split()
            if harness.unescape_mountinfo(fields[4]) == self.path:
                return fields[2].split(":")[1]
        raise harness.HarnessError(f"{self.path} is not a mount")

    def waiting(self):
        """The number of requests that are queued or with the driver."""
        return int((self.folder / "waiting").read_text())

    def abort(self):
        """Wakes every process that waits for this driver, whatever the driver does. Does nothing to a connection that
        has ended."""
        with contextlib.suppress(OSError):
            self.abort_file.write(b"1")


def proc_text(pid, name, task=None):
    """The text of a file of /proc, "" if there is no such process."""
    path = f"/proc/{pid}/task/{task}/{name}" if task else f"/proc/{pid}/{name}"
    try:
        return pathlib.Path(path).read_text()
    except OSError:
        return ""


def state_of(pid, task=None):
    """The process's state, one letter; "" if it has ended."""
    return proc_text(pid, "status", task).partition("State:\t")[2][:1]


def describe(pid):
    """Each thread's name, state, and where it waits in the kernel."""
    text = ""
    try:
        tasks = sorted(os.listdir(f"/proc/{pid}/task"), key=int)
    except OSError:
        return text
    for task in tasks:
        stack = [line.split()[1].split("+")[0] for line in proc_text(pid, "stack", task).splitlines() if "+" in line]
        name = proc_text(pid, "comm", task).strip()
        text += f"  {pid}/{task} {name} {state_of(pid, task)} {' < '.join(stack[:5])}\n"
    return text


class Caller:
    """A child process that prepares, waits for the signal to go on, and makes its call. Its exit status is the call's
    errno."""

    def __init__(self, name, prepare, call):
        self.name, self.status = name, None
        ready, say_ready = os.pipe()
        told, self.tell = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self._child(prepare, call, say_ready, told)
        os.close(say_ready)
        os.close(told)
        self.ready = ready

    def _child(self, prepare, call, say_ready, told):
        """Runs in the child, where none of the parent's Python may run but these calls."""
        status = 255
        try:
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            os.setpgid(0, 0)
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            os.close(self.tell)  # this end must be only the parent's
            prepared = prepare()
            os.write(say_ready, b"r")
            os.read(told, 1)
            call(prepared)
            status = 0
        except OSError as err:
            status = min(err.errno, 254)
        finally:
            os._exit(status)

    def wait_ready(self):
        if not select.select([self.ready], [], [], 20 * SLOW)[0] or os.read(self.ready, 1) != b"r":
            raise harness.HarnessError(f"{self.name} could not prepare: {self.reap() and self.status}")

    def go(self):
        os.write(self.tell, b"g")

    def reap(self):
        """Returns whether the child has ended; then .status is its exit status, negative for a signal."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def kill(self, number=signal.SIGKILL):
        if not self.reap():
            os.kill(self.pid, number)

    def stack(self):
        return proc_text(self.pid, "stack")

    def waits_for_driver(self):
        """Whether its request is queued for the driver or with it."""
        return "request_wait_answer" in self.stack()

    def waits_for_lock(self):
        """Whether it queues in the kernel behind a process whose request is with the driver. Nothing else waits for a
        lock in state S."""
        return state_of(self.pid) == "D" and not self.waits_for_driver()

    def waits(self):
        return self.waits_for_driver() or self.waits_for_lock()

    def close(self):
        os.close(self.ready)
        os.close(self.tell)


def all_reaped_within(callers, seconds):
    """Returns the callers that were not reaped in time."""
    end = time.monotonic() + seconds * SLOW
    left = list(callers)
    while True:
        left = [caller for caller in left if not caller.reap()]
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.002)
