"""Snakemake is killed at random moments: the command given again completes to the same bytes.

The moments lie along one run from nothing to the end, which is taken up again after each; what each
of them left on the disk is copied and completed by itself.
"""

import random
import shutil
import time
from pathlib import Path

import pytest

from tests.faults.faulty_runs import (
    CORES,
    Run,
    complete,
    files_made,
    made,
    shards,
    trained_again,
    unlock,
)
from tests.projects import copy_project
from tests.tally import Tally

pytestmark = pytest.mark.slow

KILLS = 12


def test_the_plain_command_completes_what_a_killed_one_began(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    whole = made(undisturbed)
    seed = random.SystemRandom().randrange(10**6)
    print(f"random moments of seed {seed}")
    moments = random.Random(seed)
    survived = 0
    while survived < KILLS:
        trunk = copy_project(tmp_path / "trunk")
        for share in sorted(moments.random() for _ in range(KILLS - survived)):
            unlock(trunk)
            run = Run(trunk)
            while run.is_going() and len(files_made(trunk)) < share * len(whole):
                time.sleep(0.1)
            time.sleep(moments.uniform(0, 1))
            # With its jobs, as when the machine stops; or without: they go on for a while.
            if not run.kill(with_jobs=moments.random() < 0.5):
                break
            with tally.trying("faults"):
                left = made(trunk)
                assert [name for name in left if left[name] != whole[name]] == []
                branch = shutil.copytree(trunk, tmp_path / "branch")
                before = shards(branch)
                complete(branch)
                # Of what was there, the jobs at work when the run was killed at most.
                assert len(trained_again(before, branch)) <= CORES
                tally.same_bytes(whole, made(branch))
            shutil.rmtree(branch)
            survived += 1
        shutil.rmtree(trunk)
