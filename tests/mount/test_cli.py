# SPDX-License-Identifier: MIT
"""The command lines of vpcfs and vpcfs-emulator (docs/semantics.md): options, start, end, and one clear sentence for
each mistake."""
import contextlib
import json
import os
import pathlib
import pty
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import harness
import pytest
from harness import (INGRESS, SLOW, TOKEN, errno_of, is_mounted, is_root, option_value, program, unmount,
                     unmount_by_force, wait_until)
from runner import (AS_NOBODY, assert_one_sentence, command_line, fuse_for_everybody, nobody_env, nobodys_paths,
                    private_program)


@pytest.fixture
def profile():
    return "live"


def start_in_background(cli, *args, env=None, **kwargs):
    """Starts vpcfs without waiting for it. It ends when the process that started it is killed."""
    return subprocess.Popen([program("vpcfs"), *map(str, args), str(cli.mnt)], env={**cli.env, **(env or {})},
                            stdin=subprocess.DEVNULL, **kwargs)


# Starting.

def test_it_returns_when_the_mount_answers(cli):
    result = cli.with_token(cli.server.url, cli.mnt)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert sorted(os.listdir(cli.mnt)) == ["plain", "prod"]


@pytest.mark.parametrize("form", ["positional", "endpoint=", "environment", "options last", "split options", "glued -o",
                                  "trailing slash"])
def test_forms_of_the_command_line(cli, form):
    token, url, mnt = f"token_file={option_value(cli.token_file)}", cli.server.url, cli.mnt
    args = {"positional": ["-o", token, url, mnt], "endpoint=": ["-o", f"{token},endpoint={url}", mnt],
            "environment": ["-o", token, mnt], "options last": [url, mnt, "-o", token + ",rw,nosuid,nodev"],
            "split options": ["-o", token, "-o", "ttl=1", "-o", f"timeout=2.5,endpoint={url}", mnt],
            "glued -o": [f"-o{token}", url, mnt], "trailing slash": ["-o", token, url + "/", f"{mnt}/"]}[form]
    result = cli.run(*args, env={"COREWEAVE_API_ENDPOINT": url} if form == "environment" else None)
    assert result.returncode == 0, result
    assert (cli.mnt / "prod/name").read_text() == "prod\n"


def test_a_relative_mountpoint(cli):
    assert cli.with_token(cli.server.url, "mnt").returncode == 0
    assert (cli.mnt / "prod/name").read_text() == "prod\n"


def environment_of(pid):
    return pathlib.Path(f"/proc/{pid}/environ").read_bytes()


@pytest.mark.skipif(not is_root(), reason="/proc/PID/environ of a process that cannot be dumped")
@pytest.mark.parametrize("mode", ["environment", "token_file", "emulator"])
def test_no_token_in_the_environment(cli, mode):
    args = {"environment": [cli.server.url], "emulator": ["--emulator"],
            "token_file": ["-o", f"token_file={option_value(cli.token_file)}", cli.server.url]}[mode]
    result = cli.run(*args, cli.mnt, env={"COREWEAVE_API_TOKEN": TOKEN, "OTHER": "there"})
    assert result.returncode == 0, result
    assert (cli.mnt / "prod/name").read_text() == "prod\n"
    daemons = cli.daemons()
    assert daemons
    for pid in daemons:
        assert b"OTHER=there" in environment_of(pid)
        assert TOKEN.encode() not in environment_of(pid)
        assert TOKEN not in command_line(pid)


@pytest.mark.skipif(not is_root(), reason="/proc/PID/environ of a process that cannot be dumped")
def test_no_token_in_the_environment_while_it_starts(cli):
    cli.server.fault("ANY:hang")
    child = start_in_background(cli, cli.server.url, env={"COREWEAVE_API_TOKEN": TOKEN})
    wait_until(cli.server.requests, "the first request")
    pids = cli.daemons()
    assert len(pids) == 2  # the waiting one, too
    for pid in pids:
        assert TOKEN.encode() not in environment_of(pid)
    child.kill()
    child.wait()


def test_token_from_the_credentials_directory(cli):
    credentials = cli.folder / "credentials"
    credentials.mkdir()
    (credentials / "coreweave-token").touch(mode=0o600)
    (credentials / "coreweave-token").write_text(TOKEN)
    assert cli.run(cli.server.url, cli.mnt, env={"CREDENTIALS_DIRECTORY": str(credentials)}).returncode == 0
    assert (cli.mnt / "prod/name").read_text() == "prod\n"


def test_token_file_goes_before_the_environment(cli):
    result = cli.with_token(cli.server.url, cli.mnt, env={"COREWEAVE_API_TOKEN": "CW-SECRET-wrong"})
    assert result.returncode == 0


def test_the_timeout_of_the_environment(cli):
    assert cli.with_token(cli.server.url, cli.mnt, env={"COREWEAVE_HTTP_TIMEOUT": "3s"}).returncode == 0
    assert re.search(r"^timeout=3$", (cli.mnt / ".vpcfs/options").read_text(), re.MULTILINE)


@pytest.mark.skipif(not is_root(), reason="mount(8) is for root")
def test_as_mount_helper(cli):
    """Runs what mount -t fuse.vpcfs would run; mount(8) itself looks for vpcfs only in the system's folders."""
    path = cli.folder / "bin"
    path.mkdir()
    (path / "vpcfs").symlink_to(program("vpcfs"))
    result = subprocess.run(["/sbin/mount.fuse3", cli.server.url, str(cli.mnt), "-t", "fuse.vpcfs", "-o",
                             f"rw,token_file={cli.token_file},ttl=3,nofail"], capture_output=True, text=True,
                            env={**cli.env, "PATH": f"{path}:{os.environ['PATH']}"}, timeout=60, check=False)
    assert result.returncode == 0, result
    assert (cli.mnt / "prod/name").read_text() == "prod\n"
    assert subprocess.run(["umount", str(cli.mnt)], check=False).returncode == 0
    wait_until(lambda: not cli.daemons(), "the daemon to end", 2)


# Ending.

@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, "umount", "fusermount3"])
def test_it_ends_within_a_second(lab, how):
    m = lab.mount()
    m.read("prod/name")
    began = time.monotonic()
    if isinstance(how, signal.Signals):
        m.process.send_signal(how)
    elif how == "umount" and is_root():
        subprocess.run(["umount", str(m.path)], check=True)
    else:
        subprocess.run(["fusermount3", "-u", str(m.path)], check=True)
    assert m.process.wait(timeout=20) == 0
    assert time.monotonic() - began < 1 * SLOW
    assert not is_mounted(m.path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_within_a_second_with_requests_under_way(cli, number):
    """In the background, where most mounts run."""
    assert cli.with_token("-o", "ttl=0", cli.server.url, cli.mnt).returncode == 0
    [pid] = cli.daemons()
    cli.server.forget_requests()
    cli.server.fault("ANY:hang")
    readers = [subprocess.Popen(["cat", str(cli.mnt / name)], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
               for name in ("prod/name", "plain/name", "prod/zone")]
    writer = subprocess.Popen(["sh", "-c", 'echo true > "$0"', str(cli.mnt / INGRESS)], stderr=subprocess.DEVNULL)
    wait_until(cli.server.requests, "a request")
    began = time.monotonic()
    os.kill(pid, number)
    for child in (*readers, writer):
        assert child.wait(timeout=20 * SLOW) != 0
    wait_until(lambda: not cli.daemons(), "the daemon to end", 20)
    assert time.monotonic() - began < 1 * SLOW
    assert not is_mounted(cli.mnt)


@pytest.mark.parametrize("foreground", [[], ["-f"]])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_start_leaves_nothing(cli, foreground, number):
    cli.server.fault("ANY:hang")
    child = start_in_background(cli, *foreground, "-o", f"token_file={option_value(cli.token_file)}", cli.server.url)
    wait_until(cli.server.requests, "the first request")
    pids = cli.daemons()
    assert len(pids) == (1 if foreground else 2)
    began = time.monotonic()
    child.send_signal(number)
    assert child.wait(timeout=20 * SLOW) == -number
    while any(os.path.exists(f"/proc/{pid}/exe") or state_of(pid) not in ("", "Z") for pid in pids):
        assert time.monotonic() - began < 0.1 * SLOW + harness.dawdle()
    assert not is_mounted(cli.mnt)


def state_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return ""


def test_an_interrupt_at_the_terminal_while_it_starts(cli):
    """^C reaches all processes in the foreground of the terminal."""
    cli.server.fault("ANY:hang")
    leader, terminal = pty.fork()
    if leader == 0:
        os.execve(program("vpcfs"), ["vpcfs", "-o", f"token_file={option_value(cli.token_file)}", cli.server.url,
                                     str(cli.mnt)], cli.env)
    wait_until(cli.server.requests, "the first request")
    os.write(terminal, b"\x03")
    assert os.waitstatus_to_exitcode(os.waitpid(leader, 0)[1]) == -signal.SIGINT
    wait_until(lambda: not cli.daemons(), "the child to end", 1)
    os.close(terminal)
    assert not is_mounted(cli.mnt)


def mount_in_a_session(cli, mnt, shell):
    """Mounts as `ssh -t host vpcfs` does: the leader of a terminal's session ends as soon as the mount answers, and
    then the kernel sends SIGHUP to the foreground processes. The leader is vpcfs itself or a shell."""
    command = [program("vpcfs"), "-o", f"token_file={option_value(cli.token_file)}", cli.server.url, str(mnt)]
    leader, terminal = pty.fork()
    if leader == 0:
        if shell:
            command = ["/bin/sh", "-c", '"$@"; exit $?', "sh", *command]
        os.execve(command[0], command, cli.env)
    status = os.waitstatus_to_exitcode(os.waitpid(leader, 0)[1])
    os.close(terminal)
    assert status == 0


@pytest.mark.parametrize("shell", [False, True])
def test_the_end_of_the_session_that_started_it(cli, shell):
    mounts = [cli.mnt / f"../mnt-{i}" for i in range(50)]
    mounts = [pathlib.Path(os.path.abspath(mnt)) for mnt in mounts]
    try:
        for mnt in mounts:
            mnt.mkdir()
            mount_in_a_session(cli, mnt, shell)
        for mnt in mounts:
            assert is_mounted(mnt)
            assert (mnt / "prod/name").read_text() == "prod\n"
    finally:
        for mnt in mounts:
            unmount(mnt)
            unmount_by_force(mnt)
    wait_until(lambda: not [pid for pid in os.listdir("/proc") if pid.isdigit() and
                            str(cli.folder / "mnt-") in command_line(pid)], "the daemons to end", 10)


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&-", "0<&- 2>&-", "1>&- 2>&-", "0<&- 1>&- 2>&-"])
@pytest.mark.parametrize("foreground", [[], ["-f"]])
def test_without_standard_files(cli, closed, foreground):
    args = ["-o", f"token_file={option_value(cli.token_file)}", *foreground, cli.server.url, str(cli.mnt)]
    child = subprocess.Popen(["sh", "-c", f'exec "$@" {closed}', "sh", program("vpcfs"), *args], env=cli.env,
                             stderr=subprocess.DEVNULL)
    if not foreground:
        assert child.wait(timeout=20 * SLOW) == 0
    wait_until(lambda: is_mounted(cli.mnt), "the mount")
    assert (cli.mnt / "prod/name").read_text() == "prod\n"
    [pid] = cli.daemons()
    for fd in closed.replace("<", ">").split():
        assert os.readlink(f"/proc/{pid}/fd/{fd[0]}") == "/dev/null"
    before = cpu_of(pid)
    for _ in range(5):
        assert (cli.mnt / "prod/name").read_text() == "prod\n"
    time.sleep(0.5)  # a busy loop would show
    assert cpu_of(pid) - before < 0.2
    unmount(cli.mnt)
    child.wait(timeout=20 * SLOW)


def cpu_of(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# Mistakes.

def url_of_nobody():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


# Valid usage that cannot be carried out.
NO_USAGE = ["/nowhere", "/nowhere/at/all", "directory", "http://", "allow_http"]


@pytest.mark.parametrize("args, words", [
    (["-o", "colour=blue", "URL", "MNT"], ["colour"]),
    (["-o", "tll=5", "URL", "MNT"], ["tll", "ttl"]),
    (["-o", "ttl", "URL", "MNT"], ["ttl"]),
    (["-o", "ttl=soon", "URL", "MNT"], ["ttl=soon", "seconds"]),
    (["-o", "ttl=-1", "URL", "MNT"], ["ttl=-1"]),
    (["-o", "ttl=nan", "URL", "MNT"], ["ttl"]),
    (["-o", "timeout=0", "URL", "MNT"], ["timeout=0"]),
    (["-o", "timeout=", "URL", "MNT"], ["timeout"]),
    (["-o", "timeout=1x", "URL", "MNT"], ["timeout=1x"]),
    (["-o", "timeout=99999999999999999999", "URL", "MNT"], ["timeout"]),
    (["-o", "umask=99", "URL", "MNT"], ["umask=99", "octal"]),
    (["-o", "uid=nobody-knows", "URL", "MNT"], ["uid=nobody-knows"]),
    (["-o", "gid=-5", "URL", "MNT"], ["gid"]),
    (["-o", "ro=1", "URL", "MNT"], ["ro"]),
    (["-o", "zone=", "URL", "MNT"], ["zone"]),
    (["-o", "token=CW-SECRET-x", "URL", "MNT"], ["token_file"]),
    (["-o", "cacert=/nowhere", "URL", "MNT"], ["/nowhere"]),
    (["-o"], ["-o"]),
    (["-x", "URL", "MNT"], ["-x"]),
    (["--colour", "URL", "MNT"], ["--colour"]),
    (["--emulator=", "MNT"], ["emulator"]),
    (["--emulator", "URL", "MNT"], ["emulator"]),
    ([], ["MOUNTPOINT"]),
    (["URL"], ["MOUNTPOINT"]),
    (["URL", "MNT", "more"], ["too many"]),
    (["URL", "/nowhere/at/all"], ["/nowhere/at/all"]),
    (["URL", "FILE"], ["directory"]),
    (["ftp://127.0.0.1", "MNT"], ["https://"]),
    (["api.coreweave.com", "MNT"], ["https://"]),
    (["http://api.coreweave.com", "MNT"], ["http://", "allow_http"]),
    (["http://127.0.0.1.example.com", "MNT"], ["allow_http"]),
    (["https://", "MNT"], ["https://"]),
    (["https://a b", "MNT"], ["URL"]),
    (["https://user:word@127.0.0.1", "MNT"], ["user"]),
    (["http://127.0.0.1:99999", "MNT"], ["127.0.0.1:99999"]),
])
def test_a_wrong_command_line(cli, args, words):
    file = cli.folder / "file"
    file.write_text("")
    names = {"URL": cli.server.url, "MNT": str(cli.mnt), "FILE": str(file)}
    result = cli.run(*[names.get(arg, arg) for arg in args], env={"COREWEAVE_API_TOKEN": TOKEN})
    assert_one_sentence(result, *words, status=1 if words[0] in NO_USAGE else 2)
    assert "CW-SECRET" not in result.stderr
    assert not is_mounted(cli.mnt)
    assert cli.server.requests() == []


@pytest.mark.parametrize("name, value, words", [
    ("COREWEAVE_HTTP_TIMEOUT", "later", ["COREWEAVE_HTTP_TIMEOUT"]),
    ("COREWEAVE_API_ENDPOINT", "nonsense", ["COREWEAVE_API_ENDPOINT"]),
    ("COREWEAVE_API_TOKEN", "two words", ["COREWEAVE_API_TOKEN"]),
    ("COREWEAVE_API_TOKEN", "line\nline", ["COREWEAVE_API_TOKEN"]),
])
def test_a_wrong_environment(cli, name, value, words):
    args = [cli.mnt] if name == "COREWEAVE_API_ENDPOINT" else [cli.server.url, cli.mnt]
    result = cli.run(*args, env={"COREWEAVE_API_TOKEN": TOKEN, name: value})
    assert_one_sentence(result, *words, status=1 if name == "COREWEAVE_API_TOKEN" else 2)
    assert value not in result.stderr or name != "COREWEAVE_API_TOKEN"


def test_no_token_says_the_three_ways(cli):
    assert_one_sentence(cli.run(cli.server.url, cli.mnt), "token_file", "COREWEAVE_API_TOKEN", "coreweave-token")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_token_file_that_others_may_read_is_refused(cli, mode):
    cli.token_file.chmod(mode)
    assert_one_sentence(cli.with_token(cli.server.url, cli.mnt), "token", "chmod 600")


@pytest.mark.parametrize("text, words", [("", ["empty"]), ("\n", ["empty"]), ("two words\n", ["token"]),
                                         ("one\ntwo\n", ["token"]), ("x" * 100000, ["token"]), ("a\0b\n", ["token"])])
def test_a_token_file_without_a_token(cli, text, words):
    cli.token_file.write_text(text)
    assert_one_sentence(cli.with_token(cli.server.url, cli.mnt), *words)


def test_a_token_file_that_is_not_there(cli):
    cli.token_file.unlink()
    assert_one_sentence(cli.with_token(cli.server.url, cli.mnt), str(cli.token_file))


def test_a_token_file_that_is_a_directory(cli):
    cli.token_file.unlink()
    cli.token_file.mkdir()
    assert_one_sentence(cli.with_token(cli.server.url, cli.mnt), str(cli.token_file))


@pytest.mark.parametrize("foreground", [[], ["-f"]])
def test_a_token_that_is_refused(cli, foreground):
    cli.token_file.write_text("CW-SECRET-wrong\n")
    result = cli.with_token(*foreground, cli.server.url, cli.mnt)
    assert result.returncode == 1
    assert result.stderr.startswith("vpcfs: ") and "token" in result.stderr.splitlines()[0]
    assert "CW-SECRET" not in result.stderr
    assert not is_mounted(cli.mnt)


@pytest.mark.parametrize("foreground", [[], ["-f"]])
def test_a_server_that_cannot_be_reached(cli, foreground):
    url = url_of_nobody()
    result = cli.with_token(*foreground, "-o", "timeout=2", url, cli.mnt)
    assert result.returncode == 1
    assert_one_sentence(result, url.removeprefix("http://"), "refused")


def test_a_server_that_hangs(cli):
    cli.server.fault("ANY:hang")
    began = time.monotonic()
    assert_one_sentence(cli.with_token("-o", "timeout=1", cli.server.url, cli.mnt))
    assert time.monotonic() - began < 3 * SLOW


def test_a_name_that_does_not_resolve(cli):
    result = cli.with_token("-o", "timeout=5", "https://vpcfs.invalid", cli.mnt)
    assert_one_sentence(result, "vpcfs.invalid")


def test_a_server_that_is_not_the_api(cli):
    cli.server.fault("ANY:garbage")
    assert_one_sentence(cli.with_token("-o", "timeout=1", cli.server.url, cli.mnt))


def test_plain_http_where_tls_is_expected(cli):
    assert_one_sentence(cli.with_token("-o", "timeout=2", cli.server.url.replace("http:", "https:"), cli.mnt))


def test_a_mountpoint_of_somebody_else(cli):
    if not is_root():
        result = cli.with_token(cli.server.url, "/")
        assert result.returncode == 1
        return
    with private_program() as vpcfs:
        token = pathlib.Path(vpcfs).parent / "token"
        token.touch(mode=0o600)
        token.write_text(TOKEN)
        os.chown(token, 65534, 65534)
        result = subprocess.run([*AS_NOBODY, vpcfs, "-o", f"token_file={token}", cli.server.url, "/usr"],
                                capture_output=True, text=True, timeout=60, env=nobody_env(vpcfs), check=False)
    assert result.returncode == 1 and "/usr" in result.stderr, result


# As an ordinary user.

@pytest.mark.skipif(not is_root(), reason="the whole suite runs as an ordinary user then")
def test_as_an_ordinary_user(cli):
    with fuse_for_everybody(), private_program() as vpcfs:
        mnt, token = nobodys_paths(vpcfs)

        def run(*command):
            return subprocess.run([*AS_NOBODY, *map(str, command)], capture_output=True, text=True, timeout=60,
                                  env={**nobody_env(vpcfs), "M": str(mnt)}, check=False)

        try:
            assert run(vpcfs, "-o", f"token_file={token}", cli.server.url, mnt).returncode == 0
            assert run("bash", "-c", 'echo true > "$M/prod/ingress/disablePublicServices" && cat "$M/prod/name"').stdout \
                == "prod\n"
            assert cli.server.find("prod")["ingress"]["disablePublicServices"] is True
            edit = run("bash", "-c", 'cd "$M/prod" && sed -i s/8.8.8.8/9.9.9.9/ spec.json && cat dhcp/dns/servers')
            assert edit.stdout == "1.1.1.1\n9.9.9.9\n", edit
            assert run("bash", "-c", 'rsync -a "$M/prod" "$HOME/backup"').returncode == 0
            assert run("stat", "-c", "%u %g %a", mnt / "prod/name").stdout == "65534 65534 600\n"
            assert run("bash", "-c", 'echo x > "$M/prod/id"').returncode != 0
            assert run("bash", "-c", 'echo perhaps > "$M/prod/ingress/disablePublicServices"').returncode != 0
            kept = mnt / ".vpcfs/rejected/prod/ingress/disablePublicServices"
            assert run("cat", kept).stdout == "perhaps\n"
            removed = run("rm", kept)
            assert removed.returncode == 0 and run("cat", kept).returncode != 0, removed
            assert errno_of(os.listdir, mnt) == "EACCES"  # not even root, without allow_other
            assert run("fusermount3", "-u", mnt).returncode == 0
        finally:
            unmount_by_force(mnt)


@pytest.mark.skipif(not is_root(), reason="needs user_allow_other")
def test_allow_other_within_the_modes(lab):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vpcfs-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    m = harness.Mount(folder, lab.server(), "allow_other,umask=022")
    try:
        read = subprocess.run([*AS_NOBODY, "cat", str(m / "prod/name")], capture_output=True, text=True, check=False)
        assert read.stdout == "prod\n", read
        write = subprocess.run([*AS_NOBODY, "sh", "-c", f"echo true > '{m / INGRESS}'"], capture_output=True, text=True,
                               check=False)
        assert write.returncode != 0 and "Permission denied" in write.stderr
    finally:
        wrong = m.stop() + harness.sanitizer_reports(folder)
        shutil.rmtree(folder, ignore_errors=True)
    assert wrong == ""


# Core dumps.

if harness.SLOW == 1:  # a sanitizer needs a process that can be traced
    @pytest.mark.skipif(not is_root(), reason="drops its rights to see what an owner may do")
    def test_a_core_dump_is_forbidden(cli):
        """The files in /proc of a process that cannot be dumped belong to root, whoever runs it."""
        cli.server.fault("ANY:hang")
        with private_program() as vpcfs:
            mnt = pathlib.Path(vpcfs).parent / "mnt"
            mnt.mkdir()
            child = subprocess.Popen(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", vpcfs,
                                      cli.server.url, str(mnt)], env={**nobody_env(vpcfs), "COREWEAVE_API_TOKEN": TOKEN},
                                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2))
            wait_until(cli.server.requests, "the first request")
            pids = [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and str(mnt) in command_line(pid)]
            assert len(pids) == 2
            for pid in pids:
                limit = re.search(r"^Max core file size +(\S+) +(\S+)", pathlib.Path(f"/proc/{pid}/limits").read_text(),
                                  re.MULTILINE)
                assert limit.groups() == ("0", "0")
                assert "Uid:\t65534" in pathlib.Path(f"/proc/{pid}/status").read_text()
                assert os.stat(f"/proc/{pid}/environ").st_uid == 0
            child.kill()
            child.wait()


# Proxies.

@contextlib.contextmanager
def proxy_that_must_see_nothing():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


def proxy_variables(proxy):
    return {name: proxy for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY",
                                     "ALL_PROXY")} | {"no_proxy": "", "NO_PROXY": ""}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "emulator"])
def test_a_loopback_endpoint_has_no_proxy(cli, host):
    args = ["--emulator"] if host == "emulator" else [cli.server.url.replace("127.0.0.1", host)]
    with proxy_that_must_see_nothing() as proxy:
        result = cli.with_token(*args, cli.mnt, env=proxy_variables(proxy))
        assert result.returncode == 0, result
        assert (cli.mnt / "prod/name").read_text() == "prod\n"


@pytest.mark.parametrize("url", ["http://127.0.0.7:1", "http://[::1]:1", "https://127.0.0.1:1", "https://localhost:1"])
def test_a_dead_loopback_endpoint_has_no_proxy(cli, url):
    with proxy_that_must_see_nothing() as proxy:
        assert_one_sentence(cli.with_token("-o", "timeout=1", url, cli.mnt, env=proxy_variables(proxy)), "refused")


def test_another_endpoint_has_a_proxy(cli):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        child = start_in_background(cli, "-f", "-o", f"token_file={option_value(cli.token_file)}", "-o", "allow_http",
                                    "http://vpcfs.invalid", env=proxy_variables(
                                        f"http://127.0.0.1:{listener.getsockname()[1]}"))
        listener.settimeout(20 * SLOW)
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(20).startswith(b"GET http://vpcfs.inv")
            child.kill()
            child.wait()


# An organisation without VPCs.

@pytest.mark.parametrize("answer", ["{}", '{"items":null}', '{"items":[]}'])
def test_an_organisation_without_vpcs(cli, answer):
    cli.server.fault(f"LIST:body={answer}")
    result = cli.with_token(cli.server.url, cli.mnt)
    assert result.returncode == 0, result
    assert os.listdir(cli.mnt) == []


# The built-in emulator.

def test_the_built_in_emulator_does_not_know_the_token(cli):
    """Its port is open to every user of this machine."""
    assert cli.run("--emulator", cli.mnt, env={"COREWEAVE_API_TOKEN": TOKEN}).returncode == 0
    url = re.search(r"^endpoint=(\S+)$", (cli.mnt / ".vpcfs/options").read_text(), re.MULTILINE)[1]
    for token in (TOKEN, "emulator"):
        request = urllib.request.Request(url + harness.VPCS, headers={"Authorization": f"Bearer {token}"})
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20)


def test_the_built_in_emulator_needs_no_account(cli):
    assert cli.run("--emulator", cli.mnt).returncode == 0
    names = sorted(os.listdir(cli.mnt))
    assert "prod" in names and len(names) >= 3
    assert (cli.mnt / "prod/status").read_text() == "STATUS_READY\n"


def test_the_built_in_emulator_keeps_its_state(cli):
    state = cli.folder / "state"
    assert cli.run(f"--emulator={state}", "-o", "zone=US-EAST-04A", cli.mnt).returncode == 0
    os.mkdir(cli.mnt / "kept")
    wait_until(lambda: (cli.mnt / "kept/status").read_text() == "STATUS_READY\n", "kept to be ready")
    cli.end()
    assert cli.run(f"--emulator={state}", cli.mnt).returncode == 0
    assert (cli.mnt / "kept/zone").read_text() == "US-EAST-04A\n"


# -V, -h

@pytest.mark.parametrize("flag", ["-h", "--help", "-V", "--version"])
def test_help_and_version(cli, flag):
    result = cli.run(flag)
    assert result.returncode == 0 and result.stderr == ""
    if flag in ("-h", "--help"):
        assert "usage: vpcfs" in result.stdout and "Examples:" in result.stdout
    else:
        assert re.fullmatch(r"vpcfs [\d.]+\nlibfuse 3[\d.]+\nlibcurl [78][\w.-]+\njansson 2[\d.]+\n", result.stdout)


# vpcfs-emulator

def emulator(*args):
    return subprocess.run([program("vpcfs-emulator"), *args], capture_output=True, text=True, timeout=20, check=False,
                          stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("args", [
    ["--listen", "0.0.0.0:0"], ["--listen", "nonsense"], ["--listen", "127.0.0.1:99999"], ["--profile", "other"],
    ["--load", "/nowhere"], ["--latency", "soon"], ["--provision", "-1"], ["--fault", "nonsense"],
    ["--fault", "PATCH:explode"], ["--colour"], ["--token", ""], ["positional"], ["--state", "/nowhere/state"],
])
def test_a_wrong_command_line_of_the_emulator(args):
    result = emulator(*args)
    assert result.returncode in (1, 2)
    assert len(result.stderr.splitlines()) == 1 and result.stderr.startswith("vpcfs-emulator: "), result.stderr


def test_the_emulator_loads_a_list_answer(lab):
    items = [{"id": "1", "name": "one", "zone": "Z"}]
    server = lab.server(load=items)
    assert server.list() == items


def test_the_emulator_keeps_its_state_through_kill_9(lab):
    folder = lab.new_folder()
    server = harness.Emulator(folder, options=["--state", str(folder / "state")])
    lab.started.append(server)
    server.create({"name": "kept", "zone": "US-EAST-04A"})
    before = server.list()
    server.kill()
    server.process.stdout.close()
    server._launch()
    assert server.list() == before


def test_the_emulator_wants_the_token(lab):
    server = lab.server()
    assert server.call("GET", harness.VPCS, token="wrong")[0] == 401
    assert json.dumps(server.list())
