# SPDX-License-Identifier: MIT
"""A copy of the sources with its own build, in which mutants are built and tested one after another."""
import hashlib
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COPIED = ("src", "include", "tests", "docs", "scripts", "meson.build", "meson_options.txt")
# layer -> the layers whose unit tests can see it
SEEN_BY = {
    "view": ("view", "more"),
    "api": ("api", "view"),
    "http": ("http", "api", "view"),
    "model": ("model", "more", "fuzz", "api", "view"),
    "proto": ("proto", "fuzz"),
    "tree": ("tree", "view", "fs"),
    "fs": ("fs",),
    "emulator": ("emulator",),
}
MOUNT_TESTS = ("test_write.py", "test_spec.py", "test_tree.py", "test_scratch.py", "test_kept.py")
NICE = ["nice", "-n", "10"]


class BenchError(Exception):
    """The unchanged sources do not build, or do not pass their tests."""


def limit_child():
    """Makes a mutant that allocates or writes without end fail early, without a core dump."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def run_limited(command, seconds, env=None, cwd=None):
    """(exit status, or None if it took too long; output). The process and its children have ended."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          preexec_fn=limit_child, env={**os.environ, **(env or {})}, cwd=cwd) as process:
        try:
            out = process.communicate(timeout=seconds)[0]
            status = process.returncode
        except subprocess.TimeoutExpired:
            status, out = None, b""
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return status, out.decode(errors="replace")


class Test:
    def __init__(self, entry, folder):
        self.name = pathlib.Path(entry["cmd"][0]).name
        self.command, self.env = entry["cmd"], entry["env"]
        self.binary = os.path.relpath(entry["cmd"][0], folder)
        self.layer = pathlib.Path(self.binary).parts[-2]
        self.limit_s = entry["timeout"]


class Bench:
    def __init__(self, number, build):
        self.tree = build / str(number) / "tree"
        self.folder = build / str(number) / "build"
        self.texts = {}
        self.killers = {}  # path -> names of tests, the last that killed first

    def prepare(self):
        self.tree.mkdir(parents=True, exist_ok=True)
        # Times are the copy's own: what a mutant was built from must not look older than what it made.
        subprocess.run(["rsync", "-rlp", "--checksum", "--delete", "--exclude=__pycache__", "--exclude=node_modules",
                        *(str(ROOT / name) for name in COPIED), f"{self.tree}/"], check=True)
        if not (self.folder / "build.ninja").exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.need(["meson", "setup", "-Dbuildtype=plain", "-Doptimization=1", "-Ddebug=false", str(self.folder),
                       str(self.tree)])
        self.need(self.ninja("build.ninja"))
        self.commands = {os.path.normpath(os.path.join(e["directory"], e["file"])): e["output"]
                         for e in json.loads((self.folder / "compile_commands.json").read_text())}
        listed = subprocess.run(["meson", "introspect", str(self.folder), "--tests"], check=True, capture_output=True)
        self.tests = [Test(e, self.folder) for e in json.loads(listed.stdout)
                      if e["cmd"][0].startswith(f"{self.folder}/")]

    def need(self, command):
        done = subprocess.run(NICE + command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise BenchError(f"{' '.join(command)}:\n{done.stdout[-4000:]}")

    def ninja(self, *targets):
        return ["ninja", "-C", str(self.folder), "-j1", *targets]

    def tests_of(self, layer):
        return [t for t in self.tests if t.layer in SEEN_BY[layer]]

    def measure(self, layers):
        """Measures the tests of the unchanged sources; this sets the time limit of a mutant."""
        tests = {t.name: t for layer in layers for t in self.tests_of(layer)}.values()
        self.need(self.ninja(*(t.binary for t in tests)))
        self.objects = {}
        for test in tests:
            began = time.monotonic()
            if not self.passes(test) and not self.passes(test):
                raise BenchError(f"{test.name} fails on the source as it is:\n{self.said[-3000:]}")
            test.took_s = time.monotonic() - began
            test.limit_s = 20 + 8 * test.took_s

    def passes(self, test):
        command = [part if not part.startswith("src/") else str(self.folder / part) for part in test.command]
        status, self.said = run_limited(NICE + command, test.limit_s, test.env, str(self.folder))
        return status == 0

    def object_of(self, path):
        return self.commands[str(self.tree / path)]

    def compile(self, path):
        """The hash of the object code, None if it does not compile."""
        target = self.object_of(path)
        done = subprocess.run(NICE + self.ninja(target), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)
        if done.returncode:
            self.said = done.stdout
            return None
        return hashlib.sha256((self.folder / target).read_bytes()).hexdigest()

    def original(self, path):
        if path not in self.objects:
            self.restore(path)
            self.objects[path] = self.compile(path)
        return self.objects[path]

    def text(self, path):
        """The text at the time when the bench was made, since the source may change meanwhile."""
        if path not in self.texts:
            self.texts[path] = (self.tree / path).read_text()
        return self.texts[path]

    def place(self, path, text):
        self.text(path)
        (self.tree / path).write_text(text)

    def restore(self, path):
        if (self.tree / path).read_text() != self.text(path):
            self.place(path, self.text(path))

    def in_order(self, path, layer):
        killers = self.killers.get(path, [])
        return sorted(self.tests_of(layer),
                      key=lambda t: (killers.index(t.name) if t.name in killers else 99, t.took_s))

    def killer(self, path, layer):
        """The name of the first test that fails twice, or takes too long; None if all pass."""
        tests = self.in_order(path, layer)
        self.need(self.ninja(*(t.binary for t in tests)))
        for test in tests:
            if not self.passes(test) and (not self.said or not self.passes(test)):
                killers = self.killers.setdefault(path, [])
                if test.name in killers:
                    killers.remove(test.name)
                killers.insert(0, test.name)
                return test.name
        return None

    def killed_by(self, test_name):
        if test_name.startswith("tests/mount/"):
            return bool(self.mount_killer([test_name.removeprefix("tests/mount/")]))
        test = next(t for t in self.tests if t.name == test_name)
        self.need(self.ninja(test.binary))
        return not self.passes(test)

    def mount_killer(self, names=MOUNT_TESTS):
        self.need(self.ninja("src/vpcfs", "src/vpcfs-emulator"))
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
                   *(str(self.tree / "tests/mount" / name) for name in names)]
        status, out = run_limited(NICE + command, 900, {"VPCFS_BUILD": str(self.folder)}, str(self.tree))
        if status == 0:
            return None
        self.said = out
        failed = [line for line in out.splitlines() if line.startswith("FAILED")]
        return failed[0][7:90] if failed else "mount tests"
