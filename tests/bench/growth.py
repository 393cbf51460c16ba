#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What work costs as it grows: time, requests and memory of common commands against the number of VPCs, and against the
latency of the API. Prints a table and writes docs/growth.svg (docs/scale.md). Run it on an idle machine:

  growth.py [--build DIR] [--most 100000]
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import chart

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/mount"))
import harness  # noqa: E402

COUNTS = (10, 100, 1000, 10000, 100000)
LATENCIES_MS = (0, 50, 200)
FIND_MOST = 10000  # files of more VPCs than this would fill the kernel's memory with names
STAMP = "2025-01-01T00:00:00Z"


def vpc(number):
    return {"id": f"00000000-0000-4000-8000-{number:012d}", "name": f"vpc-{number:06d}", "zone": "US-EAST-04A",
            "status": "STATUS_READY", "createdAt": STAMP, "updatedAt": STAMP, "hostPrefix": "10.16.192.0/18",
            "hostPrefixes": [{"name": "host primary", "type": "PRIMARY", "prefixes": ["10.16.192.0/18"]}],
            "vpcPrefixes": [{"name": "pod cidr", "value": "10.0.0.0/13", "status": "STATUS_AVAILABLE"}],
            "ingress": {"disablePublicServices": False}, "egress": {"disablePublicAccess": False},
            "dhcp": {"dns": {"servers": ["1.1.1.1", "8.8.8.8"]}}}


def memory_mib(process, what):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Place:
    """An emulator with this many VPCs, and a mount of it."""

    def __init__(self, folder, count, latency_ms):
        self.folder, self.count = folder, count
        folder.mkdir()
        (folder / "mnt").mkdir()
        self.mnt = folder / "mnt"
        self.server = harness.Emulator(folder, load=[vpc(number) for number in range(count)],
                                       options=["--latency", str(latency_ms)])
        self.list_mib = (folder / "load.json").stat().st_size / (1 << 20)
        self.process = None

    def mount(self):
        token = self.folder / "token"
        token.touch(mode=0o600)
        token.write_text(harness.TOKEN)
        self.process = subprocess.Popen(
            [*harness.TIED, harness.program("vpcfs"), "-f", "-o", f"token_file={token},timeout=60", self.server.url, str(self.mnt)])
        while not harness.is_mounted(self.mnt):
            if self.process.poll() is not None:
                raise SystemExit(f"vpcfs ended with {self.process.returncode}")
            time.sleep(0.005)
        os.stat(self.mnt)

    def shell(self, command):
        done = subprocess.run(["bash", "-c", command], env={**os.environ, "M": str(self.mnt)}, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{command}: {done.stderr}")
        return done.stdout.strip()

    def timed(self, call, *args):
        """(seconds, requests, what it returned)"""
        self.server.forget_requests()
        begin = time.monotonic()
        result = call(*args)
        took = time.monotonic() - begin
        return took, len(self.server.requests()), result

    def measure(self):
        found = {"mount": self.timed(self.mount)}
        found["cpu"] = cpu_seconds(self.process)
        found["ls"] = self.timed(self.shell, 'ls -1 "$M" | wc -l')
        if int(found["ls"][2]) != self.count:
            raise SystemExit(f"ls shows {found['ls'][2]} of {self.count}")
        if self.count <= FIND_MOST:
            found["find"] = self.timed(self.shell, 'find "$M" | wc -l')
        one = f'"$M"/vpc-{self.count - 1:06d}'
        found["cat"] = self.timed(self.shell, f"cat {one}/zone")
        found["echo"] = self.timed(self.shell, f"echo 9.9.9.9 > {one}/dhcp/dns/servers")
        found["rss"] = memory_mib(self.process, "VmRSS"), memory_mib(self.process, "VmHWM")
        return found

    def stop(self):
        if self.process:
            harness.unmount(self.mnt)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            harness.unmount_by_force(self.mnt)
        self.server.stop()


def measure(base, count, latency_ms):
    place = None
    try:
        place = Place(base / f"{count}-{latency_ms}", count, latency_ms)
        return {**place.measure(), "list": place.list_mib}
    finally:
        if place:
            place.stop()
            shutil.rmtree(place.folder, ignore_errors=True)


STEPS = ("mount", "ls", "find", "cat", "echo")


def cell(found, step):
    if step not in found:
        return f"{'-':>12} {'':>4}"
    return f"{found[step][0] * 1000:>9.1f} ms {found[step][1]:>4}"


def table(title, rows):
    print(f"\n{title:<14}" + "".join(f"{step + ', requests':>18}" for step in STEPS) + f"{'mount CPU':>12}{'list':>10}{'RSS':>10}{'peak':>10}")
    for name, found in rows:
        print(f"{name:<14}" + " ".join(cell(found, step) for step in STEPS)
              + f"{found['cpu']:>10.2f} s{found['list']:>7.1f} MB{found['rss'][0]:>7.0f} MB{found['rss'][1]:>7.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="where the programs are")
    parser.add_argument("--most", type=int, default=COUNTS[-1], help="VPCs")
    parser.add_argument("--svg", type=pathlib.Path, default=ROOT / "docs/growth.svg")
    options = parser.parse_args()
    os.environ["VPCFS_BUILD"] = str(options.build.resolve())
    base = pathlib.Path(tempfile.mkdtemp(prefix="growth-", dir=options.build.resolve()))
    try:
        by_count = [(count, measure(base, count, 0)) for count in COUNTS if count <= options.most]
        by_latency = [(latency, measure(base, 100, latency)) for latency in LATENCIES_MS]
    finally:
        shutil.rmtree(base, ignore_errors=True)
    table("VPCs", [(f"{count:,}", found) for count, found in by_count])
    table("100 VPCs at", [(f"{latency} ms", found) for latency, found in by_latency])
    lines = [(step, [(count, max(found[step][0] * 1000, 0.1)) for count, found in by_count if step in found]) for step in STEPS]
    lines.append(("RSS, MB", [(count, found["rss"][0]) for count, found in by_count]))
    chart.write(options.svg, lines, title="cost against the number of VPCs, API on the same machine", x="VPCs",
                y="milliseconds (RSS: MB)", log=True)
    print(f"\nwrote {options.svg}")


if __name__ == "__main__":
    main()
