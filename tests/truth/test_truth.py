# SPDX-License-Identifier: MIT
"""A run of some minutes on real mounts. TRUTH_OPS, TRUTH_SEED and TRUTH_PROFILES change it."""
import os

import pytest

from . import main

PROFILES = os.environ.get("TRUTH_PROFILES", "live,reference").split(",")


@pytest.mark.parametrize("profile", PROFILES)
def test_random_operations(profile):
    words = ["--ops", os.environ.get("TRUTH_OPS", "25000"), "--profile", profile]
    if "TRUTH_SEED" in os.environ:
        words += ["--seed", os.environ["TRUTH_SEED"]]
    assert main.main(words) == 0


def test_random_operations_while_drivers_are_killed():
    words = ["--ops", os.environ.get("TRUTH_KILL_OPS", "4000"), "--kill-driver", "4"]
    if "TRUTH_SEED" in os.environ:
        words += ["--seed", os.environ["TRUTH_SEED"]]
    assert main.main(words) == 0
