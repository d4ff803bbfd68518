"""Runs of the workflow that tests start, watch and hurt, by the ids of what they started alone."""

import subprocess
from pathlib import Path

import psutil

from tests.projects import COSTS, RESULTS, command, files, snakemake, surroundings

STUDY = "results/smoke"
CORES = 2
PLAIN = ("--cores", str(CORES))


class Run:
    """The plain command, at work in the background."""

    def __init__(self, folder: Path) -> None:
        self.output = folder.with_name(f"{folder.name} output.txt")
        with self.output.open("ab") as output:
            self.process = psutil.Popen(
                command(*PLAIN),
                cwd=folder,
                env=surroundings(folder),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def is_going(self) -> bool:
        return self.process.poll() is None

    def wait(self) -> int:
        """Wait for the end; return the exit code."""
        code: int = self.process.wait()
        return code

    def training_jobs(self) -> list[psutil.Process]:
        """Processes that train a shard, those of shells around them left out."""
        return [job for job in self._descendants() if _arguments(job)[1:4:2] == ["-m", "train"]]

    def kill(self, with_jobs: bool) -> bool:
        """Kill Snakemake, and its jobs or not; wait till all have ended. Say if it was at work."""
        processes = self._descendants()
        if was_going := self.is_going():
            self.process.kill()
        if with_jobs:
            for job in processes:
                kill(job)
        self.process.wait()
        _, alive = psutil.wait_procs(processes, timeout=120)
        assert not alive
        return was_going

    def _descendants(self) -> list[psutil.Process]:
        try:
            found: list[psutil.Process] = self.process.children(recursive=True)
        except psutil.NoSuchProcess:
            found = []
        return found


def _arguments(process: psutil.Process) -> list[str]:
    try:
        arguments: list[str] = process.cmdline()
    except psutil.Error:
        arguments = []
    return arguments


def kill(process: psutil.Process) -> bool:
    """Kill with signal 9; say if there was something to kill."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        process.kill()
    except psutil.NoSuchProcess:
        return False
    return True


def files_made(folder: Path) -> dict[str, Path]:
    """All files a run has made under their own names, but logs and costs."""
    found = files(folder / STUDY, "datasets", "runs", "sharpness", *RESULTS)
    # Under a temporary name a file is never asked for.
    return {
        name: path
        for name, path in found.items()
        if not path.name.startswith(".") and name != COSTS
    }


def made(folder: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in files_made(folder).items()}


def shards(folder: Path) -> dict[Path, int]:
    """The shards there are, and when each was written."""
    top = folder / STUDY / "runs"
    return {path.relative_to(top): path.stat().st_mtime_ns for path in top.rglob("*.parquet")}


def trained_again(before: dict[Path, int], folder: Path) -> list[Path]:
    after = shards(folder)
    return [path for path, written in before.items() if after.get(path) != written]


def unlock(folder: Path) -> None:
    """Do what the message says that a run gives which finds the lock of a killed one."""
    done = snakemake(folder, "--unlock")
    assert done.returncode == 0, done.stdout + done.stderr


def complete(folder: Path) -> None:
    """Give the plain command; after a killed run it names the command that unlocks the folder."""
    done = snakemake(folder, *PLAIN)
    if done.returncode and "--unlock" in done.stdout + done.stderr:
        unlock(folder)
        done = snakemake(folder, *PLAIN)
    assert done.returncode == 0, done.stdout + done.stderr
