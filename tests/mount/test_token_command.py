# SPDX-License-Identifier: MIT
"""-o token_command= (docs/semantics.md): tokens that a command prints, and the mistakes that such a command can
make."""
import contextlib
import http.server
import os
import pathlib
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from harness import INGRESS, SLOW, TOKEN, errno_of, is_mounted, is_root, option_value, program, wait_until


@pytest.fixture
def profile():
    return "live"


class Gate(http.server.ThreadingHTTPServer):
    """Stands before the emulator, and rejects tokens older than valid_ms: CW-SECRET-MILLISECONDS."""
    daemon_threads = True

    def __init__(self, server, valid_ms):
        super().__init__(("127.0.0.1", 0), Door)
        self.emulator, self.valid_ms = server, valid_ms
        self.refused, self.tokens = 0, set()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def is_valid(self, token):
        self.tokens.add(token)
        try:
            return time.time() * 1000 - int(token.removeprefix("CW-SECRET-")) <= self.valid_ms
        except ValueError:
            return False


class Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.server.is_valid(self.headers.get("Authorization", "").removeprefix("Bearer ")):
            self.server.refused += 1
            self.give(401, b'{"code":16,"message":"the token has expired"}')
            return
        request = urllib.request.Request(self.server.emulator.url + self.path, data=body or None, method=self.command)
        request.add_header("Authorization", "Bearer " + TOKEN)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
                self.give(answer.status, answer.read())
        except urllib.error.HTTPError as err:
            self.give(err.code, err.read())

    do_GET = do_POST = do_PATCH = do_DELETE = answer

    def give(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Script:
    """A command that counts its runs."""

    def __init__(self, folder, text):
        self.path, self.runs_path = folder / "get-token", folder / "runs"
        self.path.write_text(f"#!/bin/sh\necho >> '{self.runs_path}'\n{text}\n")
        self.path.chmod(0o700)

    @property
    def runs(self):
        return self.runs_path.read_text().count("\n") if self.runs_path.exists() else 0

    @property
    def option(self):
        return f"token_command={option_value(self.path)}"


@pytest.fixture
def folder(lab):
    return lab.new_folder()


def mount(lab, server, option, *options, url=None, **kwargs):
    """The harness gives each mount a token file; here the command is its only source."""
    return lab.mount(",".join((option, *options)), server=server, endpoint=url or server.url, token_file=False, **kwargs)


EXPIRING = """printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{'
printf '"token":"CW-SECRET-%s","expirationTimestamp":"%s"}}' $(date +%s%3N) $(date -u -d '+1 second' +%FT%T.%3NZ)"""


@pytest.mark.parametrize("script", [EXPIRING, "echo CW-SECRET-$(date +%s%3N)"], ids=["announced", "unannounced"])
def test_a_token_that_expires_each_second_ends_no_mount(lab, folder, script):
    server = lab.server()
    gate, command = Gate(server, 1000 * SLOW), Script(folder, script)
    m = mount(lab, server, command.option, "ttl=0", url=gate.url)
    end, count = time.monotonic() + 6, 0
    while time.monotonic() < end:
        assert m.read("prod/name") == "prod\n"
        assert m.write(INGRESS, ("true\n", "false\n")[count % 2]) == "ok", m.why()
        count += 1
    assert count >= 4
    assert len(gate.tokens) >= 4 / SLOW
    # Once for each second that a token is good for, and a little earlier than that; not once for each request.
    assert command.runs <= 6 / 0.8 + 4, (command.runs, gate.refused)


def test_one_run_for_all_who_wait(lab, folder):
    server = lab.server()
    command = Script(folder, f"sleep 0.3; echo {TOKEN}")
    m = mount(lab, server, command.option, "ttl=0")
    assert command.runs == 1
    server.fault("ANY:status=401*8")
    readers = [m.start(f'cat "$M/{name}/name"') for name in ("prod", "plain") * 4]
    for reader in readers:
        reader.communicate(timeout=30)
    assert command.runs <= 1 + 8  # each 401 asks for another token, which all waiting callers share
    server.clear_faults()
    assert m.read("prod/name") == "prod\n"


def all_command_lines():
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_bytes()


def test_the_token_is_nowhere_to_be_seen(lab, folder):
    server = lab.server(token="CW-SECRET-of-this-test")
    command = Script(folder, f"env > '{folder}/env'; ls -l /proc/self/fd > '{folder}/fds'; cat '{folder}/secret'")
    (folder / "secret").write_text(server.token)
    m = mount(lab, server, command.option, env={"NOTIFY_SOCKET": "/nowhere", "COREWEAVE_API_TOKEN": "CW-SECRET-other"})
    assert m.read("prod/name") == "prod\n"
    assert not any(b"of-this-test" in line for line in all_command_lines() if b"vpcfs-emulator" not in line)
    said = "".join(m.read(f".vpcfs/{name}") for name in ("options", "log", "stats"))
    assert "CW-SECRET" not in said
    assert f"token_command={command.path}\n" in said
    environment = (folder / "env").read_text()
    assert "CW-SECRET" not in environment and "NOTIFY_SOCKET" not in environment
    # Its own three and what ls opened.
    assert len((folder / "fds").read_text().splitlines()) == 1 + 4


def test_arguments_are_not_shown(lab):
    m = mount(lab, lab.server(), f"token_command=printf %s '{TOKEN}'")
    assert "token_command=printf ...\n" in m.read(".vpcfs/options")


def start(server, mnt, *options):
    return subprocess.run([program("vpcfs"), "-o", ",".join(options), server.url, str(mnt)], capture_output=True,
                          text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("script, words", [
    ("echo 'not logged in, run: cwic login' >&2; exit 1", "exit status 1: not logged in, run: cwic login"),
    ("kill -9 $$", "signal 9"),
    ("echo waiting >&2; sleep 100", "did not end within 1 s and was killed: waiting"),
    ("yes", "prints more than"),
    ("yes >&2", "did not end within 1 s"),
    ("echo two words", "a blank"),
    ("exit 0", "empty"),
    ("echo '{}'", "ExecCredential"),
    ("set -x; echo CW-SECRET-in-a-trace; exit 1", "exit status 1: + echo ****"),
    ("echo CW-SECRET-that-nobody-knows", "token"),
])
def test_a_command_that_fails(lab, folder, script, words):
    server, command, mnt = lab.server(), Script(folder, script), folder / "mnt"
    mnt.mkdir()
    began = time.monotonic()
    result = start(server, mnt, command.option, "timeout=1")
    assert result.returncode == 1 and words in result.stderr, result
    assert result.stderr.startswith("vpcfs: ") and "CW-SECRET" not in result.stderr
    assert time.monotonic() - began < 4 * SLOW
    assert not is_mounted(mnt)


@pytest.mark.parametrize("option, status", [
    ("token_command='unclosed", 2), ("token_command= ", 2), ("token_command=bin/x", 2), ("token_command=", 2),
    ("token_command=a,token_file=/b", 2), ("token_command=/nowhere/at/all", 1),
])
def test_a_command_that_cannot_be_one(lab, folder, option, status):
    mnt = folder / "mnt"
    mnt.mkdir()
    result = start(lab.server(), mnt, option)
    assert result.returncode == status and len(result.stderr.splitlines()) == 1, result


def test_a_command_that_begins_to_fail(lab, folder):
    """The reader gets the reason, and the next reader may succeed."""
    server = lab.server()
    command = Script(folder, f"if [ -e '{folder}/locked' ]; then echo the vault is locked >&2; exit 4; fi; echo {TOKEN}")
    m = mount(lab, server, command.option, "ttl=0")
    (folder / "locked").touch()
    server.fault("ANY:status=401*1")
    assert m.write(INGRESS, "true\n") == "EACCES"
    assert "exit status 4: the vault is locked" in m.why()
    (folder / "locked").unlink()
    assert m.write(INGRESS, "true\n") == "ok", m.why()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_begins_to_hang(lab, folder, end):
    server = lab.server()
    command = Script(folder, f"[ -e '{folder}/hang' ] && exec sleep 1000.{os.getpid()}; echo {TOKEN}")
    m = mount(lab, server, command.option, "ttl=0,timeout=4")
    (folder / "hang").touch()
    server.fault("ANY:status=401")
    began = time.monotonic()
    reader = m.start('exec cat "$M/prod/name"')
    wait_until(lambda: command.runs == 2, "the command to run")
    reader.send_signal(signal.SIGINT)
    assert reader.wait(timeout=20) == -signal.SIGINT
    assert time.monotonic() - began < 2 * SLOW
    began = time.monotonic()
    m.process.send_signal(end)
    m.process.wait(timeout=20)
    assert time.monotonic() - began < 1 * SLOW
    wait_until(lambda: not any(f"sleep\0001000.{os.getpid()}".encode() in line for line in all_command_lines()),
               "the command to be killed", 2)


def test_a_command_that_hangs_keeps_to_the_deadline(lab, folder):
    server = lab.server()
    command = Script(folder, f"[ -e '{folder}/hang' ] && exec sleep 1000; echo {TOKEN}")
    m = mount(lab, server, command.option, "ttl=0,timeout=1")
    (folder / "hang").touch()
    server.fault("ANY:status=401")
    began = time.monotonic()
    assert errno_of(m.read, "prod/name") in ("EACCES", "ETIMEDOUT")
    assert m.write(INGRESS, "true\n") == "EACCES"
    assert time.monotonic() - began < 5 * SLOW


@pytest.mark.parametrize("foreground", [[], ["-f"]])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_start_that_is_interrupted_leaves_no_command(lab, folder, foreground, number):
    server, mnt = lab.server(), folder / "mnt"
    mnt.mkdir()
    mark = f"2000.{os.urandom(3).hex()[:5]}".translate(str.maketrans("abcdef", "123456"))
    command = Script(folder, f"exec sleep {mark}")
    child = subprocess.Popen([program("vpcfs"), *foreground, "-o", command.option, server.url, str(mnt)],
                             stdin=subprocess.DEVNULL)
    wait_until(lambda: any(mark.encode() in line for line in all_command_lines()), "the command")
    child.send_signal(number)
    assert child.wait(timeout=20) == -number
    wait_until(lambda: not any(mark.encode() in line or str(mnt).encode() in line for line in all_command_lines()),
               "all to be gone", 2)
    assert not is_mounted(mnt)


def test_it_does_not_die_with_the_terminal_or_take_its_input(lab, folder):
    """A command that asks a question gets no answer: it reads nothing, and fails."""
    server, mnt = lab.server(), folder / "mnt"
    mnt.mkdir()
    command = Script(folder, "read answer || { echo nobody answers >&2; exit 5; }; : > /dev/tty; echo no")
    result = start(server, mnt, command.option)
    assert result.returncode == 1 and "exit status 5: nobody answers" in result.stderr, result


# Token files, beside commands.

def test_the_secret_of_a_kubernetes_volume(lab, folder):
    """Mode 0440, owned by root and a group of the driver's (fsGroup), behind a link to a link, as a kubelet makes
    them."""
    (folder / "..data").symlink_to("..2026")
    (folder / "..2026").mkdir()
    (folder / "..2026/token").write_text(TOKEN)
    (folder / "..2026/token").chmod(0o440)
    (folder / "mounted").symlink_to("..data/token")
    m = mount(lab, lab.server(), f"token_file={option_value(folder / 'mounted')}")
    assert m.read("prod/name") == "prod\n"


@pytest.mark.skipif(not is_root(), reason="changes the group of a file")
@pytest.mark.parametrize("mode, gid, status", [(0o440, 12345, 1), (0o640, 0, 1), (0o444, 0, 1), (0o460, 0, 1)])
def test_what_a_group_may_not_see(lab, folder, mode, gid, status):
    mnt, token = folder / "mnt", folder / "secret"
    mnt.mkdir()
    token.write_text(TOKEN)
    token.chmod(mode)
    os.chown(token, 0, gid)
    result = start(lab.server(), mnt, f"token_file={option_value(token)}")
    assert result.returncode == status and "gives others access" in result.stderr, result
