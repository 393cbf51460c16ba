#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A randomized run against a reference model: random operations on a mount, faults switched on and off, a second writer that
talks to the server itself, writers killed in the middle. From the seed that it prints, the same run can be had again.

The model is the set of states that the server may be in. An operation that says 0 leads from each of them to the one that it
asked for; one that fails leaves them as they are, and where a fault may have eaten the answer, both. After each operation
(or a few, when faults stay on) the server's real state must be in the set: so no success is missing there, and nothing is
there that nobody asked for. Every few hundred operations, and in the end, the mount must show exactly the server's state.

    random_run.py [--ops N] [--seed N] [--profile live|reference] [--ttl SECONDS]"""
import argparse
import collections
import contextlib
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import sys
import time
import urllib.parse

import rig
from contract import VPCS, differences, files_of, read, spec_of
from rig import SLOW, harness

TIMEOUT_S = 1.5 * SLOW  # an undisturbed operation must be done by then, also on a busy machine
BREAKER_S = 6.5  # for this long a server that was found dead may be taken for dead
FAULT_SHARE, BURST_SHARE, SETTLE_EVERY = 0.03, 0.004, 400
ZONES = ("US-EAST-04A", "US-WEST-04A")
NAMES = ("alpha", "beta", "gamma", "delta", "epsilon")
PREFIXES = ("pod cidr", "service cidr", "lb", "extra one")
SERVERS = [f"10.53.0.{n}" for n in range(1, 9)]
CIDRS = [f"10.{n}.0.0/16" for n in range(64, 96)]
TRUE, FALSE = ("true", "1", "y", "YES", "on"), ("false", "0", "n", "No", "off")
NONSENSE = ("maybe", "", "10.0.0.0/99", "not an address", "{", "\x00", "tru", "10.0.0.256", "ä" * 300)
Vpc = collections.namedtuple("Vpc", "zone ingress egress servers prefixes")

# Each is for one operation; those that cost a whole deadline are rare.
QUICK_FAULTS = ("reset*1", "reset-after*1", "reset=rst*1", "cut*1", "status=503*1", "status=429*1", "status-after=503*1", "status=500*1",
                "status-after=500*1", "garbage*1@1", "garbage-after*1", "empty-after*1", "wrongtype-after*1", "status=409,code=10*1",
                "status=400,code=9*1", "status=403*1", "status=404*1", "redirect*1", "delay=30", "cut=1*1")
SLOW_FAULTS = ("hang*1", "hang-after*1", "drip=100*1", "reset", "reset-after", "cut", "garbage", "silent", "status=503", "empty", "delay=900*1")
METHODS = ("ANY", "GET", "LIST", "PATCH", "PATCH", "POST", "DELETE")


class Divergence(AssertionError):
    """The server or the mount is in a state that the model does not allow."""


def state_of(vpcs):
    """The settable part of all VPCs, hashable. Host prefixes never change."""
    state = {}
    for vpc in vpcs:
        spec = spec_of(vpc)
        state[vpc["name"]] = Vpc(spec["zone"], spec["ingress"], spec["egress"], tuple(spec["servers"]),
                                 tuple(sorted(spec["prefixes"].items() if "prefixes" in spec else spec["vpcPrefixes"].items())))
    return frozenset(state.items())


def changed(state, name, **fields):
    """The state with fields of one VPC replaced; None if there is no such VPC."""
    vpcs = dict(state)
    if name not in vpcs:
        return None
    vpcs[name] = vpcs[name]._replace(**fields)
    return frozenset(vpcs.items())


def settable(spec, edit):
    """The changes that an edit of spec.json makes, as fields of the model."""
    old, new = spec_of(spec), spec_of({**spec, **edit})
    fields = {key: new[key] for key in ("ingress", "egress") if new[key] != old[key]}
    if new["servers"] != old["servers"]:
        fields["servers"] = tuple(new["servers"])
    if new["vpcPrefixes"] != old["vpcPrefixes"]:
        fields["prefixes"] = tuple(sorted(new["vpcPrefixes"].items()))
    return fields


def from_old_reading(state, name, spec, edit):
    """The states that the edit may lead to if the other writer changed the VPC after it was read, and the ttl allowed
    that reading: lists are merged, and a text that was not edited at all is put back as the file's new text."""
    now, old, new = dict(state).get(name), spec_of(spec), spec_of({**spec, **edit})
    if now is None:
        return set()
    fields = settable(spec, edit)
    if not fields:
        return {changed(state, name, ingress=old["ingress"], egress=old["egress"], servers=tuple(old["servers"]),
                        prefixes=tuple(sorted(old["vpcPrefixes"].items())))}
    mine = {key: value for key, value in new["vpcPrefixes"].items() if old["vpcPrefixes"].get(key) != value}
    kept = {key: value for key, value in now.prefixes if key in new["vpcPrefixes"] or key not in old["vpcPrefixes"]}
    return {changed(state, name, **{**fields, "prefixes": tuple(sorted({**kept, **mine}.items()))})}


class Server:
    """The emulator over one persistent connection: thousands of requests, none of them through the mount."""

    def __init__(self, emulator):
        self.token = emulator.token
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(emulator.url).netloc, timeout=30)

    def call(self, method, path, body=None):
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        self.connection.request(method, path, data, {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None

    def vpcs(self):
        status, answer = self.call("GET", VPCS)
        assert status == 200, answer
        return answer.get("items", [])

    def faults(self, rules):
        assert self.call("DELETE", "/emulator/faults")[0] < 300
        if rules:
            assert self.call("POST", "/emulator/faults", "\n".join(rules))[0] < 300

    def quiet(self):
        """No request is under way any more: a request that was given up has been carried out, or never will be."""
        harness.wait_until(lambda: all(r["status"] is not None for r in self.call("GET", "/emulator/requests")[1]), "a quiet server")
        self.call("DELETE", "/emulator/requests")


class Operation:
    """do() acts on the mount; after(state) is the state that it asks for, or None if the operation must fail. sure: it
    must succeed if nothing disturbs it. in_doubt(state): other states that it may lead to if it worked with an old
    reading."""

    def __init__(self, text, do, after, sure=True, in_doubt=lambda state: set()):
        self.text, self.do, self.after, self.sure, self.in_doubt = text, do, after, sure, in_doubt


class Run:
    def __init__(self, mount, seed, profile):
        self.m, self.root, self.profile = mount, str(mount.path), profile
        self.server = Server(mount.server)
        self.random = random.Random(seed)
        self.states = {state_of(self.server.vpcs())}
        self.vpcs = self.server.vpcs()
        self.last = collections.deque(maxlen=60)
        self.counts = collections.Counter()
        self.doubtful_until = 0.0  # the mount may still take the server for dead
        self.other_wrote = 0.0
        self.ttl = 0.0

    def is_doubtful(self):
        """The mount may still take the server for dead, or an answer for fresh that the other writer has made stale."""
        now = time.monotonic()
        return now < self.doubtful_until or self.ttl and now < self.other_wrote + 2 * self.ttl

    # What the operations are made of.
    def path(self, *parts):
        return "/".join((self.root,) + parts)

    def some_vpc(self):
        return self.random.choice(self.vpcs)["name"]

    def put(self, path, text):
        handle = os.open(path, os.O_WRONLY | os.O_TRUNC)
        try:
            os.write(handle, text.encode())
        finally:
            os.close(handle)

    def replace(self, path, text):
        scratch = os.path.dirname(path) + "/.saving"
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(handle, text.encode())
        finally:
            os.close(handle)
        try:
            os.rename(scratch, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(scratch)
            raise

    def write_field(self, name, path, text, sure, **fields):
        save = self.replace if self.random.random() < 0.1 else self.put
        end = self.random.choice(("\n", "\n", "\n", ""))
        return Operation(f"{save.__name__} {name}/{path} {text + end!r}", lambda: save(self.path(name, path), text + end),
                         lambda state: changed(state, name, **fields) if fields else None, sure)

    # The operations.
    def op_switch(self):
        name, field, value = self.some_vpc(), self.random.choice(("ingress", "egress")), self.random.random() < 0.5
        path = {"ingress": "ingress/disablePublicServices", "egress": "egress/disablePublicAccess"}[field]
        return self.write_field(name, path, self.random.choice(TRUE if value else FALSE), True, **{field: value})

    def op_nonsense(self):
        path = self.random.choice(("ingress/disablePublicServices", "egress/disablePublicAccess", "dhcp/dns/servers", "spec.json", "id",
                                   "vpc.json", "zone", "name"))
        text = self.random.choice(NONSENSE[:1] + NONSENSE[2:] if path == "dhcp/dns/servers" else NONSENSE)
        if path in ("zone", "name"):
            text = ""
        operation = self.write_field(self.some_vpc(), path, text, False)
        operation.after = lambda state: state  # an empty text at the end of a handle is no write at all
        return operation

    def op_servers(self):
        chosen = self.random.sample(SERVERS, self.random.randrange(5))
        text = self.random.choice((" ", ",", "\n")).join(chosen)
        if "\n" in text or not text:
            text += "\n"
        operation = self.write_field(self.some_vpc(), "dhcp/dns/servers", text, True, servers=tuple(sorted(chosen)))
        return operation

    def prefixes_of(self, state, name):
        return dict(dict(state)[name].prefixes) if name in dict(state) else None

    def with_prefix(self, state, name, change):
        prefixes = self.prefixes_of(state, name)
        if prefixes is None or change(prefixes) is False:
            return None
        return changed(state, name, prefixes=tuple(sorted(prefixes.items())))

    def op_prefix_value(self):
        name, prefix, value = self.some_vpc(), self.random.choice(PREFIXES), self.random.choice(CIDRS)
        folder = self.path(name, "vpcPrefixes", prefix)

        def do():
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder)
            self.put(folder + "/value", value + "\n")
        return Operation(f"value of {name}/vpcPrefixes/{prefix} = {value}", do,
                         lambda state: self.with_prefix(state, name, lambda p: p.update({prefix: value})), sure=False)

    def op_prefix_remove(self):
        name, prefix = self.some_vpc(), self.random.choice(PREFIXES)
        return Operation(f"rmdir {name}/vpcPrefixes/{prefix}", lambda: os.rmdir(self.path(name, "vpcPrefixes", prefix)),
                         lambda state: self.with_prefix(state, name, lambda p: p.pop(prefix, None) and None), sure=False)

    def op_prefix_rename(self):
        name, (old, new) = self.some_vpc(), self.random.sample(PREFIXES, 2)

        def change(prefixes):
            if old not in prefixes:
                return None  # one that has no value yet: nothing changes at the server
            if new in prefixes:
                return False
            prefixes[new] = prefixes.pop(old)
        base = self.path(name, "vpcPrefixes")
        return Operation(f"mv {name}/vpcPrefixes/{old} {new}", lambda: os.rename(f"{base}/{old}", f"{base}/{new}"),
                         lambda state: self.with_prefix(state, name, change), sure=False)

    def op_spec(self):
        """Reads, changes a few places and saves: the rest must stay as it is at the server."""
        name = self.some_vpc()
        path, edit = self.path(name, "spec.json"), {}
        if self.random.random() < 0.5:
            edit["ingress"] = {"disablePublicServices": self.random.random() < 0.5}
        if self.random.random() < 0.5:
            edit["egress"] = {"disablePublicAccess": self.random.random() < 0.5}
        if self.random.random() < 0.5:
            edit["dhcp"] = {"dns": {"servers": self.random.sample(SERVERS, 2)}}
        if self.random.random() < 0.3:
            chosen = self.random.sample(PREFIXES, 2)
            edit["vpcPrefixes"] = [{"name": p, "value": v} for p, v in zip(chosen, self.random.sample(CIDRS, 2))]
        if self.random.random() < 0.05:
            edit["surprise"] = 1
        save = self.random.choice((self.put, self.replace))
        between = self.random.random() < 0.3
        known = {}

        def do():
            known["read"] = json.loads(read(path))
            if between and not self.disturbed and settable(known["read"], edit):
                known["other"] = self.other_serves(name)
            save(path, json.dumps({**known["read"], **edit}, indent=2) + "\n")

        def after(state):
            if "surprise" in edit:
                return None
            fields = settable(known["read"], edit)
            other = known.get("other")
            if other and "servers" in fields and other not in (tuple(spec_of(known["read"])["servers"]), fields["servers"]):
                return None  # both changed them since they were read
            return changed(state, name, **fields)
        return Operation(f"{save.__name__} {name}/spec.json with {edit}", do, lambda state: after(state) if known else None,
                         sure=not between and "surprise" not in edit and "vpcPrefixes" not in edit,
                         in_doubt=lambda state: from_old_reading(state, name, known["read"], edit) if known else set())

    def op_mkdir(self):
        name = self.random.choice(NAMES)

        def after(state):
            vpcs = dict(state)
            return None if name in vpcs else frozenset({**vpcs, name: Vpc(ZONES[0], False, False, (), ())}.items())
        return Operation(f"mkdir {name}", lambda: os.mkdir(self.path(name)), after, sure=False)

    def op_rmdir(self):
        name = self.random.choice(NAMES)

        def after(state):
            vpcs = dict(state)
            return frozenset((key, vpc) for key, vpc in vpcs.items() if key != name)
        return Operation(f"rmdir {name}", lambda: os.rmdir(self.path(name)), after, sure=False)

    def op_rename(self):
        old, new = self.random.sample(NAMES, 2)

        def after(state):
            vpcs = dict(state)
            if old not in vpcs or new in vpcs:
                return None
            vpcs[new] = vpcs.pop(old)
            return frozenset(vpcs.items())
        if self.profile == "live" and self.random.random() < 0.9:
            return self.op_switch()  # the service ignores it, which costs a deadline
        return Operation(f"mv {old} {new}", lambda: os.rename(self.path(old), self.path(new)), after, sure=False)

    def op_read(self):
        """Reads any file: its text must be the server's, unless the cache may answer or the server cannot be
        reached."""
        vpc = self.random.choice(self.vpcs)
        files = files_of(vpc)
        path = self.random.choice(sorted(files))
        def do():
            text = read(self.path(vpc["name"], path))
            if not self.disturbed and not self.is_doubtful() and text != files[path]:
                raise Divergence(f"{vpc['name']}/{path} reads {text!r}, at the server {files[path]!r}")
        return Operation(f"read {vpc['name']}/{path}", do, lambda state: state)

    def op_list(self):
        def do():
            names = sorted(os.listdir(self.root))
            if not self.disturbed and not self.is_doubtful() and names != sorted(v["name"] for v in self.vpcs):
                raise Divergence(f"the mount lists {names}, the server has {sorted(v['name'] for v in self.vpcs)}")
        return Operation("ls", do, lambda state: state)

    def op_nothing(self):
        """Operations that must send nothing: open and close, truncate and close, touch, writing the same value
        again."""
        name = self.some_vpc()
        file = self.random.choice(("dhcp/dns/servers", "spec.json", "ingress/disablePublicServices", "zone"))
        path, known = self.path(name, file), {}

        def do():
            kind = self.random.randrange(4)
            if kind == 3:
                known[file] = read(path)
                return self.put(path, known[file])
            handle = os.open(path, (os.O_RDWR, os.O_WRONLY | os.O_TRUNC, os.O_WRONLY)[kind])
            if kind == 2:
                os.utime(path)
            os.close(handle)

        def in_doubt(state):
            if "spec.json" in known:
                return from_old_reading(state, name, json.loads(known["spec.json"]), {})
            if "dhcp/dns/servers" in known:
                return {changed(state, name, servers=tuple(sorted(known["dhcp/dns/servers"].split())))}
            return {changed(state, name, ingress=text == "true\n") for file, text in known.items() if file != "zone"}
        return Operation(f"nothing to {path}", do, lambda state: state, in_doubt=in_doubt)

    CHOICES = {"read": 36, "list": 4, "nothing": 6, "switch": 18, "servers": 10, "prefix_value": 5, "prefix_remove": 3, "prefix_rename": 2,
               "spec": 8, "nonsense": 4, "mkdir": 1.2, "rmdir": 0.6, "rename": 0.4}

    # The second writer.
    def other_writes(self):
        """Makes one change directly at the server; the states follow, since its effect is known."""
        name, kind = self.some_vpc(), self.random.randrange(8)
        vpc = next((v for v in self.vpcs if v["name"] == name), None)
        if kind == 0 and len(self.vpcs) < 4 or not vpc:
            self.server.call("POST", VPCS, {"name": self.random.choice(NAMES), "zone": ZONES[1]})
        elif kind == 1 and len(self.vpcs) > 2:
            self.server.call("DELETE", f"{VPCS}/{vpc['id']}")
        elif kind in (2, 3):
            chosen = zip(self.random.sample(PREFIXES, 2), self.random.sample(CIDRS, 2))
            self.server.call("PATCH", f"{VPCS}/{vpc['id']}", {"updateMask": "vpcPrefixes", "vpcPrefixes": [
                {"name": p, "value": v} for p, v in chosen]})
        else:
            self.server.call("PATCH", f"{VPCS}/{vpc['id']}", {
                "updateMask": "ingress.disablePublicServices,dhcp.dns.servers", "dhcp": {"dns": {"servers": self.random.sample(SERVERS, 1)}},
                "ingress": {"disablePublicServices": self.random.random() < 0.5}})
        self.other_wrote = time.monotonic()
        self.vpcs = self.server.vpcs()
        if len(self.vpcs) < 2:
            self.server.call("POST", VPCS, {"name": next(n for n in NAMES if n not in [v["name"] for v in self.vpcs]), "zone": ZONES[1]})
            self.vpcs = self.server.vpcs()
        self.states = {state_of(self.vpcs)}
        self.last.append(f"the other writer: {kind} at {name}")

    def other_serves(self, name):
        """Makes a change between another writer's reading and saving. Returns the servers then, None if there is no
        such VPC."""
        vpc = next((v for v in self.vpcs if v["name"] == name), None)
        if not vpc:
            return None
        value = self.random.choice(SERVERS)
        self.server.call("PATCH", f"{VPCS}/{vpc['id']}", {"updateMask": "dhcp.dns.servers", "dhcp": {"dns": {"servers": [value]}}})
        self.states = {changed(state, name, servers=(value,)) for state in self.states}
        self.other_wrote = time.monotonic()
        return (value,)

    # Killed writers.
    def kill_a_writer(self):
        """Kills a child in the middle of writing. The server then has a state that the child wrote, or the one
        before."""
        name, kind = self.some_vpc(), self.random.choice(("servers", "servers", "spec", "flag"))
        path = self.path(name, {"servers": "dhcp/dns/servers", "spec": "spec.json", "flag": "ingress/disablePublicServices"}[kind])
        reader, writer = os.pipe()
        rounds = self.random.randrange(1, 6)
        pid = os.fork()
        if pid == 0:
            self.write_until_killed(path, kind, writer)
        os.close(writer)
        for _ in range(rounds):
            if not os.read(reader, 1):
                break
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(reader)
        self.last.append(f"killed a writer of {path} after {rounds} writes")
        self.server.quiet()
        self.vpcs = self.server.vpcs()
        (before,), now = self.states, state_of(self.vpcs)
        servers = dict(now).get(name, dict(before).get(name)).servers
        allowed = {before}
        if kind == "servers" and all(server.startswith("10.66.") for server in servers):
            allowed.add(changed(before, name, servers=servers))
        if kind == "flag":  # complete, though without a newline: the end of its writer closes the file
            allowed.add(changed(before, name, ingress=True))
        if now not in allowed:
            raise Divergence(f"killed writer of {path}: {sorted(now ^ before)}")
        self.states = {now}

    @staticmethod
    def write_until_killed(path, kind, writer):
        """Writes, in the child and until its end: half a spec.json, a word letter by letter, or whole lists one after
        the other."""
        try:
            handle = os.open(path, os.O_WRONLY | os.O_TRUNC)
            for n in range(250):
                if kind == "spec":
                    os.write(handle, b'{"name": "half"' if n == 0 else b" ")
                elif kind == "flag":
                    os.write(handle, b"true"[n:n + 1])
                else:
                    os.ftruncate(handle, 0)
                    os.pwrite(handle, f"10.66.0.{n}\n".encode(), 0)
                os.write(writer, b".")
            signal.pause()
        except OSError:
            pass
        finally:
            os._exit(0)

    # The loop.
    def some_faults(self):
        rules = QUICK_FAULTS if self.random.random() < 0.93 else SLOW_FAULTS
        return [f"{self.random.choice(METHODS)}:{self.random.choice(rules)}" for _ in range(self.random.randrange(1, 3))]

    def step(self, operation, faults):
        """Runs the operation and updates the states. Returns the errno's name."""
        self.disturbed = bool(faults)
        doubtful = self.is_doubtful()
        result = harness.errno_of(operation.do)
        self.last.append(f"{operation.text} {' '.join(faults)} -> {result}")
        self.counts[f"{'fault' if faults else 'calm'} {'ok' if result == 'ok' else 'failed'}"] += 1
        after = {operation.after(state) for state in self.states} - {None}
        if doubtful and self.ttl:
            # A value that a cached answer shows already is not sent.
            after |= self.states.union(*(operation.in_doubt(state) for state in self.states)) - {None}
        if result == "ok":
            if not after:
                raise Divergence(f"{operation.text} cannot work, and said that it did")
            self.states = after
        elif faults:
            self.states |= after
        elif operation.sure and not doubtful:
            raise Divergence(f"{operation.text} failed with {result} and nothing disturbed it: {self.m.why('')}")
        return result

    def check(self):
        """Checks that the server's state is one of the possible ones."""
        self.vpcs = self.server.vpcs()
        now = state_of(self.vpcs)
        if now not in self.states:
            near = min(self.states, key=lambda state: len(state ^ now))
            raise Divergence(f"the server has {sorted(now - near)}, the model {sorted(near - now)}")
        self.states = {now}

    def round(self):
        faults = self.some_faults() if self.random.random() < FAULT_SHARE else []
        steps = self.random.randrange(3, 8) if self.random.random() < BURST_SHARE else 1
        if steps > 1:
            faults = self.some_faults()
        if faults:
            self.server.faults(faults)
        for _ in range(steps):
            kind = self.random.choices(list(self.CHOICES), self.CHOICES.values())[0]
            self.step(getattr(self, f"op_{kind}")(), faults)
        if faults:
            self.server.faults([])
            self.server.quiet()
            self.doubtful_until = time.monotonic() + BREAKER_S
            if self.random.random() < 0.9:
                self.m.refresh()
                self.doubtful_until = 0.0
        self.check()
        return steps

    def settle(self):
        """Removes what exists only in the mount; then it must show the server's state and nothing else."""
        self.m.refresh()
        for vpc in self.vpcs:
            for path in (".saving", "ingress/.saving", "egress/.saving", "dhcp/dns/.saving"):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self.path(vpc["name"], path))
            known = {prefix["name"] for prefix in vpc.get("vpcPrefixes", [])}
            for prefix in set(os.listdir(self.path(vpc["name"], "vpcPrefixes"))) - known:
                os.rmdir(self.path(vpc["name"], "vpcPrefixes", prefix))
        self.m.refresh()
        wrong = differences(self.root, self.server.vpcs())
        if wrong:
            raise Divergence("after the dust settled:\n" + "\n".join(wrong))
        self.server.call("DELETE", "/emulator/requests")

    def go(self, ops):
        done = 0
        while done < ops:
            done += self.round()
            if self.random.random() < 0.06 or len(self.vpcs) < 2:
                self.other_writes()
            if self.random.random() < 0.003:
                self.kill_a_writer()
            if self.random.random() < 1 / SETTLE_EVERY:
                self.settle()
        self.settle()
        return done


def run(lab, seed, ops, profile, ttl):
    """Raises Divergence, with the last operations in its text. Returns the counts."""
    mount = lab.mount(f"ttl={ttl},timeout={TIMEOUT_S:g},zone={ZONES[0]}", vpcs=[
        {"name": "alpha", "zone": ZONES[0], "vpcPrefixes": [{"name": PREFIXES[0], "value": CIDRS[0]}]},
        {"name": "beta", "zone": ZONES[1], "dhcp": {"dns": {"servers": SERVERS[:2]}}}, {"name": "gamma", "zone": ZONES[0]}])
    print(f"random run: seed {seed}, {ops} operations, profile {profile}, ttl {ttl}", flush=True)
    this = Run(mount, seed, profile)
    this.ttl = ttl
    with mount.watched(600):
        try:
            this.go(ops)
        except Exception as err:
            raise Divergence(f"seed {seed}, profile {profile}, ttl {ttl}: {err!r}\nthe last operations:\n" + "\n".join(this.last)) from err
    print(", ".join(f"{key}: {n}" for key, n in sorted(this.counts.items())))
    return this.counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ops", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--profile", choices=("live", "reference"), default="live")
    parser.add_argument("--ttl", type=float, default=0)
    args = parser.parse_args()
    lab = rig.FaultLab(harness.build_dir() / "fault-tests" / str(os.getpid()), args.profile)
    lab.folder.mkdir(parents=True)
    begun = time.monotonic()
    try:
        run(lab, args.seed, args.ops, args.profile, args.ttl)
    except Divergence as err:
        print(err)
        return 1
    finally:
        wrong = lab.stop()
        print(wrong or f"{time.monotonic() - begun:.1f} s")
        if not wrong:
            shutil.rmtree(pathlib.Path(lab.folder), ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
