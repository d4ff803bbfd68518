"""What is said about failed jobs: the last lines of their logs, where these are, what to do."""

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from momentum_study.core.errors import AGAIN, INTERRUPTED
from snakemake_logger_plugin_momentum.progress import Job

_SHOWN_JOBS = 3
_SHOWN_LINES = 10
_READ_BYTES = 2**14
_LITTLE_BYTES = 2**20
_WIDEST = 1500  # characters of a line: numbers printed by mistake must not fill the screen


def last_lines(path: str) -> list[str]:
    """Return the last lines of a text file, few and short enough for a screen.

    A file that is missing or cannot be read has none.
    """
    try:
        with Path(path).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _READ_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    printable = text.translate({code: "?" for code in range(32) if code not in (9, 10, 13)})
    lines = [line.rstrip() for line in printable.splitlines() if line.strip()]
    return [line[:_WIDEST] for line in lines[-_SHOWN_LINES:]]


def was_interrupted(job: Job) -> bool:
    """Tell whether the job was ended by Ctrl-C, by what its log says."""
    return any(line.startswith(INTERRUPTED) for line in _last_words(job))


def says_why(job: Job) -> bool:
    """Tell whether a log of the job ends with an error of ours.

    When a group of jobs fails on a cluster, all its members are reported; this is the culprit.
    """
    return any(line.startswith("error: ") for line in _last_words(job))


def at_once(job: Job) -> list[str]:
    """Return the lines to be shown when a job fails: which one, and the end of its log."""
    # Of its own log if there is one, else of the executor's.
    return [f"failed: {job.says}", *(f"        {line}" for line in _last_words(job)[:1])]


def summary(failed: Sequence[Job], done: int, total: int, complete_log: str | None) -> list[str]:
    """Return the last lines of a run in which jobs failed.

    Parameters
    ----------
    failed
        The jobs, in the order in which they failed.
    done, total
        Numbers of jobs of the run.
    complete_log
        Where Snakemake wrote all that happened.
    """
    if all(job.speaks for job in failed):
        return [f"failed: {job.says}, as is said above" for job in failed]
    lines: list[str] = []
    # Stable: those that say why come first.
    ordered = sorted(failed, key=lambda job: not says_why(job))
    for job in ordered[:_SHOWN_JOBS]:
        lines += ["", *_of_one(job)]
    if more := ordered[_SHOWN_JOBS:]:
        rules = Counter(job.rule for job in more)
        counts = ", ".join(f"{rule} {number}" for rule, number in rules.most_common())
        where = f"; {complete_log} has them all" if complete_log else ""
        lines += ["", f"and {len(more):,} more ({counts}){where}"]
    waiting = total - done - len(failed)
    left = f", {waiting:,} not started" if waiting else ""
    lines += ["", f"{len(failed):,} of {total:,} jobs failed, {done:,} done{left}."]
    return [*lines, f"Next: see to what is said above, then {AGAIN}."]


def _last_words(job: Job) -> list[str]:
    return [line for log in job.logs for line in last_lines(log)[-1:]]


def _of_one(job: Job) -> list[str]:
    what = f"{job.says} (rule {job.rule}) failed."
    told = {log: last_lines(log) for log in job.logs}
    if any(told.values()):
        log, lines = next((log, lines) for log, lines in told.items() if lines)
        return [f"{what} The last lines of {log}:", *(f"  | {line}" for line in lines)]
    if job.speaks:
        return [f"{what} Its own words stand further up."]
    where = f"Nothing is in {', '.join(job.logs)}" if job.logs else "It has no log"
    if any(map(_is_on_a_full_disk, job.logs)):
        return [f"{what} {where}:", "  | the disk is full (then: free some space)"]
    return [
        f"{what} {where}:",
        "  | it was ended from outside, as happens when memory runs out (then: --cores 1)",
    ]


def _is_on_a_full_disk(log: str) -> bool:
    try:
        return shutil.disk_usage(Path(log).parent).free < _LITTLE_BYTES
    except OSError:
        return False
