# SPDX-License-Identifier: MIT
"""Fixtures: m is a mount of PROD and PLAIN, lab makes mounts to measure, cli starts vpcfs as a person does, profile is the server's profile."""
import os
import pathlib
import re
import shutil
import signal

import harness
import pytest
import runner

# A sanitizer's suppressions, and the tests' own folders, live beside the build.
PROFILES = ("live", "reference")
live = pytest.mark.parametrize("profile", ["live"], indirect=True)
reference = pytest.mark.parametrize("profile", ["reference"], indirect=True)


def pytest_addoption(parser):
    parser.addoption("--build", help="meson's build folder", default=None)


def pytest_configure(config):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell makes its background jobs and their children ignore it
    build = config.getoption("--build")
    if build:
        os.environ["VPCFS_BUILD"] = str(pathlib.Path(build).resolve())
    # The workers of xdist inherit the number of the process that started them.
    os.environ.setdefault("VPCFS_TEST_SESSION", str(os.getpid()))


def session_folder():
    return harness.build_dir() / "mount-tests" / os.environ["VPCFS_TEST_SESSION"]


def pytest_sessionstart(session):
    if hasattr(session.config, "workerinput"):
        return
    for folder in (harness.build_dir() / "mount-tests").glob("*"):
        if not os.path.exists(f"/proc/{folder.name}"):
            unmount_below(folder)
            shutil.rmtree(folder, ignore_errors=True)
    session_folder().mkdir(parents=True, exist_ok=True)


def pytest_sessionfinish(session):
    if not hasattr(session.config, "workerinput"):
        unmount_below(session_folder())


def unmount_below(folder):
    for path in harness.mount_lines():
        if path.startswith(f"{folder}/"):
            harness.unmount_by_force(path)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.failed = outcome.get_result().failed


@pytest.fixture(params=PROFILES)
def profile(request):
    return request.param


def folder_name(request):
    name = re.sub(r"[^A-Za-z0-9]+", "-", request.node.name.removeprefix("test_"))[:40]
    return f"{name}-{os.urandom(4).hex()}"


@pytest.fixture
def lab(request, profile):
    """Not below /tmp, where vim behaves differently."""
    lab = harness.Lab(session_folder() / folder_name(request), profile)
    lab.folder.mkdir(parents=True)
    yield lab
    wrong = lab.stop()
    if not wrong and not getattr(request.node, "failed", True):
        lab.remove()
    assert wrong == "", wrong


@pytest.fixture
def m(lab):
    return lab.mount()


@pytest.fixture
def cli(lab):
    starter = runner.Runner(lab)
    yield starter
    starter.end()
