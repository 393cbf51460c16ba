# SPDX-License-Identifier: MIT
"""What a reader reads (docs/semantics.md): an open file has one text, a later open returns what was written since, and
the kernel keeps names and attributes for as long as the answer behind them is used."""
import json
import mmap
import os
import random
import re
import sys
import time

import pytest
from conftest import live, reference
from harness import PLAIN, POD, SERVERS, SLOW, errno_of, wait_until

SHORT = ["9.9.9.9"]
LONG = [f"2001:db8::{number:04x}:1" for number in range(60)]
TTL = 0.3


def text_of(servers):
    return "".join(f"{server}\n" for server in servers)


def set_servers(m, servers):
    """Sets the servers as another client."""
    m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": servers}})


def mapped(path):
    """The file's text through a private mapping."""
    handle = os.open(path, os.O_RDONLY)
    try:
        with mmap.mmap(handle, os.fstat(handle).st_size, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ) as pages:
            return pages[:].decode()
    finally:
        os.close(handle)


WAYS = {
    "cat": lambda m, path: m.sh(["cat", str(path)]).out,
    "wc": lambda m, path: int(m.sh(["wc", "-c", str(path)]).out.split()[0]),
    "stat": lambda m, path: int(m.sh(["stat", "-c", "%s", str(path)]).out),
    "dd": lambda m, path: m.sh(f"dd if='{path}' bs=7 status=none").out,
    "tail": lambda m, path: m.sh(["tail", "-c", "100000", str(path)]).out,
    "mmap": lambda m, path: mapped(path),
    "vim": lambda m, path: m.sh(["vim", "-es", "-u", "NONE", "-i", "NONE", "-n", "+%print", "+q!", str(path)]).out,
}
BOTH = pytest.mark.parametrize("before, after", [(SHORT, LONG), (LONG, SHORT)], ids=["longer", "shorter"])


def expected(way, text):
    return len(text) if way in ("wc", "stat") else text


# Nothing is asked twice.
class Asked:
    """Counts the kernel's requests from the driver's own debug messages."""

    def __init__(self, m):
        self.m = m

    def since(self, work):
        before = len(self.m.stderr_path.read_bytes())
        work()
        text = self.m.stderr_path.read_bytes()[before:].decode(errors="replace")
        return [word for word in re.findall(r"opcode: ([A-Z_0-9]+) \(", text)
                if word not in ("INIT", "FORGET", "BATCH_FORGET", "INTERRUPT", "RELEASE", "RELEASEDIR")]


@live
def test_what_is_fresh_is_not_asked_for_again(lab):
    m = lab.mount("ttl=60", args=["-d"], expect_stderr=".*")
    asked = Asked(m)
    path = m / "prod/dhcp/dns/servers"
    path.read_text()
    path.stat()  # a read has changed the time of the last one
    assert asked.since(lambda: [os.stat(path) for _ in range(20)]) == []
    assert asked.since(lambda: [entry.stat() for entry in os.scandir(m / "prod")]).count("GETATTR") == 0
    tree = asked.since(lambda: [os.stat(os.path.join(where, name)) for where, _, names in os.walk(m / "prod")
                                for name in names])
    assert tree.count("GETATTR") <= tree.count("OPENDIR")  # reading a directory changes the time of the last read


@live
def test_a_look_at_an_unseen_directory_asks_for_no_file(lab):
    m = lab.mount("ttl=60", args=["-d"], expect_stderr=".*")
    work = Asked(m).since(lambda: m.sh('ls -lR "$M"'))
    assert set(work) <= {"OPENDIR", "READDIRPLUS", "READDIR", "LOOKUP", "GETATTR", "STATFS", "GETXATTR", "LISTXATTR"}


# Another client.
@pytest.mark.parametrize("way", WAYS)
@BOTH
def test_another_clients_value_is_seen_by_whoever_opens(lab, way, before, after):
    m = lab.mount("ttl=0")
    set_servers(m, before)
    assert WAYS[way](m, m / SERVERS) == expected(way, text_of(before))
    set_servers(m, after)
    assert WAYS[way](m, m / SERVERS) == expected(way, text_of(after))
    assert (m / SERVERS).stat().st_size == len(text_of(after))


@BOTH
def test_another_clients_value_is_seen_after_the_ttl_and_no_earlier(lab, before, after):
    m = lab.mount(f"ttl={TTL}")
    set_servers(m, before)
    m.refresh()
    asked = time.monotonic()
    assert m.read(SERVERS) == text_of(before)
    set_servers(m, after)
    m.clear()
    while True:
        begun = time.monotonic()
        size, text = (m / SERVERS).stat().st_size, m.read(SERVERS)
        if begun - asked > TTL + 0.2 * SLOW:  # asked is before the answer that is too old now
            break
        assert text in (text_of(before), text_of(after))
        if time.monotonic() - asked < TTL:
            assert (size, text, m.reads()) == (len(text_of(before)), text_of(before), 0)
    assert (size, text) == (len(text_of(after)), text_of(after))


@BOTH
def test_an_open_handle_reads_the_text_of_its_opening(lab, before, after):
    """fstat shows the file, read(2) the text, whoever else reads the new text meanwhile."""
    m = lab.mount("ttl=0")
    set_servers(m, before)
    path, old, new = m / SERVERS, text_of(before), text_of(after)
    handle = os.open(path, os.O_RDONLY)
    start = os.read(handle, 3)
    number = os.fstat(handle).st_ino
    set_servers(m, after)
    for way in WAYS:
        assert WAYS[way](m, path) == expected(way, new), way
        assert (path.stat().st_size, path.stat().st_ino) == (len(new), number)
        assert os.fstat(handle).st_size == len(new)
        assert os.pread(handle, 1 << 20, 0).decode() == old, way
    rest = b""
    while piece := os.read(handle, 5):
        rest += piece
    assert (start + rest).decode() == old
    os.close(handle)


@BOTH
@pytest.mark.parametrize("how", ["in place", "by rename", "spec.json"])
def test_an_open_handle_reads_its_text_when_it_is_written_here(lab, how, before, after):
    m = lab.mount("ttl=60")
    set_servers(m, before)
    m.refresh()
    old, old_spec = m.read(SERVERS), m.read("prod/spec.json")
    handles = {path: os.open(m / path, os.O_RDONLY) for path in (SERVERS, "prod/spec.json")}
    change(m, how, after)
    for path, text in ((SERVERS, old), ("prod/spec.json", old_spec)):
        assert os.pread(handles[path], 3, 0).decode() == text[:3]
        assert os.pread(handles[path], 1 << 20, 3).decode() == text[3:]
        os.close(handles[path])
    assert m.read(SERVERS) == text_of(after)


def change(m, how, servers):
    if how == "in place":
        assert m.write(SERVERS, text_of(servers)) == "ok"
    elif how == "by rename":
        (m / "prod/dhcp/dns/new").write_text(text_of(servers))
        os.rename(m / "prod/dhcp/dns/new", m / SERVERS)
    else:
        spec = {**m.json("prod/spec.json"), "dhcp": {"dns": {"servers": servers}}}
        assert m.write("prod/spec.json", json.dumps(spec) + "\n") == "ok"


# Mappings.
MODES = {"r": (os.O_RDONLY, mmap.PROT_READ), "r+": (os.O_RDWR, mmap.PROT_READ), "w+": (os.O_RDWR, mmap.PROT_READ | mmap.PROT_WRITE)}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("path", ["prod/spec.json", SERVERS, "prod/id", "prod/vpc.json", "prod/notes", ".drafts/notes",
                                  ".drafts/blue/zone", "prod/spec.json~"])
def test_a_shared_mapping_is_enodev_and_a_private_one_reads_the_file(m, path, mode):
    flags, protection = MODES[mode]
    (m / "prod/notes").write_text("notes of mine\n")
    (m / ".drafts/notes").write_text("of a draft\n")
    os.mkdir(m / ".drafts/blue")
    (m / ".drafts/blue/zone").write_text("US-EAST-04A\n")
    os.rename(m / "prod/spec.json", m / "prod/spec.json~")
    if path in ("prod/id", "prod/vpc.json") and flags != os.O_RDONLY and os.getuid() != 0:
        pytest.skip("0444")
    text = (m / path).read_bytes()
    with m.sends():
        handle = os.open(m / path, flags)
        assert errno_of(mmap.mmap, handle, len(text), flags=mmap.MAP_SHARED, prot=protection) == "ENODEV"
        with mmap.mmap(handle, len(text), flags=mmap.MAP_PRIVATE, prot=protection) as pages:
            assert pages[:] == text
            if protection & mmap.PROT_WRITE:
                pages[:1] = b"#"
        os.close(handle)
    assert (m / path).read_bytes() == text


# Maps the file again and again, and has the kernel copy the page, so that a mapping that ended early is EFAULT and no signal.
# An empty line for each.
MAPPER = """
import ctypes, errno, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype, libc.mmap.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
libc.munmap.argtypes, libc.write.argtypes = [ctypes.c_void_p, ctypes.c_size_t], [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
source, sink = os.pipe()
while True:
    handle = os.open(sys.argv[1], os.O_RDONLY)
    page = libc.mmap(None, 4096, 1, 2, handle, 0)  # PROT_READ, MAP_PRIVATE
    assert page not in (None, ctypes.c_void_p(-1).value), os.strerror(ctypes.get_errno())
    done = libc.write(sink, page, 4096)
    assert done >= 0 or ctypes.get_errno() == errno.EFAULT, os.strerror(ctypes.get_errno())
    if done > 0:
        os.read(source, done)
    os.close(handle)
    libc.munmap(page, 4096)
    print(flush=True)
"""


@live
@pytest.mark.parametrize("how", ["in place", "by rename", "spec.json"])
def test_a_writer_beside_mapped_readers(lab, how):
    """Whoever opens after a write has returned reads it, even if other processes hold every old page of the file."""
    m = lab.mount("ttl=60")
    mappers = [m.start([sys.executable, "-c", MAPPER, str(m / SERVERS)]) for _ in range(3)]
    for mapper in mappers:
        mapper.stdout.readline()
    held = []
    for number in range(150):
        servers = LONG[:number * 7 % 60 + 1] + [f"10.0.0.{number}"]
        change(m, how, servers)
        text = text_of(servers)
        assert (m / SERVERS).stat().st_size == len(text), number
        assert m.read(SERVERS) == text, number
        held.append((os.open(m / SERVERS, os.O_RDONLY), text))
        if len(held) > 5:
            handle, old = held.pop(0)
            assert os.pread(handle, 1 << 20, 0).decode() == old, number
            os.close(handle)
        if number % 50 == 25:  # no process is left
            for mapper in mappers:
                assert mapper.stdout.readline() == "\n"
    assert [mapper.poll() for mapper in mappers] == [None] * 3
    for handle, _ in held:
        os.close(handle)


# Many readers, while another client or a local process changes the file all the time.
READER = """
import os, random, sys
path, rounds, texts = sys.argv[1], int(sys.argv[2]), [text.encode() for text in sys.argv[3:]]
def whole():
    with open(path, "rb") as file:
        return file.read()
def in_pieces():
    handle, text = os.open(path, os.O_RDONLY), b""
    while piece := os.read(handle, random.choice((1, 7, 50, 300))):
        text += piece
    os.close(handle)
    return text
for done in range(rounds):
    way = random.choice((whole, in_pieces))
    text = way()
    if text not in texts:
        sys.exit(f"{way.__name__}: {len(text)} bytes that are no version: {text[:60]!r}")
    print(done, flush=True)
"""
VERSIONS = [SHORT, LONG, LONG[:7], ["1.1.1.1"], LONG[:30]]


def hammer(m, changing):
    """Runs changing(version) until each of five readers has read the file 200 times and seen 100 changes."""
    texts = [text_of(version) for version in VERSIONS]
    readers = [m.start([sys.executable, "-c", READER, str(m / SERVERS), "200", *texts]) for _ in range(5)]
    chance, changes = random.Random(7), 0
    while changes < 100 or any(reader.poll() is None for reader in readers):
        changing(chance.choice(VERSIONS))
        changes += 1
        if chance.random() < 0.3:
            m.refresh()
    for reader in readers:
        out, err = reader.communicate()
        assert reader.returncode == 0, err
        assert len(out.split()) == 200


@live
@pytest.mark.parametrize("ttl", [0, 0.02, 0.2])
def test_readers_never_see_a_mix(lab, ttl):
    m = lab.mount(f"ttl={ttl}")
    set_servers(m, SHORT)
    m.refresh()
    hammer(m, lambda version: set_servers(m, version))


@live
@pytest.mark.parametrize("ttl", [0, 60])
@pytest.mark.parametrize("how", ["in place", "by rename"])
def test_readers_never_see_a_mix_of_what_is_written_here(lab, how, ttl):
    m = lab.mount(f"ttl={ttl}")
    set_servers(m, SHORT)
    m.refresh()

    def changing(version):
        change(m, how, version)
        assert m.read(SERVERS) == text_of(version)
    hammer(m, changing)


@live
def test_a_loop_reads_to_its_end_what_it_writes(lab):
    m = lab.mount("ttl=60")
    set_servers(m, LONG[:20])
    m.refresh()
    out = m.sh('n=0; while read -r server; do n=$((n + 1)); echo "1.1.1.$n" > "$M/prod/dhcp/dns/servers" || exit; '
               'echo "$server"; done < "$M/prod/dhcp/dns/servers"')
    assert out.ok and out.out == text_of(LONG[:20])
    assert m.read(SERVERS) == "1.1.1.20\n"


# Local writers.
def test_own_writes_are_seen_at_once_in_every_file(lab):
    m = lab.mount("ttl=60", vpcs=[{**PLAIN, "name": "prod"}])
    for number in range(30):
        servers = LONG[:number % 7 + 1]
        old = m / "prod/spec.json"
        assert m.write(SERVERS, text_of(servers)) == "ok"
        assert (m / SERVERS).stat().st_size == len(text_of(servers))
        for name in m.ls("prod") + ["dhcp/dns/servers"]:
            assert (m / "prod" / name).is_dir() or (m / "prod" / name).stat().st_size == len(m.read(f"prod/{name}"))
        assert m.json("prod/spec.json")["dhcp"]["dns"]["servers"] == servers
        assert (m / "prod").stat().st_mtime_ns == old.stat().st_mtime_ns


@reference
@pytest.mark.parametrize("way", ["echo", "mv", "spec"])
def test_a_new_name_is_there_at_once(lab, way):
    m = lab.mount("ttl=60", vpcs=[{**PLAIN, "name": "prod"}])
    name = "prod"
    for number in range(10):
        new = f"prod-{number}"
        assert m.read(f"{name}/name") == name + "\n"
        if way == "echo":
            assert m.write(f"{name}/name", new + "\n") == "ok"
        elif way == "mv":
            os.rename(m / name, m / new)
        else:
            spec = m.read(f"{name}/spec.json").replace(f'"{name}"', f'"{new}"')
            assert m.write(f"{name}/spec.json", spec) == "ok"
        if way == "mv":
            assert errno_of(os.stat, m / name) == "ENOENT"
        assert m.read(f"{new}/name") == new + "\n"
        assert m.ls() == [new]
        name = new


def test_prefixes_come_and_go_at_once(lab):
    m = lab.mount("ttl=60", vpcs=[{**PLAIN, "name": "prod"}])
    for number in range(5):
        path = m / f"prod/vpcPrefixes/p{number}"
        path.mkdir()
        assert m.make(f"prod/vpcPrefixes/p{number}/value", f"10.{number}.0.0/16\n") == "ok"
        assert (path / "value").stat().st_size == len(f"10.{number}.0.0/16\n")
        spec = m.json("prod/spec.json")
        spec["vpcPrefixes"] = [p for p in spec["vpcPrefixes"] if p["name"] != f"p{number}"]
        assert m.write("prod/spec.json", json.dumps(spec) + "\n") == "ok"
        assert errno_of(os.stat, path) == "ENOENT"
        path.mkdir()
        path.rmdir()


@reference
def test_where_a_shell_stands_goes_on_to_be_there(lab):
    m = lab.mount("ttl=60", vpcs=[{**PLAIN, "name": "prod"}])
    out = m.sh("echo other > name && cat name && ls ../other/name && pwd -P", cwd=m / "prod")
    assert out.ok and out.out.startswith("other\n../other/name\n"), out


def test_refresh_is_seen_by_stat_at_once(lab):
    m = lab.mount("ttl=60")
    for servers in (SHORT, LONG, SHORT):
        (m / SERVERS).stat()
        set_servers(m, servers)
        m.refresh()
        assert (m / SERVERS).stat().st_size == len(text_of(servers))


def test_a_backup_made_by_rename_stays_what_it_was(lab):
    m = lab.mount("ttl=60")
    before = m.read("prod/spec.json")
    for _ in range(10):
        os.rename(m / "prod/spec.json", m / "prod/spec.json~")
        assert m.write(SERVERS, text_of(SHORT)) == "ok"
        wait_until(lambda: m.read("prod/spec.json~") == before, "the backup")
        assert m.read("prod/spec.json~") == before
        assert m.read("prod/spec.json") != before
        os.unlink(m / "prod/spec.json~")
        assert (m / "prod/spec.json").stat().st_nlink == 1
        before = m.read("prod/spec.json")
        set_servers(m, LONG[:3])
        m.refresh()
        before = m.read("prod/spec.json")


@live
def test_locks_exclude_each_other_across_writes(lab):
    """flock's own descriptor is a reader; the write of its command must not end the lock."""
    m = lab.mount("ttl=60")
    assert m.write(SERVERS, "1.1.1.1\n") == "ok"
    command = ('for i in 1 2 3 4 5; do flock "$M/prod/dhcp/dns/servers" sh -c '
               '\'mkdir "$W/critical" || exit 9; n=$(cat "$M/prod/dhcp/dns/servers"); echo "1.1.1.$((${n##*.} + 1))" '
               '> "$M/prod/dhcp/dns/servers"; rmdir "$W/critical"\' || exit; done')
    children = [m.start(command) for _ in range(4)]
    for child in children:
        _, err = child.communicate(timeout=60 * SLOW)
        assert child.returncode == 0, err
    assert m.read(SERVERS) == "1.1.1.21\n"


def test_a_vpc_that_another_client_removed_is_gone_after_the_ttl(lab):
    m = lab.mount(f"ttl={TTL}", vpcs=[{**PLAIN, "name": "prod"}, {**PLAIN, "name": "other"}])
    path = m / "prod/name"
    path.read_text()
    m.server.delete("prod")
    wait_until(lambda: errno_of(os.stat, path) == "ENOENT", "the end of it")
    assert errno_of(os.stat, m / "prod") == "ENOENT"
    assert m.read("other/name") == "other\n"


def test_a_directory_that_was_moved_is_there_under_its_new_name(lab):
    """The kernel moves its entry along, and does not ask."""
    m = lab.mount("ttl=60")
    folder = m / "prod/vpcPrefixes"
    names = [POD, "moved"]
    for n in range(20):
        old, new = names[n % 2], names[(n + 1) % 2]
        assert (folder / old / "value").read_text() == "10.0.0.0/13\n"
        os.rename(folder / old, folder / new)
        assert (folder / new / "value").read_text() == "10.0.0.0/13\n"
        assert not (folder / old).exists()
