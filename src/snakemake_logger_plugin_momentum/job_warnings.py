"""Warnings that finished jobs wrote to their logs."""

from collections import defaultdict
from pathlib import Path

from momentum_study.core.errors import WARNING
from snakemake_logger_plugin_momentum.failures import lines_of
from snakemake_logger_plugin_momentum.progress import Job

_SHOWN = 5
_READ_CHARACTERS = 2**16


class JobWarnings:
    """Collects the warnings of a run, each with the jobs that gave it."""

    def __init__(self) -> None:
        self._jobs: defaultdict[str, list[Job]] = defaultdict(list)

    def read(self, job: Job) -> None:
        """Read the logs of a job; one that is missing or cannot be read has no warnings."""
        for log in job.logs:
            try:
                with Path(log).open(encoding="utf-8", errors="replace") as file:
                    lines = lines_of(file.read(_READ_CHARACTERS))
            except OSError:
                continue
            for line in dict.fromkeys(lines):
                if line.startswith(WARNING):
                    self._jobs[line].append(job)

    def summary(self) -> list[str]:
        """Return the lines to show at the end of the run: each warning once, at most a few."""
        lines = []
        for line, jobs in list(self._jobs.items())[:_SHOWN]:
            others = f", and {len(jobs) - 1:,} more job(s)" if len(jobs) > 1 else ""
            lines += [line, f"  {jobs[0].message} ({', '.join(jobs[0].logs)}){others}"]
        if (more := len(self._jobs) - _SHOWN) > 0:
            lines.append(f"and {more:,} more warning(s) in the logs of jobs")
        return lines
