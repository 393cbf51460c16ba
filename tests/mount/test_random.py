# SPDX-License-Identifier: MIT
"""Random operations on a mount while the server misbehaves, another client writes and writers are killed.

The server's own state, read before and after each operation past the mount, is the judge:
- what returned success is there, and nothing else has changed;
- what failed because of its own text changed nothing, what failed because of the server changed nothing or all of
  what was asked;
- after the dust settles the mount shows exactly what the server has.
A run is told by its seed; VPCFS_RANDOM_OPS makes it longer (the default is 20,000 operations over all runs)."""
import copy
import errno
import json
import os
import random
import signal
import subprocess

import pytest

from harness import HarnessError, SLOW, errno_name, wait_until

SEEDS = [1, 2, 3, 4, 5]
OPS = int(os.environ.get("VPCFS_RANDOM_OPS", 20000 if SLOW == 1 else 4000)) // (2 * len(SEEDS))
FAULTS = ["status=503*1", "status=429,retry-after=0*1", "status=400", "status=409,code=10", "status=500",
          "reset-before*1", "reset-after*1", "reset-before", "reset-after", "cut*1", "garbage*1", "empty*1",
          "wrongtype*1", "silent*1", "delay=20", "hang*1", "hang-after*1", "redirect*1", "status=403"]
METHODS = ["PATCH", "PATCH", "PATCH", "POST", "DELETE", "GET", "LIST", "ANY"]
ADDRESSES = ["1.1.1.1", "8.8.8.8", "9.9.9.9", "2606:4700:4700::1111"]
PREFIXES = ["pod cidr", "service cidr", "extra", "a b%c"]
NETS = [f"10.{n}.0.0/16" for n in range(40, 48)]
NAMES = ["one", "two", "three", "four"]


def state_of(server):
    """What can be changed of each VPC, sets as sets."""
    state = {}
    for vpc in server.list():
        if vpc.get("status") == "STATUS_DELETING":
            continue
        state[vpc["name"]] = {
            "ingress": bool((vpc.get("ingress") or {}).get("disablePublicServices")),
            "egress": bool((vpc.get("egress") or {}).get("disablePublicAccess")),
            "servers": frozenset(((vpc.get("dhcp") or {}).get("dns") or {}).get("servers") or []),
            "prefixes": {p["name"]: p["value"] for p in vpc.get("vpcPrefixes") or []},
            "zone": vpc["zone"],
        }
    return state


def escaped(name):
    return name.replace("%", "%25")


class Run:
    def __init__(self, lab, seed):
        self.random = random.Random(seed)
        self.mount = lab.mount(f"timeout={1.5 * SLOW},ttl=0,zone=US-EAST-04A")
        self.server = self.mount.server
        self.history = []

    # One operation is (words, wanted change of a state or None when the text is wrong, function).
    def pick(self, state):
        r = self.random
        name = r.choice(sorted(state)) if state else None
        kinds = [self.flag, self.flag, self.servers, self.servers, self.prefix, self.prefix, self.spec, self.spec,
                 self.drop_prefix, self.move_prefix, self.remove, self.read, self.killed]
        if not state or r.random() < 0.08:
            return self.create(state)
        return r.choice(kinds)(state, name)

    def write(self, path, text):
        def act():
            handle = os.open(self.mount / path, os.O_WRONLY | os.O_TRUNC)
            try:
                os.write(handle, text.encode())
            finally:
                os.close(handle)
        return act

    def flag(self, state, name):
        key, path = self.random.choice([("ingress", "ingress/disablePublicServices"),
                                        ("egress", "egress/disablePublicAccess")])
        text = self.random.choice(["true", "false", "yes", "0", "perhaps"])
        wanted = {"true": True, "yes": True, "false": False, "0": False}.get(text)

        def change(s):
            s[name][key] = wanted
        return f"{name}/{path} <- {text}", None if wanted is None else change, self.write(f"{name}/{path}", text + "\n")

    def servers(self, state, name):
        chosen = self.random.sample(ADDRESSES, self.random.randrange(4))
        wrong = self.random.random() < 0.1
        text = " ".join(chosen + (["nonsense"] if wrong else []))

        def change(s):
            s[name]["servers"] = frozenset(chosen)
        path = f"{name}/dhcp/dns/servers"
        return f"{path} <- {text!r}", None if wrong else change, self.write(path, text + "\n")

    def prefix(self, state, name):
        entry, net = self.random.choice(PREFIXES), self.random.choice(NETS)
        folder = f"{name}/vpcPrefixes/{escaped(entry)}"

        def change(s):
            s[name]["prefixes"][entry] = net

        def act():
            try:
                os.mkdir(self.mount / folder)
            except FileExistsError:
                pass
            self.write(f"{folder}/value", net + "\n")()
        return f"{folder} <- {net}", change, act

    def drop_prefix(self, state, name):
        entry = self.random.choice(PREFIXES)

        def change(s):
            s[name]["prefixes"].pop(entry, None)

        def act():
            try:
                os.rmdir(self.mount / f"{name}/vpcPrefixes/{escaped(entry)}")
            except FileNotFoundError:
                if entry in state[name]["prefixes"]:
                    raise
        return f"rmdir {name}/vpcPrefixes/{entry}", change, act

    def move_prefix(self, state, name):
        have = sorted(state[name]["prefixes"])
        free = [p for p in PREFIXES if p not in have]
        if not have or not free:
            return self.read(state, name)
        old, new = self.random.choice(have), self.random.choice(free)

        def change(s):
            s[name]["prefixes"][new] = s[name]["prefixes"].pop(old)

        def act():
            folder = self.mount / name / "vpcPrefixes"
            if os.path.isdir(folder / escaped(new)):  # made here before and never given a value
                os.rmdir(folder / escaped(new))
            os.rename(folder / escaped(old), folder / escaped(new))
        return f"mv {name}/vpcPrefixes/{old} {new}", change, act

    def spec(self, state, name):
        """Read, perhaps another client writes, save: in place or by rename."""
        r = self.random
        how, other = r.choice(["truncate", "rename"]), r.random() < 0.3
        net, flag, wrong = r.choice(NETS), r.random() < 0.5, r.random() < 0.1
        path = self.mount / name / "spec.json"
        other_flag = r.random() < 0.5
        had = state[name]["egress"]
        no_edit = state[name]["prefixes"].get("extra") == net and state[name]["ingress"] == flag

        def change(s):
            s[name]["prefixes"]["extra"] = net
            s[name]["ingress"] = flag
            if no_edit:  # what the program itself has read is put back: the file shall be like it
                s[name]["egress"] = had

        def act():
            spec = json.loads(path.read_text())
            if other:
                self.as_another(name, other_flag)
            spec["vpcPrefixes"] = [p for p in spec["vpcPrefixes"] if p["name"] != "extra"]
            spec["vpcPrefixes"].append({"name": "extra", "value": net})
            spec["ingress"] = {"disablePublicServices": flag}
            text = json.dumps(spec, indent=1)
            text = text[:-3] if wrong else text + "\n"
            if how == "rename":
                scratch = self.mount / name / "scratch"
                scratch.write_text(text)
                try:
                    os.rename(scratch, path)
                except OSError:
                    os.unlink(scratch)
                    raise
            else:
                with open(path, "w") as file:
                    file.write(text)
        words = f"{name}/spec.json {how} extra={net} ingress={flag}" + (" cut" if wrong else "")
        return words, None if wrong else change, act

    def as_another(self, name, flag):
        """Another client's change, past the faults, and a field that no save here touches."""
        rules = [rule["rule"] for rule in self.server._expect("GET", "/emulator/faults")]
        self.server.clear_faults()
        self.server.patch(name, "egress.disablePublicAccess", egress={"disablePublicAccess": flag})
        self.state[name]["egress"] = flag
        if rules:
            self.server.fault(*rules)

    def create(self, state):
        free = [n for n in NAMES if n not in state]
        if not free:
            return self.read(state, NAMES[0])
        name = self.random.choice(free)

        def change(s):
            s[name] = {"ingress": False, "egress": False, "servers": frozenset(), "prefixes": {},
                       "zone": "US-EAST-04A"}
        return f"mkdir {name}", change, lambda: os.mkdir(self.mount / name)

    def remove(self, state, name):
        if self.random.random() < 0.6:
            return self.read(state, name)
        return f"rmdir {name}", lambda s: s.pop(name), lambda: os.rmdir(self.mount / name)

    def read(self, state, name):
        files = ["name", "zone", "ingress/disablePublicServices", "dhcp/dns/servers", "spec.json", "vpc.json"]
        path = f"{name}/{self.random.choice(files)}"
        return f"cat {path}", lambda s: None, lambda: (self.mount / path).read_bytes()

    def killed(self, state, name):
        """A writer that is killed in the middle: what it had written is decided or not, never half."""
        if self.random.random() < 0.85:
            return self.read(state, name)
        text = self.random.choice(["tru", "true", "fals"])
        path = f"{name}/ingress/disablePublicServices"

        def change(s):
            s[name]["ingress"] = True

        def act():
            child = subprocess.Popen(
                ["/usr/bin/python3", "-c", "import os, sys, time\nfd = os.open(sys.argv[1], os.O_WRONLY | os.O_TRUNC)\n"
                 "os.write(fd, sys.argv[2].encode())\nprint(1, flush=True)\nsys.stdin.read()",
                 str(self.mount / path), text], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL)
            child.stdout.readline()
            child.send_signal(signal.SIGKILL)
            child.wait()
            child.stdin.close()
            child.stdout.close()
            raise OSError(errno.EINTR, "nobody was there to be told")
        return f"killed: {path} <- {text}", change if text == "true" else None, act

    def meddle(self, state):
        """Another client at work between two operations."""
        r = self.random
        if state and r.random() < 0.15:
            name = r.choice(sorted(state))
            self.server.patch(name, "dhcp.dns.servers", dhcp={"dns": {"servers": r.sample(ADDRESSES, 2)}})
        if state and r.random() < 0.02:
            self.server.delete(r.choice(sorted(state)))
        if r.random() < 0.02 and len(state) < 4:
            self.server.create({"name": r.choice([n for n in NAMES if n not in state]), "zone": "US-WEST-04A"})

    def step(self, number):
        self.meddle(state_of(self.server))
        self.state = before = state_of(self.server)
        words, change, act = self.pick(before)
        fault = None
        if self.random.random() < 0.15:
            fault = f"{self.random.choice(METHODS)}:{self.random.choice(FAULTS)}"
            self.server.fault(fault)
        result = "ok"
        try:
            act()
        except OSError as err:
            result = errno_name(err.errno)
        self.server.clear_faults()
        after = state_of(self.server)
        self.history.append(f"{number}: {words} [{fault}] -> {result}")
        self.judge(before, after, change, result, fault)
        if fault:
            self.mount.refresh()

    def judge(self, before, after, change, result, fault):
        done = copy.deepcopy(before)
        if change:
            change(done)
        if result == "ok":
            assert change is not None, "a wrong text was taken"
            assert after == done, "success, and it is not so at the server"
        elif change is None:
            assert after == before, "a wrong text changed something"
        else:
            assert after in (before, done), "a change that nobody asked for"
            # Between a read of this mount and its ttl another client may have been at work.
            allowed = ("EINTR", "ENOENT", "EEXIST", "ESTALE", "EBUSY")
            assert fault or result in allowed, "a failure without a reason"

    def settle(self):
        """Right again as soon as the server is."""
        self.mount.refresh()
        state = state_of(self.server)
        assert sorted(self.mount.ls()) == sorted(state)
        for name, vpc in state.items():
            read = self.mount.read
            assert read(f"{name}/name") == name + "\n"
            assert read(f"{name}/ingress/disablePublicServices") == str(vpc["ingress"]).lower() + "\n"
            assert read(f"{name}/egress/disablePublicAccess") == str(vpc["egress"]).lower() + "\n"
            assert frozenset(read(f"{name}/dhcp/dns/servers").split()) == vpc["servers"]
            spec = json.loads(read(f"{name}/spec.json"))
            assert {p["name"]: p["value"] for p in spec["vpcPrefixes"]} == vpc["prefixes"]
            for entry, value in vpc["prefixes"].items():
                assert read(f"{name}/vpcPrefixes/{escaped(entry)}/value") == value + "\n"


@pytest.mark.parametrize("seed", SEEDS)
def test_random_operations(lab, seed):
    run = Run(lab, seed)
    for vpc in list(state_of(run.server)):
        run.server.delete(vpc)
    run.mount.watchdog.cancel()  # a run is longer than any one test may hang; each operation has its deadline
    run.mount.refresh()
    try:
        for number in range(OPS):
            run.step(number)
            if number % 100 == 99:
                run.settle()
        run.settle()
    except (AssertionError, HarnessError) as err:
        raise AssertionError(f"seed {seed}: {err}\n" + "\n".join(run.history[-12:])) from err
