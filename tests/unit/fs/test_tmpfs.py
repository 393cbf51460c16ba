#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Scratch compared with tmpfs: the same random operations on a scratch directory and on tmpfs give the same results,
errnos, attributes, listings and bytes. test_tmpfs.py TOYFS [OPERATIONS [SEED]]"""
import ctypes
import errno
import os
import random
import shutil
import stat
import subprocess
import sys
import tempfile
import time

from toymount import ToyMount

OPERATIONS = int(os.environ.get("VPCFS_TEST_OPS", "100000"))
NAMES = ["a", "b", "c", "d e", "é" * 100, "x.json"]
AT_FDCWD, NOREPLACE = -100, 1
LIBC = ctypes.CDLL(None, use_errno=True)


def rename_noreplace(old, new):
    if LIBC.renameat2(AT_FDCWD, os.fsencode(old), AT_FDCWD, os.fsencode(new), NOREPLACE) < 0:
        raise OSError(ctypes.get_errno(), "renameat2")


def attributes(st):
    """The attributes that must be equal. Each file system has its own size for a directory."""
    kind = stat.S_IFMT(st.st_mode)
    size = None if kind == stat.S_IFDIR else st.st_size
    return oct(st.st_mode), st.st_nlink, st.st_uid, st.st_gid, size


class Side:
    """One of the two file systems: the same commands, with its own root and open files."""

    def __init__(self, root):
        self.root, self.files = root, {}

    def at(self, path):
        return os.path.join(self.root, *path)

    def open(self, slot, path, flags, mode):
        self.close(slot)
        self.files[slot] = os.open(self.at(path), flags | os.O_NONBLOCK, mode)

    def close(self, slot):
        if slot in self.files:
            os.close(self.files.pop(slot))

    def fd(self, slot):
        if slot not in self.files:
            raise OSError(errno.EBADF, "closed")
        return self.files[slot]

    def write(self, slot, data):
        return os.write(self.fd(slot), data)

    def pwrite(self, slot, data, offset):
        return os.pwrite(self.fd(slot), data, offset)

    def pread(self, slot, size, offset):
        return os.pread(self.fd(slot), size, offset)

    def seek(self, slot, offset, whence):
        if stat.S_ISDIR(os.fstat(self.fd(slot)).st_mode):
            return None  # each file system has its own positions there
        return os.lseek(self.fd(slot), offset, whence)

    def ftruncate(self, slot, size):
        os.ftruncate(self.fd(slot), size)

    def fstat(self, slot):
        return attributes(os.fstat(self.fd(slot)))

    def truncate(self, path, size):
        os.truncate(self.at(path), size)

    def unlink(self, path):
        os.unlink(self.at(path))

    def mkdir(self, path, mode):
        os.mkdir(self.at(path), mode)

    def rmdir(self, path):
        os.rmdir(self.at(path))

    def rename(self, old, new):
        os.rename(self.at(old), self.at(new))

    def rename_noreplace(self, old, new):
        rename_noreplace(self.at(old), self.at(new))

    def link(self, old, new):
        os.link(self.at(old), self.at(new), follow_symlinks=False)

    def symlink(self, target, path):
        os.symlink(target, self.at(path))

    def readlink(self, path):
        return os.readlink(self.at(path))

    def mkfifo(self, path, mode):
        os.mkfifo(self.at(path), mode)

    def chmod(self, path, mode):
        os.chmod(self.at(path), mode)

    def chown(self, path, uid, gid):
        os.chown(self.at(path), uid, gid, follow_symlinks=False)

    def utime(self, path, times):
        os.utime(self.at(path), times, follow_symlinks=False)

    def lstat(self, path):
        return attributes(os.lstat(self.at(path)))

    def setxattr(self, path, name, value, flags):
        os.setxattr(self.at(path), name, value, flags)

    def getxattr(self, path, name):
        return os.getxattr(self.at(path), name)

    def listxattr(self, path):
        return sorted(os.listxattr(self.at(path)))

    def removexattr(self, path, name):
        os.removexattr(self.at(path), name)

    def list(self, path):
        return sorted(e.name for e in os.scandir(self.at(path)) if e.name != "value")

    def read(self, path):
        fd = os.open(self.at(path), os.O_RDONLY | os.O_NONBLOCK)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                return None
            return os.read(fd, 200000)
        finally:
            os.close(fd)

    def dates(self, path):
        st = os.lstat(self.at(path))
        return st.st_atime, st.st_mtime, st.st_ctime


class Player:
    def __init__(self, seed, xattrs):
        self.random, self.xattrs = random.Random(seed), xattrs

    def path(self):
        return [self.random.choice(NAMES) for _ in range(self.random.choice((1, 1, 2, 2, 3)))]

    def command(self):
        r = self.random
        slot, size = r.randrange(6), r.choice((0, 1, 100, 4096, 4097, 60000, 1 << 33))
        data = bytes([r.randrange(256)]) * r.choice((1, 60, 64, 65, 4096, 10000))
        mode = r.choice((0o644, 0o600, 0o755, 0o4711, 0o2755))
        flags = r.choice((os.O_RDWR, os.O_RDWR, os.O_WRONLY, os.O_RDONLY)) \
            | r.choice((0, os.O_CREAT, os.O_CREAT, os.O_CREAT | os.O_EXCL)) \
            | r.choice((0, 0, os.O_TRUNC, os.O_APPEND))
        name = "user." + r.choice("xyz")
        choices = [
            ("open", slot, self.path(), flags, mode), ("open", slot, self.path(), flags, mode),
            ("close", slot), ("write", slot, data), ("write", slot, data),
            ("pwrite", slot, data, r.randrange(70000)), ("pread", slot, 70000, r.randrange(70000)),
            ("seek", slot, r.randrange(50000), r.choice((0, 1, 2))),
            ("ftruncate", slot, size), ("fstat", slot), ("truncate", self.path(), size),
            ("unlink", self.path()), ("mkdir", self.path(), mode), ("mkdir", self.path(), mode),
            ("rmdir", self.path()), ("rename", self.path(), self.path()),
            ("rename", self.path(), self.path()), ("rename_noreplace", self.path(), self.path()),
            ("link", self.path(), self.path()), ("symlink", r.choice(NAMES + ["x" * 3000]), self.path()),
            ("readlink", self.path()), ("mkfifo", self.path(), mode), ("chmod", self.path(), mode),
            ("chown", self.path(), r.choice((-1, 0, 1000)), r.choice((-1, 0, 1000))),
            ("utime", self.path(), r.choice((None, (r.randrange(10**9), r.randrange(10**9))))),
            ("lstat", self.path()), ("lstat", self.path()), ("list", self.path()),
            ("read", self.path()),
        ]
        if self.xattrs:
            choices += [("setxattr", self.path(), name, data[:100], r.choice((0, 1, 2))),
                        ("getxattr", self.path(), name), ("listxattr", self.path()),
                        ("removexattr", self.path(), name)]
        return r.choice(choices)


def play(side, command):
    try:
        return getattr(side, command[0])(*command[1:])
    except OSError as e:
        return errno.errorcode[e.errno]


def walk(side, path=()):
    """Everything below path, with the attributes that must be equal."""
    for name in side.list(path):
        inner = [*path, name]
        what = side.lstat(inner)
        yield inner, what, None if stat.S_ISDIR(int(what[0], 8)) else side.read_if_file(inner, what)
        if stat.S_ISDIR(int(what[0], 8)):
            yield from walk(side, inner)


def read_if_file(side, path, what):
    return side.read(path) if stat.S_ISREG(int(what[0], 8)) else None


def same_files(side, paths):
    """Which open files and names are the same file."""
    numbers = {}
    for path in paths:
        numbers.setdefault(os.lstat(side.at(path)).st_ino, []).append(path)
    return {slot: (numbers.get(os.fstat(fd).st_ino), attributes(os.fstat(fd)))
            for slot, fd in side.files.items()}


Side.read_if_file = read_if_file


def compare_all(sides):
    ours, theirs = (list(walk(side)) for side in sides)
    assert ours == theirs, (ours, theirs)
    paths = [path for path, _, _ in ours]
    assert same_files(sides[0], paths) == same_files(sides[1], paths)
    for path, what, _ in ours:
        if stat.S_ISFIFO(int(what[0], 8)):
            continue  # FUSE leaves the dates of a pipe alone
        for mine, other in zip(sides[0].dates(path)[1:], sides[1].dates(path)[1:]):
            assert abs(mine - other) < 5, (path, sides[0].dates(path), sides[1].dates(path))


def empty(sides):
    for side in sides:
        for slot in list(side.files):
            side.close(slot)
        shutil.rmtree(side.root, ignore_errors=True)
        os.makedirs(side.root, exist_ok=True)


def supports_xattrs(root):
    try:
        os.setxattr(root, "user.probe", b"1")
        os.removexattr(root, "user.probe")
        return True
    except OSError:
        return False


def run(toyfs, tmp, count, seed):
    player = Player(seed, supports_xattrs(tmp))
    started = time.monotonic()
    with ToyMount(toyfs) as mount:
        sides = Side(str(mount.path / "a/work")), Side(os.path.join(tmp, "work"))
        empty(sides)
        for number in range(count):
            command = player.command()
            ours, theirs = (play(side, command) for side in sides)
            assert ours == theirs, f"seed {seed}, {number}: {command}: {ours!r}, tmpfs: {theirs!r}"
            if number % 500 == 499:
                compare_all(sides)
            if number % 10000 == 9999:
                empty(sides)
        compare_all(sides)
        empty(sides)
    print(f"{count} operations alike, seed {seed}, xattrs {player.xattrs}, "
          f"{time.monotonic() - started:.0f} s")


def main():
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        print("no /dev/fuse")
        return 77
    count = int(sys.argv[2]) if len(sys.argv) > 2 else OPERATIONS
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    os.umask(0o022)
    build = os.path.dirname(os.path.abspath(sys.argv[1]))
    if os.getuid() == 0:
        tmp = tempfile.mkdtemp(prefix="tmpfs-", dir=build)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", tmp], check=True)
    else:
        tmp = tempfile.mkdtemp(prefix="vpcfs-", dir="/dev/shm")
    try:
        run(sys.argv[1], tmp, count, seed)
    finally:
        if os.getuid() == 0:
            subprocess.run(["umount", "-l", tmp], check=True)
            os.rmdir(tmp)
        else:
            shutil.rmtree(tmp)
    return 0


if __name__ == "__main__":
    sys.exit(main())
