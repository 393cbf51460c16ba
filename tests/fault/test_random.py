# SPDX-License-Identifier: MIT
"""The randomized run of random_run.py with 20,000 operations in all. A fifth of them ask the server for everything that
they read, which takes long. The seeds are fixed, so that a failure is due to the change under test; VPCFS_RANDOM_SEED
sets another seed, VPCFS_RANDOM_OPS another length."""
import os

import pytest
import random_run
from rig import SLOW

SEED = int(os.environ.get("VPCFS_RANDOM_SEED", "1"))
OPS = int(os.environ.get("VPCFS_RANDOM_OPS", "20000" if SLOW == 1 else "4000"))


@pytest.mark.parametrize("ttl,share", [(0, 0.1), (0.05, 0.4)], ids=["always-asks", "ttl"])
def test_random_run(lab, profile, ttl, share):
    counts = random_run.run(lab, SEED, round(OPS * share), profile, ttl)
    assert counts["calm ok"] > 2 * counts["calm failed"], "a run in which nothing works tests nothing"
