#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tree and fs on a real mount: what programs do, how the kernel treats it, and how the mount ends."""
import ctypes
import errno
import fcntl
import mmap
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

from toymount import SLOW, ToyMount, run_tests, wait_until


def sh(mount, script, shell="bash", ok=True):
    result = subprocess.run([shell, "-c", script], cwd=mount.path, capture_output=True, text=True,
                            timeout=60 * SLOW, check=False)
    assert (result.returncode == 0) == ok, (script, result)
    return result


def errno_of(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except OSError as e:
        return errno.errorcode[e.errno]
    return None


NOT_SUPPORTED = errno.errorcode[errno.EOPNOTSUPP]


def fallocate(fd, offset, length):
    """The system call: glibc's posix_fallocate writes zeros where it is not supported."""
    libc = ctypes.CDLL(None, use_errno=True)
    r = libc.fallocate(fd, 0, ctypes.c_long(offset), ctypes.c_long(length))
    return errno.errorcode[ctypes.get_errno()] if r < 0 else None


def test_shells(m):
    for shell in filter(shutil.which, ["bash", "dash", "sh", "zsh", "busybox sh"]):
        sh(m, "echo two > a/value", shell)
        assert m.log() == ["write a/value two\\n"]
        sh(m, "printf three > a/value", shell)
        assert m.log() == ["flush a/value three"]
        sh(m, "echo 3 >> a/list", shell)
        assert m.log() == ["write+ a/list 3\\n"]
        sh(m, ": > a/value; > a/value", shell)
        assert m.log() == []
        assert sh(m, "cat a/value", shell).stdout == "three\n"
        sh(m, "printf '1\\n2\\n' > a/list", shell)
        m.log()


def test_errors_are_heard(m):
    m.control("fail", errno.EDQUOT)
    for shell in filter(shutil.which, ["bash", "dash"]):
        result = sh(m, "echo two > a/value", shell, ok=False)
        assert "write error" in result.stderr or "I/O error" in result.stderr, result
        assert m.log() == ["write a/value two\\n"]
    assert errno_of((m.path / "a/value").write_text, "x\n") == "EDQUOT"
    assert errno_of((m.path / "a/value").write_text, "x") == "EDQUOT"
    m.log()
    m.control("fail", errno.EINVAL)
    fd = os.open(m.path / "a/value", os.O_WRONLY | os.O_TRUNC)
    os.write(fd, b"x")
    assert errno_of(os.fsync, fd) == "EIO"
    assert errno_of(os.close, fd) == "EINVAL"
    assert m.log() == ["fsync a/value x"]
    m.control("fail", 0)
    assert (m.path / "a/value").read_text() == "one\n"


def test_never_these_errnos(m):
    for number, told in ((errno.ENOSYS, NOT_SUPPORTED), (errno.EINTR, "EIO"), (errno.EAGAIN, "EBUSY"),
                         (errno.ETXTBSY, "EBUSY"), (errno.ESHUTDOWN, "EIO")):
        m.control("fail", number)
        assert errno_of((m.path / "a/value").write_text, "x\n") == told, number
    m.control("fail", 0)
    (m.path / "a/value").write_text("x\n")


def test_children_flush(m):
    sh(m, "{ /bin/echo '{'; /bin/echo '\"a\": 3'; /bin/echo '}'; } > a/spec")
    assert m.log() == ['write a/spec {\\n"a": 3\\n}\\n']
    sh(m, "exec 3> a/value; printf x >&3; /bin/true; printf y >&3; exec 3>&-")
    assert m.log()[-1] == "flush a/value xy"
    sh(m, "(printf one; /bin/echo ' two') > a/value")
    assert m.log() == ["write a/value one two\\n"]


def test_two_handles(m):
    one = open(m.path / "a/value", "w+")
    two = open(m.path / "a/value", "r+")
    one.write("uno\n")
    one.flush()
    assert (m.path / "a/value").read_text() == "uno\n"
    assert two.read() == "one\n"
    two.close()
    one.close()
    assert m.log() == ["write a/value uno\\n"]
    fd = os.open(m.path / "a/value", os.O_WRONLY | os.O_TRUNC)
    dup = os.dup(fd)
    os.write(fd, b"due")
    os.close(fd)
    os.write(dup, b"\n")
    os.close(dup)
    assert m.log() == ["flush a/value due", "write a/value due\\n"]


def test_programs(m):
    local = m.path.parent / (m.path.name + ".src")
    local.write_text('{\n  "a": 9\n}\n')
    try:
        spec, want = "a/spec", ['{\\n  "a": 9\\n}\\n']
        for script in (f"cp {local} {spec}", f"cp -p {local} {spec}", f"cat {local} > {spec}",
                       f"tee {spec} < {local} > /dev/null", f"dd if={local} of={spec} 2> /dev/null",
                       f"rsync --inplace -I {local} {spec}", f"rsync -a -I {local} {spec}",
                       f"sed -i s/1/9/ {spec}", f"perl -pi -e s/1/9/ {spec}"):
            (m.path / spec).write_text('{\n  "a": 1\n}\n')
            m.log()
            sh(m, script)
            got = [line.split(" ", 2)[2] for line in m.log()]
            assert got == want, (script, got)
            assert (m.path / spec).read_text() == local.read_text(), script
        (m.path / spec).write_text('{\n  "a": 1,\n  "bb": 2\n}\n')
        m.log()
        sh(m, f"rsync --inplace -I {local} {spec}")
        assert [line.split(" ", 2)[2] for line in m.log()] == want
        sh(m, "cp a/spec b/spec; cp -a a/value b/value; cp -r a b/copy; ls -lR . > /dev/null; tar c a > /dev/null")
        sh(m, "rm -rf a", ok=False)
        assert (m.path / "a/value").exists()
    finally:
        local.unlink()


def test_vim(m):
    if not shutil.which("vim"):
        return
    for options in ("", "set backupcopy=yes", "set backupcopy=no", "set nobackup nowritebackup noswapfile"):
        (m.path / "a/value").write_text("one\n")
        m.log()
        sh(m, f"vim -es -u NONE -c '{options}' -c 'normal Atwo' -c wq a/value < /dev/null")
        assert m.log() == ["write a/value onetwo\\n"], options
        left = set(os.listdir(m.path / "a"))
        assert left == {"sub", "link", "value", "flag", "list", "spec", "ro"}, left
    m.control("fail", errno.EDQUOT)
    sh(m, "vim -es -u NONE -c 'normal Axx' -c wq a/value < /dev/null", ok=False)
    m.control("fail", 0)
    assert (m.path / "a/value").read_text() == "onetwo\n"


def test_read_only_field(m):
    sh(m, "cp a/ro a/copy; cp a/copy a/ro; cat a/copy > a/ro; dd if=a/copy of=a/ro bs=3 2> /dev/null; mv a/copy a/ro")
    assert errno_of((m.path / "a/ro").write_text, "fixed!") == "EPERM"
    assert errno_of(os.unlink, m.path / "a/ro") == "EPERM"
    sh(m, "chmod 777 a/ro; touch a/ro a/value; chown 1:1 a/value")
    assert os.stat(m.path / "a/ro").st_mode & 0o777 == 0o400
    assert m.log() == []


def test_not_supported_is_said_so(m):
    field = m.path / "a/value"
    fd = os.open(field, os.O_RDWR)
    try:
        assert fallocate(fd, 0, 100) == NOT_SUPPORTED
        assert errno_of(os.setxattr, field, "user.x", b"y") == NOT_SUPPORTED
        assert errno_of(os.getxattr, field, "user.x") == NOT_SUPPORTED
        assert os.listxattr(field) == []
        assert errno_of(fcntl.ioctl, fd, 0x5401, b"\0" * 64) == "ENOTTY"
        fcntl.lockf(fd, fcntl.LOCK_EX)
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(fd)
    # and the same operations still work on scratch
    fd = os.open(m.path / "a/scratch", os.O_RDWR | os.O_CREAT)
    assert fallocate(fd, 0, 100) is None
    os.setxattr(m.path / "a/scratch", "user.x", b"y")
    assert os.getxattr(m.path / "a/scratch", "user.x") == b"y"
    assert os.fstat(fd).st_size == 100
    os.close(fd)


def mapping_of(path, flags):
    with open(path, "r+b") as f:
        with mmap.mmap(f.fileno(), 0, flags=flags) as view:
            return view[:]


def test_mappings(m):
    """A shared mapping is refused: bytes written through it would be only in the kernel."""
    scratch, field = m.path / "a/sub/data", m.path / "a/spec"
    scratch.write_bytes(b"x" * 10000)
    for path in (scratch, field):
        assert errno_of(mapping_of, path, mmap.MAP_SHARED) == "ENODEV", path
        assert mapping_of(path, mmap.MAP_PRIVATE) == path.read_bytes(), path


def test_links(m):
    path = m.path / "a/sub/data"
    path.write_bytes(b"data")
    os.link(path, m.path / "a/hard")
    assert os.stat(path).st_nlink == 2
    os.unlink(path)
    assert (m.path / "a/hard").stat().st_nlink == 1
    os.symlink("value", m.path / "a/soft")
    assert (m.path / "a/soft").read_text() == "one\n"
    assert (m.path / "a/link").read_text() == "one\n"
    with open(m.path / "a/gone", "w+") as f:
        f.write("still here")
        f.flush()
        os.unlink(m.path / "a/gone")
        f.seek(0)
        assert f.read() == "still here"
        assert os.fstat(f.fileno()).st_nlink == 0


def test_renamed_away(m):
    """The kernel moves its inode of the field to the new name, and keeps both for a while. A write by that name goes to
    the copy; a write by a descriptor opened before goes to the field."""
    field, copy = m.path / "a/value", m.path / "a/value~"
    for i in range(20):
        assert field.read_text().startswith("one" if i == 0 else f"copy {i - 1}")
        fd = os.open(field, os.O_WRONLY)
        os.rename(field, copy)
        copy.write_text(f"copy {i}\n")
        assert copy.read_text() == f"copy {i}\n"
        assert m.log() == []
        os.write(fd, f"field {i}\n".encode())
        os.close(fd)
        assert m.log() == [f"write a/value field {i}\\n"]
        assert field.read_text() == f"field {i}\n"
        assert copy.read_text() == f"copy {i}\n"
        os.rename(copy, field)
        assert m.log() == [f"rename a/value copy {i}\\n"]
        assert field.read_text() == f"copy {i}\n"
        assert not copy.exists()
    field.write_text("last\n")
    assert m.log() == ["write a/value last\\n"]
    assert field.stat().st_size == 5


def test_written_at_once_under_the_moved_name(m):
    field, copy = m.path / "a/value", m.path / "a/value~"
    stop = threading.Event()

    def read():
        while not stop.is_set():
            field.read_text()
            os.stat(field)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(300):
            os.rename(field, copy)
            copy.write_text("two\n")
            os.unlink(copy)
    finally:
        stop.set()
        reader.join()
    assert m.log() == []
    assert field.read_text() == "one\n"


def test_what_changed_is_seen_at_once(m):
    """The kernel keeps attributes for a minute here unless it gets a notice."""
    for name in ("a/value", "a/sub/value"):
        path = m.path / name
        for text in ("x\n", "xyz\n", "\n"):
            os.stat(path)
            path.write_text(text)
            assert os.stat(path).st_size == len(text)
            assert path.read_text() == text
    with open(m.path / "a/value", encoding="utf-8") as reader:
        (m.path / "a/value").write_text("something longer\n")
        assert os.fstat(reader.fileno()).st_size == 17
        assert reader.read() == "\n"


def test_drafts(m):
    drafts = m.path / ".drafts"
    assert ".drafts" not in os.listdir(m.path)
    sh(m, "cp -r a .drafts/blue && rm .drafts/blue/ro .drafts/blue/link")
    sh(m, "echo seen > .drafts/blue/note; mkdir .drafts/blue/docs; echo x > .drafts/blue/docs/deep; "
          "echo y > .drafts/blue/sub/beside; echo blue > .drafts/blue/value; echo blue > .drafts/blue/sub/value")
    here = os.open(drafts / "blue", os.O_RDONLY)
    assert m.log() == []
    for target in ("a/x", "a/sub/x", ".drafts/blue/blue"):
        assert errno_of(os.rename, drafts / "blue", m.path / target) in ("EPERM", "EINVAL"), target
    assert errno_of(os.rename, drafts / "blue", m.path / "b") == "EEXIST"
    assert errno_of(os.rename, drafts / "blue/docs", m.path / "docs") == "EPERM"
    assert errno_of(os.rename, drafts / "blue/note", m.path / "a/note") == "EXDEV"
    assert errno_of(os.rename, m.path / "b", drafts / "b") == "EPERM"
    sh(m, "mv -T .drafts/blue blue")
    assert os.listdir(drafts) == []
    assert (m.path / "blue/value").read_text() == "blue\n"
    assert (m.path / "blue/sub/value").read_text() == "blue\n"
    assert (m.path / "blue/note").read_text() == "seen\n"
    assert (m.path / "blue/docs/deep").read_text() == "x\n"
    assert (m.path / "blue/sub/beside").read_text() == "y\n"
    assert set(os.listdir(m.path / "blue")) == set(os.listdir(m.path / "a")) | {"note", "docs"}
    assert os.stat("note", dir_fd=here).st_size == 5
    assert os.stat("value", dir_fd=here).st_ino == os.stat(m.path / "blue/value").st_ino
    os.close(here)
    (m.path / "blue/value").write_text("two\n")
    assert m.log() == ["write blue/value two\\n"]
    sh(m, "mkdir .drafts/green; echo bad > .drafts/green/value")
    assert errno_of(os.rename, drafts / "green", m.path / "green") == "EIO"
    assert (drafts / "green/value").read_text() == "bad\n"
    sh(m, "rm -r .drafts/green")
    assert not (drafts / "green").exists()
    assert m.log() == []


def test_made_by_open(m):
    """An unset field does not exist until a program makes it, with O_EXCL or by a rename, too."""
    for i, script in enumerate(("cp b/value a/extra", "echo new > a/extra", "echo new > a/x; mv a/x a/extra")):
        name = "a" if i == 0 else f"o{i}"
        os.makedirs(m.path / name, exist_ok=True)
        assert not (m.path / name / "extra").exists()
        sh(m, script.replace("a/", name + "/"))
        assert len(m.log()) == 1
        assert (m.path / name / "extra").read_text() in ("new\n", "one\n")
        assert errno_of(os.unlink, m.path / name / "extra") == "EPERM"


def test_hidden_names(m):
    for name in ("x~", ".#x", ".x.swp", "#x#", "4913", "seen"):
        (m.path / "a" / name).write_text("x")
    assert "seen" in os.listdir(m.path / "a")
    assert not {"x~", ".#x", ".x.swp", "#x#", "4913"} & set(os.listdir(m.path / "a"))
    assert (m.path / "a/x~").read_text() == "x"
    assert errno_of(os.rmdir, m.path / "a") == "ENOTEMPTY"
    os.unlink(m.path / "a/seen")
    os.rmdir(m.path / "a")
    os.mkdir(m.path / "a")
    assert not (m.path / "a/x~").exists()


def test_objects(m):
    os.mkdir(m.path / "new")
    number = os.stat(m.path / "new").st_ino
    (m.path / "new/note").write_text("x")
    os.rename(m.path / "new", m.path / "newer")
    assert os.stat(m.path / "newer").st_ino == number
    assert (m.path / "newer/note").read_text() == "x"
    assert not (m.path / "new").exists()
    here = os.open(m.path / "newer", os.O_RDONLY)
    os.unlink(m.path / "newer/note")
    os.rmdir(m.path / "newer")
    os.mkdir(m.path / "newer")
    assert errno_of(os.stat, "value", dir_fd=here) == "ENOENT"
    (m.path / "newer/value").write_text("again\n")
    os.close(here)


def test_many_entries(m):
    names = {f"entry {i} {'x' * (i % 200)}" for i in range(3000)}
    for name in names:
        os.mknod(m.path / "a/sub" / name)
    assert set(os.listdir(m.path / "a/sub")) == names | {"value"}
    sizes = [e.stat().st_size for e in os.scandir(m.path / "a/sub")]
    assert len(sizes) == 3001
    shutil.rmtree(m.path / "a/sub", ignore_errors=True)
    assert os.listdir(m.path / "a/sub") == ["value"]


def read_slow(m):
    return subprocess.Popen(["cat", m.path / "slow"], stderr=subprocess.DEVNULL)


def in_state(process, states):
    with open(f"/proc/{process.pid}/stat", encoding="ascii", errors="replace") as f:
        return f.read().rsplit(")", 1)[1].split()[0] in states and process_is(process, "cat")


def process_is(process, name):
    with open(f"/proc/{process.pid}/comm", encoding="ascii", errors="replace") as f:
        return f.read().strip() == name


OPENAT = "257" if sys.maxsize > 2**32 else "295"  # of x86-64, of i386


def blocked(processes):
    """Whether all of them wait for the file system."""
    return all(in_state(p, "SD") and
               open(f"/proc/{p.pid}/syscall", encoding="ascii").read().split()[0] == OPENAT for p in processes)


def test_interrupt(m):
    reader = read_slow(m)
    wait_until(lambda: blocked([reader]), "the reader to block")
    start = time.monotonic()
    reader.send_signal(signal.SIGINT)
    reader.wait(5 * SLOW)
    assert time.monotonic() - start < 0.1 * SLOW
    assert reader.returncode == -signal.SIGINT


def test_a_hundred_blocked(m):
    readers = [read_slow(m) for _ in range(150)]
    try:
        wait_until(lambda: blocked(readers), "150 readers to block", 30)
        assert (m.path / "a/value").read_text() == "one\n"
        os.stat(m.path / "b/spec")
        assert blocked(readers)  # so neither waited for one of them
        start = time.monotonic()
        readers[149].send_signal(signal.SIGINT)
        readers[149].wait(5 * SLOW)
        assert time.monotonic() - start < 0.1 * SLOW
    finally:
        for reader in readers:
            reader.kill()
        for reader in readers:
            reader.wait(5 * SLOW)


def test_write_is_not_interrupted(m):
    m.control("delay", 300)
    writer = subprocess.Popen(["bash", "-c", f"trap : USR1; echo two > {m.path}/a/value"])
    wait_until(lambda: "write a/value" in (m.path / ".ctl/log").read_text(), "the store to begin")
    for _ in range(5):
        writer.send_signal(signal.SIGUSR1)
    assert writer.wait(5 * SLOW) == 0
    m.control("delay", 0)
    assert m.log() == ["write a/value two\\n"]
    assert (m.path / "a/value").read_text() == "two\n"


def ends_while_blocked(toyfs, end):
    with ToyMount(toyfs) as m:
        m.control("delay", 9000)
        reader = read_slow(m)
        writer = subprocess.Popen(["bash", "-c", f"echo two > {m.path}/a/value"], stderr=subprocess.DEVNULL)
        wait_until(lambda: "write a/value" in (m.path / ".ctl/log").read_text(), "the store to begin")
        wait_until(lambda: blocked([reader]), "the reader to block")
        start = time.monotonic()
        end(m)
        assert m.ended(5) == 0
        assert time.monotonic() - start < 1 * SLOW
        reader.wait(5 * SLOW)
        writer.wait(5 * SLOW)
        assert reader.returncode != 0 and writer.returncode != 0
        assert not os.path.ismount(m.path)


def test_sigterm(m):
    ends_while_blocked(sys.argv[1], lambda o: o.process.send_signal(signal.SIGTERM))


def test_sigint(m):
    ends_while_blocked(sys.argv[1], lambda o: o.process.send_signal(signal.SIGINT))


def test_abort(m):
    ends_while_blocked(sys.argv[1], lambda o: abort_connection(o.path))


def abort_connection(path):
    """Does what umount -f does."""
    number = os.minor(os.stat(path).st_dev)
    control = f"/sys/fs/fuse/connections/{number}/abort"
    if os.path.exists(control):
        with open(control, "w", encoding="ascii") as f:
            f.write("1")
    else:
        subprocess.run(["umount", "-f", path], check=False, stderr=subprocess.DEVNULL)
    subprocess.run(["umount", "-l", path], check=False, stderr=subprocess.DEVNULL)


def test_umount(m):
    assert (m.path / "a/value").read_text() == "one\n"
    start = time.monotonic()
    subprocess.run(["fusermount3", "-u", m.path], check=True)
    assert m.ended(5) == 0
    assert time.monotonic() - start < 1 * SLOW


def test_deadline(m):
    with ToyMount(sys.argv[1], timeout_ms=300) as o:
        o.control("delay", 200)
        (o.path / "a/value").write_text("x\n")
        o.control("delay", 100)
        start = time.monotonic()
        assert errno_of((o.path / "slow").read_text) == "ETIMEDOUT"
        assert 0.2 < time.monotonic() - start < 0.6 * SLOW


def test_threads_of_one_process(m):
    """Another thread of the opener closes the descriptor, and still counts as the opener."""
    fd = os.open(m.path / "a/value", os.O_WRONLY | os.O_TRUNC)
    os.write(fd, b"x")
    thread = threading.Thread(target=os.close, args=(fd,))
    thread.start()
    thread.join()
    assert m.log() == ["flush a/value x"]


def test_statfs(m):
    before = os.statvfs(m.path)
    assert before.f_namemax == 255
    assert before.f_blocks * before.f_frsize == 64 << 20
    (m.path / "a/big").write_bytes(b"x" * (1 << 20))
    assert before.f_bfree - os.statvfs(m.path).f_bfree >= 256
    assert errno_of(os.truncate, m.path / "a/big", 1 << 40) is None
    with open(m.path / "a/big", "r+b") as f:
        assert errno_of(f.write, b"y" * (70 << 20)) == "ENOSPC"


def test_mount_table(m):
    with open("/proc/mounts", encoding="utf-8") as f:
        line = next(line for line in f if str(m.path) in line)
    source, _, kind, options = line.split()[:4]
    assert source == "toy,fs" and kind == "fuse.toyfs", line
    assert {"nosuid", "nodev", "default_permissions"} <= set(options.split(",")), line


if __name__ == "__main__":
    TESTS = [f for n, f in list(globals().items()) if n.startswith("test_")]
    WANTED = [f for f in TESTS if len(sys.argv) < 3 or f.__name__ in sys.argv[2:]]
    sys.exit(run_tests(WANTED, sys.argv[1]))
