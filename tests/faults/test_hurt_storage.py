"""A full disk, a read-only folder, and two runs in one folder."""

import compileall
import errno
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from momentum_study.core.errors import next_step
from tests.faults.faulty_runs import (
    CORES,
    PLAIN,
    Run,
    complete,
    differing,
    made,
    shards,
    trained_again,
)
from tests.projects import copy_project, snakemake
from tests.tally import Tally

pytestmark = pytest.mark.slow


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Path]:
    """A mount point; everything that is mounted there is unmounted at the end."""
    if os.geteuid() != 0:
        pytest.skip("skipped: mounting a small disk needs root")
    folder = tmp_path / "mounted"
    folder.mkdir()
    yield folder
    # Until nothing is mounted; `Path.is_mount` misses a folder that is mounted on the same disk.
    while subprocess.run(["umount", folder], capture_output=True, check=False).returncode == 0:
        pass


def test_a_full_disk_loses_nothing(undisturbed: Path, mount: Path, tally: Tally) -> None:
    """The disk is full during the training, then, a little larger, during the figures.

    There may have been space for a shard, but not for Snakemake's record of it. Snakemake stops at
    the first job whose end it cannot record, so at most the jobs that ran then are trained again.
    """
    whole = made(undisturbed)
    trained = sum(len(content) for name, content in whole.items() if name.startswith("runs/"))
    drawn = sum(len(content) for name, content in whole.items() if name.startswith("figures/"))
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(mount)], check=True)
    folder = copy_project(mount / "run")
    compileall.compile_dir(folder / "src", quiet=1)  # as the set-up does
    for room in (trained // 2, trained + drawn // 2):
        with tally.trying("faults"):
            full = shutil.disk_usage(mount).used + room
            subprocess.run(["mount", "-o", f"remount,size={full}", str(mount)], check=True)
            before = shards(folder)
            done = snakemake(folder, *PLAIN)
            output = done.stdout + done.stderr
            assert done.returncode != 0
            assert next_step(errno.ENOSPC) in output.splitlines()[-1]
            assert "Traceback" not in output
            assert differing(folder, whole) == []
            assert len(trained_again(before, folder)) <= CORES
    subprocess.run(["mount", "-o", "remount,size=1g", str(mount)], check=True)
    before = shards(folder)
    complete(folder)
    assert len(trained_again(before, folder)) <= CORES
    tally.same_bytes(whole, made(folder))


def test_a_read_only_folder_is_named(undisturbed: Path, mount: Path, tally: Tally) -> None:
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
        output = done.stdout + done.stderr
        assert done.returncode != 0
        assert "results/smoke/" in output
        assert next_step(errno.EROFS) in output.splitlines()[-1]
        (folder / "results").unlink()
        (folder / "kept").rename(folder / "results")
        complete(folder)
        tally.same_bytes(made(undisturbed), made(folder))


def test_a_second_run_is_refused_while_the_first_runs(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    folder = without_some_figures(shutil.copytree(undisturbed, tmp_path / "run"))
    with tally.trying("faults"):
        first = Run(folder)
        while first.is_running() and not any((folder / ".snakemake/locks").glob("*")):
            time.sleep(0.1)
        first.process.suspend()  # else it may end, or remove an output, while the second reads
        second = snakemake(folder, *PLAIN)
        first.process.resume()
        assert first.wait() == 0
        assert second.returncode != 0
        assert "Directory cannot be locked" in second.stdout + second.stderr
        tally.same_bytes(made(undisturbed), made(folder))


def test_two_runs_started_together_give_one_result(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    """Both may find the folder unlocked, because Snakemake checks before it locks."""
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
