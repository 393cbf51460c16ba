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

A client is a port; the clients given as mounts get faults and use the API's door of this run (doors.py), the last one
gets none and uses REST. What is written is in the form of REST, whatever the door; m is "?" for a request that is none of
the API's."""
import gzip
import heapq
import json
import random
import selectors
import signal
import socket
import time

from .doors import Front, Rest, VPCS, door_of, http

CHANGING = ("PATCH", "POST", "DELETE")
# fault: (weight for what reads, weight for what changes), in thousandths of all such requests
RATES = {
    "503": (10, 12), "429": (5, 8), "500": (2, 2), "html404": (2, 2), "reset": (4, 4), "lost": (2, 10),
    "cut": (1, 3), "empty": (2, 8), "garbage": (2, 2), "swallow": (0, 1.5), "delay": (12, 12), "late": (12, 12),
    "hang": (0.3, 0.3),
}
OUTAGES = ("503", "500", "html404", "reset", "garbage")


def fields_of(lines):
    return {key.strip().lower(): value.strip() for key, _, value in (line.partition(b":") for line in lines)}


def take_chunks(data):
    """(the content of a chunked body, its trailers, what follows it), or None if it is not complete yet."""
    said = b""
    while True:
        line, mark, data = data.partition(b"\r\n")
        if not mark:
            return None
        size = int(line.partition(b";")[0], 16)
        if size == 0:
            break
        if len(data) < size + 2:
            return None
        said, data = said + data[:size], data[size + 2:]
    lines, mark, rest = (b"\r\n" + data).partition(b"\r\n\r\n")
    return (said, fields_of(lines.split(b"\r\n")[1:]), rest) if mark else None


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
        """(bytes as received, their content, the trailers)"""
        while (found := take_chunks(self.buffer)) is None:
            self._fill()
        said, trailers, rest = found
        raw, self.buffer = self.buffer[:len(self.buffer) - len(rest)], rest
        return raw, said, trailers

    def ask(self, request, method):
        """(status, head and body as received, the body's content, headers and trailers)"""
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
        fields = fields_of(head.split(b"\r\n")[1:])
        if status in (204, 304):
            raw = said = b""
        elif b"content-length" in fields:
            raw = said = self._read(int(fields[b"content-length"]))
        else:
            raw, said, trailers = self._chunks()
            fields.update(trailers)
        if fields.get(b"connection", b"").lower() == b"close":
            self.sock.close()
            self.sock = None
        if fields.get(b"content-encoding") == b"gzip":
            said = gzip.decompress(said)
        return status, head + raw, said, fields


class Client:
    def __init__(self, sock, name, door):
        self.sock, self.name, self.door, self.buffer, self.busy, self.open = sock, name, door, b"", False, True
        self.relay = None


class Relay:
    """A client's own connection, where nghttpx is between it and the proxy: so that it can be cut, too."""

    def __init__(self, outer, inner):
        self.ends, self.busy, self.open = (outer, inner), 0, True

    def carry(self, start, end):
        """Whether the connection goes on."""
        try:
            data = start.recv(1 << 16)
            end.sendall(data)
            return bool(data)
        except OSError:
            return False


def listen():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    return listener


class Proxy:
    def __init__(self, address, token, clients, record, seed, rates, timeout, api):
        self.upstream, self.token, self.record = Upstream(address), token, record
        self.rng, self.rates, self.timeout = random.Random(seed), rates, timeout
        self.selector, self.timers, self.count = selectors.DefaultSelector(), [], 0
        self.version, self.vpcs, self.outages = 0, {}, {}
        self.ports, self.fronts, self.doors, self.relays = {}, [], {}, {}
        self.going, self.faulty = True, False
        plain, chosen = Rest(self.rng), door_of(api, self.rng)
        for name in clients:
            listener = listen()
            self.doors[name] = chosen if name in rates else plain
            self.ports[name] = listener.getsockname()[1]
            self.watch(listener, lambda sock=listener, name=name: self.accept(sock, name))
            if api == "grpc" and name in rates:
                self.put_in_front(name)

    def watch(self, sock, what):
        """Calls what() whenever there is something to read."""
        self.selector.register(sock, selectors.EVENT_READ, what)

    def put_in_front(self, name):
        outer, front = listen(), Front(listen(), self.ports[name])
        self.ports[name] = outer.getsockname()[1]
        self.fronts.append(front)
        self.watch(outer, lambda: self.relay(outer, front))

    # The server, as the proxy itself asks it.
    def ask_json(self, path):
        head = f"GET {path} HTTP/1.1\r\nHost: s\r\nAuthorization: Bearer {self.token}\r\n\r\n"
        status, _, body, _ = self.upstream.ask(head.encode(), "GET")
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
    def handle(self, client, method, path, request, body, kind):
        if path.startswith("/truth/"):
            self.faulty = path == "/truth/on"
            self.finish(client, None, http(200, b"{}"))  # this program's own switch
            return
        line = {"c": client.name, "t": time.monotonic(), "ta": None, "td": None, "m": method, "i": None, "b": None,
                "s": None, "o": "ok", "g": None}
        try:
            line["m"], line["i"], line["b"], refusal = client.door.read(method, path, body, kind)
        except (ValueError, KeyError):
            line["m"] = "?"
            self.carry_out(client, request, line, "ok")
            return
        if refusal:
            self.finish(client, None, refusal)
            return
        line["o"] = fault = self.fault_for(client.name, line["m"], line["i"])
        if line["m"] not in CHANGING:
            line["b"] = None
        door = client.door
        if fault == "delay":
            self.later(self.rng.uniform(0.002, 0.15), lambda: self.carry_out(client, request, line, "late"))
        elif fault == "hang":
            self.later(self.timeout * self.rng.uniform(1.02, 1.4),
                       lambda: self.carry_out(client, request, line, "hang"))
        elif fault in ("503", "429", "500"):
            line["g"] = self.version
            self.answer(client, line, door.error(fault))
        elif fault == "html404":
            self.answer(client, line, door.no_such_page())
        elif fault == "garbage":
            self.answer(client, line, door.garbage())
        elif fault == "swallow":
            self.answer(client, line, door.empty(is_list=False))
        elif fault == "reset":
            self.finish(client, line, None)
        else:
            self.carry_out(client, request, line, fault)

    def carry_out(self, client, request, line, fault):
        line["ta"], line["o"] = time.monotonic(), fault
        status, raw, said, fields = self.upstream.ask(request, line["m"])
        status, error = client.door.status(status, fields, said)
        line["s"] = status
        if line["m"] in CHANGING and 200 <= status < 300:
            identity = line["i"]
            if line["m"] == "POST":
                identity = line["new"] = client.door.made(said)["id"]
            self.look(identity, line["ta"])
        elif line["m"] == "GET" and status == 404 and self.vpcs.get(line["i"]):
            self.look(line["i"], line["ta"])
        line["g"] = self.version
        if status == 400 and line["m"] in CHANGING and b"STATUS_" in error:
            line["busy"] = True
        if fault == "lost":
            self.finish(client, line, None)
        elif fault == "cut":
            self.answer(client, line, client.door.cut(raw))
            self.close(client)
        elif fault == "empty":
            self.answer(client, line, client.door.empty(line["m"] == "GET" and line["i"] is None))
        elif fault == "late":
            self.later(self.rng.uniform(0.002, 0.15), lambda: self.answer(client, line, raw))
        else:
            self.answer(client, line, raw)

    def answer(self, client, line, raw):
        line["td"] = time.monotonic()
        self.finish(client, line, raw)

    def cut(self, client):
        """Closes the connection, or now and then only that from nghttpx, which then answers 502."""
        relay = client.relay
        if relay and relay.busy == 1 and self.rng.random() < 0.7:
            self.end_relay(relay)
        self.close(client)

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
            self.cut(client)
            return
        try:
            client.sock.setblocking(True)
            client.sock.sendall(raw)
            client.sock.setblocking(False)
        except OSError:
            self.close(client)
            return
        client.busy = False
        if client.relay:
            client.relay.busy -= 1
        self.take(client)

    def later(self, seconds, what):
        self.count += 1
        heapq.heappush(self.timers, (time.monotonic() + seconds, self.count, what))

    # Connections.
    def accept(self, listener, name):
        sock, _ = listener.accept()
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = Client(sock, name, self.doors[name])
        self.watch(sock, lambda: client.open and self.readable(client))

    def relay(self, listener, front):
        outer, _ = listener.accept()
        inner = socket.create_connection(front.address)
        self.count += 1
        name = f"10.{self.count >> 16 & 255}.{self.count >> 8 & 255}.{self.count & 255}"
        inner.sendall(f"PROXY TCP4 {name} 127.0.0.1 1 1\r\n".encode())
        relay = self.relays[name.encode()] = Relay(outer, inner)
        for start, end in ((outer, inner), (inner, outer)):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.watch(start, lambda start=start, end=end:
                       relay.open and (relay.carry(start, end) or self.end_relay(relay)))
        relay.name = name.encode()

    def end_relay(self, relay):
        if relay.open:
            relay.open = False
            del self.relays[relay.name]
            for sock in relay.ends:
                self.selector.unregister(sock)
                sock.close()

    def close(self, client):
        if client.open:
            client.open = False
            if client.busy and client.relay:
                client.relay.busy -= 1
            self.selector.unregister(client.sock)
            client.sock.close()

    def take(self, client):
        """Handles a complete request."""
        if client.busy or b"\r\n\r\n" not in client.buffer:
            return
        head, rest = client.buffer.split(b"\r\n\r\n", 1)
        lines = head.split(b"\r\n")
        fields = fields_of(lines[1:])
        if b"expect" in fields:
            client.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if b"transfer-encoding" in fields:
            found = take_chunks(rest)
            if found is None:
                return
            body, _, left = found
        else:
            length = int(fields.get(b"content-length", b"0"))
            if len(rest) < length:
                return
            body, left = rest[:length], rest[length:]
        request = client.buffer[:len(client.buffer) - len(left)]
        client.buffer, client.busy = left, True
        client.relay = self.relays.get(fields.get(b"x-forwarded-for"))
        if client.relay:
            client.relay.busy += 1
        method, path, _ = lines[0].decode().split(" ")
        self.handle(client, method, path, request, body, fields.get(b"content-type", b"").decode())

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
                key.data()
            while self.timers and self.timers[0][0] <= time.monotonic():
                heapq.heappop(self.timers)[2]()
        for front in self.fronts:
            front.stop()


def main(path, address, token, clients, seed, rates, timeout, api, ready):
    """The body of the proxy's process. ready(ports) is called once it listens."""
    with open(path, "w", buffering=1 << 16) as record:
        proxy = Proxy(address, token, clients, record, seed, rates, timeout, api)
        signal.signal(signal.SIGTERM, lambda *_: setattr(proxy, "going", False))
        proxy.note_all()
        ready(proxy.ports)
        proxy.serve()
