"""Training jobs are killed, run out of memory, and finished shards are damaged."""

import random
import time
from pathlib import Path

import psutil
import pytest

from tests.faults.faulty_runs import PLAIN, Run, complete, kill, made, shards, trained_again
from tests.projects import copy_project, snakemake
from tests.tally import Tally

pytestmark = pytest.mark.slow

KILLS = 16
STARVED = 2
LITTLE_MEMORY = 100 * 2**20


def test_killed_and_starved_jobs_are_trained_again_and_no_others(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    whole = made(undisturbed)
    folder = copy_project(tmp_path / "run")
    seed = random.SystemRandom().randrange(10**6)
    print(f"random moments of seed {seed}")
    moments = random.Random(seed)
    with tally.trying("faults", KILLS + STARVED):
        killed = starved = 0
        while killed < KILLS or starved < STARVED:
            run = Run(folder)
            met: set[int] = set()
            while run.is_going() and (killed < KILLS or starved < STARVED):
                for job in run.training_jobs():
                    if job.pid in met:
                        continue
                    met.add(job.pid)
                    if starved < STARVED:
                        starved += starve(job)
                    elif killed < KILLS:
                        time.sleep(moments.uniform(0, 0.5))
                        killed += kill(job)
            run.wait()
            left = made(folder)
            assert [name for name in left if left[name] != whole[name]] == []
        before = shards(folder)
        assert len(before) < len(shards(undisturbed))
        complete(folder)
        assert trained_again(before, folder) == []
        tally.same_bytes(whole, made(folder))


def starve(job: psutil.Process) -> bool:
    """Take a job's memory away; say if it was still there."""
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


def test_damaged_shards_and_those_of_another_design_are_found_and_trained_again(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    whole = made(undisturbed)
    folder = copy_project(tmp_path / "run")
    assert snakemake(folder, *PLAIN, "collect").returncode == 0
    *hurt, other = sorted((folder / "results/smoke/runs").rglob("*.parquet"))[:4]
    with tally.trying("faults", len(hurt)):
        before = shards(folder)
        for path, damage in zip(hurt, (truncate, flip_a_bit, replace), strict=True):
            damage(path, other)
        done = snakemake(folder, *PLAIN)
        said = done.stdout + done.stderr
        assert done.returncode != 0
        for path in hurt:
            assert f"{path.relative_to(folder)}: " in said
            assert not path.exists()
        assert "damaged shard" in said
        assert "shard of another design" in said
        assert "Run the same command again" in said
        complete(folder)
        runs = folder / "results/smoke/runs"
        assert set(trained_again(before, folder)) == {path.relative_to(runs) for path in hurt}
        for path in hurt:
            path.with_name(f"{path.name}.unusable").unlink()  # kept for whoever wants to know why
        tally.same_bytes(whole, made(folder))
