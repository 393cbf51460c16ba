# SPDX-License-Identifier: MIT
"""The command line: runs the random operations, judges them, prints what is wrong."""
import argparse
import collections
import json
import pathlib
import random
import signal
import sys
import time

from . import judge as judging, programs
from .world import World


def arguments(words=None, text=""):
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ops", type=int, default=50000, help="file operations, about (default %(default)s)")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--mounts", type=int, default=2)
    parser.add_argument("--profile", choices=("live", "reference"), default="live")
    parser.add_argument("--workers", type=int, default=36)
    parser.add_argument("--vpcs", type=int, default=6)
    parser.add_argument("--ttl", type=lambda s: [float(x) for x in s.split(",")], default=[5.0, 1.0],
                        help="of each mount, by turns (default 5,1)")
    parser.add_argument("--timeout", type=float, default=2.0, help="of each mount (default %(default)s)")
    parser.add_argument("--think", type=float, default=100, help="ms that programs wait at most, mostly less")
    parser.add_argument("--faults", type=float, default=1.0, help="factor on the rates of proxy.py; 0: none")
    parser.add_argument("--provision", type=int, default=0, help="ms of the emulator's states")
    parser.add_argument("--kill-program", type=float, default=0.01, help="share of programs killed in the middle")
    parser.add_argument("--kill-driver", type=float, default=0, help="kill a driver about every so many seconds")
    parser.add_argument("--weights", default="", help="PROGRAM=WEIGHT,... or only:PROGRAM,...; see programs.py")
    parser.add_argument("--keep", help="a new folder outside /tmp for the record; it stays")
    parser.add_argument("--judge", help="judge the record in this folder again")
    parser.add_argument("--stories", type=int, default=2, help="to print for each rule (default %(default)s)")
    parser.add_argument("--rule", help="RULE or RULE:KIND, only stories of these")
    args = parser.parse_args(words)
    if args.seed is None:
        args.seed = random.SystemRandom().randrange(1 << 31)
    return args


def weights_of(text):
    weights = {name: weight for name, (_, weight) in programs.PROGRAMS.items()}
    if text.startswith("only:"):
        chosen = text[5:].split(",")
        return {name: weight for name, weight in weights.items() if name in chosen}
    for part in filter(None, text.split(",")):
        name, _, weight = part.partition("=")
        if name not in weights:
            raise SystemExit(f"no program is called {name}")
        weights[name] = float(weight)
    return weights


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def judge_folder(folder):
    folder = pathlib.Path(folder)
    options = json.loads((folder / "options.json").read_text())
    history = judging.History(lines_of(folder / "record.jsonl"))
    ops = judging.read_log(lines_of(folder / "ops.jsonl"), options["timeout"])
    judge = judging.Judge(history, ops, options, options["restarts"])
    judge.judge()
    return judge


def report(judge, args):
    """Prints the violations; returns their number."""
    errors = collections.Counter()
    for (kind, number), count in sorted(judge.stats.items(), key=str):
        errors[kind] += count
    print(f"{len(judge.ops)} operations, {len(judge.h.events)} requests, {judge.known} changes sent by mounts, "
          f"{len(judge.h.times) - 1} states")
    for kind in sorted(errors):
        parts = [f"{'unknown' if n is None else 'ok' if n == 0 else judging.name_of(n)} {count}"
                 for (k, n), count in sorted(judge.stats.items(), key=str) if k == kind]
        print(f"  {kind:15} {', '.join(parts)}")
    print(f"  {judge.queued} timed out behind other changes of the same VPC")
    rules = collections.defaultdict(list)
    for bad in judge.bad:
        rules[bad.rule].append(bad)
    for rule, some in sorted(rules.items()):
        kinds = collections.Counter(bad.op["k"] if bad.op else "?" for bad in some)
        print(f"\n=== {rule}: {len(some)} times ({', '.join(f'{k} {n}' for k, n in kinds.most_common())})\n"
              f"    {judging.SAID[rule]}")
        want, _, kind = (args.rule or rule).partition(":")
        if want != rule:
            continue
        for bad in [bad for bad in some if not kind or bad.op and bad.op["k"] == kind][:args.stories]:
            print(f"--- {bad.text}\n    {judging.describe(bad.op) if bad.op else ''}")
            print(judging.story(judge, bad))
    return len(judge.bad)


def run(args):
    """Runs and judges: returns (judge, the errors of the programs that ran)."""
    world = World(args)
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(f"seed {args.seed}, profile {args.profile}, record in {world.folder}", flush=True)
    try:
        world.start()
        world.faults(True)
        world.run(weights_of(args.weights))
        world.faults(False)
    finally:
        wrong = world.stop()
        if sys.exc_info()[0]:
            world.remove()
    (world.folder / "options.json").write_text(json.dumps(world.options()))
    ran = time.monotonic() - began
    judge = judge_folder(world.folder)
    print(f"ran {ran:.0f} s, judged {time.monotonic() - began - ran:.0f} s", flush=True)
    if judge.bad or wrong:
        print(f"the record stays in {world.folder}: --judge {world.folder}")
    else:
        world.remove()
    return judge, wrong


def main(words=None, text=""):
    args = arguments(words, text)
    if args.judge:
        judge, wrong = judge_folder(args.judge), []
        args.seed = judge.options["seed"]
    else:
        judge, wrong = run(args)
    count = report(judge, args)
    for one in wrong:
        print(one)
    print(f"\nseed {args.seed}: {count} violations of {len(judge.ops)} operations")
    return 1 if count or wrong else 0
