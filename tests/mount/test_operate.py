# SPDX-License-Identifier: MIT
"""What an operator meets (docs/semantics.md): former mounts, descriptors, mount helpers, SIGHUP, systemd, the log,
--status and .vpcfs/stats."""
import contextlib
import ctypes
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import harness
import pytest
from harness import (INGRESS, SERVERS, SLOW, TOKEN, errno_of, is_mounted, is_root, mount_lines, option_value, program,
                     unmount_by_force, wait_until)
from runner import AS_NOBODY, fuse_for_everybody, nobody_env, nobodys_paths, private_program

for_root = pytest.mark.skipif(not is_root(), reason="mounts without fusermount3, or as several users")


@pytest.fixture
def profile():
    return "live"


def run(*args, env=None, timeout=60, prefix=(), **kwargs):
    return subprocess.run([*prefix, program("vpcfs"), *map(str, args)], capture_output=True, text=True, check=False,
                          timeout=timeout * SLOW, stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})}, **kwargs)


def kill(m):
    m.process.kill()
    m.process.wait()
    wait_until(lambda: errno_of(os.statvfs, m.path) == "ENOTCONN", "the mount to be dead")


def again(m, *options):
    """Mounts the same again, in the background."""
    command = [part for part in m.command[len(harness.TIED):] if part != "-f"]
    return subprocess.run([*command, *options], capture_output=True, text=True, env=m.env, timeout=60 * SLOW, check=False)


def drivers(path):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if words[0].endswith(b"vpcfs") and str(path).encode() in words:
                found.append(int(pid))
    return found


# Former mounts.

@pytest.mark.parametrize("times", [1, 3])
def test_a_dead_mount_is_taken_away(lab, times):
    m = lab.mount()
    for _ in range(times):
        kill(m)
        m._launch()
        wait_until(lambda: errno_of(m.read, "prod/name") == "ok", "the new mount")
    assert [path for path in mount_lines() if path == str(m.path)] == [str(m.path)]
    assert pathlib.Path("/proc/self/mountinfo").read_text().count(f" {m.path} ") == 1


def test_a_dead_mount_behind_a_link(lab):
    m = lab.mount()
    kill(m)
    link = m.folder / "link"
    link.symlink_to("mnt")
    result = again(m)
    assert result.returncode == 0, result
    assert (link / "prod/name").read_text() == "prod\n"
    for pid in drivers(m.path):
        os.kill(pid, signal.SIGKILL)
    result = run("-o", f"token_file={option_value(m.token_file)}", m.server.url, link)
    assert result.returncode == 0, result
    assert m.read("prod/name") == "prod\n"


def test_a_living_mount_is_left_alone(lab):
    m = lab.mount()
    result = again(m)
    assert result.returncode == 1 and "mounted here already" in result.stderr, result
    assert len(result.stderr.splitlines()) == 1
    assert pathlib.Path("/proc/self/mountinfo").read_text().count(f" {m.path} ") == 1
    assert m.read("prod/name") == "prod\n"


def test_a_mount_that_hangs_lives(lab):
    m = lab.mount()
    m.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        result = again(m)
        assert result.returncode == 1 and "mounted here already" in result.stderr, result
        assert time.monotonic() - began < 6 * SLOW
    finally:
        m.process.send_signal(signal.SIGCONT)
    assert m.read("prod/name") == "prod\n"


def test_two_at_once_over_a_dead_mount(lab):
    m = lab.mount()
    for _ in range(4):
        kill(m) if m.process.poll() is None else [os.kill(pid, signal.SIGKILL) for pid in drivers(m.path)]
        results = []
        threads = [threading.Thread(target=lambda: results.append(again(m))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 0 in [result.returncode for result in results], results
        assert m.read("prod/name") == "prod\n"


@for_root
def test_a_dead_mount_of_an_ordinary_user(lab):
    """A user can clear such a mount, but only their own: root does not see that it is dead, and unmounts nothing."""
    server = lab.server()
    with fuse_for_everybody(), private_program() as vpcfs:
        mnt, token = nobodys_paths(vpcfs)

        def start(prefix=tuple(AS_NOBODY)):
            return subprocess.run([*prefix, vpcfs, "-o", f"token_file={token}", server.url, str(mnt)], text=True,
                                  capture_output=True, timeout=60, env=nobody_env(vpcfs), check=False)

        try:
            for _ in range(2):
                assert start().returncode == 0
                [pid] = drivers(mnt)
                os.kill(pid, signal.SIGKILL)
                wait_until(lambda: not drivers(mnt), "the driver to be dead")
            result = start(prefix=())
            assert result.returncode == 1 and str(mnt) in result.stderr, result
            assert is_mounted(mnt)
            assert start().returncode == 0
            read = subprocess.run([*AS_NOBODY, "cat", str(mnt / "prod/name")], capture_output=True, text=True, check=False)
            assert read.stdout == "prod\n", read
        finally:
            unmount_by_force(mnt)


# Names and descriptors.

@pytest.mark.parametrize("name", ["my-vpcs", "a,b\\c d"])
def test_fsname(lab, name):
    m = lab.mount(f"fsname={option_value(name)}")
    result = m.sh(f"findmnt -rno SOURCE '{m.path}'")
    assert result.out.rstrip("\n").replace("\\x20", " ").replace("\\x5c", "\\") == name
    assert f"fsname={name}\n" in m.read(".vpcfs/options")


def test_the_endpoint_is_the_fsname(lab):
    m = lab.mount()
    assert m.sh(f"findmnt -rno SOURCE,FSTYPE '{m.path}'").out == f"{m.server.url} fuse.vpcfs\n"


class Descriptor:
    """A FUSE descriptor that is mounted already, as a privileged process hands it to a container."""

    def __init__(self, mnt, options="default_permissions"):
        self.mnt = mnt
        mnt.mkdir()
        self.fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        libc = ctypes.CDLL(None, use_errno=True)
        data = f"fd={self.fd},rootmode=40000,user_id=0,group_id=0,{options}"
        if libc.mount(b"vpcs", str(mnt).encode(), b"fuse.vpcfs", 6, data.encode()) != 0:  # nosuid, nodev
            raise OSError(ctypes.get_errno(), "mount")

    def close(self):
        os.close(self.fd)


@for_root
@pytest.mark.parametrize("foreground", [[], ["-f"]])
def test_a_descriptor_that_is_mounted_already(lab, foreground):
    server, folder = lab.server(), lab.new_folder()
    token = folder / "token"
    token.touch(mode=0o600)
    token.write_text(TOKEN)
    mounted = Descriptor(folder / "mnt")
    try:
        # No right to mount or unmount, and as few others as possible.
        child = subprocess.Popen(["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--",
                                  program("vpcfs"), *foreground, "-o", f"token_file={option_value(token)}", server.url,
                                  f"/dev/fd/{mounted.fd}"], pass_fds=[mounted.fd], stderr=subprocess.PIPE, text=True)
        mounted.close()
        if not foreground:
            assert child.wait(timeout=20 * SLOW) == 0, child.stderr.read()
        assert (mounted.mnt / "prod/name").read_text() == "prod\n"
        (mounted.mnt / INGRESS).write_text("true\n")
        assert server.find("prod")["ingress"]["disablePublicServices"] is True
        status = run("--status", mounted.mnt)
        assert status.returncode == 0, status
        subprocess.run(["umount", str(mounted.mnt)], check=True)
        if foreground:
            assert child.wait(timeout=20 * SLOW) == 0
    finally:
        unmount_by_force(mounted.mnt)
        child.stderr.close()


@for_root
@pytest.mark.parametrize("mount_options, option, may_read", [
    ("allow_other", "log=error", False),  # the driver keeps others out, since the kernel does not
    ("allow_other,default_permissions", "allow_other", True)])
def test_other_users_of_a_descriptor(lab, mount_options, option, may_read):
    server, folder = lab.server(), lab.new_folder()
    token = folder / "token"
    token.touch(mode=0o600)
    token.write_text(TOKEN)
    mounted = Descriptor(folder / "mnt", mount_options)
    ask_as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    try:
        with subprocess.Popen([program("vpcfs"), "-o", f"token_file={option_value(token)},umask=022,{option}", server.url,
                               f"/dev/fd/{mounted.fd}"], pass_fds=[mounted.fd]) as child:
            mounted.close()
            assert child.wait(timeout=20 * SLOW) == 0
        assert (mounted.mnt / "prod/name").read_text() == "prod\n"
        for command, works in (("cat prod/name", may_read), ("ls prod", may_read), (f"echo true > {INGRESS}", False)):
            result = subprocess.run([*ask_as_nobody, "sh", "-c", command], cwd=mounted.mnt, capture_output=True, text=True,
                                    check=False)
            assert (result.returncode == 0) == works and ("Permission denied" in result.stderr) != works, result
    finally:
        unmount_by_force(mounted.mnt)


@pytest.mark.parametrize("path, words", [("/dev/fd/987", "no such descriptor"), ("/dev/fd/x", "/dev/fd/x")])
def test_a_descriptor_that_is_not_there(lab, path, words):
    result = run("--emulator", path)
    assert result.returncode == 1 and words in result.stderr, result


@for_root
@pytest.mark.parametrize("options", ["drop_privileges", "drop_privileges,ro,nofail,_netdev,x-systemd.automount"])
def test_mount_fuse3_with_dropped_privileges(lab, options):
    server, folder = lab.server(), lab.new_folder()
    mnt, token, path = folder / "mnt", folder / "token", folder / "bin"
    mnt.mkdir()
    path.mkdir()
    (path / "vpcfs").symlink_to(program("vpcfs"))
    token.touch(mode=0o600)
    token.write_text(TOKEN)
    try:
        result = subprocess.run(["/sbin/mount.fuse3", f"vpcfs#{server.url}", str(mnt), "-o", f"{options},token_file={token}"],
                                capture_output=True, text=True, timeout=60, check=False,
                                env={**os.environ, "PATH": f"{path}:{os.environ['PATH']}"})
        assert result.returncode == 0, result
        wait_until(lambda: errno_of((mnt / "prod/name").read_text) == "ok", "the mount")
        assert ("ro" in mount_lines()[str(mnt)][0]) == ("ro" in options.split(","))
    finally:
        unmount_by_force(mnt)


# Mount helpers and fstab.

FSTAB = ("rw,nosuid,nodev,noexec,relatime,user=me,noauto,nofail,_netdev,x-systemd.automount,"
         "x-systemd.requires=network-online.target,X-mount.mkdir,comment=mine,defaults,users,group,owner,nofail")


@for_root
@pytest.mark.parametrize("name", ["mount.vpcfs", "mount.fuse.vpcfs"])
@pytest.mark.parametrize("flags", [[], ["-s", "-v", "-n"], ["-t", "fuse.vpcfs"]])
def test_as_a_mount_helper_of_its_own(lab, name, flags):
    """mount(8) runs /sbin/mount.TYPE SPEC DIR [-snv] [-o OPTIONS] [-t TYPE]; -f is for the helper that is installed."""
    server, folder = lab.server(), lab.new_folder()
    mnt, token, helper = folder / "mnt", folder / "token", folder / name
    mnt.mkdir()
    helper.symlink_to(program("vpcfs"))
    token.touch(mode=0o600)
    token.write_text(TOKEN)
    command = [str(helper), server.url, str(mnt), *flags, "-o", f"{FSTAB},token_file={token}"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (result.returncode, result.stderr) == (0, ""), result
        assert (mnt / "prod/name").read_text() == "prod\n"
    finally:
        unmount_by_force(mnt)


@for_root
def test_mount_8_and_fstab(lab):
    """The real thing: a line of fstab, mount(8), and the helper where mount(8) looks for it."""
    server, folder = lab.server(), lab.new_folder()
    mnt, token, fstab = folder / "mnt", folder / "token", folder / "fstab"
    helper = pathlib.Path("/sbin/mount.vpcfstest")  # a file system type of its own, because another test may do the same
    mnt.mkdir()
    token.touch(mode=0o600)
    token.write_text(TOKEN)
    fstab.write_text(f"{server.url} {mnt} vpcfstest noauto,nofail,_netdev,users,token_command=cat\\040{token} 0 0\n")
    helper.symlink_to(program("vpcfs"))
    try:
        result = subprocess.run(["mount", "--fstab", str(fstab), str(mnt)], capture_output=True, text=True, timeout=60,
                                check=False)
        assert result.returncode == 0, result
        assert (mnt / "prod/name").read_text() == "prod\n"
        assert "noexec" in mount_lines()[str(mnt)][0]  # users means that
        assert subprocess.run(["umount", str(mnt)], check=False).returncode == 0
    finally:
        helper.unlink()
        unmount_by_force(mnt)


# SIGHUP.

def test_sighup_forgets_all_answers(lab):
    m = lab.mount("ttl=600")
    assert m.ls() == ["plain", "prod"]
    m.server.create({"name": "other", "zone": "US-EAST-04A"})
    assert m.ls() == ["plain", "prod"]
    m.process.send_signal(signal.SIGHUP)
    wait_until(lambda: m.ls() == ["other", "plain", "prod"], "the new list")
    assert m.process.poll() is None


def test_sighup_reads_the_token_again(lab):
    runs = lab.new_folder() / "runs"
    m = lab.mount(f"ttl=600,token_command=sh -c 'echo >> {runs}; echo {TOKEN}'", token_file=False)
    assert runs.read_text().count("\n") == 1
    m.process.send_signal(signal.SIGHUP)
    wait_until(lambda: m.ls() and runs.read_text().count("\n") == 2, "the command to be run")


def test_sighup_with_requests_under_way(lab):
    m = lab.mount("ttl=0,timeout=30")
    m.server.fault("GET:hold*1")
    reader = m.start('cat "$M/prod/name"')
    m.server.held()
    for _ in range(5):
        m.process.send_signal(signal.SIGHUP)
    assert m.read("plain/name") == "plain\n"
    m.server.release()
    assert reader.communicate(timeout=20)[0] == "prod\n"


# systemd.

class Supervisor:
    """The other end of $NOTIFY_SOCKET."""

    def __init__(self, folder, is_abstract):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        name = f"vpcfs-test-{os.getpid()}-{os.urandom(4).hex()}" if is_abstract else str(folder / "notify")
        self.socket.bind(f"\0{name}" if is_abstract else name)
        self.socket.settimeout(10 * SLOW)
        self.name = f"@{name}" if is_abstract else name

    def hear(self, word):
        """Waits for the message with this word; returns it and all before it."""
        heard = ""
        while word not in heard:
            heard += self.socket.recv(4096).decode() + "\n"
        return heard


@pytest.mark.parametrize("is_abstract", [False, True])
def test_systemd_is_told(lab, is_abstract):
    supervisor = Supervisor(pathlib.Path("/tmp") if is_abstract else lab.new_folder(), is_abstract)
    m = lab.mount(env={"NOTIFY_SOCKET": supervisor.name})
    heard = supervisor.hear("READY=1")
    assert heard.index("STATUS=Starting") < heard.index("READY=1")
    assert re.search(rf"^STATUS=.*{re.escape(str(m.path))}.*{re.escape(m.server.url)}", heard, re.MULTILINE), heard
    assert TOKEN not in heard
    m.process.terminate()
    assert "STATUS=" in supervisor.hear("STOPPING=1")
    assert m.process.wait(timeout=20) == 0


def test_systemd_is_told_why_not(lab):
    supervisor = Supervisor(lab.new_folder(), False)
    mnt = lab.new_folder() / "mnt"
    mnt.mkdir()
    result = run("-f", "http://127.0.0.1:1", mnt, env={"NOTIFY_SOCKET": supervisor.name, "COREWEAVE_API_TOKEN": TOKEN})
    assert result.returncode == 1
    assert "refused" in supervisor.hear("refused")


# The log.

def said(m):
    return m.stderr_path.read_text(errors="replace")


@pytest.fixture
def told(lab):
    return lab.mount("log=info,zone=US-EAST-04A", expect_stderr=".*")


def values(line):
    """{"file": "prod/name", ...} of name=value and name="value" """
    return {name: re.sub(r"\\(.)", r"\1", quoted) if quoted else plain
            for name, quoted, plain in re.findall(r' (\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))', line)}


def test_a_change_is_a_line(told):
    assert told.sh(f'echo true > "$M/{INGRESS}"').ok
    [line] = said(told).splitlines()
    found = values(line)
    assert line.startswith("vpcfs: PATCH ")
    assert found["file"] == INGRESS and found["mask"] == "ingress.disablePublicServices" and found["program"] == "bash"
    assert found["old"] == "false" and found["new"] == "true" and found["status"] == "200"
    assert found["uid"] == str(os.getuid()) and int(found["pid"]) > 1 and int(found["ms"]) >= 0
    assert found["vpc"] == told.read("prod/id").strip()


@pytest.mark.parametrize("command, words", [
    (f'echo 9.9.9.9 > "$M/{SERVERS}"', {"file": SERVERS, "mask": "dhcp.dns.servers", "program": "bash"}),
    ('mkdir "$M/new"', {"file": "new", "program": "mkdir"}),
    ('rmdir "$M/plain"', {"file": "plain", "program": "rmdir"}),
    ('rmdir "$M/prod/vpcPrefixes/pod cidr"', {"file": "prod/vpcPrefixes/pod cidr", "mask": "vpcPrefixes"}),
    ('mkdir "$M/.drafts/d" && echo US-EAST-04A > "$M/.drafts/d/zone" && mv -T "$M/.drafts/d" "$M/d"',
     {"file": "d", "program": "mv"}),
    ("sed -i s/8.8.8.8/9.9.9.9/ \"$M/prod/spec.json\"", {"file": "prod/spec.json", "program": "sed"}),
])
def test_each_kind_of_change_is_a_line(told, command, words):
    result = told.sh(command)
    assert result.ok, result
    [line] = said(told).splitlines()
    found = values(line)
    assert {name: found.get(name) for name in words} == words, line
    assert found["status"] == "200" and "old" not in found and "new" not in found


def test_what_is_no_change_is_no_line(told):
    assert told.sh(f'cat "$M/{INGRESS}"; echo false > "$M/{INGRESS}"; touch "$M/prod/name"; ls -lR "$M"').ok
    assert said(told) == ""


def test_a_failure_is_a_line(told):
    told.server.fault("PATCH:status=403")
    assert told.write(INGRESS, "true\n") == "EACCES"
    [line] = said(told).splitlines()
    found = values(line)
    assert found["errno"] == "EACCES" and found["status"] == "403" and found["file"] == INGRESS and found["text"]
    assert found["program"].startswith("python") or found["program"].startswith("pytest"), line


def test_a_name_cannot_forge_a_line(lab):
    m = lab.mount("log=info", expect_stderr=".*")
    assert m.write("plain/name", 'a" uid=0\tb\\\n') != "ok"
    assert m.write("plain/name", 'a\x1b[2Jb\n') != "ok"
    lines = said(m).splitlines()
    assert len(lines) == 2
    for line in lines:
        assert re.fullmatch(r"[\x20-\x7e]*", line), line
        assert line.count(" uid=") - line.count('\\" uid=') == 1, line


@pytest.mark.parametrize("level, changes, failures", [("error", 0, 0), ("warn", 0, 1), ("info", 1, 1), ("debug", 1, 1)])
def test_levels(lab, level, changes, failures):
    m = lab.mount(f"log={level}", expect_stderr=".*")
    assert m.write(INGRESS, "true\n") == "ok"
    assert m.write(INGRESS, "perhaps\n") == "EINVAL"
    text = said(m)
    assert len(re.findall(r"^vpcfs: PATCH .* status=200$", text, re.MULTILINE)) == changes
    assert len(re.findall(r"^vpcfs: PATCH .* errno=EINVAL$", text, re.MULTILINE)) == failures
    assert len(text.splitlines()) == changes + failures or level == "debug"
    assert TOKEN not in text and "Bearer" not in text and "Authorization" not in text


@pytest.mark.parametrize("args", [["-o", "log=debug"], ["-d"]])
def test_debug_has_a_line_for_each_request_and_call(lab, args):
    m = lab.mount("ttl=0", args=args, expect_stderr=".*")
    m.server.fault("ANY:status=403")
    assert errno_of(m.read, "prod/name") == "EACCES"
    m.server.clear_faults()
    assert m.read("prod/name") == "prod\n"
    text = said(m)
    opens = re.findall(r"^vpcfs: request open node=(\d+) pid=(\d+) ms=([\d.]+) errno=(\S+) calls=(\d+)$", text, re.MULTILINE)
    assert [(pid, error, calls) for _, pid, _, error, calls in opens if pid == str(os.getpid())][-1][1:] == ("-", "1")
    assert re.search(r"^vpcfs: request \w+ node=\d+ pid=\d+ ms=\S+ errno=EACCES calls=1$", text, re.MULTILINE), text
    assert re.search(r'^vpcfs: call GET path="\S+" status=403 ms=\d+ attempts=1 errno=EACCES$', text, re.MULTILINE), text
    assert TOKEN not in text and "Bearer" not in text
    assert "unique:" not in text


@for_root
@pytest.mark.skipif(os.path.exists("/dev/log"), reason="somebody listens there")
def test_a_daemon_tells_syslog(lab):
    m = lab.mount()
    assert m.stop() == ""  # it is started again below, in the background
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind("/dev/log")
        try:
            log.settimeout(10 * SLOW)
            result = again(m, "-o", "log=info")
            assert result.returncode == 0, result
            (m.path / INGRESS).write_text("true\n")
            text = ""
            while "PATCH" not in text:
                text = log.recv(8192).decode()
            assert re.search(r"^<30>.* vpcfs\[\d+\]: PATCH .*new=\"true\"", text), text  # LOG_DAEMON, LOG_INFO
        finally:
            os.unlink("/dev/log")
            unmount_by_force(m.path)


# --status

def status(path, *options, timeout=60):
    """(exit status, JSON, text)"""
    plain = run("--status", path, *options, timeout=timeout)
    as_json = run("--status", path, "--json", *options, timeout=timeout)
    assert plain.stderr == "" and as_json.stderr == ""
    assert plain.returncode == as_json.returncode
    return plain.returncode, json.loads(as_json.stdout), plain.stdout


def test_the_status_of_a_mount_that_works(lab):
    m = lab.mount()
    code, found, text = status(m.path)
    assert code == 0 and found["reachable"] is True and found["why"] is None
    assert found["vpcs"] == 2 and found["rejected"] == [] and found["endpoint"] == m.server.url
    assert found["mountpoint"] == str(m.path)
    for name in ("since", "last_success"):
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found[name]), found
    assert text.splitlines()[0] == f"{m.path}: reachable since {found['since']}"
    assert "VPCs: 2" in text


def test_the_status_lists_rejected_texts(lab):
    m = lab.mount()
    m.write(INGRESS, "perhaps\n")
    m.write("prod/spec.json", "{\n")
    code, found, text = status(m.path)
    assert code == 0 and sorted(found["rejected"]) == [INGRESS, "prod/spec.json"]
    assert f"rejected: {INGRESS}\n" in text


@pytest.mark.parametrize("fault, words", [("ANY:status=401", "Permission denied"), ("ANY:status=503", "Remote I/O"),
                                          ("ANY:reset", ""), ("ANY:garbage", "Bad message")])
def test_the_status_of_a_mount_whose_server_fails(lab, fault, words):
    m = lab.mount("ttl=0,timeout=2", expect_stderr=".*")
    before = status(m.path)[1]
    m.server.fault(fault)
    code, found, text = status(m.path)
    assert code == 1 and found["reachable"] is False and found["vpcs"] == 2
    assert words in found["why"] and len(found["why"]) > len(words)
    assert found["since"] > before["since"] and found["last_success"] >= before["last_success"]
    assert f"{m.path}: not reachable since" in text
    m.server.clear_faults()
    m.refresh()
    code, found, _ = status(m.path)
    assert code == 0 and found["why"] is None


def test_the_status_of_a_mount_whose_server_is_gone(lab):
    m = lab.mount("ttl=0,timeout=2")
    m.server.kill()
    code, found, _ = status(m.path)
    assert code == 1 and "refused" in found["why"].lower(), found


def test_the_status_asks_when_the_answer_is_old(lab):
    """An idle mount learns nothing new; a probe must not trust its old answer."""
    m = lab.mount("ttl=0,timeout=2")
    m.clear()
    assert status(m.path)[0] == 0
    assert m.reads() >= 1
    m.server.kill()
    assert run("--status", m.path).returncode == 1


def test_the_status_is_there_in_time_when_the_server_hangs(lab):
    m = lab.mount("ttl=0,timeout=30")
    assert m.write(INGRESS, "perhaps\n") == "EINVAL"  # the reason of that refusal is not the reason why there is no answer
    m.server.fault("ANY:hang")
    began = time.monotonic()
    code, found, _ = status(m.path, "-o", f"timeout={SLOW:g}")
    assert code == 1 and found["reachable"] is False and found["vpcs"] == 2 and found["last_success"]
    assert found["why"] == "Connection timed out" and found["rejected"] == [INGRESS]
    assert time.monotonic() - began < 2 * 2 * SLOW


def stop(m):
    """Stops the driver, and waits until none of its threads runs."""
    m.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: all(path.read_text().rsplit(")", 1)[1].split()[0] == "T"
                           for path in pathlib.Path(f"/proc/{m.process.pid}/task").glob("*/stat")), "the driver to stop")


def test_the_status_is_there_in_time_when_the_driver_hangs(lab):
    m = lab.mount()
    stop(m)
    try:
        began = time.monotonic()
        code, found, text = status(m.path, "-o", "timeout=1")
        assert code == 1 and found["why"] == "the mount does not answer" and found["vpcs"] is None
        assert "the mount does not answer" in text
        assert time.monotonic() - began < 2 * 2.5 * SLOW
    finally:
        m.process.send_signal(signal.SIGCONT)
    assert status(m.path)[0] == 0


def test_the_status_is_there_in_time_when_the_driver_hangs_with_its_question(lab):
    """No signal ends the process that asks, but whoever reads what --status says does not wait for it."""
    m = lab.mount("ttl=0,timeout=30")
    m.server.fault("ANY:hang")
    with subprocess.Popen([program("vpcfs"), "--status", str(m.path), "-o", f"timeout={SLOW:g}"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as child:
        wait_until(lambda: any(request["status"] is None for request in m.server.requests()), "the question")
        stop(m)
        try:
            said, wrong = child.communicate(timeout=10 * SLOW)
        finally:
            m.process.send_signal(signal.SIGCONT)
        assert child.returncode == 1 and wrong == "" and "not reachable" in said, said


def test_the_status_of_a_dead_mount(lab):
    m = lab.mount()
    kill(m)
    code, found, _ = status(m.path)
    assert code == 1 and f"fusermount3 -u {m.path}" in found["why"], found


def test_the_status_of_what_is_no_mount(lab):
    folder = lab.new_folder()
    for path in (folder, folder / "nothing", "/proc"):
        code, found, _ = status(path)
        assert code == 1 and "no vpcfs is mounted there" in found["why"], found


@pytest.mark.parametrize("args", [["--status"], ["--status", "/m", "/n"], ["--json", "/m"], ["--status", "/m", "-o", "x"]])
def test_wrong_usage_of_status(args):
    assert run(*args).returncode == 2


# .vpcfs/stats

def metrics(m):
    return dict(line.rsplit(" ", 1) for line in m.read(".vpcfs/stats").splitlines() if not line.startswith("#"))


def test_the_stats_tell_whether_the_api_is_reached(lab):
    m = lab.mount("ttl=0,timeout=2")
    before = metrics(m)
    assert before["vpcfs_up"] == "1"
    assert abs(float(before["vpcfs_last_success_timestamp_seconds"]) - time.time()) < 60 * SLOW
    version = m.read(".vpcfs/version").strip()
    assert before[f'vpcfs_build_info{{version="{version}"}}'] == "1"
    m.server.fault("ANY:status=403")
    assert errno_of(m.read, "prod/name") == "EACCES"
    after = metrics(m)
    assert after["vpcfs_up"] == "0" and int(after['vpcfs_failures_total{errno="EACCES"}']) >= 1
    assert float(after["vpcfs_up_changed_timestamp_seconds"]) > float(before["vpcfs_up_changed_timestamp_seconds"])
    m.server.clear_faults()
    assert m.read("prod/name") == "prod\n"
    assert metrics(m)["vpcfs_up"] == "1"


def test_a_refused_change_does_not_mean_that_the_api_is_down(lab):
    m = lab.mount("zone=US-EAST-04A")
    m.server.fault("PATCH:status=403")
    assert m.write(INGRESS, "true\n") == "EACCES"
    assert m.write(SERVERS, "nonsense\n") == "EINVAL"
    found = metrics(m)
    assert found["vpcfs_up"] == "1" and found["vpcfs_rejected_texts"] == "2"
    assert found['vpcfs_failures_total{errno="EACCES"}'] == found['vpcfs_failures_total{errno="EINVAL"}'] == "1"


def test_prometheus_likes_the_stats(lab):
    m = lab.mount()
    m.write(INGRESS, "true\n")
    m.write(INGRESS, "perhaps\n")
    result = subprocess.run(["promtool", "check", "metrics"], input=m.read(".vpcfs/stats"), capture_output=True, text=True,
                            check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
