"""A full disk, a folder that cannot be written to, and two runs in one folder."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.faulty_runs import (
    CORES,
    PLAIN,
    Run,
    complete,
    files_made,
    made,
    shards,
    trained_again,
)
from tests.projects import copy_project, snakemake
from tests.tally import Tally

pytestmark = pytest.mark.slow

KIB = 1024


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Path]:
    """A folder to mount something on, and what is mounted there goes at the end."""
    if os.geteuid() != 0:
        pytest.skip("skipped: mounting a small disk needs root")
    folder = tmp_path / "mounted"
    folder.mkdir()
    yield folder
    # Till nothing is left; `Path.is_mount` does not see a folder mounted on the same disk.
    while subprocess.run(["umount", folder], capture_output=True, check=False).returncode == 0:
        pass


def test_a_full_disk_loses_nothing(undisturbed: Path, mount: Path, tally: Tally) -> None:
    """It is full in the midst of the training, then, a little larger, in that of the figures.

    A shard may have found its place and Snakemake's record of it none. Snakemake ends at the first
    end of a job that it cannot record, so that the jobs then at work are trained again at most.
    """
    whole = made(undisturbed)
    trained = sum(len(content) for name, content in whole.items() if name.startswith("runs/"))
    drawn = sum(len(content) for name, content in whole.items() if name.startswith("figures/"))
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(mount)], check=True)
    folder = copy_project(mount / "run")
    for room in (trained // 2, trained + drawn // 2):
        with tally.trying("faults"):
            full = used(mount) + room
            subprocess.run(["mount", "-o", f"remount,size={full}", str(mount)], check=True)
            before = shards(folder)
            done = snakemake(folder, *PLAIN)
            said = done.stdout + done.stderr
            assert done.returncode != 0
            assert "free some space" in said.splitlines()[-1]
            assert "Traceback" not in said
            left = made(folder)
            assert [name for name in left if left[name] != whole[name]] == []
            assert len(trained_again(before, folder)) <= CORES
    subprocess.run(["mount", "-o", "remount,size=1g", str(mount)], check=True)
    before = shards(folder)
    complete(folder)
    assert len(trained_again(before, folder)) <= CORES
    tally.same_bytes(whole, made(folder))


def used(mount: Path) -> int:
    return shutil.disk_usage(mount).used


def test_a_folder_that_cannot_be_written_to_is_named(
    undisturbed: Path, mount: Path, tally: Tally
) -> None:
    folder = mount.with_name("run")
    shutil.copytree(undisturbed, folder)
    (folder / "results/smoke/paper.pdf").unlink()
    with tally.trying("faults"):
        bind = ["mount", "--bind", str(folder / "results"), str(mount)]
        subprocess.run(bind, check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", str(mount)], check=True)
        (folder / "results").rename(folder / "kept")
        (folder / "results").symlink_to(mount)
        done = snakemake(folder, *PLAIN)
        said = done.stdout + done.stderr
        assert done.returncode != 0
        assert "results/smoke/" in said
        assert "make this file system writable" in said.splitlines()[-1]
        (folder / "results").unlink()
        (folder / "kept").rename(folder / "results")
        complete(folder)
        tally.same_bytes(made(undisturbed), made(folder))


def test_a_second_run_is_refused_while_the_first_is_at_work(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    folder = without_some_figures(shutil.copytree(undisturbed, tmp_path / "run"))
    with tally.trying("faults"):
        first = Run(folder)
        there = len(files_made(folder))
        while first.is_going() and len(files_made(folder)) == there:
            time.sleep(0.1)
        second = snakemake(folder, *PLAIN)
        assert second.returncode != 0
        assert "Directory cannot be locked" in second.stdout + second.stderr
        assert first.wait() == 0
        tally.same_bytes(made(undisturbed), made(folder))


def test_two_runs_started_at_once_end_in_one_result(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    """Each may find the folder free, for Snakemake looks before it locks."""
    folder = without_some_figures(shutil.copytree(undisturbed, tmp_path / "run"))
    before = shards(folder)
    with tally.trying("faults"):
        for run in (Run(folder), Run(folder)):
            run.wait()
        complete(folder)
        assert trained_again(before, folder) == []
        tally.same_bytes(made(undisturbed), made(folder))


def without_some_figures(folder: Path) -> Path:
    shutil.rmtree(folder / "results/smoke/figures/momentum")
    return folder
