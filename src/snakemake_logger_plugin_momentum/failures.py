"""Messages about failed jobs and about errors of Snakemake, with the next step."""

import errno
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from momentum_study.core.errors import AGAIN, INTERRUPTED, next_step
from momentum_study.core.text import suggest
from snakemake_logger_plugin_momentum.progress import Job

_SHOWN_JOBS = 3
_SHOWN_LINES = 10
_READ_BYTES = 2**14
_LITTLE_BYTES = 2**20
_WIDEST = 1500  # characters of a line: printed arrays must not fill the screen

TARGETS = ("all", "compare", "explorer", "figures", "paper", "tables", "verify")
"""Names that users can ask the workflow for."""

# The log events have the class of an exception, but neither its file nor its number.
_NO_RULE = re.compile(r"No rule to produce (\S+)")
_ERRNO = re.compile(r"\[Errno (\d+)\](?: (No usable temporary directory)|.*: '(.+?)')?")


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
    return lines_of(text)[-_SHOWN_LINES:]


def lines_of(text: str) -> list[str]:
    """Return the lines of a log as a terminal can show them, without empty ones."""
    printable = text.translate({code: "?" for code in range(32) if code not in (9, 10, 13)})
    return [line.rstrip()[:_WIDEST] for line in printable.splitlines() if line.strip()]


def was_interrupted(job: Job) -> bool:
    """Return whether Ctrl-C ended the job, according to its log."""
    return any(line.startswith(INTERRUPTED) for line in _final_lines(job))


def has_error(job: Job) -> bool:
    """Return whether a log of the job ends with an error message of this project.

    When a group of jobs fails on a cluster, Snakemake reports all its jobs; this is the one that
    failed.
    """
    return any(line.startswith("error: ") for line in _final_lines(job))


def at_once(job: Job) -> list[str]:
    """Return the lines to show when a job fails: its message and the end of its log."""
    # The end of its own log if there is one, else of the executor's.
    return [f"failed: {job.message}", *(f"        {line}" for line in _final_lines(job)[:1])]


def summary(failed: Sequence[Job], done: int, total: int, complete_log: str | None) -> list[str]:
    """Return the last lines of a run in which jobs failed.

    Parameters
    ----------
    failed
        The jobs, in the order in which they failed.
    done, total
        Numbers of jobs of the run.
    complete_log
        Path of Snakemake's log file.
    """
    if all(job.logs_to_terminal for job in failed):
        return [f"failed: {job.message}, see above" for job in failed]
    lines: list[str] = []
    # Those with an error message come first.
    ordered = sorted(failed, key=lambda job: not has_error(job))
    for job in ordered[:_SHOWN_JOBS]:
        lines += ["", *_of_one(job)]
    if more := ordered[_SHOWN_JOBS:]:
        rules = Counter(job.rule for job in more)
        counts = ", ".join(f"{rule} {number}" for rule, number in rules.most_common())
        where = f"; all are in {complete_log}" if complete_log else ""
        lines += ["", f"and {len(more):,} more ({counts}){where}"]
    waiting = total - done - len(failed)
    left = f", {waiting:,} not started" if waiting else ""
    lines += ["", f"{len(failed):,} of {total:,} jobs failed, {done:,} done{left}."]
    return [*lines, f"Next: {_common_step(failed)}."]


def _common_step(failed: Sequence[Job]) -> str:
    """Return the next step that the errors of all jobs end with, such as to free some space."""
    steps = {line.rpartition("; ")[2] for job in failed for line in _final_lines(job)}
    if len(steps) == 1 and (step := steps.pop()).endswith(AGAIN):
        return step
    return f"fix the errors above, then {AGAIN}"


def _final_lines(job: Job) -> list[str]:
    return [line for log in job.logs for line in last_lines(log)[-1:]]


def _of_one(job: Job) -> list[str]:
    what = f"{job.message} (rule {job.rule}) failed."
    found = {log: last_lines(log) for log in job.logs}
    if any(found.values()):
        log, lines = next((log, lines) for log, lines in found.items() if lines)
        return [f"{what} The last lines of {log}:", *(f"  | {line}" for line in lines)]
    if job.logs_to_terminal:
        return [f"{what} Its output is above."]
    where = f"Nothing is in {', '.join(job.logs)}" if job.logs else "It has no log"
    if any(map(_is_on_a_full_disk, job.logs)):
        return [f"{what} {where}:", "  | the disk is full (then: free some space)"]
    return [
        f"{what} {where}:",
        "  | it was killed from outside, for instance because memory ran out (then: --cores 1)",
    ]


def _is_on_a_full_disk(log: str) -> bool:
    try:
        return shutil.disk_usage(Path(log).parent).free < _LITTLE_BYTES
    except OSError:
        return False


def hint(exception: str, message: str) -> str | None:
    """Return the next step after an error that stops Snakemake, if one is known.

    Parameters
    ----------
    exception
        Name of its class.
    message
        Snakemake's message.
    """
    if exception == "LockException":
        return (
            "error: this folder is in use by another run. If no other run is alive "
            f"(after a crash): snakemake --unlock, then {AGAIN}"
        )
    if exception == "MissingRuleException" and (unknown := _NO_RULE.search(message)):
        return f"error: there is no target {unknown[1]!r}: {suggest(unknown[1], TARGETS)}"
    if exception == "ProtectedOutputException":
        return f"error: these files are write-protected; {next_step(errno.EROFS)}"
    if errors := _ERRNO.findall(message):
        number, *places = errors[-1]  # what came before is its cause
        return f"error: {next_step(int(number), ''.join(places))}"
    return None
