# SPDX-License-Identifier: MIT
"""A toyfs mount for the length of a with-block, under the build directory (never /tmp: vim behaves differently there)."""
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile
import time

SLOW = float(os.environ.get("VPCFS_TEST_SLOW", "1"))
WATCHDOG_S = 120


class ToyMount:
    """path: the mount. log(): the stores since the last call."""

    def __init__(self, toyfs, timeout_ms=10000, options=""):
        self.command = [toyfs, None, str(timeout_ms)] + ([options] if options else [])
        build = pathlib.Path(toyfs).resolve().parent
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="toymount-", dir=build))
        self.command[1] = str(self.path)
        self.errors = tempfile.TemporaryFile()

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=self.errors)
        ready, _, _ = select.select([self.process.stdout], [], [], 10 * SLOW)
        if not ready or self.process.stdout.readline() != b"ready\n":
            self.__exit__(RuntimeError, None, None)
            raise RuntimeError("toyfs did not mount")
        return self

    def ended(self, seconds):
        """The exit status; an assertion fails if it takes longer."""
        try:
            return self.process.wait(seconds * SLOW)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"toyfs did not end within {seconds} s") from None

    def stop(self, how=signal.SIGTERM, seconds=5):
        self.process.send_signal(how)
        status = self.ended(seconds)
        assert status == 0, f"toyfs ended with {status}"

    def __exit__(self, kind, value, trace):
        try:
            if self.process.poll() is None:
                subprocess.run(["fusermount3", "-u", "-z", self.path], check=False)
                try:
                    self.process.wait(5 * SLOW)
                except subprocess.TimeoutExpired:
                    self.process.kill()
                    self.process.wait()
                    if kind is None:
                        raise AssertionError("toyfs had to be killed") from None
        finally:
            subprocess.run(["fusermount3", "-u", "-z", "-q", self.path], check=False,
                           stderr=subprocess.DEVNULL)
            self.path.rmdir()
        self.errors.seek(0)
        said = self.errors.read().decode()
        if said:
            print(said, file=sys.stderr)
        if kind is None:
            assert self.process.returncode == 0, f"toyfs ended with {self.process.returncode}"
            assert not said, "toyfs said something"

    def control(self, name, value):
        (self.path / ".ctl" / name).write_text(f"{value}\n")

    def log(self):
        text = (self.path / ".ctl/log").read_text()
        self.control("reset", 1)
        return text.splitlines()


def wait_until(condition, what, seconds=10.0):
    end = time.monotonic() + seconds * SLOW
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds * SLOW:g} s for: {what}")
        time.sleep(0.002)


def run_tests(tests, toyfs):
    """Gives each test a mount of its own. Returns the exit status."""
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        print("no /dev/fuse")
        return 77
    failed = 0
    for test in tests:
        signal.alarm(int(WATCHDOG_S * SLOW))
        try:
            with ToyMount(toyfs) as mount:
                test(mount)
            print(f"ok {test.__name__}", flush=True)
        except Exception as e:  # every test is run
            failed += 1
            import traceback
            traceback.print_exc()
            print(f"FAILED {test.__name__}: {e}", flush=True)
    return 1 if failed else 0
