# SPDX-License-Identifier: MIT
"""Runs of the random operations on real mounts: TRUTH_OPS operations with each of TRUTH_PROFILES, and TRUTH_KILL_OPS
while drivers are killed; TRUTH_SEED repeats their mixture. A program waits far more than it works, so a few runs go
side by side, and while one is judged the others go on. A run has at most PART operations, for the record is judged in
memory."""
import os
import pathlib
import subprocess

import pytest

RUN = pathlib.Path(__file__).with_name("run")
TIED = ["setpriv", "--pdeathsig", "TERM", "--"]  # ends with this process, whatever ends it
AT_ONCE, PART = 5, 12500
PROFILES = os.environ.get("TRUTH_PROFILES", "live,reference").split(",")
OPS = int(os.environ.get("TRUTH_OPS", "25000"))
KILL_OPS = int(os.environ.get("TRUTH_KILL_OPS", "4000"))
SEED = os.environ.get("TRUTH_SEED")


def parts(count):
    number = -(-count // PART)
    return [["--ops", str(count // number)]] * number


def all_runs():
    """name -> arguments"""
    words = [["--profile", profile, *part] for profile in PROFILES for part in parts(OPS)]
    words += [["--kill-driver", "4", *part] for part in parts(KILL_OPS)]
    if SEED:
        words = [[*some, "--seed", str(int(SEED) + number)] for number, some in enumerate(words)]
    return {f"{number} {' '.join(some)}": some for number, some in enumerate(words)}


class Runs:
    """Started in the order in which they are waited for."""

    def __init__(self, folder):
        self.folder, self.started, self.left = folder, {}, list(all_runs().items())
        for _ in range(AT_ONCE):
            self.start()

    def start(self):
        if self.left:
            name, words = self.left.pop(0)
            with open(self.folder / name, "w", encoding="utf-8") as said:
                self.started[name] = subprocess.Popen([*TIED, RUN, *words], stdout=said, stderr=said)

    def finish(self, name):
        """(exit status, what it said)"""
        while name not in self.started:  # if only some of the tests were chosen
            self.start()
        status = self.started[name].wait()
        self.start()
        return status, (self.folder / name).read_text()

    def stop(self):
        for process in self.started.values():
            process.terminate()
        for process in self.started.values():
            process.wait()


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    some = Runs(tmp_path_factory.mktemp("truth"))
    yield some
    some.stop()


@pytest.mark.parametrize("name", all_runs())
def test_random_operations(runs, name):
    status, said = runs.finish(name)
    print(said)
    assert status == 0
