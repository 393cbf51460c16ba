# SPDX-License-Identifier: MIT
"""The measured systems: each shows the same tree at `path`, and `fresh()` empties its caches by mounting anew."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import urllib.request

import processes
from processes import BUILD, BenchError, harness

PROGRAMS = ["src/vpcfs", "src/vpcfs-emulator", "tests/bench/static-fs", "tests/bench/bench-loop",
            "tests/bench/bench-patch-loop"]
TTL_S = 5  # of vpcfs by default, and so of static-fs
VPCS = harness.VPCS


def program(name):
    return str(next(BUILD / path for path in PROGRAMS if path.endswith("/" + name)))


def run_or_fail(command):
    """For programs that go to the background: their output goes to a file, since they may keep it open."""
    with tempfile.TemporaryFile() as said:
        status = subprocess.run(command, timeout=60, stdin=subprocess.DEVNULL, stdout=said, stderr=said).returncode
        said.seek(0)
        if status != 0:
            raise BenchError(f"{command[0]} ended with {status}: {said.read().decode(errors='replace')}")


def vpc_item(n):
    stamp = {"createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-02T00:00:00Z"}
    return {
        "name": f"vpc-{n:05d}", "zone": "US-EAST-04A", "id": f"00000000-0000-4000-8000-{n:012d}",
        "vpcPrefixes": [{"name": name, "value": f"10.{k * 16}.0.0/16", **stamp, "status": "STATUS_AVAILABLE"}
                        for k, name in enumerate(("pod cidr", "service cidr", "internal lb cidr"))],
        **stamp,
        "hostPrefix": "10.176.192.0/18",
        "hostPrefixes": [{"name": "host primary", "type": "PRIMARY", "prefixes": ["10.176.192.0/18"], "ipam": None}],
        "ingress": {"disablePublicServices": True}, "egress": {"disablePublicAccess": False},
        "dhcp": {"dns": {"servers": ["1.1.1.1", "8.8.8.8"]}}, "status": "STATUS_READY"}


class Service:
    """An emulator with this many VPCs, which item makes, and the files that its clients need."""

    def __init__(self, place, vpcs, item=vpc_item, options=()):
        self.vpcs = vpcs
        self.folder = place.folder("service")
        self.emulator = harness.Emulator(self.folder, load=[item(n) for n in range(vpcs)], options=options)
        self.url = self.emulator.url
        self.token = self.folder / "token"
        self.token.touch(mode=0o600)
        self.token.write_text(harness.TOKEN + "\n")
        self.header = self.folder / "header"
        self.header.write_text(f"Authorization: Bearer {harness.TOKEN}\n")
        self.answer_bytes = self._check()

    def _check(self):
        request = urllib.request.Request(self.url + VPCS)
        request.add_header("Authorization", "Bearer " + harness.TOKEN)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            body = answer.read()
        if len(json.loads(body)["items"]) != self.vpcs:
            raise BenchError("the emulator does not serve the list it was given")
        return len(body)

    def curl(self, path=""):
        """A curl command line for a shell."""
        return f"curl -sS --fail --noproxy '*' -H @{self.header} {self.url}{VPCS}{path}"

    def clear(self):
        self.emulator.forget_requests()

    def methods(self):
        """["GET", "PATCH", ...]; fails unless each was answered with 200 or 304."""
        seen = self.emulator.requests()
        bad = [row for row in seen if row["status"] not in (200, 304)]
        if bad:
            raise BenchError(f"the service refused: {bad[0]}")
        return [row["method"] for row in seen]

    def stop(self):
        wrong = self.emulator.stop()
        if wrong:
            raise BenchError(wrong)


class System:
    """The base class: mounts nothing, sends no requests. extra: entries that the system shows besides the tree."""
    kind = None
    extra = 0
    not_copied = ()  # options of rsync
    tolerated = "(?!)"  # pattern of what a walk may write to standard error; matches nothing
    always_new = ()  # entry that rsync may copy again: its mtime is the time of the mount
    slow = False  # a competitor with a time limit

    def __init__(self, name, path):
        self.name, self.path = name, path

    def fresh(self):
        pass

    def check(self):
        if self.kind:
            processes.expect_mounted(self.path, self.kind)

    def requests(self):
        """The requests since fresh() or the last call; None without a server."""
        return None

    def stop(self):
        pass


class Tmpfs(System):
    def __init__(self, tree):
        super().__init__("tmpfs", tree)


class Vpcfs(System):
    kind = "fuse.vpcfs"
    cpu = None  # CPU seconds of the driver that was stopped last

    def __init__(self, place, service, name="vpcfs", options=""):
        super().__init__(name, place.mountpoint(name))
        self.service, self.pids = service, set()
        self.options = f"token_file={service.token}" + ("," + options if options else "")

    def command(self):
        return [program("vpcfs"), "-o", self.options, self.service.url, str(self.path)]

    def fresh(self):
        self.stop()
        self.service.clear()
        self.adopt(lambda: run_or_fail(self.command()))
        self.check()

    def adopt(self, start):
        """Runs the command that mounts it, and adopts the process that then serves the mount."""
        before = processes.children()
        result = start()
        self.pids = processes.children() - before
        if len(self.pids) != 1:
            raise BenchError(f"vpcfs left {len(self.pids)} processes behind")
        return result

    def requests(self):
        count = len(self.service.methods())
        self.service.clear()
        return count

    def memory(self):
        """{"VmRSS": bytes, "VmHWM": bytes}"""
        (pid,) = self.pids
        rows = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
        return {name: int(rows[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM")}

    def stop(self):
        processes.unmount(self.path)
        if not processes.wait_ended(self.pids, 10):
            processes.end_pids(self.pids)
            raise BenchError("vpcfs did not end when it was unmounted")
        self.cpu = processes.reap(self.pids)
        self.pids = set()


class Foreground(System):
    """A mount that lives as long as a program that we started."""
    process = None

    def __init__(self, place, name):
        super().__init__(name, place.mountpoint(name))
        self.log = place.folder(name) / "log"

    def command(self):
        raise NotImplementedError

    def fresh(self):
        self.stop()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(harness.TIED + self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        processes.wait_mounted(self.path, self.kind, self.process, self.log)

    def stop(self):
        if not self.process:
            return
        processes.unmount(self.path)
        try:
            status = self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.process = None
        if status != 0:
            raise BenchError(f"{self.name} ended with status {status}: {self.log.read_text(errors='replace')}")


class Static(Foreground):
    kind = "fuse.static-fs"

    def __init__(self, place, tree, timeout, name="static", flags=()):
        super().__init__(place, name)
        self.tree, self.timeout, self.flags = tree, timeout, flags

    def command(self):
        return [program("static-fs"), "-t", str(self.timeout), *self.flags, str(self.tree), str(self.path)]


class Nginx:
    """Serves a tree by WebDAV on loopback, with its own configuration and logs."""

    def __init__(self, place, tree):
        self.folder = place.folder("nginx")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        config = self.folder / "nginx.conf"
        config.write_text(self._config(tree))
        self.process = subprocess.Popen(
            [*harness.TIED, "nginx", "-p", str(self.folder), "-e", str(self.folder / "error.log"), "-c", str(config)],
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        harness.wait_until(self._answers, "nginx", 20)

    def _config(self, tree):
        user = "user root;" if os.getuid() == 0 else ""
        temp = "\n".join(f"{kind}_temp_path {self.folder}/{kind};"
                         for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""load_module /usr/lib/nginx/modules/ngx_http_dav_ext_module.so;
            daemon off; {user} worker_processes auto; pid {self.folder}/pid;
            events {{ worker_connections 1024; }}
            http {{ {temp} access_log {self.folder}/access.log; sendfile on; tcp_nopush on;
                    keepalive_requests 1000000; types {{ }} default_type text/plain;
                    server {{ listen 127.0.0.1:{self.port}; root {tree};
                              location / {{ dav_ext_methods PROPFIND OPTIONS; autoindex on; }} }} }}"""

    def _answers(self):
        if self.process.poll() is not None:
            raise BenchError("nginx: " + (self.folder / "error.log").read_text(errors="replace"))
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def requests(self):
        return (self.folder / "access.log").read_bytes().count(b"\n")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


class OfNginx(Foreground):
    slow = True

    def __init__(self, place, name, nginx):
        super().__init__(place, name)
        self.nginx, self.seen = nginx, nginx.requests()

    def fresh(self):
        self.seen = self.nginx.requests()
        super().fresh()

    def requests(self):
        before, self.seen = self.seen, self.nginx.requests()
        return self.seen - before


class Rclone(OfNginx):
    """rclone with its defaults, but read-only, and over plain HTTP, since its WebDAV waits 10 ms between requests."""
    kind = "fuse.rclone"
    tolerated = "tar: .*: file changed as we read it"  # directories: HTTP gives no mtime for them
    always_new = ("./",)

    def __init__(self, place, nginx):
        super().__init__(place, "rclone", nginx)
        self.config = place.folder("rclone") / "rclone.conf"
        self.config.write_text(f"[nginx]\ntype = http\nurl = {nginx.url}\n")

    def command(self):
        return ["rclone", "mount", "nginx:", str(self.path), "--read-only", "--config", str(self.config), "--cache-dir",
                str(self.config.parent)]


class Davfs(OfNginx):
    """davfs2 with its defaults, but without locks, with its own cache, which starts empty, and with a buffer (KiB) as
    large as the requests of newer kernels, which get EINVAL for a directory with the default of 16. It shows a
    lost+found."""
    kind = "fuse"
    extra = 1
    not_copied = ("--exclude=/lost+found",)
    tolerated = "tar: .*: file changed as we read it"  # it asks anew in between, and takes the time of that

    def __init__(self, place, nginx):
        super().__init__(place, "davfs2", nginx)
        self.home = place.folder("davfs2")
        self.cache = self.home / "cache"
        self.config = self.home / "davfs2.conf"
        self.config.write_text(f"use_locks 0\nask_auth 0\nbuf_size 256\ncache_dir {self.cache}\ngui_optimize 0\n")
        self.config.chmod(0o600)
        self.pids = set()

    def fresh(self):
        self.stop()
        self.seen = self.nginx.requests()
        self.cache.mkdir()
        self.cache.chmod(0o775)
        shutil.chown(self.cache, group="davfs2")  # whose member the program becomes
        before = processes.children()
        run_or_fail(["mount.davfs", "-o", f"conf={self.config},ro", self.nginx.url, str(self.path)])
        self.pids = processes.children() - before
        self.check()

    def stop(self):
        processes.unmount(self.path)
        if not processes.wait_ended(self.pids, 10):
            processes.end_pids(self.pids)
        processes.reap(self.pids)
        self.pids = set()
        shutil.rmtree(self.cache, ignore_errors=True)
