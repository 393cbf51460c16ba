#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Many mounts against one API: how many requests reach it, above all around an outage (docs/scale.md).

  scale.py                        models 1,000 mounts, prints a table, writes docs/scale-outage.svg
  scale.py --real 20 --build DIR  runs 20 real mounts against an emulator that is stopped and started again (or answers
                                  503 meanwhile, with --outage 503), beside the model of the same 20

Each mount has one reader: it reads a file, thinks for a while, reads again. The rules and their numbers are read from the
C sources, so that the model cannot drift away from the driver: what is not found there ends this script."""
import argparse
import collections
import dataclasses
import heapq
import pathlib
import random
import re
import sys

import chart

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def default(option, table):
    """The default of a numeric option in the driver's table of options."""
    return float(find(rf'\{{"{option}",[\s\S]*?\.fallback = "([\d.]+)"', table)[1])


@dataclasses.dataclass
class Rules:
    ttl_s: float
    timeout_s: float
    first_s: float  # the wait before the second attempt; each further one is twice as long
    max_s: float
    jitter: float  # of a wait, added at random
    attempts: dict  # by outcome
    breaker_s: float  # pause after a server was found dead, doubled with each failure
    breaker_max_s: float
    breaker_jitter: float  # random part of that, more or less
    breaker_for: set  # outcomes that mean dead

    @classmethod
    def from_sources(cls):
        retry, breaker = source("src/http/retry.c"), source("src/view/breaker.c")
        options = source("src/config/table.c")
        find(r"RETRY_FIRST_MS << \(attempts < 8 \? attempts - 1 : 7\)", retry)
        find(r"retry_after_ms", retry)
        find(r"FIRST_US << \(failures < 8 \? failures : 7\)", breaker)
        find(r"return mean / 2 \+ random % mean", breaker)
        find(r"is_probe = resource->breaker != NULL", source("src/view/inflight.c"))
        find(r"call->op->is_probe", source("src/http/call.c"))
        dead = {"refused", "hang", "reset"} | set(find(r"again\[\] = \{([^}]*)\}", retry)[1].split(", "))
        for errnum in ("ETIMEDOUT", "ECONNREFUSED", "EREMOTEIO"):
            find(rf"problem->errnum == {errnum}", source("src/api/problem.c"))
        return cls(
            ttl_s=default("ttl", options), timeout_s=default("timeout", options),
            first_s=define("RETRY_FIRST_MS", retry) / 1e3, max_s=define("RETRY_MAX_MS", retry) / 1e3,
            jitter=1 / int(find(r"random %= \(uint32_t\)wait / (\d+) \+ 1", retry)[1]),
            attempts={"503": define("RETRY_MAX_ANSWERS", retry), "refused": define("RETRY_MAX_BROKEN", retry),
                      "reset": define("RETRY_MAX_BROKEN", retry), "hang": 1},
            breaker_s=define("FIRST_US", breaker) / 1e6,
            breaker_max_s=define("MAX_US", breaker) / 1e6, breaker_jitter=0.5, breaker_for=dead)


def source(path):
    return (ROOT / path).read_text()


def find(pattern, text):
    match = re.search(pattern, text)
    if not match:
        sys.exit(f"scale.py: the driver's rules have changed: there is no /{pattern}/ any more; mend the model")
    return match


def define(name, text):
    return int(find(rf"#define\s+{name}[\s\\]+(\d+)", text)[1])


class World:
    """The time, and the API, which behaves during an outage as the outage says."""

    def __init__(self, rules, mounts, think_s, outage, begin_s, end_s, until_s, latency_s=0.02, capacity=None, seed=1):
        self.rules, self.think_s, self.outage = rules, think_s, outage
        self.begin_s, self.end_s, self.until_s = begin_s, end_s, until_s
        self.latency_s, self.capacity = latency_s, capacity
        self.random = random.Random(seed)
        self.queue, self.count = [], 0
        self.requests = []  # (time, outcome)
        self.served = collections.Counter()  # per second
        self.failed_reads = collections.Counter()  # per second
        for _ in range(mounts):
            mount = Mount(self)
            self.at(self.random.uniform(0, rules.ttl_s + think_s), mount.read)

    def at(self, time, call, *args):
        heapq.heappush(self.queue, (time, self.count, call, args))
        self.count += 1

    def run(self):
        while self.queue and self.queue[0][0] < self.until_s:
            self.now, _, call, args = heapq.heappop(self.queue)
            call(*args)
        return self

    def ask(self):
        outcome = self.outage if self.begin_s <= self.now < self.end_s else "ok"
        if outcome == "ok" and self.capacity:
            second = int(self.now * 10)
            self.served[second] += 1
            outcome = "ok" if self.served[second] <= self.capacity / 10 else "503"
        self.requests.append((self.now, outcome))
        return outcome


class Mount:
    """The rules of view/cache (ttl), view/inflight (one question at a time), view/breaker (a failing server) and
    http/retry."""

    def __init__(self, world):
        self.world = world
        self.asked = self.dead_until = -1e9
        self.is_down = False
        self.failures = 0

    def think(self, after=0.0):
        self.world.at(self.world.now + after + self.world.random.expovariate(1 / self.world.think_s), self.read)

    def fail(self):
        self.world.failed_reads[int(self.world.now)] += 1
        self.think()

    def read(self):
        now, rules = self.world.now, self.world.rules
        if now - self.asked < rules.ttl_s:
            self.think()
        elif now < self.dead_until:
            self.fail()
        else:
            self.attempt(1, now + rules.timeout_s, 1 if self.is_down else None)

    def attempt(self, number, deadline, most):
        """most: attempts. After the breaker there is one, to see whether the server is back."""
        world, rules = self.world, self.world.rules
        outcome = world.ask()
        if outcome == "ok":
            self.asked, self.is_down, self.failures = world.now, False, 0
            self.think(world.latency_s)
        elif outcome == "hang":
            world.at(deadline, self.give_up, outcome)
        else:
            took = world.latency_s if outcome == "503" else 0
            wait = min(rules.first_s * 2 ** (number - 1), rules.max_s)
            again = world.now + took + wait * (1 + world.random.uniform(0, rules.jitter))
            if number < (most or rules.attempts[outcome]) and again < deadline:
                world.at(again, self.attempt, number + 1, deadline, most)
            else:
                world.at(world.now + took, self.give_up, outcome)

    def give_up(self, outcome):
        rules = self.world.rules
        if outcome in rules.breaker_for:
            spread = self.world.random.uniform(-rules.breaker_jitter, rules.breaker_jitter)
            self.is_down = True
            mean = min(rules.breaker_s * 2 ** self.failures, rules.breaker_max_s)
            self.dead_until = self.world.now + mean * (1 + spread)
            self.failures += 1
        self.fail()


def per_second(times, until, width=1.0):
    counts = collections.Counter(int(time / width) for time in times)
    return [counts[slot] / width for slot in range(int(until / width))]


def figures(times, begin, end, until):
    """(before, during, worst second of the ten after, seconds until it is as before)"""
    rate = per_second(times, until)
    warm = rate[min(15, int(begin) - 5):int(begin)]
    before = sum(warm) / len(warm)
    during = rate[int(begin) + 2:int(end)]
    tenth = per_second(times, until, 0.1)[int(end * 10):int(end * 10) + 100]
    worst = max(sum(tenth[i:i + 10]) / 10 for i in range(len(tenth) - 10))
    calm = next((second for second in range(int(end), int(until) - 5)
                 if all(value <= before * 1.5 for value in rate[second:second + 5])), None)
    return before, sum(during) / max(len(during), 1), worst, None if calm is None else calm - end


def row(name, numbers):
    before, during, worst, calm = numbers
    print(f"{name:<44} {before:>9.1f} {during:>9.1f} {worst:>9.1f} {during / before:>7.1f} {worst / before:>7.1f}  "
          + ("never" if calm is None else f"{calm:.0f} s"))


def header(unit):
    print(f"{'outage':<44} {'before':>9} {'during':>9} {'worst 1 s':>9} {'during/':>7} {'worst/':>7}  as before")
    print(f"{'':<44} {unit:>9} {'':>9} {'after':>9} {'before':>7} {'before':>7}  after")


def model(options):
    rules = Rules.from_sources()
    print(f"ttl {rules.ttl_s:g} s, waits {rules.first_s * 1e3:g} ms doubling to {rules.max_s:g} s, +{rules.jitter:.0%}; attempts "
          f"{rules.attempts}; breaker {rules.breaker_s:g} s doubling to {rules.breaker_max_s:g} s ±{rules.breaker_jitter:.0%} after {sorted(rules.breaker_for)}")
    print(f"{options.mounts} mounts, each read about {options.think:g} s after the last\n")
    header("req/s")
    lines = []
    for outage, seconds in (("refused", 10), ("refused", 60), ("hang", 60), ("503", 60)):
        for capacity in (None, 1.5):
            limit = capacity and capacity * options.mounts / (rules.ttl_s + options.think)
            begin, end = 40, 40 + seconds
            world = World(rules, options.mounts, options.think, outage, begin, end, end + 60, capacity=limit).run()
            times = [time for time, _ in world.requests]
            row(f"{outage} for {seconds} s" + (", 503 past 1.5 times the load" if limit else ""),
                figures(times, begin, end, end + 60))
            if seconds == 60 and not limit:
                lines.append((f"{outage}", [(second + 0.5 - begin, value) for second, value
                                            in enumerate(per_second(times, end + 60)) if second >= 20]))
    chart.write(options.svg, lines, title=f"{options.mounts:,} mounts, API away from 0 s to 60 s",
                x="seconds", y="requests per second at the API", shade=(0, 60))
    print(f"\nbusy: at most {3600 / rules.ttl_s:.0f} requests per mount and hour for one file read without end; idle: 0")
    print(f"wrote {options.svg}")


def compare(options):
    import scale_real
    rules = Rules.from_sources()
    begin, end = 20, 20 + options.seconds
    until = end + 25
    real = scale_real.run(options, begin, end, until)
    world = World(rules, options.real, options.think, options.outage, begin, end, until).run()
    kept = [time for time, outcome in world.requests if outcome != "refused"]  # a refused one leaves no trace at the API
    header("req/s")
    row(f"model of {options.real} mounts, {options.outage} for {options.seconds} s", figures(kept, begin, end, until))
    row(f"{options.real} real mounts", figures(real.times, begin, end, until))
    retries = collections.Counter(outcome for _, outcome in world.requests)
    print(f"\nattempts that met the outage: model {retries[options.outage]}, real {real.failed}")
    chart.write(options.svg, [(name, [(second + 0.5 - begin, value) for second, value in enumerate(per_second(times, until))])
                              for name, times in (("model", kept), ("real", real.times))],
                title=f"{options.real} mounts, {options.outage} from 0 s to {options.seconds} s",
                x="seconds", y="requests per second at the API", shade=(0, options.seconds))
    print(f"wrote {options.svg}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mounts", type=int, default=1000)
    parser.add_argument("--think", type=float, default=1.0, help="seconds between two reads of one mount, in the mean")
    parser.add_argument("--real", type=int, default=0, metavar="N", help="compare with N real mounts")
    parser.add_argument("--outage", choices=["refused", "503"], default="refused", help="of the real run")
    parser.add_argument("--seconds", type=int, default=20, help="how long the real outage is")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="where the programs are")
    parser.add_argument("--svg", type=pathlib.Path)
    options = parser.parse_args()
    options.svg = options.svg or ROOT / "docs" / ("scale-real.svg" if options.real else "scale-outage.svg")
    (compare if options.real else model)(options)


if __name__ == "__main__":
    main()
