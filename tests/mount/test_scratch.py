# SPDX-License-Identifier: MIT
"""Scratch files (docs/semantics.md): files with any other name, in memory and local to the mount, that behave as on
tmpfs."""
import fcntl
import os
import random
import stat

import pytest
from conftest import live, reference
from harness import PROD, errno_of

D = "prod"


@pytest.mark.parametrize("folder", ["prod", "prod/ingress", "prod/dhcp/dns", "prod/vpcPrefixes", "plain/hostPrefixes",
                                    ".drafts"])
def test_any_other_name_can_be_made(m, folder):
    path = m / folder / "notes.txt"
    with m.sends():
        path.write_text("hello")
        assert path.read_text() == "hello"
        assert "notes.txt" in m.ls(folder)
        path.rename(m / folder / "more.txt")
        assert (m / folder / "more.txt").read_text() == "hello"
        os.unlink(m / folder / "more.txt")
        assert "more.txt" not in m.ls(folder)


def test_scratch_directories(m):
    with m.sends():
        os.makedirs(m / "prod/dir/sub")
        (m / "prod/dir/sub/f").write_text("x")
        assert errno_of(os.rmdir, m / "prod/dir") == "ENOTEMPTY"
        assert errno_of(os.mkdir, m / "prod/dir") == "EEXIST"
        os.rename(m / "prod/dir/sub", m / "prod/moved")
        assert m.ls("prod/moved") == ["f"]
        assert m.sh('rm -r "$M/prod/moved" "$M/prod/dir"').ok
    assert not {"dir", "moved"} & set(m.ls("prod"))


def test_o_excl_append_sparse_truncate(m):
    path = m / "prod/f"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
    assert errno_of(os.open, path, os.O_RDWR | os.O_CREAT | os.O_EXCL) == "EEXIST"
    os.pwrite(handle, b"end", 10000)
    assert os.fstat(handle).st_size == 10003
    assert os.pread(handle, 10, 0) == b"\0" * 10
    os.ftruncate(handle, 5)
    os.close(handle)
    with open(path, "ab") as file:
        file.write(b"tail")
    assert path.read_bytes() == b"\0" * 5 + b"tail"
    os.truncate(path, 20000)
    assert path.stat().st_size == 20000


def test_links(m):
    path = m / "prod/f"
    path.write_text("one")
    assert path.stat().st_nlink == 1
    os.link(path, m / "prod/g")
    assert path.stat().st_nlink == 2 and os.path.samefile(path, m / "prod/g")
    os.unlink(path)
    assert (m / "prod/g").read_text() == "one"
    os.symlink("../somewhere", m / "prod/s")
    assert os.readlink(m / "prod/s") == "../somewhere"
    assert os.lstat(m / "prod/s").st_size == len("../somewhere")


def test_unlink_while_open(m):
    with open(m / "prod/f", "w+b") as file:
        file.write(b"still here")
        file.flush()
        os.unlink(m / "prod/f")
        assert "f" not in m.ls("prod")
        assert os.pread(file.fileno(), 100, 0) == b"still here"
        file.write(b", more")
        file.flush()
        assert os.fstat(file.fileno()).st_size == 16


def test_attributes(m):
    path = m / "prod/f"
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o640))
    info = path.stat()
    assert (info.st_uid, info.st_gid, info.st_nlink) == (os.getuid(), os.getgid(), 1)
    assert stat.S_IMODE(info.st_mode) == 0o640
    os.chmod(path, 0o600)
    os.utime(path, ns=(1_500_000_000_123456789, 1_600_000_000_987654321))
    info = path.stat()
    assert stat.S_IMODE(info.st_mode) == 0o600
    assert info.st_mtime_ns == 1_600_000_000_987654321


def test_xattrs(m):
    path = m / "prod/f"
    path.write_text("x")
    os.setxattr(path, "user.one", b"1")
    os.setxattr(path, "user.two", b"22")
    assert sorted(os.listxattr(path)) == ["user.one", "user.two"]
    assert os.getxattr(path, "user.two") == b"22"
    os.removexattr(path, "user.one")
    assert errno_of(os.getxattr, path, "user.one") == "ENODATA"


def test_locks(m):
    with open(m / "prod/f", "w+b") as one, open(m / "prod/f", "r+b") as two:
        fcntl.flock(one, fcntl.LOCK_EX)
        assert errno_of(fcntl.flock, two, fcntl.LOCK_EX | fcntl.LOCK_NB) == "EAGAIN"
        fcntl.flock(one, fcntl.LOCK_UN)
        fcntl.lockf(one, fcntl.LOCK_EX)
    with open(m / "prod/name", "r+b") as field:
        fcntl.flock(field, fcntl.LOCK_EX)
        fcntl.lockf(field, fcntl.LOCK_EX)


def test_leftovers_of_editors_are_hidden_and_reachable(m):
    names = ["spec.json~", ".#spec.json", ".spec.json.swp", ".spec.json.swx", "#spec.json#", "4913"]
    for name in names:
        (m / "prod" / name).write_text("x")
    (m / "prod/visible").write_text("x")
    assert not set(names) & set(m.ls("prod"))
    assert "visible" in m.ls("prod")
    for name in names:
        assert (m / "prod" / name).read_text() == "x"
        os.unlink(m / "prod" / name)
        assert not os.path.exists(m / "prod" / name)


def test_scratch_is_bounded_and_given_back(m):
    chunk = b"x" * (1 << 20)

    def fill():
        with open(m / "prod/big", "wb", buffering=0) as file:
            for _ in range(80):
                file.write(chunk)

    assert errno_of(fill) == "ENOSPC"
    assert 60 << 20 <= os.stat(m / "prod/big").st_size <= 64 << 20
    assert m.read("prod/name") == "prod\n"
    os.unlink(m / "prod/big")
    (m / "prod/small").write_text("fits again")


def test_many_small_files_are_bounded_too(m):
    def fill():
        for number in range(2_000_000):
            os.symlink("t" * 4000, m / f"prod/s{number}")

    assert errno_of(fill) == "ENOSPC"
    assert m.read("prod/name") == "prod\n"


def test_scratch_is_local_to_the_mount(m):
    (m / "prod/f").write_text("x")
    m.remount()
    assert "f" not in m.ls("prod")


@reference
def test_scratch_follows_its_vpc(m):
    (m / "prod/f").write_text("x")
    os.rename(m / "prod", m / "main")
    assert m.read("main/f") == "x"


def test_rmdir_of_a_vpc_with_visible_scratch(m):
    (m / "prod/f").write_text("x")
    with m.sends():
        assert errno_of(os.rmdir, m / "prod") == "ENOTEMPTY"
    os.unlink(m / "prod/f")
    (m / "prod/spec.json~").write_text("hidden does not count")
    with m.sends("DELETE"):
        os.rmdir(m / "prod")


def test_names_that_are_too_long(m):
    assert errno_of(open, m / "prod" / ("x" * 256), "w") == "ENAMETOOLONG"
    (m / "prod" / ("x" * 255)).write_text("")


def test_special_files(m):
    assert errno_of(os.mkfifo, m / "prod/fifo") in ("ok", "EPERM", "EOPNOTSUPP")
    assert errno_of(os.mknod, m / "prod/dev", stat.S_IFCHR | 0o600, os.makedev(1, 3)) in ("EPERM", "EOPNOTSUPP")


# The same random operations on a mount and on the local disk have the same results.

class Pair:
    def __init__(self, ours, theirs, seed):
        self.roots, self.random = (ours, theirs), random.Random(seed)
        self.names = ["a", "b", "c", "d/a", "d/b", "e/a"]

    def both(self, call):
        results = []
        for root in self.roots:
            try:
                results.append(call(root))
            except OSError as err:
                results.append(os.strerror(err.errno))
        assert results[0] == results[1], results
        return results[0]

    def step(self):
        pick, one, two = self.random, self.random.choice(self.names), self.random.choice(self.names)
        data, offset = pick.randbytes(pick.randrange(300)), pick.randrange(5000)
        flags = pick.choice([os.O_WRONLY, os.O_WRONLY | os.O_APPEND, os.O_WRONLY | os.O_TRUNC,
                             os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT | os.O_EXCL])

        def write(root):
            handle = os.open(root / one, flags, 0o644)
            try:
                if not flags & os.O_APPEND:
                    os.lseek(handle, offset, os.SEEK_SET)
                return os.write(handle, data)
            finally:
                os.close(handle)

        def look(root):
            info = os.lstat(root / one)
            return stat.S_IFMT(info.st_mode), info.st_size if not stat.S_ISDIR(info.st_mode) else 0, info.st_nlink \
                if not stat.S_ISDIR(info.st_mode) else 0

        return pick.choice([
            write, write, write, look, look, lambda root: (root / one).read_bytes(),
            lambda root: os.truncate(root / one, offset), lambda root: os.unlink(root / one),
            lambda root: os.rename(root / one, root / two), lambda root: os.link(root / one, root / two),
            lambda root: os.symlink(one, root / two), lambda root: os.readlink(root / one),
            lambda root: os.mkdir(root / one.split("/")[0]), lambda root: os.rmdir(root / one),
            lambda root: os.chmod(root / one, 0o600), lambda root: sorted(os.listdir(root / "d")),
            lambda root: sorted(os.listdir(root)),
        ])


@live
@pytest.mark.parametrize("seed", range(4))
def test_random_operations_as_on_tmpfs(m, seed):
    ours, theirs = m / "prod/model", m.work / "model"
    os.mkdir(ours)
    os.mkdir(theirs)
    pair = Pair(ours, theirs, seed)
    with m.sends():
        for _ in range(3000):
            pair.both(pair.step())


@pytest.mark.parametrize("inside", [{}, {"value": "10.99.0.0/16\n"}], ids=["empty", "with a value"])
def test_a_scratch_directory_is_no_prefix(m, inside):
    """It would look like one, and a value written to it would never be sent."""
    with m.sends():
        os.mkdir(m / "prod/dir")
        for name, text in inside.items():
            assert m.make(f"prod/dir/{name}", text) == "ok"
        assert errno_of(os.rename, m / "prod/dir", m / "prod/vpcPrefixes/dir") == "EPERM"
    assert "vpcPrefixes/dir EPERM" in m.why()
    assert "dir" not in m.ls("prod/vpcPrefixes") and m.ls("prod/dir") == list(inside)
    os.rename(m / "prod/dir", m / "prod/dhcp/dir")


def test_prefix_directories_are_not_scratch(m):
    """In vpcPrefixes/ mkdir makes a prefix; elsewhere it makes a scratch directory."""
    os.mkdir(m / "prod/vpcPrefixes/new")
    os.mkdir(m / "prod/dir")
    assert m.ls("prod/vpcPrefixes/new") == [] and errno_of(os.stat, m / "prod/vpcPrefixes/new/value") == "ENOENT"
    assert m.ls("prod/dir") == []
    assert {p["name"] for p in m.vpc()["vpcPrefixes"]} == {p["name"] for p in PROD["vpcPrefixes"]}
