# SPDX-License-Identifier: MIT
"""vpcfs as a person starts it, root or not: in the background, with one sentence for each mistake."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import harness
from harness import SLOW, TOKEN, option_value, program, sanitizer_env, unmount, unmount_by_force, wait_until


class Runner:
    """vpcfs as a person starts it: it goes to the background."""

    def __init__(self, lab):
        self.server = lab.server()
        self.folder = lab.new_folder()
        self.mnt = self.folder / "mnt"
        self.mnt.mkdir()
        self.token_file = self.folder / "token"
        self.token_file.touch(mode=0o600)
        self.token_file.write_text(TOKEN + "\n")
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **sanitizer_env(self.folder)}

    def run(self, *args, env=None, prefix=()):
        return subprocess.run([*prefix, program("vpcfs"), *map(str, args)], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, cwd=self.folder, env={**self.env, **(env or {})},
                              timeout=60 * SLOW, check=False)

    def with_token(self, *args, **kwargs):
        return self.run("-o", f"token_file={option_value(self.token_file)}", *args, **kwargs)

    def daemons(self):
        return [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and str(self.mnt) in command_line(pid)]

    def end(self):
        unmount(self.mnt)
        unmount_by_force(self.mnt)
        try:
            wait_until(lambda: not self.daemons(), "the daemon to end", 5)
        except AssertionError:
            for pid in self.daemons():
                os.kill(pid, signal.SIGKILL)
            raise


def command_line(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def assert_one_sentence(result, *words, status=1):
    """status: 1 if it could not be done, 2 for wrong usage."""
    assert result.returncode == status, result
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("vpcfs: "), result.stderr
    for word in words:
        assert word.lower() in lines[0].lower(), lines[0]


AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


@contextlib.contextmanager
def fuse_for_everybody():
    """Sets /dev/fuse as udev leaves it on Debian; containers often do not."""
    mode = os.stat("/dev/fuse").st_mode & 0o777
    os.chmod("/dev/fuse", 0o666)
    try:
        yield
    finally:
        os.chmod("/dev/fuse", mode)


def nobody_env(vpcfs):
    folder = pathlib.Path(vpcfs).parent
    return {"PATH": os.environ["PATH"], "HOME": str(folder), **sanitizer_env(folder)}


class private_program:
    """A copy of vpcfs in a folder of an ordinary user."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="vpcfs-test-", dir="/var/tmp")
        shutil.copy(program("vpcfs"), self.folder)
        for path in (self.folder, f"{self.folder}/vpcfs"):
            os.chown(path, 65534, 65534)
            os.chmod(path, 0o700)
        return f"{self.folder}/vpcfs"

    def __exit__(self, *_):
        reports = harness.sanitizer_reports(pathlib.Path(self.folder))
        shutil.rmtree(self.folder, ignore_errors=True)
        assert reports == ""


def nobodys_paths(vpcfs):
    """A mountpoint and a token file beside a private program, for the user it belongs to."""
    folder = pathlib.Path(vpcfs).parent
    mnt, token = folder / "mnt", folder / "token"
    mnt.mkdir()
    token.touch(mode=0o600)
    token.write_text(TOKEN)
    for path in (mnt, token):
        os.chown(path, 65534, 65534)
    return mnt, token
