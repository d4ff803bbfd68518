"""Training jobs are killed or run out of memory, and finished shards are damaged."""

import random
import shutil
import time
from pathlib import Path

import psutil
import pytest

from tests.faults.faulty_runs import (
    PLAIN,
    Run,
    complete,
    differing,
    kill,
    made,
    shards,
    trained_again,
)
from tests.projects import copy_project, snakemake
from tests.tally import Tally

pytestmark = pytest.mark.slow

KILLS = 16
LONGEST_WAIT = 0.2  # seconds: a training job takes hardly longer
STARVED = 2
LITTLE_MEMORY = 100 * 2**20
# Up to the tables of runs, which contain all that was trained.
TRAINING = "collect"
TRAINED = ("datasets/", "runs/", "tables/runs.parquet", "tables/curves.parquet")


def test_only_jobs_that_were_killed_or_out_of_memory_are_trained_again(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    whole = {name: data for name, data in made(undisturbed).items() if name.startswith(TRAINED)}
    folder = copy_project(tmp_path / "run")
    seed = random.SystemRandom().randrange(10**6)
    print(f"random moments of seed {seed}")
    moments = random.Random(seed)
    with tally.trying("faults", KILLS + STARVED):
        killed = starved = 0
        while killed < KILLS or starved < STARVED:
            if len(shards(folder)) == len(shards(undisturbed)):  # nothing is left to be killed
                shutil.rmtree(folder / "results/smoke/runs")
            run = Run(folder, TRAINING)
            met: set[int] = set()
            while run.is_running() and (killed < KILLS or starved < STARVED):
                for job in run.jobs("train"):
                    if job.pid in met:
                        continue
                    met.add(job.pid)
                    if starved < STARVED:
                        starved += starve(job)
                    elif killed < KILLS:
                        time.sleep(moments.uniform(0, LONGEST_WAIT))
                        killed += kill(job)
                time.sleep(0.05)
            run.wait()
            assert differing(folder, whole) == []
        before = shards(folder)
        assert len(before) < len(shards(undisturbed))
        complete(folder, TRAINING)
        assert trained_again(before, folder) == []
        tally.same_bytes(whole, made(folder))


def starve(job: psutil.Process) -> bool:
    """Limit a job's memory; return if it was still running."""
    try:
        job.rlimit(psutil.RLIMIT_AS, (LITTLE_MEMORY, LITTLE_MEMORY))
    except psutil.NoSuchProcess:
        return False
    return True


def truncate(path: Path, _: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def flip_a_bit(path: Path, _: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def replace(path: Path, other: Path) -> None:
    path.write_bytes(other.read_bytes())


def test_damaged_shards_and_shards_of_another_design_are_trained_again(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    folder = shutil.copytree(undisturbed, tmp_path / "run")
    (folder / "results/smoke/tables/runs.parquet").unlink()
    runs = folder / "results/smoke/runs"
    *damaged, other = sorted(runs.rglob("*.parquet"))[:4]
    with tally.trying("faults", len(damaged)):
        before = shards(folder)
        for path, damage in zip(damaged, (truncate, flip_a_bit, replace), strict=True):
            damage(path, other)
        done = snakemake(folder, *PLAIN, TRAINING)
        output = done.stdout + done.stderr
        assert done.returncode != 0
        for path in damaged:
            assert f"{path.relative_to(folder)}: " in output
            assert not path.exists()
        assert "damaged" in output
        assert "another design" in output
        assert "same command again" in output
        done = snakemake(folder, *PLAIN, TRAINING)
        assert done.returncode == 0, done.stdout + done.stderr
        assert set(trained_again(before, folder)) == {path.relative_to(runs) for path in damaged}
        for path in damaged:
            path.with_name(f"{path.name}.unusable").unlink()  # kept for inspection
        tally.same_bytes(made(undisturbed), made(folder))
