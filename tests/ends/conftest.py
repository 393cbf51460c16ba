# SPDX-License-Identifier: MIT
"""Fixtures: lab makes servers and mounts of a test's own, rounds says how often each end is tried."""
import contextlib
import os
import pathlib
import re
import shutil
import subprocess

import kernel
import pytest
from kernel import harness


def pytest_addoption(parser):
    with contextlib.suppress(ValueError):  # the mount tests may have added it
        parser.addoption("--build", help="meson's build folder", default=None)
    parser.addoption("--rounds", type=int, default=5, help="how often each end is tried (5; the contract says 100)")


def pytest_configure(config):
    build = config.getoption("--build")
    if build:
        os.environ["VPCFS_BUILD"] = str(pathlib.Path(build).resolve())
    # The workers of xdist inherit the number of the process that started them.
    os.environ.setdefault("VPCFS_TEST_SESSION", str(os.getpid()))


def base():
    return harness.build_dir() / "ends-tests" / os.environ["VPCFS_TEST_SESSION"]


def unmount_below(folder):
    for path in harness.mount_lines():
        if path.startswith(f"{folder}/"):
            kernel.Connection(path).abort()  # no process may wait in a mount that is unmounted
            harness.unmount_by_force(path)


def pytest_sessionstart(session):
    if hasattr(session.config, "workerinput"):
        return
    if not any(kernel.CONNECTIONS.iterdir()) and not os.path.ismount(kernel.CONNECTIONS):
        subprocess.run(["mount", "-t", "fusectl", "fusectl", str(kernel.CONNECTIONS)], check=False)
    for folder in base().parent.glob("*"):
        if not os.path.exists(f"/proc/{folder.name}"):  # of a run that has ended
            unmount_below(folder)
            shutil.rmtree(folder, ignore_errors=True)
    base().mkdir(parents=True, exist_ok=True)


def pytest_sessionfinish(session):
    if not hasattr(session.config, "workerinput"):
        unmount_below(base())


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.failed = outcome.get_result().failed


@pytest.fixture
def rounds(request):
    return request.config.getoption("--rounds")


@pytest.fixture
def lab(request):
    """Not below /tmp; if the test fails, the folder stays. The profile does not matter here."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", request.node.name.removeprefix("test_"))[:40]
    lab = harness.Lab(base() / f"{name}-{os.urandom(4).hex()}", "live")
    lab.folder.mkdir(parents=True)
    yield lab
    wrong = lab.stop()
    if not wrong and not getattr(request.node, "failed", True):
        lab.remove()
    assert wrong == "", wrong
