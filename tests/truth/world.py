# SPDX-License-Identifier: MIT
"""The parts of a run: the emulator, the proxy, the mounts, the workers."""
import contextlib
import ctypes
import http.client
import json
import multiprocessing
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time

from . import programs, proxy

TOKEN = "CW-SECRET-for-tests-only"
API = os.environ.get("VPCFS_API", "rest")  # the mounts' door: rest, connect, connect-binary, grpc
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TIED = ["setpriv", "--pdeathsig", "KILL", "--"]
FORK = multiprocessing.get_context("fork")


def program(name):
    build = pathlib.Path(os.environ.get("VPCFS_BUILD", ROOT / "build")).resolve()
    for folder in ("src", "src/emulator"):
        if (build / folder / name).is_file():
            return str(build / folder / name)
    raise SystemExit(f"{name} is not in {build}: set VPCFS_BUILD")


def die_with_parent():
    """PR_SET_PDEATHSIG: no process of this test outlives the test."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def serve(*args):
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    proxy.main(*args)


def is_mounted(path):
    return any(line.split()[4] == str(path) for line in open("/proc/self/mountinfo", encoding="utf-8"))


def wait_until(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"waited {seconds} s for {what}")
        time.sleep(0.01)


class Mount:
    def __init__(self, folder, number, port, options):
        self.path, self.log = folder / f"mnt{number}", folder / f"vpcfs{number}.stderr"
        self.path.mkdir()
        token = folder / f"token{number}"
        token.touch(mode=0o600)
        token.write_text(TOKEN + "\n")
        self.command = [*TIED, program("vpcfs"), "-f", "-o", f"token_file={token},api={API.removesuffix('-binary')},log=error,{options}",
                        f"http://127.0.0.1:{port}", str(self.path)]
        self.start()

    def try_start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        wait_until(lambda: is_mounted(self.path) or self.process.poll() is not None, "the mount")
        return self.process.poll() is None

    def start(self):
        for _ in range(20):
            if self.try_start():
                return
        raise SystemExit(f"vpcfs does not start: {self.log.read_text()[-500:]}")

    def abort(self):
        """For a driver that hangs: makes the kernel answer every waiting process."""
        for line in open("/proc/self/mountinfo", encoding="utf-8"):
            if line.split()[4] == str(self.path):
                connection = line.split()[2].split(":")[1]
                with contextlib.suppress(OSError):
                    pathlib.Path(f"/sys/fs/fuse/connections/{connection}/abort").write_text("1")

    def end(self, seconds):
        """Waits for the driver's end; returns whether it ended by itself."""
        try:
            self.process.wait(timeout=seconds)
            return True
        except subprocess.TimeoutExpired:
            self.abort()
            self.process.kill()
            self.process.wait(timeout=60)
            return False

    def kill(self):
        self.process.kill()
        good = self.end(10)
        self.detach()
        return good

    def detach(self):
        for command in (["fusermount3", "-uz", str(self.path)], ["umount", "-l", str(self.path)]):
            if is_mounted(self.path):
                subprocess.run(command, capture_output=True, timeout=60, check=False)

    def stop(self):
        subprocess.run(["fusermount3", "-u", str(self.path)], capture_output=True, timeout=60, check=False)
        good = self.end(10)
        self.detach()
        return self.process.returncode if good else "hangs"


class World:
    """Starts everything, in a folder that holds the record."""

    def __init__(self, args):
        self.args = args
        base = args.keep or tempfile.mkdtemp(prefix="vpcfs-truth.", dir="/var/tmp")
        self.folder = pathlib.Path(base)
        self.folder.mkdir(exist_ok=True)
        self.home = str(self.folder / "home")
        os.makedirs(self.home + "/backups")
        self.stable = [f"net{i}" for i in range(args.vpcs)]
        self.volatile = ["come", "go", "blink"]
        self.restarts, self.wrong = [], []
        self.log = self.folder / "ops.jsonl"
        self.log.touch()
        self.emulator = self.proxy = self.workers = None
        self.mounted = []

    def start(self):
        args = self.args
        command = [*TIED, program("vpcfs-emulator"), "--listen", "127.0.0.1:0", "--token", TOKEN,
                   "--profile", args.profile, *(["--provision", str(args.provision)] if args.provision else [])]
        self.emulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        match = re.search(r"listening on http://127.0.0.1:(\d+)", self.emulator.stdout.readline())
        port = int(match[1])
        for name in self.stable:
            status, _ = self.call(port, "POST", {"name": name, "zone": programs.ZONE, "vpcPrefixes": [
                {"name": "pod cidr", "value": programs.VALUES[0]}, {"name": "svc", "value": programs.VALUES[1]}],
                "dhcp": {"dns": {"servers": ["1.1.1.1"]}}})
            if status != 200:
                raise SystemExit(f"the emulator answered {status}")
        near, far = FORK.Pipe()
        clients = [f"m{i}" for i in range(args.mounts)] + ["api"]
        rates = {f"m{i}": args.faults for i in range(args.mounts)}
        self.proxy = FORK.Process(target=serve, daemon=True, args=(
            str(self.folder / "record.jsonl"), ("127.0.0.1", port), TOKEN, clients, args.seed, rates, args.timeout,
            API, far.send))
        self.proxy.start()
        far.close()
        self.ports = near.recv()
        self.api_port = self.ports["api"]
        for i in range(args.mounts):
            options = f"zone={programs.ZONE},ttl={self.ttl(i):g},timeout={args.timeout:g}"
            self.mounted.append(Mount(self.folder, i, self.ports[f"m{i}"], options))
        self.mounts = [str(mount.path) for mount in self.mounted]

    def ttl(self, mount):
        return self.args.ttl[mount % len(self.args.ttl)]

    def call(self, port, method, body=None, path=proxy.VPCS):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request(method, path, None if body is None else json.dumps(body),
                           {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def faults(self, on):
        self.call(self.api_port, "GET", path="/truth/on" if on else "/truth/off")

    # The workers.
    def settings(self, weights):
        return {"seed": self.args.seed, "workers": self.args.workers, "weights": weights, "mounts": self.mounts,
                "home": self.home, "log": str(self.log), "stable": self.stable, "volatile": self.volatile,
                "token": TOKEN, "api_port": self.api_port, "think": self.args.think / 1000,
                "kill_rate": self.args.kill_program}

    def count(self):
        """Waits until the log has the requested number of operations, or nothing has happened for a minute."""
        rng = random.Random(f"{self.args.seed}.killer")
        count, last, killed, wait = 0, time.monotonic(), time.monotonic(), self.args.kill_driver
        with open(self.log, "rb") as log:
            while count < self.args.ops and time.monotonic() < last + 60:
                more = log.read()
                count += more.count(b'{"op":')
                last = time.monotonic() if more else last
                time.sleep(0.1)
                if wait and time.monotonic() > killed + wait:
                    self.kill_driver(rng)
                    killed, wait = time.monotonic(), rng.uniform(0.5, 1.5) * self.args.kill_driver
        self.workers.stdin.close()
        if count < self.args.ops:
            self.wrong.append("no operation began or ended for a minute: the mounts were aborted")
            self.abort()

    def abort(self):
        for mount in self.mounted:
            mount.abort()

    def run(self, weights):
        script = ROOT / "tests/truth/workers.py"
        command = [*TIED, "/usr/bin/python3", "-I", "-S", script, json.dumps(self.settings(weights))]
        self.workers = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
        self.count()
        try:
            self.workers.wait(90)
        except subprocess.TimeoutExpired:
            self.wrong.append("a program did not end within 90 s")
            self.abort()
        self.end_workers()
        if self.workers.returncode:
            self.wrong.append("a worker crashed")

    def end_workers(self):
        self.workers.stdin.close()
        try:
            self.workers.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.workers.pid, signal.SIGKILL)
            self.workers.wait()

    def kill_driver(self, rng):
        number = rng.randrange(self.args.mounts)
        start = time.monotonic()
        if not self.mounted[number].kill():
            self.wrong.append("vpcfs did not end within 10 s of SIGKILL")
        self.mounted[number].start()
        self.restarts.append((number, start, time.monotonic() + 0.2))

    def stop(self):
        """Ends the mounts and everything else; returns what was wrong with the programs."""
        wrong = self.wrong
        if self.workers:
            self.end_workers()
        for mount in self.mounted:
            code = mount.stop()
            if code:
                wrong.append(f"vpcfs ended with {code}: {mount.log.read_text(errors='replace')[-2000:]}")
        if self.proxy:
            self.proxy.terminate()
            self.proxy.join(20)
            if self.proxy.exitcode:
                wrong.append(f"the proxy ended with {self.proxy.exitcode}")
        if self.emulator:
            self.emulator.kill()
            self.emulator.wait()
            self.emulator.stdout.close()
        crash = pathlib.Path(self.home, "crash.txt")
        if crash.exists():
            wrong.append("a program of this test crashed: " + crash.read_text()[-3000:])
        return wrong

    def options(self):
        return {"ttl": [self.ttl(i) for i in range(self.args.mounts)], "zone": programs.ZONE,
                "names": self.stable + self.volatile, "volatile": self.volatile,
                "timeout": self.args.timeout,
                "profile": self.args.profile, "restarts": self.restarts, "seed": self.args.seed}

    def remove(self):
        if not self.args.keep:
            shutil.rmtree(self.folder, ignore_errors=True)


