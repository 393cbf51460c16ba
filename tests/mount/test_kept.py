# SPDX-License-Identifier: MIT
"""What the kernel keeps (design, section 5): attributes, names and pages, for as long as they are true and no longer."""
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
    """Another client."""
    m.server.patch("prod", "dhcp.dns.servers", dhcp={"dns": {"servers": servers}})


def mapped(path, flags):
    with open(path, "rb") as file:
        with mmap.mmap(file.fileno(), 0, flags=flags, prot=mmap.PROT_READ) as pages:
            return pages[:].decode()


WAYS = {
    "cat": lambda m, path: m.sh(["cat", str(path)]).out,
    "wc": lambda m, path: int(m.sh(["wc", "-c", str(path)]).out.split()[0]),
    "stat": lambda m, path: int(m.sh(["stat", "-c", "%s", str(path)]).out),
    "dd": lambda m, path: m.sh(f"dd if='{path}' bs=7 status=none").out,
    "tail": lambda m, path: m.sh(["tail", "-c", "100000", str(path)]).out,
    "mmap-shared": lambda m, path: mapped(path, mmap.MAP_SHARED),
    "mmap-private": lambda m, path: mapped(path, mmap.MAP_PRIVATE),
    "vim": lambda m, path: m.sh(["vim", "-es", "-u", "NONE", "-i", "NONE", "-n", "+%print", "+q!", str(path)]).out,
}


def expected(way, text):
    return len(text) if way in ("wc", "stat") else text


# Nothing is asked twice.
class Asked:
    """How often the kernel asked what, from the driver's own debug text."""

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
    assert set(asked.since(path.read_text)) == {"OPEN", "IOCTL"}  # python's open asks whether it is a terminal
    assert asked.since(lambda: [entry.stat() for entry in os.scandir(m / "prod")]).count("GETATTR") == 0
    tree = asked.since(lambda: [os.stat(os.path.join(where, name)) for where, _, names in os.walk(m / "prod")
                                for name in names])
    assert set(tree) <= {"OPENDIR", "READDIRPLUS", "READDIR", "GETATTR"}
    assert tree.count("GETATTR") <= tree.count("OPENDIR")  # reading a directory changes the time of the last read


@live
def test_a_look_at_an_unseen_directory_asks_for_no_file(lab):
    m = lab.mount("ttl=60", args=["-d"], expect_stderr=".*")
    work = Asked(m).since(lambda: m.sh('ls -lR "$M"'))
    assert set(work) <= {"OPENDIR", "READDIRPLUS", "READDIR", "LOOKUP", "GETATTR", "STATFS", "GETXATTR", "LISTXATTR"}
    assert work.count("LOOKUP") <= 2 and work.count("GETATTR") <= work.count("OPENDIR") + 2


# Another client.
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("before, after", [(SHORT, LONG), (LONG, SHORT)], ids=["longer", "shorter"])
def test_another_clients_value_is_seen_exactly_after_the_ttl(lab, way, before, after):
    m = lab.mount(f"ttl={TTL}")
    set_servers(m, before)
    m.refresh()
    path = m / SERVERS
    assert WAYS[way](m, path) == expected(way, text_of(before))
    set_servers(m, after)
    time.sleep(TTL + 0.05)
    assert WAYS[way](m, path) == expected(way, text_of(after))
    assert path.stat().st_size == len(text_of(after))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("before, after", [(SHORT, LONG), (LONG, SHORT)], ids=["longer", "shorter"])
def test_who_has_it_open_keeps_the_text_of_its_opening(lab, way, before, after):
    m = lab.mount(f"ttl={TTL}")
    set_servers(m, before)
    m.refresh()
    path, old, new = m / SERVERS, text_of(before), text_of(after)
    handle = os.open(path, os.O_RDONLY)
    pages = mmap.mmap(handle, 0, prot=mmap.PROT_READ)
    start = os.read(handle, 3)
    number = os.fstat(handle).st_ino
    set_servers(m, after)
    time.sleep(TTL + 0.05)
    for _ in range(2):
        assert WAYS[way](m, path) == expected(way, new)
        assert path.stat().st_size == len(new)
        assert path.stat().st_ino == number
        assert os.fstat(handle).st_size == len(old)
    rest = b""
    while piece := os.read(handle, 5):
        rest += piece
    assert (start + rest).decode() == old
    assert pages[:].decode() == old
    assert os.pread(handle, 1 << 20, 0).decode() == old
    pages.close()
    os.close(handle)
    assert WAYS[way](m, path) == expected(way, new)


READER = """
import errno, mmap, os, random, sys, time
path, seconds, texts = sys.argv[1], float(sys.argv[2]), [text.encode() for text in sys.argv[4:]]
without_pages = 0
sizes = {len(text) for text in texts}
end, done = time.monotonic() + seconds, 0
def whole():
    with open(path, "rb") as file:
        return file.read()
def in_pieces():
    handle, text = os.open(path, os.O_RDONLY), b""
    while piece := os.read(handle, random.choice((1, 7, 50, 300))):
        text += piece
        if random.random() < 0.1:
            time.sleep(random.random() * 0.03)
    os.close(handle)
    return text
def in_pages():
    global without_pages
    handle = os.open(path, os.O_RDONLY)
    size = os.fstat(handle).st_size
    try:
        if size == 0 and sys.argv[3] == "True":
            return texts[0]
        with mmap.mmap(handle, size, prot=mmap.PROT_READ) as pages:
            time.sleep(random.random() * 0.02)
            return pages[:]
    except ValueError:  # the size is another by now, which it may be only where there are no pages to map
        if sys.argv[3] != "True":
            try:
                mmap.mmap(handle, 1, prot=mmap.PROT_READ).close()
            except OSError as err:
                if err.errno != errno.ENODEV:
                    raise
                without_pages += 1
            else:
                raise
        return texts[0]
    except OSError as err:
        if err.errno != errno.ENODEV:
            raise
        without_pages += 1
        return texts[0]
    finally:
        os.close(handle)
while time.monotonic() < end:
    size = os.stat(path).st_size
    if size == 0 and sys.argv[3] == "True":
        continue  # the kernel's own moment between O_TRUNC and the next look (fs/fuse/file.c, fuse_open)
    if size not in sizes:
        sys.exit(f"stat: {size} bytes, which no version has")
    way = random.choice((whole, in_pieces, in_pages))
    text = way()
    if text not in texts:
        sys.exit(f"{way.__name__}: {len(text)} bytes that are no version: {text[:60]!r}")
    done += 1
print(done, without_pages)
"""


VERSIONS = [SHORT, LONG, LONG[:7], ["1.1.1.1"], LONG[:30]]


def hammer(m, change, truncates=False):
    """Many readers while something changes all the time; how often they read, and how often there were no pages to map."""
    texts = [text_of(version) for version in VERSIONS]
    readers = [m.start([sys.executable, "-c", READER, str(m / SERVERS), str(4 * SLOW), str(truncates), *texts])
               for _ in range(5)]
    chance = random.Random(7)
    while any(reader.poll() is None for reader in readers):
        change(chance.choice(VERSIONS))
        if chance.random() < 0.3:
            m.refresh()
        time.sleep(chance.random() * 0.03)
    counts = []
    for reader in readers:
        out, err = reader.communicate()
        assert reader.returncode == 0, err
        counts.append([int(word) for word in out.split()])
    return [sum(column) for column in zip(*counts)]


@live
@pytest.mark.parametrize("ttl", [0, 0.02, 0.2])
def test_readers_never_see_a_mix(lab, ttl):
    """Another client makes the value longer and shorter. Where two changes are seen within one open, its file has no pages
    to map (ENODEV)."""
    m = lab.mount(f"ttl={ttl}")
    set_servers(m, SHORT)
    m.refresh()
    done, without_pages = hammer(m, lambda version: set_servers(m, version))
    assert done > 100 and (ttl < 0.1 or without_pages * 20 <= done), (done, without_pages)


@live
@pytest.mark.parametrize("ttl", [0, 60])
@pytest.mark.parametrize("how", ["in place", "by rename"])
def test_readers_never_see_a_mix_of_what_is_written_here(lab, how, ttl):
    m = lab.mount(f"ttl={ttl}")
    set_servers(m, SHORT)
    m.refresh()

    def change(version):
        if how == "in place":
            assert m.write(SERVERS, text_of(version)) == "ok"
        else:
            (m / "prod/dhcp/dns/new").write_text(text_of(version))
            os.rename(m / "prod/dhcp/dns/new", m / SERVERS)
    done, _ = hammer(m, change, truncates=how == "in place")
    assert done > 100


@live
def test_a_loop_reads_to_its_end_what_it_writes(lab):
    m = lab.mount("ttl=60")
    set_servers(m, LONG[:20])
    m.refresh()
    out = m.sh('n=0; while read -r server; do n=$((n + 1)); echo "1.1.1.$n" > "$M/prod/dhcp/dns/servers" || exit; '
               'echo "$server"; done < "$M/prod/dhcp/dns/servers"')
    assert out.ok and out.out == text_of(LONG[:20])
    assert m.read(SERVERS) == "1.1.1.20\n"


# Who writes here.
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
def test_a_new_name_is_the_only_one_at_once(lab, way):
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
        assert errno_of(os.stat, m / name) == "ENOENT"
        assert m.read(f"{new}/name") == new + "\n"
        assert m.ls() == [new]
        name = new


def test_prefixes_come_and_go_at_once(lab):
    m = lab.mount("ttl=60", vpcs=[{**PLAIN, "name": "prod"}])
    for number in range(5):
        path = m / f"prod/vpcPrefixes/p{number}"
        path.mkdir()
        assert m.write(f"prod/vpcPrefixes/p{number}/value", f"10.{number}.0.0/16\n") == "ok"
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
    """flock's own descriptor is a reader; what its command writes must not take the lock from under it."""
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
    """The kernel takes what it keeps along, and does not ask."""
    m = lab.mount("ttl=60")
    folder = m / "prod/vpcPrefixes"
    names = [POD, "moved"]
    for n in range(20):
        old, new = names[n % 2], names[(n + 1) % 2]
        assert (folder / old / "value").read_text() == "10.0.0.0/13\n"
        os.rename(folder / old, folder / new)
        assert (folder / new / "value").read_text() == "10.0.0.0/13\n"
        assert not (folder / old).exists()
