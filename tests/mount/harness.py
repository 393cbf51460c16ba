# SPDX-License-Identifier: MIT
"""A real vpcfs mount on a real vpcfs-emulator, each test with its own pair.

Nothing here sleeps for a fixed time: wait_until() waits for a condition with a deadline. Whatever the test does, every
process that it started ends and every mount is unmounted. A watchdog kills a driver that hangs, which wakes every
process that waits for it in the kernel."""
import contextlib
import errno
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

TOKEN = "CW-SECRET-for-tests-only"
VPCS = "/v1beta1/networking/vpcs"
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WATCHDOG_S = 150
TIED = ["setpriv", "--pdeathsig", "TERM", "--"]  # ends with this process, whatever ends it
DIALECT = os.environ.get("VPCFS_DIALECT", "full")  # brief: a gateway that leaves out unset fields
API = os.environ.get("VPCFS_API", "rest")  # the mount's protocol: rest, connect, connect-binary, grpc
SLOW = float(os.environ.get("VPCFS_TEST_SLOW", "1"))  # time limits are this much wider for sanitizers

POD, SERVICE = "pod cidr", "service cidr"
PROD = {
    "name": "prod",
    "zone": "US-EAST-04A",
    "hostPrefixes": [
        {"name": "host primary", "type": "PRIMARY",
         "prefixes": ["10.16.192.0/18", "2601:db8:aaaa::/48"]},
        {"name": "container network", "type": "ATTACHED", "prefixes": ["2601:db8:bbbb::/48"],
         "ipam": {"prefixLength": 64, "gatewayAddressPolicy": "EUI64"}},
    ],
    "vpcPrefixes": [{"name": POD, "value": "10.0.0.0/13"},
                    {"name": SERVICE, "value": "10.32.0.0/22"}],
    "dhcp": {"dns": {"servers": ["1.1.1.1", "8.8.8.8"]}},
}
PLAIN = {"name": "plain", "zone": "US-WEST-04A"}

INGRESS = "prod/ingress/disablePublicServices"
EGRESS = "prod/egress/disablePublicAccess"
SERVERS = "prod/dhcp/dns/servers"
POD_VALUE = f"prod/vpcPrefixes/{POD}/value"


class HarnessError(Exception):
    """The harness itself failed: no server, no mount, a program that did not end."""


def build_dir():
    return pathlib.Path(os.environ.get("VPCFS_BUILD", ROOT / "build")).resolve()


def program(name):
    for folder in ("src", "src/emulator", "tests", "."):
        path = build_dir() / folder / name
        if path.is_file():
            return str(path)
    raise HarnessError(f"{name} is not in {build_dir()}: build first")


def is_root():
    return os.getuid() == 0


def wait_until(condition, what, seconds=10.0):
    """The condition's first true value; fails the test if there is none in time."""
    end = time.monotonic() + seconds * SLOW
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds * SLOW:g} s for: {what}")
        time.sleep(0.005)


def dawdle():
    """Seconds that this machine now takes to end a process that does nothing: the base for limits."""
    took = 0.0
    for _ in range(3):
        child = subprocess.Popen(["sleep", "60"])
        wait_until(lambda: pathlib.Path(f"/proc/{child.pid}/comm").read_text() == "sleep\n", "a process")
        begun = time.monotonic()
        child.send_signal(signal.SIGINT)
        child.wait()
        took = max(took, time.monotonic() - begun)
    return took


def option_value(text):
    """The value, escaped for a -o list."""
    return str(text).replace("\\", "\\\\").replace(",", "\\,")


def errno_name(number):
    return "EOPNOTSUPP" if number == errno.EOPNOTSUPP else errno.errorcode.get(number, str(number))


def errno_of(call, *args, **kwargs):
    """"ok", or the name of the errno with which the call fails."""
    try:
        call(*args, **kwargs)
    except OSError as err:
        return errno_name(err.errno)
    return "ok"


def unescape_mountinfo(text):
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), text)


def mount_lines():
    """mountpoint -> (options of the mount, file system type, options of the super block)"""
    lines = {}
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        left, right = line.split(" - ", 1)
        fields, kind = left.split(), right.split()
        lines[unescape_mountinfo(fields[4])] = (fields[5].split(","), kind[0], kind[2].split(","))
    return lines


def is_mounted(path):
    return str(path) in mount_lines()


def unmount(path):
    subprocess.run(["fusermount3", "-u", str(path)], capture_output=True, timeout=60)


def unmount_by_force(path):
    """For a mount whose driver is dead or hangs."""
    for command in (["fusermount3", "-uz", str(path)], ["umount", "-l", str(path)]):
        if not is_mounted(path):
            return
        subprocess.run(command, capture_output=True, timeout=60)


class Result:
    """The outcome of a command."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def ok(self):
        return self.status == 0

    def __repr__(self):
        return f"Result(status={self.status}, out={self.out!r}, err={self.err!r})"


def sanitizer_env(folder):
    log = f"log_path={folder}/sanitizer:"
    return {"ASAN_OPTIONS": log + "detect_leaks=1:exitcode=99:abort_on_error=0",
            "UBSAN_OPTIONS": log + "print_stacktrace=1:halt_on_error=1",
            "TSAN_OPTIONS": log + "exitcode=99",
            "LSAN_OPTIONS": "suppressions=" + str(ROOT / "tests/mount/leaks.supp") + ":print_suppressions=0"}


def sanitizer_reports(folder):
    return "".join(path.read_text(errors="replace") for path in sorted(folder.glob("sanitizer.*")))


class Emulator:
    """A vpcfs-emulator of our own, and a client of its API that does not go through the mount."""

    def __init__(self, folder, profile="live", vpcs=(PROD, PLAIN), load=None, options=(), token=TOKEN):
        self.folder, self.profile, self.token = folder, profile, token
        self.stderr_path = folder / "emulator.stderr"
        command = [*TIED, program("vpcfs-emulator"), "--listen", "127.0.0.1:0", "--token", token,
                   "--profile", profile]
        if load is not None:
            path = folder / "load.json"
            path.write_text(json.dumps({"items": load}))
            command += ["--load", str(path)]
            vpcs = ()
        if DIALECT == "brief":
            command.append("--omit-defaults")
        if API == "grpc":
            command += ["--grpc", "127.0.0.1:0"]
        self.command = command + list(options)
        self._launch()
        for vpc in vpcs:
            self.create(vpc)
        self.forget_requests()

    def _launch(self):
        with open(self.stderr_path, "ab") as stderr:
            self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=stderr,
                                            text=True, env={**os.environ, **sanitizer_env(self.folder)})
        line = self.process.stdout.readline()
        match = re.search(r"listening on (http://\S+)", line)
        if not match:
            self.process.kill()
            self.process.wait()
            raise HarnessError(f"the emulator did not start: {line!r} {self.stderr_path.read_text()!r}")
        self.url = match[1]  # REST's, for the client that does not go through the mount
        self.mount_url = self.process.stdout.readline().split()[-1] if API == "grpc" else self.url

    def call(self, method, path, body=None, token=None):
        """(status, JSON or text of the answer)"""
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("Authorization", "Bearer " + (token or self.token))
        if data is not None:
            request.add_header("Content-Type", "application/json")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as err:
            status, text = err.code, err.read().decode()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def _expect(self, method, path, body=None):
        status, answer = self.call(method, path, body)
        if not 200 <= status < 300:
            raise HarnessError(f"{method} {path}: {status} {answer}")
        return answer

    # The service, as another client sees and changes it.
    def create(self, body):
        answer = self._expect("POST", VPCS, body)
        return answer.get("vpc", answer)

    def list(self):
        return self._expect("GET", VPCS).get("items", [])

    def find(self, name):
        return next((vpc for vpc in self.list() if vpc["name"] == name), None)

    def get(self, identity):
        answer = self._expect("GET", f"{VPCS}/{identity}")
        return answer.get("vpc", answer)

    def patch(self, name, mask, **fields):
        return self.patch_id(self.find(name)["id"], mask, **fields)

    def patch_id(self, identity, mask, **fields):
        """Sends nothing but the PATCH, for tests in which a rule waits for the first request."""
        return self._expect("PATCH", f"{VPCS}/{identity}", {"updateMask": mask, **fields})

    def delete(self, name):
        return self._expect("DELETE", f"{VPCS}/{self.find(name)['id']}")

    # The controls of the emulator.
    def arrived(self):
        return self._expect("GET", "/emulator/requests")

    def requests(self):
        """The requests that arrived by any protocol, in the form of REST."""
        return [rest_form(request) for request in self.arrived()]

    def forget_requests(self):
        self._expect("DELETE", "/emulator/requests")

    def fault(self, *rules):
        self._expect("POST", "/emulator/faults", "\n".join(rules) + "\n")

    def clear_faults(self):
        self._expect("DELETE", "/emulator/faults")

    def held(self, count=1):
        """Waits until a rule holds this many requests; returns them."""
        return wait_until(lambda: (lambda found: found if len(found) >= count else None)(
            [r for r in self.requests() if r["held"]]), f"{count} held requests")

    def release(self, *selectors):
        """Releases requests that a rule holds, all of them without a selector."""
        self._expect("POST", "/emulator/release", "\n".join(selectors))

    def kill(self):
        """Kills the server. When this returns, nothing listens at its addresses: nghttpx, its child, is killed by the
        kernel after it and may live a little longer."""
        children = [os.pidfd_open(pid) for pid in children_of(self.process.pid)]
        self.process.kill()
        self.process.wait()
        for child in children:
            select.select([child], [], [])
            os.close(child)

    def stop(self):
        """Ends the server; returns what was wrong with it, "" if nothing was."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20 * SLOW)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                return "the emulator did not end on SIGTERM"
        self.process.stdout.close()
        wrong = self.stderr_path.read_text(errors="replace")
        if self.process.returncode not in (0, -signal.SIGKILL):
            wrong += f"the emulator ended with status {self.process.returncode}"
        return wrong


def children_of(pid):
    return [int(child) for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children")
            for child in path.read_text().split()]


METHODS = {"ListVPCs": "GET", "GetVPC": "GET", "CreateVPC": "POST", "UpdateVPC": "PATCH", "DeleteVPC": "DELETE"}


def rest_form(request):
    method = METHODS.get(request["call"])
    if request["protocol"] == "rest" or not method:
        return request
    body = dict(request["body"] or {})
    identity = body.pop("id", "")
    path = VPCS if request["call"] in ("ListVPCs", "CreateVPC") else f"{VPCS}/{identity}"
    return {**request, "method": method, "path": path, "body": body or None}


class Mount:
    """vpcfs in the foreground on folder/mnt. server may be None when an endpoint is given."""

    def __init__(self, folder, server, options="", args=(), env=None, endpoint=None, expect_stderr="", prefix=(),
                 token_file=True):
        self.folder, self.server = folder, server
        self.path = folder / "mnt"
        self.path.mkdir(exist_ok=True)
        self.token_file = folder / "token"
        if not self.token_file.exists():
            self.token_file.touch(mode=0o600)
            self.token_file.write_text((server.token if server else TOKEN) + "\n")
        self.work = folder / "work"
        self.work.mkdir(exist_ok=True)
        self.stderr_path = folder / "vpcfs.stderr"
        self.expect_stderr = expect_stderr
        self.children = []
        self.hung = False
        # Only errors are logged, so that any message fails the test; options can ask for more.
        token = f"token_file={option_value(self.token_file)}" if token_file else ""
        api = f"api={API.removesuffix('-binary')}" if server and endpoint is None and API != "rest" else ""
        joined = ",".join(part for part in (token, api, "log=error", options) if part)
        url = getattr(server, "mount_url", server and server.url) if endpoint is None else endpoint
        self.command = [*TIED, *prefix, program("vpcfs"), "-f", "-o", joined, *args, *([url] if url else []), str(self.path)]
        self.env = {**os.environ, **sanitizer_env(folder), **(env or {})}
        self._launch()

    def _launch(self):
        if API == "connect-binary" and self.server:  # the first list decides
            self.server.fault("LIST:status=415,body=empty*1")
        with open(self.stderr_path, "wb") as stderr:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=stderr,
                                            stderr=stderr, env=self.env, start_new_session=True)
        self.watchdog = threading.Timer(WATCHDOG_S * SLOW, self._bite)
        self.watchdog.daemon = True
        self.watchdog.start()
        wait_until(lambda: is_mounted(self.path) or self.process.poll() is not None, "the mount", 30)
        if self.process.poll() is not None:
            self.watchdog.cancel()
            raise HarnessError(f"vpcfs ended with {self.process.returncode}: {self.stderr_path.read_text()}")

    def _bite(self):
        self.hung = True
        self.process.kill()

    # Files of the mount, with the plainest calls there are.
    def __truediv__(self, path):
        return self.path / path

    def read(self, path):
        return (self.path / path).read_text()

    def json(self, path):
        return json.loads(self.read(path))

    def ls(self, path=""):
        return sorted(os.listdir(self.path / path))

    def write(self, path, text, flags=os.O_WRONLY | os.O_TRUNC):
        """One open, one write, one close; the errno of the first that fails, or "ok"."""
        return first_error(self.write_steps(path, text, flags))

    def write_steps(self, path, text, flags=os.O_WRONLY | os.O_TRUNC):
        """{"open": errno, "write": errno, "close": errno}, each "ok" or an errno's name."""
        steps = {}
        data = text.encode() if isinstance(text, str) else text
        try:
            handle = os.open(self.path / path, flags)
        except OSError as err:
            return {"open": errno_name(err.errno)}
        steps["open"] = "ok"
        steps["write"] = errno_of(os.write, handle, data)
        steps["close"] = errno_of(os.close, handle)
        return steps

    def make(self, path, text):
        """Like write(), for a file that does not exist yet."""
        return self.write(path, text, os.O_WRONLY | os.O_CREAT | os.O_EXCL)

    def why(self, path="prod"):
        """The text of a VPC's .error, or of the mount's with path ""."""
        return self.read(os.path.join(path, ".error"))

    def refresh(self):
        """Makes the mount forget all answers."""
        assert self.write(".vpcfs/refresh", "1\n") == "ok"

    # Programs.
    def start(self, command, shell="bash", env=None, stdin=subprocess.DEVNULL, cwd=None):
        child = subprocess.Popen([shell, "-c", command] if isinstance(command, str) else command,
                                 env=self.shell_env(env), cwd=cwd or self.work, stdin=stdin,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 errors="replace", start_new_session=True)
        self.children.append(child)
        return child

    def sh(self, command, shell="bash", env=None, timeout=60, cwd=None):
        """Runs a command line with the mount as $M; never raises for its exit status."""
        child = self.start(command, shell, env, cwd=cwd)
        try:
            out, err = child.communicate(timeout=timeout * SLOW)
        except subprocess.TimeoutExpired:
            self._bite()
            kill_group(child)
            raise AssertionError(f"did not end within {timeout * SLOW:g} s: {command}") from None
        return Result(child.returncode, out, err)

    def shell_env(self, extra=None):
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(home), "M": str(self.path),
                "LC_ALL": "C.UTF-8", "TERM": "xterm", "TMPDIR": str(self.work), "W": str(self.work),
                "NODE_PATH": "/usr/share/nodejs", "URL": self.server.url if self.server else "",
                "TOKEN": TOKEN, **(extra or {})}

    # What reached the server.
    def clear(self):
        self.server.forget_requests()

    def requests(self, method=None):
        return [r for r in self.server.requests() if method in (None, r["method"])]

    def writes(self):
        """["PATCH mask", "POST", "DELETE"]: the requests that could change something, in order."""
        return [f"{r['method']} {r['updateMask']}" if r["updateMask"] else r["method"]
                for r in self.requests() if r["method"] != "GET"]

    def reads(self):
        return len(self.requests("GET"))

    @contextlib.contextmanager
    def sends(self, *expected):
        """Whatever happens in the block reaches the server as exactly these writes."""
        self.clear()
        yield
        assert self.writes() == list(expected)

    def vpc(self, name="prod"):
        """The VPC as another client sees it. Costs a GET, so do not use it where a test counts reads."""
        return self.server.find(name)

    # The end.
    def _end_children(self):
        for child in self.children:
            if child.poll() is None:
                kill_group(child)
            for pipe in (child.stdout, child.stderr, child.stdin):
                if pipe:
                    pipe.close()

    def stop(self):
        """Unmounts; returns what was wrong with the driver, "" if nothing was."""
        self._end_children()
        wrong = ""
        if self.process.poll() is None:
            try:
                # A process that was just killed may still have a file open.
                wait_until(lambda: unmount(self.path) or not is_mounted(self.path), "the unmount", 5)
                self.process.wait(timeout=5 * SLOW)
            except (AssertionError, subprocess.TimeoutExpired) as err:
                wrong += f"vpcfs did not end when it was unmounted: {err}\n"
                self.process.kill()
                self.process.wait()
        self.watchdog.cancel()
        unmount_by_force(self.path)
        if self.hung:
            wrong += "vpcfs hung and the watchdog killed it\n"
        elif self.process.returncode not in (0, -signal.SIGKILL):
            wrong += f"vpcfs ended with status {self.process.returncode}\n"
        text = self.stderr_path.read_text(errors="replace")
        if not re.fullmatch(self.expect_stderr, text, re.DOTALL):
            wrong += "vpcfs said: " + text
        return wrong

    def remount(self):
        wrong = self.stop()
        assert wrong == "", wrong
        self._launch()


def first_error(steps):
    return next((value for value in steps.values() if value != "ok"), "ok")


def kill_group(child):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


class Lab:
    """Makes servers and mounts, and ends all of them."""

    def __init__(self, folder, profile):
        self.folder, self.profile = folder, profile
        self.started = []
        self.count = 0

    def new_folder(self):
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir(parents=True)
        return folder

    def server(self, **kwargs):
        kwargs.setdefault("profile", self.profile)
        emulator = Emulator(self.new_folder(), **kwargs)
        self.started.append(emulator)
        return emulator

    def mount(self, options="", server=None, **kwargs):
        """A mount with a server of its own, or with the one given. Takes the keywords of both classes."""
        of_server = {k: kwargs.pop(k) for k in ("vpcs", "load", "token") if k in kwargs}
        if "server_options" in kwargs:
            of_server["options"] = kwargs.pop("server_options")
        if server is None and "endpoint" not in kwargs:
            server = self.server(**of_server)
        mount = Mount(self.new_folder(), server, options, **kwargs)
        self.started.append(mount)
        return mount

    def stop(self):
        wrong = [thing.stop() for thing in reversed(self.started)]
        self.started = []
        wrong += [sanitizer_reports(path) for path in sorted(self.folder.glob("*"))]
        return "\n".join(text for text in wrong if text)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
