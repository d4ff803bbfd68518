"""Runs of the workflow that tests start, watch and kill, by process ids of their own children."""

import subprocess
from pathlib import Path

import psutil

from tests.projects import COSTS, RESULTS, command, files, snakemake, surroundings

STUDY = "results/smoke"
CORES = 2
PLAIN = ("--cores", str(CORES))


class Run:
    """The plain command, or one with a target, running in the background."""

    def __init__(self, folder: Path, *targets: str) -> None:
        self.output = folder.with_name(f"{folder.name} output.txt")
        with self.output.open("ab") as output:
            self.process = psutil.Popen(
                command(*PLAIN, *targets),
                cwd=folder,
                env=surroundings(folder),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def is_running(self) -> bool:
        return self.process.poll() is None

    def wait(self) -> int:
        """Wait for the end; return the exit code."""
        code: int = self.process.wait()
        return code

    def jobs(self, *words: str) -> list[psutil.Process]:
        """Processes of a command with these arguments, without the shells around them."""
        commands = {job: _arguments(job) for job in self._descendants()}
        return [
            job
            for job, command in commands.items()
            if command[1:3] == ["-m", "momentum_study"] and set(words) <= set(command)
        ]

    def kill(self, with_jobs: bool) -> bool:
        """Kill Snakemake, with its jobs or not; wait until all ended. Return if it was running."""
        processes = self._descendants()
        if was_running := self.is_running():
            self.process.kill()
        if with_jobs:
            for job in processes:
                kill(job)
        self.process.wait()
        _, alive = psutil.wait_procs(processes, timeout=120)
        assert not alive
        return was_running

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
    """Kill with signal 9; return if there was something to kill."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        process.kill()
    except psutil.NoSuchProcess:
        return False
    return True


def files_made(folder: Path) -> dict[str, Path]:
    """All files that a run has made under their final names, except logs and costs."""
    found = files(folder / STUDY, "datasets", "runs", "sharpness", *RESULTS)
    # No job reads a file with a temporary name.
    return {
        name: path
        for name, path in found.items()
        if not path.name.startswith(".") and name != COSTS
    }


def made(folder: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in files_made(folder).items()}


def differing(folder: Path, whole: dict[str, bytes]) -> list[str]:
    """Names of files whose content differs from the undisturbed run's, as a partial file's does."""
    return [name for name, content in made(folder).items() if content != whole[name]]


def shards(folder: Path) -> dict[Path, int]:
    """All shards, and when each was written."""
    top = folder / STUDY / "runs"
    return {path.relative_to(top): path.stat().st_mtime_ns for path in top.rglob("*.parquet")}


def trained_again(before: dict[Path, int], folder: Path) -> list[Path]:
    after = shards(folder)
    return [path for path, written in before.items() if after.get(path) != written]


def unlock(folder: Path) -> None:
    """Unlock the folder, as the message about the lock of a killed run recommends."""
    done = snakemake(folder, "--unlock")
    assert done.returncode == 0, done.stdout + done.stderr


def complete(folder: Path, *targets: str) -> None:
    """Run the command again; after a killed run its message names the command that unlocks."""
    done = snakemake(folder, *PLAIN, *targets)
    if done.returncode and "--unlock" in done.stdout + done.stderr:
        unlock(folder)
        done = snakemake(folder, *PLAIN, *targets)
    assert done.returncode == 0, done.stdout + done.stderr
