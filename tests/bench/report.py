# SPDX-License-Identifier: MIT
"""The results as a page of Markdown, and the part of it that README.md contains."""
import re

import plot
from processes import ROOT
from workloads import median

PHASES = ("cold", "warm")
WALKS = ["find", "ls -lR", "rsync -a first", "rsync -a second", "tar", "grep -r"]
# The allowed cost of a walk relative to the static file system.
HELD_TIMES = {"find": 1.5, "rsync -a first": 2, "rsync -a second": 1.5, "tar": 2, "grep -r": 2}
HELD = list(HELD_TIMES)
COLUMNS = ["vpcfs", "static", "static-l", "tmpfs", "curl+jq", "rclone", "davfs2"]


def show_time(seconds):
    for unit, scale in (("s", 1), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9)):
        if seconds >= scale or unit == "ns":
            value = seconds / scale
            return f"{value:.{max(0, 2 - len(str(int(value))) + 1)}f} {unit}"
    return ""


def show_bytes(size):
    return f"{size / 1e6:.1f} MB"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


class Figures:
    def __init__(self, results):
        self.results = results

    def time(self, *key):
        values = self.results.seconds.get(key)
        return median(values) if values else None

    def requests(self, *key):
        values = self.results.requests.get(key)
        return median(values) if values else None

    def fact(self, *key):
        return self.results.facts.get(key)

    def cell(self, *key):
        """The median, and the range over all rounds."""
        values = self.results.seconds.get(key)
        if values:
            span = f" ({show_time(min(values))} - {show_time(max(values))})" if len(values) > 1 else ""
            return show_time(median(values)) + span
        return f"> {self.results.late[key]:g} s" if key in self.results.late else "-"

    def ratio(self, vpcs, work, phase, who="vpcfs", against="static"):
        one, other = self.time(vpcs, work, phase, who), self.time(vpcs, work, phase, against)
        return one / other if one and other else None

    def sizes(self, work):
        return sorted({key[0] for key in self.results.seconds if key[1] == work})


def verdict(ratio, at_most, requests=None, requests_at_most=None):
    wrong = ["missed"] if ratio > at_most else []
    if requests is not None and round(requests, 1) > requests_at_most:
        wrong.append(f"{requests:g} requests")
    return ", ".join(wrong) or "met"


def held_row(f, vpcs, work, phase, against, at_most, label, requests_at_most=None):
    """A row of the table of limits, or None if a figure is missing."""
    ratio = f.ratio(vpcs, work, phase, against=against)
    if ratio is None:
        return None
    requests = f.requests(vpcs, work, phase, "vpcfs")
    count = "" if requests is None or requests_at_most is None else f"{requests:.3g}"
    names = {"static": "static FUSE", "curl": "`curl -X PATCH`", "curl+jq": "curl, `jq .`"}
    return [label, f"{vpcs:,}", show_time(f.time(vpcs, work, phase, "vpcfs")),
            f"{names[against]} {show_time(f.time(vpcs, work, phase, against))}", f"{ratio:.2f}", f"{at_most:g}", count,
            verdict(ratio, at_most, requests if count else None, requests_at_most)]


def held_rows(f, only_largest=False):
    def sizes(work):
        found = [vpcs for vpcs in f.sizes(work) if vpcs >= 1000] or f.sizes(work)
        return found[-1:] if only_largest else found
    rows = [held_row(f, vpcs, work, "warm", "static", 3 if "open" in work else 1.5, f"{work}, warm")
            for work in ("stat", "open-read-close") for vpcs in sizes(work)]
    rows += [held_row(f, vpcs, work, phase, "static", HELD_TIMES[work], f"{work}, {phase}", 1)
             for work in HELD for vpcs in sizes(work) for phase in PHASES]
    rows += [held_row(f, vpcs, "echo", "warm", "curl", 0.2, "`echo` to a file", 1) for vpcs in sizes("echo")]
    rows += [held_row(f, vpcs, "mount + ls", "cold", "curl+jq", 0.5, "mount and first `ls`") for vpcs in
             sizes("mount + ls")]
    return [row for row in rows if row] + [*memory_rows(f, only_largest), *interrupt_rows(f)]


def memory_rows(f, only_largest):
    sizes = sorted(key[0] for key in f.results.facts if key[1] == "VmRSS")
    for vpcs in sizes[-1:] if only_largest else sizes:
        size, answer = f.fact(vpcs, "VmRSS"), f.fact(vpcs, "answer bytes")
        if vpcs >= 10000:
            yield ["memory after a walk", f"{vpcs:,}", show_bytes(size), f"list answer {show_bytes(answer)}",
                   f"{size / answer:.2f}", "6", "", verdict(size / answer, 6)]


def interrupt_rows(f):
    for key, values in f.results.seconds.items():
        if key[1] == "Ctrl-C":
            yield ["Ctrl-C on a read from a server that hangs, slowest", "10", show_time(max(values)), "", "", "100 ms",
                   "", verdict(max(values), 0.1)]


HELD_HEAD = ["work", "VPCs", "vpcfs", "against", "ratio", "at most", "requests", ""]


def walk_table(f, vpcs):
    rows = []
    for work in WALKS:
        for phase in PHASES:
            ratio = f.ratio(vpcs, work, phase)
            if f.time(vpcs, work, phase, "vpcfs") is None:
                continue
            rows.append([f"{work}, {phase}", *(f.cell(vpcs, work, phase, who) for who in COLUMNS),
                         "-" if ratio is None else f"{ratio:.2f}", *(request_cells(f, vpcs, work, phase))])
    return table(["work", *COLUMNS, "vpcfs : static", "requests: vpcfs", "rclone", "davfs2"], rows) if rows else ""


def request_cells(f, vpcs, work, phase):
    for who in ("vpcfs", "rclone", "davfs2"):
        count = f.requests(vpcs, work, phase, who)
        yield "-" if count is None else f"{count:g}"


def one_file_table(f):
    who = ["vpcfs", "static", "static, no open", "tmpfs"]
    rows = [[work, *(f.cell(vpcs, work, "warm", name) for name in who)]
            for work in ("stat", "open-read-close", "cat") for vpcs in f.sizes(work)]
    return table(["one file, warm", *who], rows) if rows else ""


def write_table(f):
    rows = []
    for work, who, label in (("echo", "vpcfs", "`echo`, of a running shell"), ("sh -c echo", "vpcfs", "`sh -c echo`"),
                             ("echo", "curl", "`curl -X PATCH`"),
                             ("echo", "keep-alive", "PATCH on a connection that is there"),
                             ("cp to spec.json", "vpcfs", "`cp` to spec.json")):
        for vpcs in f.sizes(work):
            requests = f.requests(vpcs, work, "warm", who)
            if requests is not None:
                rows.append([label, f.cell(vpcs, work, "warm", who), f"{requests:.3g}"])
    return table(["one change, until the server has confirmed it", "time", "requests"], rows) if rows else ""


def mount_table(f):
    rows = []
    for vpcs in f.sizes("mount + ls"):
        rows.append([f"{vpcs:,}", f.cell(vpcs, "mount + ls", "cold", "vpcfs"),
                     f.cell(vpcs, "mount + ls", "cold", "curl+jq"), f.cell(vpcs, "names only", "cold", "curl+jq"),
                     f"{f.requests(vpcs, 'mount + ls', 'cold', 'vpcfs'):g}"])
    head = ["VPCs", "vpcfs: mount and `ls`", "`curl` piped to `jq .`", "`curl` piped to `jq -r .items[].name`", "requests"]
    return table(head, rows) if rows else ""


def memory_table(f):
    rows = []
    for vpcs in sorted(key[0] for key in f.results.facts if key[1] == "VmRSS"):
        answer = f.fact(vpcs, "answer bytes")
        rows.append([f"{vpcs:,}", f"{f.fact(vpcs, 'entries'):,}", show_bytes(answer),
                     *(f"{show_bytes(f.fact(vpcs, name))} = {f.fact(vpcs, name) / answer:.1f} times"
                       for name in ("VmRSS", "VmHWM"))])
    return table(["VPCs", "entries", "list answer", "RSS after tar of everything", "highest RSS"], rows) if rows else ""


DOORS = {"rest": "REST", "connect": "Connect, JSON", "connect-binary": "Connect, binary", "grpc": "gRPC"}
DOOR_TIMES = {("door mount", "cold"): "mount and `ls`", ("door driver CPU", "cold"): "of it, CPU of the driver",
              ("door emulator CPU", "cold"): "of it, CPU of the emulator", ("door echo", "0 ms"): "`echo`",
              ("door echo", "50 ms"): "`echo`, answered after 50 ms"}
DOOR_BYTES = {"list": "list, at the mount", "same list": "list again, nothing has changed", "echo": "`echo`",
              "get": "GET of one VPC"}
HOW_DOORS = """- One emulator answers all four; the driver's `-o api=` is all that differs. Connect is binary where the first list
  refuses JSON; that first list is in its mount. Cleartext on loopback; gRPC goes through nghttpx, and without TLS curl before
  8.0 makes a connection for each call of it.
- Mount and `ls` is of a list that the emulator has at hand: it is asked once before. The first list in binary after a change
  takes it longer: {encoding}.
- CPU of the driver is that of its whole life, from the mount to the unmount (wait4); that of the emulator has nghttpx in it.
  "Times" is against REST in the same run.
- `echo` is of a running shell and one request; "answered after" is `--latency` of the emulator.
- Bytes are counted by a relay between driver and emulator: what TCP carries in each direction, HTTP headers and HTTP/2
  frames included, TLS and the headers of TCP and IP not. The driver takes gzip, and the emulator answers in gzip (level 1)
  from 256 bytes on, but not over gRPC. Ids, times and prefixes of these VPCs are random. Without gzip a list is, as JSON and
  in binary, {plain}.
- Load before: {load}.
"""


def door_time(f, vpcs, key, door):
    ratio = f.ratio(vpcs, *key, who=door, against="rest")
    return f.cell(vpcs, *key, door) + (f" = {ratio:.2f} times" if ratio and door != "rest" else "")


def door_bytes(f, vpcs, what, door):
    return " + ".join(f"{f.fact(vpcs, 'bytes of ' + what, door, way):,}" for way in ("sent", "received"))


def door_times(f, sizes):
    for key, label in DOOR_TIMES.items():
        for vpcs in sizes:
            if f.time(vpcs, *key, "rest") is not None:
                yield [label, f"{vpcs:,}", *(door_time(f, vpcs, key, door) for door in DOORS)]


def door_section(f):
    sizes = sorted(key[0] for key in f.results.facts if key[1] == "list as protobuf")
    sizes = [vpcs for vpcs in sizes if vpcs >= 1000] or sizes
    if not sizes:
        return ""
    measured = [[label, *(door_bytes(f, sizes[-1], what, door) for door in DOORS)]
                for what, label in DOOR_BYTES.items()]
    encoding = ", ".join(f"{show_time(f.fact(vpcs, 'seconds of encoding'))} for {vpcs:,} VPCs" for vpcs in sizes)
    plain = ", ".join(" and ".join(show_bytes(f.fact(vpcs, f"list as {form}")) for form in ("JSON", "protobuf"))
                      + f" for {vpcs:,} VPCs" for vpcs in sizes)
    load = ", ".join(f"{f.fact(vpcs, 'load before doors'):g}" for vpcs in sizes)
    how = HOW_DOORS.format(encoding=encoding, plain=plain, load=load)
    return "\n".join([table(["time", "VPCs", *DOORS.values()], door_times(f, sizes)),
                      table([f"bytes sent + received, {sizes[-1]:,} VPCs", *DOORS.values()], measured), how])


HOW = """- vpcfs: on `vpcfs-emulator --load` with a generated list, over loopback, with default options (ttl 5 s).
- static: `tests/bench/static_fs.c`, a read-only low-level FUSE file system that holds a copy of the same tree in memory and
  lets the kernel keep entries and attributes for {timeout:g} s, and contents for ever. "Static-l" lets it keep listings,
  too, and "no open" has open(2) answered inside the kernel: both are for trees that never change.
- tmpfs: the copy itself. rclone and davfs2 show it from an nginx on loopback with their defaults, but rclone read-only and
  over plain HTTP (its WebDAV waits 10 ms between requests, which makes it 8 times slower), davfs2 without locks.
- curl+jq: what one would type with no file system: the list through jq as all paths (find), `jq .` (ls -lR), a line a VPC
  (tar), `jq . | grep` (grep -r).
- VPCs are those of `tests/bench/systems.py`: 37 entries, and about 900 bytes of the list answer, each.
- Cold is the first command on a new mount, warm the next one; the mount itself is not in the time, its requests are in the
  count of the cold one. tmpfs and curl+jq know no cold. A walk of vpcfs that takes longer than ttl asks again.
- Systems take turns within each round; the figures are medians, with the span of all rounds. rclone and davfs2 have one
  round from 1,000 VPCs on. "> {limit:g} s": the command was ended then, or would take longer by what it took for fewer
  VPCs; "-": not measured.
- Every command must end with status 0 and say nothing on standard error, and must find as many entries, lines or bytes as on
  tmpfs; what does not ends the run. (One exception: on rclone and davfs2 tar may say that something changed as it was read.)
"""


def page(results, about, options):
    f = Figures(results)
    parts = ["# Speed\n", "Made by `tests/bench/run`; not edited by hand.\n", "## What vpcfs is held to\n",
             table(HELD_HEAD, held_rows(f))]
    if options.full or options.write:
        parts.append("![Time of each command on each system](bench.svg)\n")
    for vpcs in options.sizes:
        walks = walk_table(f, vpcs)
        if walks:
            parts += [f"## {vpcs:,} VPCs, {f.fact(vpcs, 'entries'):,} entries\n", walks]
    for title, text in (("One file", one_file_table(f)), ("Writing", write_table(f)),
                        ("Mounting", mount_table(f)), ("Memory", memory_table(f)), ("Protocols", door_section(f))):
        if text:
            parts += [f"## {title}\n", text]
    parts += ["## How it was measured\n", HOW.format(timeout=options.static_timeout, limit=options.limit),
              table(["", ""], [[name, value] for name, value in about.items()])]
    return "\n".join(parts)


def write_docs(text, results, options):
    docs = ROOT / "docs"
    (docs / "bench.md").write_text(text)
    (docs / "bench.svg").write_text(plot.draw(Figures(results), [vpcs for vpcs in options.sizes][-2:]))
    readme = ROOT / "README.md"
    head = ["work", "VPCs", "vpcfs", "against", "ratio", "at most"]
    rows = [[*row[:6]] for row in held_rows(Figures(results), only_largest=True)]
    old = readme.read_text()
    new = re.sub(r"(<!-- bench -->\n).*?(<!-- end -->)", lambda m: m[1] + table(head, rows) + m[2], old, flags=re.DOTALL)
    if new != old:
        readme.write_text(new)
