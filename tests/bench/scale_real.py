# SPDX-License-Identifier: MIT
"""Real mounts with one reader each, against one emulator with an outage: which requests reached it, and when."""
import contextlib
import datetime
import os
import pathlib
import random
import re
import shutil
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/mount"))
import harness  # noqa: E402

REQUEST = re.compile(r"^(\S+Z) GET /v1beta1/\S+ \S+ (\d+) ")


class Outcome:
    def __init__(self):
        self.times, self.failed = [], 0


def reader(mount, think_s, seed, stopping):
    mine = random.Random(seed)
    pause = mine.uniform(0, 5 + think_s)  # phases as in the model
    while not stopping.wait(pause):
        with contextlib.suppress(OSError):
            mount.read("prod/status")
        pause = mine.expovariate(1 / think_s)


def outage(server, kind, at):
    at("begin")
    if kind == "503":
        server.fault("ANY:status=503")
    else:
        server.process.terminate()
        server.process.wait()
        server.process.stdout.close()
    at("end")
    if kind == "503":
        server.clear_faults()
    else:
        server._launch()


def calls_without_answer(mount):
    """The attempts: calls that got no answer, and repetitions."""
    text = mount.read(".vpcfs/stats")
    failed = sum(float(value) for value in re.findall(r'status="0"\} (\d+)', text))
    return failed + sum(float(value) for value in re.findall(r"retries_total (\d+)", text))


def run(options, begin, end, until):
    os.environ["VPCFS_BUILD"] = str(options.build.resolve())
    folder = pathlib.Path(tempfile.mkdtemp(prefix="scale-", dir=options.build.resolve()))
    lab, result, stopping = harness.Lab(folder, "live"), Outcome(), threading.Event()
    threads = []
    try:
        server = lab.server(vpcs=(harness.PROD,), options=["--verbose", "--latency", "20", "--state", str(folder / "state")])
        server.command[server.command.index("127.0.0.1:0")] = server.url.removeprefix("http://")
        mounts = [lab.mount(server=server) for _ in range(options.real)]
        start, zero = time.monotonic(), time.time()
        threads = [threading.Thread(target=reader, args=(mount, options.think, seed, stopping))
                   for seed, mount in enumerate(mounts)]
        for thread in threads:
            thread.start()
        when = {"begin": begin, "end": end}
        outage(server, options.outage, lambda moment: time.sleep(max(0, start + when[moment] - time.monotonic())))
        time.sleep(max(0, start + until - time.monotonic()))
        stopping.set()
        for thread in threads:
            thread.join()
        if options.outage == "refused":
            result.failed = int(sum(calls_without_answer(mount) for mount in mounts))
        for line in server.stderr_path.read_text().splitlines():
            match = REQUEST.match(line)
            if match:
                at = datetime.datetime.fromisoformat(match[1].replace("Z", "+00:00")).timestamp() - zero
                result.times += [at] if 0 <= at < until else []
                result.failed += match[2] == "503"
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
        lab.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return result
