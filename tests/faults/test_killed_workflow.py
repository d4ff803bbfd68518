"""Snakemake is killed at random moments, and the same command then continues to the same bytes.

The moments are spread over one run of the study, which continues after each kill.
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
    differing,
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


def test_the_same_command_continues_after_every_kill(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    whole = made(undisturbed)
    seed = random.SystemRandom().randrange(10**6)
    print(f"random moments of seed {seed}")
    moments = random.Random(seed)
    survived = 0
    while survived < KILLS:
        folder = copy_project(tmp_path / "run")
        before: dict[Path, int] = {}
        unrecorded = 0
        for share in sorted(moments.random() for _ in range(KILLS - survived)):
            unlock(folder)
            run = Run(folder)
            while run.is_running() and len(files_made(folder)) < share * len(whole):
                time.sleep(0.1)
            time.sleep(moments.uniform(0, 1))
            # With its jobs, as when the machine stops; or without: they continue for a while.
            if not run.kill(with_jobs=moments.random() < 0.5):
                break
            with tally.trying("faults"):
                assert differing(folder, whole) == []
                again = len(trained_again(before, folder))
                assert again <= unrecorded
            # Each kill leaves at most one shard per core without a record. It is trained again when
            # its turn comes, which may be after further kills.
            unrecorded += CORES - again
            before = shards(folder)
            survived += 1
        complete(folder)
        assert len(trained_again(before, folder)) <= unrecorded
        tally.same_bytes(whole, made(folder))
        shutil.rmtree(folder)
