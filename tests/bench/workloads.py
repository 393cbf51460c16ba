# SPDX-License-Identifier: MIT
"""The commands that are measured. A result enters the table only after its output was checked: exit status, nothing on
standard error, and counts of entries, lines or bytes equal to those of the same tree on tmpfs."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import processes
import systems
from processes import BenchError, TooSlow

GREP = "8.8.8.8"
TAR_BLOCK = 10240
FIELD = "vpc-00007/ingress/disablePublicServices"
ONE = "vpc-00007/zone"
ONE_ID = systems.vpc_item(7)["id"]


class Results:
    """(VPCs, work, phase, system) -> seconds of each round; the same keys -> requests of each round."""

    def __init__(self):
        self.seconds, self.requests, self.late = {}, {}, {}
        self.facts = {}  # (VPCs, name) -> number, for results that are no time

    def add(self, key, seconds, requests=None):
        self.seconds.setdefault(key, []).append(seconds)
        if requests is not None:
            self.requests.setdefault(key, []).append(requests)

    def read(self, path):
        """The results of another run."""
        tables = json.loads(pathlib.Path(path).read_text())
        for name in ("seconds", "requests", "late", "facts"):
            for key, value in tables[name].items():
                vpcs, *rest = key.split("/")
                getattr(self, name)[(int(vpcs), *rest)] = value

    def replace(self, other):
        """Replaces results by those of the other run under the same keys."""
        for name in ("seconds", "requests", "late", "facts"):
            getattr(self, name).update(getattr(other, name))

    def as_json(self):
        def named(table):
            return {"/".join(map(str, key)): value for key, value in sorted(table.items(), key=str)}
        return {"seconds": named(self.seconds), "requests": named(self.requests), "late": named(self.late),
                "facts": named(self.facts)}


class Bench:
    """One size: its services and systems, and the expected results."""

    def __init__(self, place, vpcs, options, results):
        self.place, self.vpcs, self.options, self.results = place, vpcs, options, results
        self.out = place.folder("out")
        self.started = []
        self.expected = {}

    # Systems.
    def start(self, thing):
        self.started.append(thing)
        return thing

    def set_up(self, names):
        """Reads the tree out of vpcfs itself, so that all systems show the same."""
        self.service = self.start(systems.Service(self.place, self.vpcs))
        vpcfs = self.start(systems.Vpcfs(self.place, self.service))
        self.tree = self.place.folder("tree")
        vpcfs.fresh()
        processes.timed([["tar", "cf", "-", "."], ["tar", "xf", "-", "-C", str(self.tree)]], vpcfs.path,
                        self.out / "copy", 1800)
        vpcfs.stop()
        self._check_tree()
        made = {"vpcfs": lambda: vpcfs,
                "static": lambda: systems.Static(self.place, self.tree, self.options.static_timeout),
                "static-l": lambda: systems.Static(self.place, self.tree, self.options.static_timeout, "static-l", ["-l"]),
                "tmpfs": lambda: systems.Tmpfs(self.tree),
                "rclone": lambda: systems.Rclone(self.place, self._nginx()),
                "davfs2": lambda: systems.Davfs(self.place, self._nginx())}
        self.systems = {name: self.start(make()) for name, make in made.items() if name in names}
        self._learn()

    def _nginx(self):
        if not hasattr(self, "nginx"):
            self.nginx = self.start(systems.Nginx(self.place, self.tree))
        return self.nginx

    def _check_tree(self):
        """Checks that VPC number 0 and the number of VPCs are as generated."""
        names = os.listdir(self.tree)
        shown = json.loads((self.tree / "vpc-00000/vpc.json").read_text())
        if len(names) != self.vpcs or shown != systems.vpc_item(0):
            raise BenchError(f"the copy of the mount is wrong: {len(names)} VPCs, {shown}")

    def _learn(self):
        plain = systems.Tmpfs(self.tree)
        for work in WALKS.values():
            self.expected[work] = work.count(self, plain, lambda seconds: None)
        entries, self.tree_bytes = count_tree(self.tree)
        if entries != self.expected[WALKS["find"]] or self.expected[WALKS["grep -r"]] < 2 * self.vpcs:
            raise BenchError("the tree on tmpfs is wrong")
        self.results.facts[self.vpcs, "entries"] = entries
        self.results.facts[self.vpcs, "answer bytes"] = self.service.answer_bytes

    def stop(self):
        with contextlib.ExitStack() as all_of_them:
            for thing in self.started:
                all_of_them.callback(thing.stop)
        self.started = []
        for path in self.place.memory.iterdir():
            shutil.rmtree(path)

    # Limits.
    def limit_of(self, system):
        return self.options.limit if system.slow else 1800

    def is_hopeless(self, system, work, phases):
        """Whether a competitor's command exceeded its limit, or would, judging by its time for fewer VPCs."""
        if not system.slow:
            return False
        limit, found = self.options.limit, False
        for phase in phases:
            late = any(key[1:] == (work, phase, system.name) for key in self.results.late)
            slower = [median(times) * self.vpcs / key[0] for key, times in self.results.seconds.items()
                      if key[1:] == (work, phase, system.name) and key[0] < self.vpcs]
            if late or (slower and max(slower) > limit):
                self.results.late[self.vpcs, work, phase, system.name] = limit
                found = True
        return found

    def rounds_of(self, system):
        return self.options.rounds if not system.slow else 1 if self.vpcs >= 1000 else min(self.options.rounds, 2)

    # Whole trees.
    def walk(self, name, system, number):
        """One round: cold, then warm."""
        phases = ("cold", "warm")
        if number >= self.rounds_of(system) or self.is_hopeless(system, name, phases):
            return
        system.fresh()
        for phase in phases:
            try:
                WALKS[name].measure(self, system, lambda seconds: self.results.add(
                    (self.vpcs, name, phase, system.name), seconds, system.requests()))
            except TooSlow:
                self.results.late[self.vpcs, name, phase, system.name] = self.options.limit
                break
        system.stop()

    def rsync(self, system, number):
        """First into an empty folder and again, on a fresh mount; then again and into an empty folder, on another
        one."""
        order = [("rsync -a first", "cold"), ("rsync -a second", "warm"), ("rsync -a second", "cold"),
                 ("rsync -a first", "warm")]
        if number >= self.rounds_of(system) or self.is_hopeless(system, "rsync -a first", ("cold", "warm")):
            return
        copy = self.place.folder("rsync")
        for name, phase in order:
            if phase == "cold":
                system.fresh()
            if name.endswith("first"):
                shutil.rmtree(copy)
                copy.mkdir()
            try:
                seconds = self._rsync_once(system, copy, name)
            except TooSlow:
                self.results.late[self.vpcs, name, phase, system.name] = self.options.limit
                break
            self.results.add((self.vpcs, name, phase, system.name), seconds, system.requests())
        system.stop()
        shutil.rmtree(copy)

    def _rsync_once(self, system, copy, name):
        out = self.out / "rsync"
        seconds = processes.timed(["rsync", "-a", "--out-format=%n", *system.not_copied, "./", f"{copy}/"],
                                  system.path, out, self.limit_of(system))
        system.check()
        entries, size = count_tree(copy)
        sent = [name for name in out.read_text().splitlines() if name not in system.always_new]
        if entries != self.results.facts[self.vpcs, "entries"] or size != self.tree_bytes:
            raise BenchError(f"{name} from {system.name}: {entries} entries, {size} bytes arrived")
        if name.endswith("second") and sent:
            raise BenchError(f"{name} from {system.name} copied anew: {sent[:20]}")
        return seconds

    # curl and jq, the way without a file system.
    def pipeline(self, name, phase="cold"):
        command = PIPELINES[name].replace("CURL", self.service.curl())
        self.service.clear()
        seconds = processes.timed(["bash", "-c", "set -o pipefail; " + command], self.out, self.out / "jq", 600)
        lines = (self.out / "jq").read_bytes().count(b"\n")
        if lines < self.vpcs or self.service.methods() != ["GET"]:
            raise BenchError(f"{command}: {lines} lines, {self.service.methods()}")
        self.results.add((self.vpcs, name, phase, "curl+jq"), seconds, 1)

    # Mounting.
    def mount_and_ls(self, system):
        """Seconds of both; the mount stays."""
        system.stop()
        system.service.clear()
        out = self.out / "ls"
        command = [*system.command()]
        seconds = system.adopt(lambda: processes.timed(
            ["bash", "-c", '"${@:2}" && ls "$1"', "bash", str(system.path), *command], self.out, out, 60))
        system.check()
        if out.read_bytes().count(b"\n") != self.vpcs:
            raise BenchError("ls after the mount: not all VPCs")
        return seconds

    def mount_and_list(self):
        system = self.systems["vpcfs"]
        seconds = self.mount_and_ls(system)
        self.results.add((self.vpcs, "mount + ls", "cold", "vpcfs"), seconds, system.requests())
        system.stop()
        self.pipeline("mount + ls")
        self.pipeline("names only")

    # Memory.
    def memory(self):
        system = self.systems["vpcfs"]
        system.fresh()
        processes.timed([["tar", "cf", "-", "."], ["wc", "-c"]], system.path, self.out / "walk", 1800)
        system.check()
        for name, size in system.memory().items():
            self.results.facts[self.vpcs, name] = size
        system.stop()

    # One file.
    def one_file(self, name, system):
        kind = {"stat": ["stat"], "open-read-close": ["read"], "cat": ["run", "cat"]}[name]
        if not harness_mounted(system):
            system.fresh()
        system.requests()
        out = self.out / "loop"
        processes.timed([systems.program("bench-loop"), str(self.options.span_ms), *kind, ONE], system.path, out, 60)
        system.check()
        ns, size = out.read_text().split()
        if int(size) != (self.tree / ONE).stat().st_size:
            raise BenchError(f"{name} of {system.name} saw {size} bytes")
        self.results.add((self.vpcs, name, "warm", system.name), float(ns) / 1e9, system.requests())


def harness_mounted(system):
    return not system.kind or processes.harness.is_mounted(system.path)


def count_tree(path):
    """The number of entries (path included), and the bytes of the files."""
    entries, size, todo = 1, 0, [path]
    while todo:
        with os.scandir(todo.pop()) as found:
            for entry in found:
                entries += 1
                if entry.is_dir(follow_symlinks=False):
                    todo.append(entry.path)
                else:
                    size += entry.stat(follow_symlinks=False).st_size
    return entries, size


class Walk:
    """A command over the whole tree. read: extracts a number from its output. extra: how much a lost+found adds to
    it."""

    def __init__(self, command, read, extra):
        self.command, self.read, self.extra = command, read, extra

    def count(self, bench, system, report):
        out = bench.out / "walk"
        seconds = processes.timed(self.command, system.path, out, bench.limit_of(system),
                                  system.tolerated)
        system.check()
        report(seconds)
        return self.read(out)

    def measure(self, bench, system, report):
        right = {bench.expected[self] + (extra if system.extra else 0) for extra in self.extra}
        took = []
        got = self.count(bench, system, took.append)
        if got not in right:
            raise BenchError(f"{self.command} of {system.name}: {got}, not {right}")
        report(*took)


def lines_of(path):
    return path.read_bytes().count(b"\n")


WALKS = {
    "find": Walk(["find", "."], lines_of, [1]),
    "ls -lR": Walk(["ls", "-lR", "."], lines_of, [4]),
    "tar": Walk([["tar", "cf", "-", "."], ["wc", "-c"]], lambda path: int(path.read_text()), [0, TAR_BLOCK]),
    "grep -r": Walk(["grep", "-r", GREP, "."], lines_of, [0]),
}
PIPELINES = {
    "find": "CURL | jq -r '.items[] | .name as $n | paths | [$n, .[]] | join(\"/\")'",
    "ls -lR": "CURL | jq .",
    "tar": "CURL | jq -c '.items[]'",
    "grep -r": f"CURL | jq . | grep {GREP}",
    "mount + ls": "CURL | jq .",
    "names only": "CURL | jq -r '.items[].name'",
}


def loop_in_shell(bench, mount, pairs, first, second):
    """Runs both commands in turn, in one shell that measures the time itself. Returns seconds of one command."""
    script = (f"set -e; cd {mount.path}; s=$EPOCHREALTIME; for ((i = 0; i < {pairs}; i++)); do\n{first}\n{second}\n"
              "done; e=$EPOCHREALTIME; echo $s $e")
    out = bench.out / "writes"
    (mount.path / ONE).read_text()
    mount.service.clear()
    processes.timed(["bash", "-c", script], bench.out, out, 120)
    start, end = map(float, out.read_text().split())
    return (end - start) / (2 * pairs)


class Writes:
    """Changes of one VPC, with a service and a mount of their own: `false` and `true` in turn, so that each is a
    change."""

    def __init__(self, bench):
        self.bench, self.results = bench, bench.results
        self.service = bench.start(systems.Service(bench.place, bench.vpcs))
        self.mount = bench.start(systems.Vpcfs(bench.place, self.service, "writes"))
        self.pairs = bench.options.writes // 2
        self.mount.fresh()
        self.specs = self._make_specs()

    def _make_specs(self):
        text = (self.mount.path / "vpc-00007/spec.json").read_text()
        paths = []
        for value in ("true", "false"):
            path = self.service.folder / f"spec-{value}.json"
            path.write_text(text.replace('"disablePublicAccess": false', f'"disablePublicAccess": {value}'))
            paths.append(path)
        if paths[0].read_text() == paths[1].read_text():
            raise BenchError("spec.json is not as expected")
        return paths

    def _bodies(self):
        return [json.dumps({"updateMask": "ingress.disablePublicServices",
                            "ingress": {"disablePublicServices": value}}) for value in (False, True)]

    def _loop(self, name, system, first, second):
        seconds = loop_in_shell(self.bench, self.mount, self.pairs, first, second)
        self._record(name, system, seconds, 2 * self.pairs)

    def _record(self, name, system, seconds, count):
        methods = self.service.methods()
        if methods.count("PATCH") != count:
            raise BenchError(f"{name} by {system}: {methods.count('PATCH')} PATCHes, not {count}")
        vpc = self.service.emulator.get(ONE_ID)
        if vpc["ingress"] != {"disablePublicServices": True} or vpc["egress"] != {"disablePublicAccess": False}:
            raise BenchError(f"{name} by {system} did not arrive")
        self.results.add((self.bench.vpcs, name, "warm", system), seconds, len(methods) / count)

    def round(self):
        off, on = self._bodies()
        patch = self.service.curl(f"/{ONE_ID}") + " -o /dev/null -X PATCH -H 'Content-Type: application/json' -d "
        self._loop("echo", "vpcfs", f"echo false > {FIELD}", f"echo true > {FIELD}")
        self._loop("sh -c echo", "vpcfs", f"sh -c 'echo false > {FIELD}'", f"sh -c 'echo true > {FIELD}'")
        self._loop("echo", "curl", f"{patch} '{off}'", f"{patch} '{on}'")
        self._bare(off, on)
        to = "vpc-00007/spec.json"
        self._loop("cp to spec.json", "vpcfs", f"cp {self.specs[0]} {to}", f"cp {self.specs[1]} {to}")

    def _bare(self, off, on):
        self.service.clear()
        out = self.bench.out / "patch"
        count = 2 * self.pairs
        processes.timed([systems.program("bench-patch-loop"), str(count), f"{self.service.url}{systems.VPCS}/{ONE_ID}",
                         str(self.service.header), off, on], self.bench.out, out, 120)
        self._record("echo", "keep-alive", float(out.read_text()) / 1e9, count + 1)


def interrupts(bench, count):
    """Ctrl-C on a cat that waits for a hanging server: seconds until the cat has ended."""
    service = bench.start(systems.Service(bench.place, 10))
    mount = bench.start(systems.Vpcfs(bench.place, service, "interrupted", "ttl=0.05"))
    mount.fresh()
    path = mount.path / ONE
    path.read_text()
    service.emulator.fault("LIST:hang", "GET:hang")
    for _ in range(count):
        time.sleep(0.1)
        cat = subprocess.Popen(["cat", str(path)], stdout=subprocess.DEVNULL, start_new_session=True)
        with contextlib.suppress(subprocess.TimeoutExpired):
            cat.wait(timeout=0.3)
        if cat.returncode is not None:
            raise BenchError("cat did not wait for a server that hangs")
        start = time.perf_counter()
        cat.send_signal(signal.SIGINT)
        cat.wait(timeout=30)
        took = time.perf_counter() - start
        if cat.returncode != -signal.SIGINT:
            raise BenchError(f"cat ended with {cat.returncode}")
        bench.results.add((bench.vpcs, "Ctrl-C", "warm", "vpcfs"), took)
    service.emulator.clear_faults()


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def write_json(results, machine, path):
    path = pathlib.Path(path)
    path.write_text(json.dumps({"machine": machine, **results.as_json()}, indent=1) + "\n")

