# SPDX-License-Identifier: MIT
"""The protocols that the driver speaks (-o api=), side by side on one emulator: mounting, writing, bytes on the wire."""
import contextlib
import datetime
import os
import pathlib
import random
import socket
import threading
import time
import urllib.request
import uuid

import machine
import processes
import systems
import workloads
from processes import BenchError, harness

# What the emulator's record of a request says; Connect speaks JSON unless the server refuses it.
SPEAKS = {"rest": ("rest", "json"), "connect": ("connect", "json"), "connect-binary": ("connect", "proto"),
          "grpc": ("grpc", "proto")}
JSON_REFUSED = "LIST:status=415,body=empty*1"
LATENCIES_MS = (0, 50)
QUIET_S = 0.1
LIST = "/coreweave.networking.v1beta1.VPCService/ListVPCs"


def vpc_item(n):
    """As those of the other parts, but with ids, times and addresses that differ as real ones do: else gzip would make
    nearly nothing of a list."""
    mine = random.Random(n)

    def stamp():
        when = datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=mine.randrange(10**7))
        return when.isoformat() + "Z"

    item = {**systems.vpc_item(n), "id": str(uuid.UUID(int=mine.getrandbits(128), version=4)), "createdAt": stamp(),
            "updatedAt": stamp()}
    for prefix in item["vpcPrefixes"]:
        prefix.update(value=f"10.{mine.randint(16, 255)}.0.0/16", createdAt=stamp(), updatedAt=stamp())
    return item


class Service(systems.Service):
    """An emulator with all doors open."""

    def __init__(self, place, vpcs, latency_ms=0):
        super().__init__(place, vpcs, vpc_item, ["--grpc", "127.0.0.1:0", "--latency", str(latency_ms)])
        self.grpc_url = self.emulator.process.stdout.readline().split()[-1]

    def url_of(self, door):
        return self.grpc_url if door == "grpc" else self.url

    def calls(self, door):
        """["ListVPCs", ...] since the last call of this; fails unless all of them came through this door and were
        answered."""
        rows = [row for row in self.emulator.requests() if not (row["status"] == 415 and door == "connect-binary")]
        bad = [row for row in rows if (row["protocol"], row["codec"]) != SPEAKS[door] or row["status"] not in (200, 304)]
        if bad:
            raise BenchError(f"through the door {door}: {bad[0]}")
        self.clear()
        return [row["call"] for row in rows]

    def encode(self):
        """Seconds of the first list in protobuf's wire format, in which the emulator then keeps it."""
        request = urllib.request.Request(self.url + LIST, data=b"", method="POST")
        request.add_header("Authorization", "Bearer " + harness.TOKEN)
        request.add_header("Content-Type", "application/proto")
        start = time.perf_counter()
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            self.wire_bytes = len(answer.read())
        return time.perf_counter() - start

    def cpu(self):
        """{thread: CPU seconds so far} of the emulator and of its nghttpx."""
        pid = self.emulator.process.pid
        used = {}
        for each in (pid, *processes.children(pid)):
            for task in pathlib.Path(f"/proc/{each}/task").iterdir():
                with contextlib.suppress(OSError):  # has ended
                    used[task] = int((task / "schedstat").read_text().split()[0]) / 1e9
        return used


class Mount(systems.Vpcfs):
    """A mount through one door; url: of what stands before it."""

    def __init__(self, place, service, door, name, options="", url=None):
        api = "" if door == "rest" else f"api={door.removesuffix('-binary')}"
        super().__init__(place, service, f"{name}-{door}", ",".join(filter(None, (api, options))))
        self.door, self.url = door, url or service.url_of(door)

    def command(self):
        if self.door == "connect-binary":
            self.service.emulator.fault(JSON_REFUSED)
        return [systems.program("vpcfs"), "-o", self.options, self.url, str(self.path)]

    def expect(self, *calls):
        seen = self.service.calls(self.door)
        if seen != list(calls):
            raise BenchError(f"through the door {self.door}: {seen}, not {list(calls)}")


class Relay:
    """Passes connections on to a server, and counts what they carry: bytes of TCP without its own headers."""

    def __init__(self, url):
        host, port = url.removeprefix("http://").rsplit(":", 1)
        self.server = (host, int(port))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.count = {"sent": 0, "received": 0}
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):  # the end of the listener
            while True:
                client = self.listener.accept()[0]
                server = socket.create_connection(self.server)
                for way, *ends in (("sent", client, server), ("received", server, client)):
                    for end in ends:
                        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    threading.Thread(target=self._pass_on, args=(way, *ends), daemon=True).start()

    def _pass_on(self, way, source, target):
        with contextlib.suppress(OSError):  # the other end is gone
            while data := source.recv(1 << 16):
                self.count[way] += len(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def take(self):
        """The bytes since the last call of this. An answer was counted before its reader had it; but over HTTP/2 frames
        follow that nobody waits for."""
        before = None
        while before != self.count:
            before = dict(self.count)
            time.sleep(QUIET_S)
        self.count = {"sent": 0, "received": 0}
        return before

    def stop(self):
        with contextlib.suppress(OSError):  # stopped before
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Doors:
    """One size. echo: whether to measure writes and single requests, too."""

    def __init__(self, bench, echo):
        self.bench, self.results, self.vpcs = bench, bench.results, bench.vpcs
        self.results.facts[self.vpcs, "load before doors"] = machine.load()
        self.service = bench.start(Service(bench.place, self.vpcs))
        self.results.facts[self.vpcs, "seconds of encoding"] = self.service.encode()
        self.results.facts[self.vpcs, "list as JSON"] = self.service.answer_bytes
        self.results.facts[self.vpcs, "list as protobuf"] = self.service.wire_bytes
        self.mounts = [bench.start(Mount(bench.place, self.service, door, "door")) for door in SPEAKS]
        self.echoes = [Echoes(bench, latency_ms) for latency_ms in LATENCIES_MS] if echo else []
        for door in SPEAKS:
            self._count_bytes(door)
        for mount in self.mounts:  # has the emulator make each form of the list
            mount.fresh()
            mount.stop()

    def round(self):
        for mount in self.mounts:
            self._mount_and_list(mount)
        for echoes in self.echoes:
            echoes.round()

    def _mount_and_list(self, mount):
        busy = self.service.cpu()
        seconds = self.bench.mount_and_ls(mount)
        # The threads of this mount's connections are still there.
        busy = sum(used - busy.get(thread, 0) for thread, used in self.service.cpu().items())
        mount.expect("ListVPCs")
        mount.stop()
        for work, value in (("door mount", seconds), ("door driver CPU", mount.cpu), ("door emulator CPU", busy)):
            self.results.add((self.vpcs, work, "cold", mount.door), value)

    # Bytes on the wire, which are the same in each round.
    def _count_bytes(self, door):
        relay = self.bench.start(Relay(self.service.url_of(door)))
        mount = self.bench.start(Mount(self.bench.place, self.service, door, "bytes", "ttl=86400", relay.url))
        field = mount.path / workloads.FIELD
        self._step(mount, relay, "list", mount.fresh, "ListVPCs")
        self._step(mount, relay, "echo", lambda: field.write_text("false\n"), "UpdateVPC")
        field.write_text("true\n")
        mount.expect("UpdateVPC")
        (mount.path / ".vpcfs/refresh").write_text("\n")
        self._step(mount, relay, "get", field.read_text, "GetVPC")
        mount.stop()
        mount = self.bench.start(Mount(self.bench.place, self.service, door, "bytes-again", "ttl=0", relay.url))
        mount.fresh()
        mount.expect("ListVPCs")
        self._step(mount, relay, "same list", lambda: os.listdir(mount.path), "ListVPCs")
        mount.stop()
        relay.stop()

    def _step(self, mount, relay, what, act, call):
        relay.take()
        act()
        for way, count in relay.take().items():
            self.results.facts[self.vpcs, "bytes of " + what, mount.door, way] = count
        mount.expect(call)


class Echoes:
    """Changes of one VPC through mounts that stay, on an emulator that waits this long before each answer."""

    def __init__(self, bench, latency_ms):
        self.bench, self.latency_ms = bench, latency_ms
        self.pairs = bench.options.writes // (4 if latency_ms else 2)
        self.service = bench.start(Service(bench.place, bench.vpcs, latency_ms))
        self.mounts = [bench.start(Mount(bench.place, self.service, door, f"echo-{latency_ms}")) for door in SPEAKS]
        for mount in self.mounts:
            mount.fresh()

    def round(self):
        for mount in self.mounts:
            seconds = workloads.loop_in_shell(self.bench, mount, self.pairs, f"echo false > {workloads.FIELD}",
                                              f"echo true > {workloads.FIELD}")
            calls = self.service.calls(mount.door)
            if calls.count("UpdateVPC") != 2 * self.pairs:
                raise BenchError(f"through the door {mount.door}: {calls}")
            self.bench.results.add((self.bench.vpcs, "door echo", f"{self.latency_ms} ms", mount.door), seconds,
                                   len(calls) / (2 * self.pairs))
