"""The smoke study on a real Slurm cluster of four nodes: undisturbed, and with faults."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.projects import command, contents, copy_project, results, snakemake, surroundings
from tests.slurm.slurm_cluster import (
    Cluster,
    Job,
    UnavailableError,
    missing_packages,
    running_cluster,
    wait_for,
)
from tests.tally import Tally

pytestmark = pytest.mark.slow

PROFILE = ["--profile", "profiles/slurm", "--slurm-groups-init-seconds-before-status-checks", "1"]
TRAIN = "-m\0momentum_study\0train\0"  # in the command line of a process
TRAINING = "stability"  # the target that needs all that is trained


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if os.environ.get("CI") == "true" and os.geteuid() == 0:
        assert not missing_packages(), "on CI there has to be a cluster"
    try:
        with running_cluster() as cluster:
            yield cluster
    except UnavailableError as reason:
        pytest.skip(f"skipped: {reason}")


@pytest.fixture
def untrained(undisturbed: Path, tmp_path: Path) -> Path:
    """A copy of the undisturbed run, with its data but without any training."""
    folder = shutil.copytree(undisturbed, tmp_path / "copy")
    for part in ("runs", "sharpness"):
        shutil.rmtree(folder / "results/smoke" / part)
    for table in ("runs.parquet", "stability.csv"):
        (folder / "results/smoke/tables" / table).unlink()
    return folder


def trained(folder: Path) -> dict[str, bytes]:
    """Content of all that was trained."""
    return contents(folder / "results/smoke", "runs", "sharpness")


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Snakemake at work; what it prints is in `printed.txt`."""
    with (folder / "printed.txt").open("wb") as printed:
        process = subprocess.Popen(
            command(*PROFILE, *arguments),
            cwd=folder,
            env=surroundings(folder),
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def jobs_of(cluster: Cluster, folder: Path) -> list[Job]:
    """Slurm's jobs of the run that is, or was, at work in the folder."""
    run = re.search("SLURM run ID: (.+)", (folder / "printed.txt").read_text())
    return [job for job in cluster.jobs() if run and job.run == run[1]]


def state_of(cluster: Cluster, job: Job) -> str:
    return next(known.state for known in cluster.jobs() if known.number == job.number)


def at_training(cluster: Cluster, folder: Path, except_job: Job | None = None) -> Job | None:
    """Return a job that is training at this very moment, if there is one."""
    for job in jobs_of(cluster, folder):
        if except_job is not None and job.number == except_job.number:
            continue
        if job.state == "RUNNING" and any(TRAIN in words for words in cluster.commands(job)):
            return job
    return None


def test_the_same_bytes_as_without_cluster(
    cluster: Cluster, undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    folder = copy_project(tmp_path / "fresh")
    with started(folder, "--slurm-groups-keep-successful-logs") as process:
        assert process.wait() == 0, (folder / "printed.txt").read_text()
    tally.same_bytes(results(undisturbed), results(folder))
    tally.same_bytes(trained(undisturbed), trained(folder))

    jobs = jobs_of(cluster, folder)
    assert {job.state for job in jobs} == {"COMPLETED"}
    assert len({job.node for job in jobs}) > 1
    # All before the training is one job, so is all after the runs are collected.
    groups = [job.what.split("_")[1] for job in jobs]
    assert sorted(groups) == ["collect", "data", "results", "sharpness", "train"]
    # Each started Snakemake once, however many jobs of the workflow it had.
    logs = list((folder / ".snakemake/slurm_logs").rglob("*.log"))
    assert [log.read_text().count("Building DAG of jobs") for log in logs] == [1] * len(jobs)


def test_cancelled_over_memory_and_node_lost(
    cluster: Cluster, undisturbed: Path, untrained: Path, tally: Tally
) -> None:
    with (
        tally.trying("faults", 3),
        started(
            untrained,
            TRAINING,
            *("--group-components", "data=1000", "train=7", "sharpness=24", "results=1000"),
            # Of two jobs at a time: too little at first, more than enough the second time.
            *("--set-resources", "sharpness:mem_mb=60 * attempt ** 4"),
        ) as process,
    ):
        cancelled = wait_for(lambda: at_training(cluster, untrained), "a job is training", process)
        cluster.tell("scancel", str(cancelled.number))
        lost = wait_for(
            lambda: at_training(cluster, untrained, except_job=cancelled),
            "another job is training",
            process,
        )
        cluster.fail_node(lost.node)
        # A job that lost its node is held back for two minutes by Slurm, which need not be.
        wait_for(lambda: state_of(cluster, lost) == "PENDING", "the lost job is queued again")
        cluster.tell("scontrol", "update", f"JobId={lost.number}", "StartTime=now")
        assert process.wait() == 0, (untrained / "printed.txt").read_text()
        tally.same_bytes(results(undisturbed), results(untrained))
        tally.same_bytes(trained(undisturbed), trained(untrained))
        cluster.start_node(lost.node)

        jobs = {job.number: job for job in jobs_of(cluster, untrained)}
        assert jobs[cancelled.number].state == "CANCELLED"
        again = jobs[lost.number]
        assert (again.state, again.restarts) == ("COMPLETED", 1)
        assert again.node != lost.node
        first, second = (job for job in jobs.values() if job.what == "rule_sharpness_sharpness")
        assert (first.state, second.state) == ("FAILED", "COMPLETED")
        assert (first.memory_mb, second.memory_mb) == (120, 1920)
        (log,) = (untrained / ".snakemake/slurm_logs").rglob(f"{first.number}.log")
        assert "exceeded memory limit" in log.read_text()


def test_snakemake_killed(
    cluster: Cluster, undisturbed: Path, untrained: Path, tally: Tally
) -> None:
    with tally.trying("faults"):
        with started(untrained, TRAINING) as process:
            wait_for(lambda: at_training(cluster, untrained), "a job is training", process)
            process.kill()
        living = [job for job in jobs_of(cluster, untrained) if job.state in ("RUNNING", "PENDING")]
        assert living, "Slurm has no work left"
        # As docs/cluster.md says.
        cluster.tell("scancel", "--name", living[0].run)
        wait_for(
            lambda: not cluster.tell("squeue", "--noheader", "--name", living[0].run),
            "its jobs are gone",
        )
        assert "CANCELLED" in {state_of(cluster, job) for job in living}
        unlocked = snakemake(untrained, "--unlock")
        assert unlocked.returncode == 0, unlocked.stderr
        with started(untrained, TRAINING) as process:
            assert process.wait() == 0, (untrained / "printed.txt").read_text()
        tally.same_bytes(results(undisturbed), results(untrained))
        tally.same_bytes(trained(undisturbed), trained(untrained))
