# SPDX-License-Identifier: MIT
"""The randomized run of random_run.py: --ops of it (20,000 by default), a seed of its own each time unless --seed says which."""
import os
import random

import random_run


def test_random_run(lab, profile, request):
    seed = request.config.getoption("--seed")
    if seed is None:
        seed = int(os.environ.get("VPCFS_TEST_SEED", random.SystemRandom().randrange(1 << 31)))
    counts = random_run.run(lab, seed, request.config.getoption("--ops") // 2, profile)
    assert counts["calm ok"] > 2 * counts["calm failed"], "a run in which nothing works tests nothing"
