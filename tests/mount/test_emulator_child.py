# SPDX-License-Identifier: MIT
"""--emulator: the server is a process of its own, which comes and goes with the mount."""
import os
import pathlib
import shutil
import signal
import subprocess

import pytest
from harness import SLOW, is_mounted, program, unmount, unmount_by_force, wait_until
from runner import assert_one_sentence, command_line


@pytest.fixture
def profile():
    return "live"


def children(parent):
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(entry.parent.name))
    return found


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("how", ["fusermount3", signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_it_ends_with_the_driver(cli, how):
    assert cli.run("--emulator", cli.mnt).returncode == 0
    [driver] = cli.daemons()
    [emulator] = children(driver)
    assert "vpcfs-emulator" in command_line(emulator)
    if how == "fusermount3":
        unmount(cli.mnt)
    else:
        os.kill(driver, how)
    wait_until(lambda: not is_alive(emulator), "the emulator to end", 2)
    unmount_by_force(cli.mnt)


def test_no_list_of_processes_shows_its_token(cli):
    assert cli.run("--emulator", cli.mnt).returncode == 0
    [emulator] = children(cli.daemons()[0])
    assert command_line(emulator).split() == ["vpcfs-emulator", "--samples", "--token", "-"]


def test_it_lets_go_of_the_terminal(cli):
    """Whoever waits for the end of vpcfs's output waits for nobody else."""
    assert cli.run("--emulator", cli.mnt).stdout == ""  # reads to the end
    [emulator] = children(cli.daemons()[0])
    assert os.getsid(emulator) == emulator
    for fd in ("1", "2"):
        assert os.readlink(f"/proc/{emulator}/fd/{fd}").startswith("pipe:")


def test_its_state_is_kept(cli):
    for name, there in (("one", []), ("two", ["one"])):
        assert cli.run("--emulator=state", "-o", "zone=US-EAST-04A", cli.mnt).returncode == 0
        assert [entry for entry in ("one", "two") if (cli.mnt / entry).exists()] == there
        (cli.mnt / name).mkdir()
        unmount(cli.mnt)
        wait_until(lambda: not cli.daemons(), "the daemon to end")


def test_why_it_does_not_start(cli):
    (cli.folder / "state").write_text("not a state\n")
    assert_one_sentence(cli.run("--emulator=state", cli.mnt), "--emulator: ", "state")
    assert not is_mounted(cli.mnt)


def test_without_its_package(cli):
    alone = cli.folder / "vpcfs"
    shutil.copy(program("vpcfs"), alone)
    result = subprocess.run([alone, "--emulator", cli.mnt], capture_output=True, text=True, env=cli.env, timeout=60 * SLOW,
                            check=False)
    assert_one_sentence(result, "install the package vpcfs-emulator")
