# SPDX-License-Identifier: MIT
"""The recording proxy: everything that reaches the server passes here, one request at a time.

One thread, one connection to the server: so the requests have a total order, and after each change the proxy asks
the server itself what the VPC is now. A version number g counts the changes; a line of the record is
  {"start": g}                                                             all that was there at the start
  {"version": g, "i": ID, "vpc": {...} or null, "from": SECONDS, "t": SECONDS}
                                                   a VPC as it is from this version on, which began between these times
  {"c": CLIENT, "t", "ta", "td", "m", "i", "b", "s", "o", "g"}              a request
with t: arrival, ta: when the server had it, td: when the answer went out (null: never), i: the id (null: the list),
b: the body of what changes something, s: the server's status (null: it never had the request), o: what became of the
answer: "ok", or the fault; g: the version that the answer shows. Times are CLOCK_MONOTONIC, the same everywhere.

A client is a port; the clients given as mounts get faults, the last one none."""
import contextlib
import gzip
import heapq
import json
import random
import selectors
import signal
import socket
import time

VPCS = "/v1beta1/networking/vpcs"
SERVICE = "/coreweave.networking.v1beta1.VPCService/"
METHODS = {"ListVPCs": "GET", "GetVPC": "GET", "CreateVPC": "POST", "UpdateVPC": "PATCH", "DeleteVPC": "DELETE"}
CHANGING = ("PATCH", "POST", "DELETE")
# fault: (weight for what reads, weight for what changes), in thousandths of all such requests
RATES = {
    "503": (10, 12), "429": (5, 8), "500": (2, 2), "html404": (2, 2), "reset": (4, 4), "lost": (2, 10),
    "empty": (2, 8), "garbage": (2, 2), "swallow": (0, 1.5), "delay": (12, 12), "late": (12, 12), "hang": (0.3, 0.3),
}
OUTAGES = ("503", "500", "html404", "reset", "garbage")
HTML = b"<html><body><h1>404 Not Found</h1></body></html>"


def rest_form(method, path, body):
    """Method, path and body of a Connect call (JSON) in the form of REST."""
    name = path.removeprefix(SERVICE)
    if name == path:
        return method, path, body
    fields = json.loads(body)
    identity = fields.pop("id", None)
    return METHODS[name], f"{VPCS}/{identity}" if identity else VPCS, json.dumps(fields).encode()


class Upstream:
    """One connection to the server, used for one request after another."""

    def __init__(self, address):
        self.address, self.sock, self.buffer = address, None, b""

    def _fill(self):
        data = self.sock.recv(1 << 16)
        if not data:
            raise ConnectionError("the server closed")
        self.buffer += data

    def _read_to(self, mark):
        while mark not in self.buffer:
            self._fill()
        part, self.buffer = self.buffer.split(mark, 1)
        return part + mark

    def _read(self, count):
        while len(self.buffer) < count:
            self._fill()
        part, self.buffer = self.buffer[:count], self.buffer[count:]
        return part

    def _chunks(self):
        """(bytes as received, their content)"""
        raw = said = b""
        while True:
            line = self._read_to(b"\r\n")
            size = int(line.partition(b";")[0], 16)
            part = self._read(size + 2)
            raw, said = raw + line + part, said + part[:size]
            if size == 0:
                return raw, said

    def ask(self, request, method):
        """(status, head and body as received, the body's content)"""
        for again in (True, False):
            try:
                if self.sock is None:
                    self.sock = socket.create_connection(self.address)
                    self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.buffer, again = b"", False
                self.sock.sendall(request)
                head = self._read_to(b"\r\n\r\n")
                break
            except OSError:
                self.sock = None
                if not again or method not in ("GET",):
                    raise
        status = int(head[9:12])
        fields = {k.strip().lower(): v.strip() for k, _, v in
                  (line.partition(b":") for line in head.split(b"\r\n")[1:])}
        if status in (204, 304):
            raw = said = b""
        elif b"content-length" in fields:
            raw = said = self._read(int(fields[b"content-length"]))
        else:
            raw, said = self._chunks()
        if fields.get(b"connection", b"").lower() == b"close":
            self.sock.close()
            self.sock = None
        if fields.get(b"content-encoding") == b"gzip":
            said = gzip.decompress(said)
        return status, head + raw, said


class Client:
    def __init__(self, sock, name):
        self.sock, self.name, self.buffer, self.busy, self.open = sock, name, b"", False, True


class Proxy:
    def __init__(self, address, token, clients, record, seed, rates, timeout):
        self.upstream, self.token, self.record = Upstream(address), token, record
        self.rng, self.rates, self.timeout = random.Random(seed), rates, timeout
        self.selector, self.timers, self.count = selectors.DefaultSelector(), [], 0
        self.version, self.vpcs, self.outages = 0, {}, {}
        self.ports = {}
        self.going, self.faulty = True, False
        for name in clients:
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", 0))
            listener.listen(256)
            self.ports[name] = listener.getsockname()[1]
            self.selector.register(listener, selectors.EVENT_READ, name)

    # The server, as the proxy itself asks it.
    def ask_json(self, path):
        head = f"GET {path} HTTP/1.1\r\nHost: s\r\nAuthorization: Bearer {self.token}\r\n\r\n"
        status, _, body = self.upstream.ask(head.encode(), "GET")
        return status, json.loads(body)

    def note(self, identity, vpc, before=None):
        if self.vpcs.get(identity, 0) == vpc:
            return
        self.version += 1
        self.vpcs[identity] = vpc
        self.write({"version": self.version, "i": identity, "vpc": vpc,
                    "from": before or time.monotonic(), "t": time.monotonic()})

    def note_all(self):
        _, answer = self.ask_json(VPCS)
        for vpc in answer.get("items", ()):
            self.note(vpc["id"], vpc)
        self.write({"start": self.version})

    def look(self, identity, before):
        status, answer = self.ask_json(f"{VPCS}/{identity}")
        self.note(identity, answer.get("vpc", answer) if status == 200 else None, before)

    def write(self, line):
        self.record.write(json.dumps(line, separators=(",", ":")) + "\n")

    # Faults.
    def fault_for(self, client, method, identity):
        if client not in self.rates or not self.faulty:
            return "ok"
        change = method in CHANGING
        key, now = (client, identity), time.monotonic()
        if not change and identity and key in self.outages:
            end, kind = self.outages[key]
            if now < end:
                return kind
            del self.outages[key]
        scale = self.rates[client]
        if not change and identity and self.rng.random() < 0.002 * scale:
            kind = self.rng.choice(OUTAGES)
            self.outages[key] = (now + self.rng.uniform(0.1, 1.3 * self.timeout), kind)
            return kind
        dice = self.rng.random() * 1000
        for name, weights in RATES.items():
            dice -= weights[change] * scale
            if dice < 0:
                return name
        return "ok"

    # One request.
    def handle(self, client, method, path, request, body):
        if path.startswith("/truth/"):
            self.faulty = path == "/truth/on"
            self.finish(client, None, self.raw(200, b"{}"))  # this program's own switch
            return
        arrival = time.monotonic()
        identity = path[len(VPCS) + 1:].partition("?")[0] or None
        fault = self.fault_for(client.name, method, identity)
        line = {"c": client.name, "t": arrival, "ta": None, "td": None, "m": method, "i": identity, "b": None,
                "s": None, "o": fault, "g": None}
        if method in CHANGING and body:
            with contextlib.suppress(ValueError):
                line["b"] = json.loads(body)
        if fault == "delay":
            self.later(self.rng.uniform(0.002, 0.15), lambda: self.carry_out(client, request, line, "late"))
        elif fault == "hang":
            self.later(self.timeout * self.rng.uniform(1.02, 1.4),
                       lambda: self.carry_out(client, request, line, "hang"))
        elif fault in ("503", "429", "500"):
            line["g"] = self.version
            code = {"503": 14, "429": 8, "500": 13}[fault]
            text = json.dumps({"code": code, "message": f"fault {fault}", "details": []}).encode()
            self.answer(client, line, self.raw(int(fault), text))
        elif fault == "html404":
            self.answer(client, line, self.raw(404, HTML, "text/html"))
        elif fault == "garbage" or fault == "swallow":
            self.answer(client, line, self.raw(200, b"" if fault == "swallow" else b"{]garbage"))
        elif fault == "reset":
            self.finish(client, line, None)
        else:
            self.carry_out(client, request, line, fault)

    def carry_out(self, client, request, line, fault):
        line["ta"], line["o"] = time.monotonic(), fault
        status, raw, said = self.upstream.ask(request, line["m"])
        line["s"] = status
        if line["m"] in CHANGING and 200 <= status < 300:
            identity = line["i"]
            if line["m"] == "POST":
                made = json.loads(said)
                identity = line["new"] = made.get("vpc", made)["id"]
            self.look(identity, line["ta"])
        elif line["m"] == "GET" and status == 404 and self.vpcs.get(line["i"]):
            self.look(line["i"], line["ta"])
        line["g"] = self.version
        if status == 400 and line["m"] in CHANGING and b"STATUS_" in said:
            line["busy"] = True
        if fault == "lost":
            self.finish(client, line, None)
        elif fault == "empty":
            self.answer(client, line, self.raw(200, b""))
        elif fault == "late":
            self.later(self.rng.uniform(0.002, 0.15), lambda: self.answer(client, line, raw))
        else:
            self.answer(client, line, raw)

    @staticmethod
    def raw(status, body, kind="application/json"):
        return f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def answer(self, client, line, raw):
        line["td"] = time.monotonic()
        self.finish(client, line, raw)

    def finish(self, client, line, raw):
        """line: None if it is not part of the record. raw: None to close without an answer."""
        if line:
            if raw is None:
                line["closed"] = time.monotonic()
            if line["o"] == "late":
                line["o"] = "ok"
            self.write(line)
        if not client.open:
            return
        if raw is None:
            self.close(client)
            return
        try:
            client.sock.setblocking(True)
            client.sock.sendall(raw)
            client.sock.setblocking(False)
        except OSError:
            self.close(client)
            return
        client.busy = False
        self.take(client)

    def later(self, seconds, what):
        self.count += 1
        heapq.heappush(self.timers, (time.monotonic() + seconds, self.count, what))

    # Connections.
    def close(self, client):
        if client.open:
            client.open = False
            self.selector.unregister(client.sock)
            client.sock.close()

    def take(self, client):
        """Handles a complete request."""
        if client.busy or b"\r\n\r\n" not in client.buffer:
            return
        head, rest = client.buffer.split(b"\r\n\r\n", 1)
        length = 0
        for one in head.split(b"\r\n")[1:]:
            key, _, value = one.partition(b":")
            if key.lower() == b"content-length":
                length = int(value)
            elif key.lower() == b"expect":
                client.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if len(rest) < length:
            return
        client.buffer, client.busy = rest[length:], True
        method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        body = rest[:length]
        request = head + b"\r\n\r\n" + body
        method, path, body = rest_form(method, path, body)
        self.handle(client, method, path, request, body)

    def readable(self, client):
        try:
            data = client.sock.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close(client)
            return
        client.buffer += data
        self.take(client)

    def serve(self):
        while self.going:
            wait = max(0, self.timers[0][0] - time.monotonic()) if self.timers else 0.2
            for key, _ in self.selector.select(wait):
                if isinstance(key.data, str):
                    sock, _ = key.fileobj.accept()
                    sock.setblocking(False)
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.selector.register(sock, selectors.EVENT_READ, Client(sock, key.data))
                elif key.data.open:
                    self.readable(key.data)
            while self.timers and self.timers[0][0] <= time.monotonic():
                heapq.heappop(self.timers)[2]()


def main(path, address, token, clients, seed, rates, timeout, ready):
    """The body of the proxy's process. ready(ports) is called once it listens."""
    with open(path, "w", buffering=1 << 16) as record:
        proxy = Proxy(address, token, clients, record, seed, rates, timeout)
        signal.signal(signal.SIGTERM, lambda *_: setattr(proxy, "going", False))
        proxy.note_all()
        ready(proxy.ports)
        proxy.serve()
