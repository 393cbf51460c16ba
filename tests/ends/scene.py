# SPDX-License-Identifier: MIT
"""Every kind of operation under way at one moment, in one mount whose server holds the answers.

The kernel lets only one process at a time change a directory, or look up a name in it while another changes it. So of
the operations that want the root's lock (LEADERS) one is with the driver and the others queue behind it; the scene's
caller chooses which. Every other operation has a VPC of its own, but for those that shall queue: for a file, and for a
directory of a VPC."""
import contextlib
import json
import os
import signal

from kernel import Caller, Connection, all_reaped_within, describe, harness

BOOLEAN = "ingress/disablePublicServices"
POD = f"vpcPrefixes/{harness.POD}"
VPCS = ("free", "echo", "append", "save", "scratch", "entry", "close", "fsync", "cat", "stat", "list", "cwd", "gone",
        "moved")
HELD_S = 10
O_WRITE = os.O_WRONLY | os.O_TRUNC


def vpcs():
    return [{**harness.PROD, "name": name} for name in VPCS]


# A caller is a preparation, made while the server answers, and the one call that waits.

def nothing():
    return None


def opened(path, flags, text=b""):
    def prepare():
        handle = os.open(path, flags)
        if text:
            os.write(handle, text)
        return handle
    return prepare


def write_to(path, flags, text):
    """Writes as echo and the shell do."""
    return lambda _: os.write(os.open(path, flags), text)


def changed_spec(path):
    spec = json.loads(path.read_text())
    spec["dhcp"] = {"dns": {"servers": ["9.9.9.9"]}}
    return (json.dumps(spec) + "\n").encode()


def save(path):
    """Saves as an editor that writes in place."""
    def prepare():
        return os.open(path, os.O_RDWR), changed_spec(path)

    def call(prepared):
        handle, text = prepared
        os.ftruncate(handle, 0)
        os.write(handle, text)
    return prepare, call


def replace(folder):
    """Saves as an editor that renames."""
    def prepare():
        (folder / "spec.new").write_bytes(changed_spec(folder / "spec.json"))
    return prepare, lambda _: os.rename(folder / "spec.new", folder / "spec.json")


def publish(root):
    def prepare():
        os.mkdir(root / ".drafts/blue")
        (root / ".drafts/blue/zone").write_text("US-EAST-04A\n")
    return prepare, lambda _: os.rename(root / ".drafts/blue", root / "blue")


def inside(path, call):
    """Runs with its working directory there, so that its path does not go through the root, whose lock another process
    holds."""
    return lambda: os.chdir(path), call


def until_asked(path):
    """Repeats until the driver is asked, because the kernel may still have the answer."""
    def call(_):
        while True:
            os.stat(path)
    return call


# Callers that want the root's lock: (prepare, call, the request that the server then holds).
LEADERS = {
    "mkdir a VPC": lambda m: (nothing, lambda _: os.mkdir(m / "new"), "POST"),
    "rmdir a VPC": lambda m: (nothing, lambda _: os.rmdir(m / "gone"), "DELETE"),
    "rename a VPC": lambda m: (nothing, lambda _: os.rename(m / "moved", m / "renamed"), "PATCH"),
    "publish a draft": lambda m: (*publish(m.path), "POST"),
    "list the root": lambda m: (nothing, lambda _: os.listdir(m.path), "LIST"),
    "look up in the root": lambda m: (nothing, lambda _: os.stat(m / "nobody"), "LIST"),
}
ASKS_LIST = ("list the root", "look up in the root")


def writers(m):
    return {
        "echo > a field": (nothing, write_to(m / "echo" / BOOLEAN, O_WRITE, b"true\n")),
        "append to a list": (nothing, write_to(m / "append/dhcp/dns/servers", os.O_WRONLY | os.O_APPEND, b"9.9.9.9\n")),
        "save spec.json": save(m / "save/spec.json"),
        "rename onto spec.json": replace(m / "scratch"),
        "rmdir an entry": (nothing, lambda _: os.rmdir(m / "entry" / POD)),
        "close": (opened(m / "close" / BOOLEAN, O_WRITE, b"true"), os.close),
        "fsync": (opened(m / "fsync" / BOOLEAN, O_WRITE, b"true"), os.fsync),
    }


def queue(m):
    """Callers that queue behind a writer: for its file, and for its directory."""
    return {
        "echo to the same file": (nothing, write_to(m / "echo" / BOOLEAN, O_WRITE, b"true\n")),
        "mkdir an entry": (nothing, lambda _: os.mkdir(m / "entry/vpcPrefixes/second")),
        "look up beside it": (nothing, lambda _: os.stat(m / "entry/vpcPrefixes/third")),
    }


def readers(m):
    return {
        "read": inside(m / "cat", lambda _: os.open("dhcp/dns/servers", os.O_RDONLY)),
        "stat": inside(m / "stat", until_asked("vpc.json")),
        "list a VPC": inside(m / "list", lambda _: os.listdir(".")),
    }


def others(m):
    """Callers that finish at once, and callers that only hold something open."""
    return {
        "refresh": inside(m / ".vpcfs", write_to("refresh", O_WRITE, b"1\n")),
        "change elsewhere": (opened(m / "free" / BOOLEAN, O_WRITE), lambda handle: os.write(handle, b"true\n")),
        "cwd inside": inside(m / "cwd", lambda _: signal.pause()),
    }


class Scene:
    """Callers in a fresh mount of the server, all of them in their call when begin() returns."""

    def __init__(self, mount, server, leader):
        self.m, self.server, self.leader = mount, server, leader
        self.connection = Connection(mount.path)
        self.callers, self.others = {}, {}

    def _start(self):
        for group in (writers(self.m), queue(self.m), readers(self.m)):
            for name, (prepare, call) in group.items():
                self.callers[name] = Caller(name, prepare, call)
        for name, make in LEADERS.items():
            self.callers[name] = Caller(name, *make(self.m)[:2])
        for name, (prepare, call) in others(self.m).items():
            self.others[name] = Caller(name, prepare, call)
        for caller in self.all():
            caller.wait_ready()

    def all(self):
        return [*self.callers.values(), *self.others.values()]

    def _hold(self):
        """Holds every request but those about the VPC free."""
        held = [vpc["id"] for vpc in self.server.list() if vpc["name"] != "free"]
        self.server.fault("LIST:hang", "POST:hang", *(f"ANY:{identity}:hang" for identity in held))

    def held(self):
        """The requests that the server has not answered."""
        kinds = {}
        for request in self.server.requests():
            if request["status"] is None:
                is_list = request["method"] == "GET" and request["path"].rstrip("/") == harness.VPCS
                kind = "LIST" if is_list else request["method"]
                kinds[kind] = kinds.get(kind, 0) + 1
        return kinds

    def _wait_for(self, *names):
        for name in names:
            caller = self.callers[name]
            try:
                harness.wait_until(lambda: caller.waits() or caller.reap(), f"{name} to wait", HELD_S)
            except AssertionError as err:
                raise AssertionError(f"{err}\n{self.evidence()}") from None
            if caller.status is not None:
                raise AssertionError(f"{name} ended with {caller.status} before the end: "
                                     f"{os.strerror(max(caller.status, 0))}")

    def _go(self, *names):
        for name in names:
            self.callers[name].go()
        self._wait_for(*names)

    def _do(self, name):
        """Does what must not wait for the held requests."""
        caller = self.others[name]
        caller.go()
        left = all_reaped_within([caller], HELD_S)
        assert not left, f"{name} waits:\n{self.evidence()}"
        assert caller.status == 0, f"{name}: {os.strerror(abs(caller.status))}"

    def _lead(self):
        if self.leader in ASKS_LIST:
            self._do("refresh")
        self._go(self.leader)
        kind = LEADERS[self.leader](self.m)[2]
        harness.wait_until(lambda: self.held().get(kind), f"the server to hold the {kind} of: {self.leader}", HELD_S)
        assert self.callers[self.leader].waits_for_driver(), self.evidence()

    def _change_elsewhere(self):
        """Changes another VPC in the middle of all this, so that the driver notifies the kernel. While the list is
        held, this may wait as well."""
        if self.leader not in ASKS_LIST:
            self._do("change elsewhere")
            self._do("refresh")
            return
        caller = self.others["change elsewhere"]
        caller.go()
        harness.wait_until(lambda: caller.reap() or caller.waits(), "the change elsewhere", HELD_S)

    def begin(self):
        self._start()
        self.server.forget_requests()
        self._hold()
        self._go(*writers(self.m))
        self._go(*queue(self.m))
        self._lead()
        self._go(*(name for name in LEADERS if name != self.leader))
        self._change_elsewhere()
        self._go(*readers(self.m))
        self.others["cwd inside"].go()
        self.prove()

    def prove(self):
        """Checks that all operations are under way now."""
        self._wait_for(*self.callers)
        held, kind = self.held(), LEADERS[self.leader](self.m)[2]
        for wanted in ("PATCH", "GET", kind):
            assert held.get(wanted), f"the server holds no {wanted}: {held}\n{self.evidence()}"
        with_driver = sum(caller.waits_for_driver() for caller in self.callers.values())
        assert with_driver >= len(writers(self.m)) + 2, self.evidence()
        assert self.connection.waiting() >= with_driver, self.evidence()
        assert not self.others["cwd inside"].reap()

    def evidence(self):
        """Where each remaining process waits, the driver's threads included."""
        callers = "".join(f"  {caller.name}:\n{describe(caller.pid)}" for caller in self.all() if not caller.reap())
        return f"callers:\n{callers}driver:\n{describe(self.m.process.pid)}"

    def close(self):
        """Whatever happened, leaves no process waiting and nothing mounted."""
        self.connection.abort()
        for caller in self.all():
            caller.kill()
        left = all_reaped_within(self.all(), HELD_S)
        for caller in self.all():
            caller.close()
        with contextlib.suppress(harness.HarnessError):
            self.server.clear_faults()
        assert not left, "not even an abort of the connection freed them:\n" + self.evidence()
