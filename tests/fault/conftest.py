# SPDX-License-Identifier: MIT
"""Fixtures: shared is one mount and emulator per profile and worker, for the many cases of the matrix; lab makes mounts of a
test's own."""
import collections
import contextlib
import os
import pathlib
import re
import shutil
import signal

import pytest
import rig
from rig import harness

PROFILES = ("live", "reference")


def pytest_addoption(parser):
    with contextlib.suppress(ValueError):  # the mount tests may have added it
        parser.addoption("--build", help="meson's build folder", default=None)
    parser.addoption("--table", action="store_true", help="say how many cases there are of what, and what was measured")


def pytest_configure(config):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell makes its background jobs and their children ignore it
    build = config.getoption("--build")
    if build:
        os.environ["VPCFS_BUILD"] = str(pathlib.Path(build).resolve())
    # The workers of xdist inherit the number of the process that started them.
    os.environ.setdefault("VPCFS_TEST_SESSION", str(os.getpid()))


def base():
    return harness.build_dir() / "fault-tests" / os.environ["VPCFS_TEST_SESSION"]


def unmount_below(folder):
    for path in harness.mount_lines():
        if path.startswith(f"{folder}/"):
            harness.unmount_by_force(path)


def pytest_sessionstart(session):
    if hasattr(session.config, "workerinput"):
        return
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


def new_lab(name, profile):
    lab = rig.FaultLab(base() / f"{re.sub(r'[^A-Za-z0-9]+', '-', name)[:40]}-{os.urandom(4).hex()}", profile)
    lab.folder.mkdir(parents=True)
    return lab


@pytest.fixture(params=PROFILES, scope="session")
def profile(request):
    return request.param


@pytest.fixture
def lab(request, profile):
    lab = new_lab(request.node.name, profile)
    yield lab
    wrong = lab.stop()
    if not wrong and not getattr(request.node, "failed", True):
        lab.remove()
    assert wrong == "", wrong


@pytest.fixture(scope="session")
def shared_lab(profile):
    lab = new_lab(f"shared-{profile}", profile)
    yield lab
    wrong = lab.stop()
    if not wrong:
        lab.remove()
    assert wrong == "", wrong


# The table: what the tests recorded or, if they recorded nothing, their file.
def subject_of(report):
    return os.path.basename(report.nodeid.split("::")[0]).removeprefix("test_").removesuffix(".py")


def pytest_terminal_summary(terminalreporter, config):
    if not config.getoption("--table"):
        return
    cells, figures = collections.Counter(), []
    for report in terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", []):
        properties = dict(report.user_properties)
        cells[tuple(properties.pop("cell", (f"{subject_of(report)}: scenarios", "any")))] += 1
        if properties:
            figures.append(f"{report.nodeid.split('::')[1]}: " + ", ".join(f"{key} {value}" for key, value in properties.items()))
    calls = ("LIST", "GET", "PATCH", "POST", "DELETE", "any")
    terminalreporter.section("cases")
    for row in [("", *calls)] + [(group, *(cells[group, call] or "" for call in calls)) for group in dict.fromkeys(cell[0] for cell in cells)]:
        terminalreporter.write_line(f"{row[0]:<20}" + "".join(f"{value:>8}" for value in row[1:]))
    terminalreporter.section("figures")
    for line in sorted(figures):
        terminalreporter.write_line(line)
