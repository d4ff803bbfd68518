"""Progress and remaining time of a run: counts and times, no output."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Job:
    """A job when it starts."""

    rule: str
    message: str  # of its rule
    logs: tuple[str, ...] = ()
    # Its command prints to the terminal, not to its log.
    logs_to_terminal: bool = False


class Progress:
    """Counts and times of the jobs of a run.

    Parameters
    ----------
    jobs_per_rule
        How many jobs each rule has in this run.
    now
        When it began, in seconds of the clock that all methods use.
    """

    def __init__(self, jobs_per_rule: Mapping[str, int], now: float) -> None:
        self.jobs_per_rule = dict(jobs_per_rule)
        self.running: dict[int, Job] = {}
        self.failed: dict[int, Job] = {}
        self._began = self._last_finish = now
        self._started: dict[int, float] = {}
        self._finished: Counter[str] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)

    @property
    def total(self) -> int:
        """Number of jobs."""
        return sum(self.jobs_per_rule.values())

    @property
    def done(self) -> int:
        """Number of jobs that finished."""
        return self._finished.total()

    def start(self, number: int, job: Job, now: float) -> None:
        """Record that a job was started, perhaps again."""
        self.running[number] = job
        self._started[number] = now

    def finish(self, number: int, now: float) -> Job | None:
        """Record that a job finished, and return it; its failed attempts no longer count."""
        job = self.running.pop(number, None) or self.failed.get(number)
        self.failed.pop(number, None)
        if job:
            self._finished[job.rule] += 1
            self._seconds[job.rule] += now - self._started[number]
            self._last_finish = now
        return job

    def fail(self, number: int, job: Job) -> None:
        """Record that a job failed."""
        self.running.pop(number, None)
        self.failed[number] = job

    def elapsed(self, now: float) -> float:
        """Seconds since the run began."""
        return now - self._began

    def remaining(self, now: float) -> float | None:
        """Seconds until the last job ends; None before the first one has finished.

        Each remaining job counts with the mean time of its rule, or of all jobs if none of its
        rule has finished. When a job finishes, the result is elapsed × (work left / work done).
        Until the next one finishes it counts down, by at most the mean time between two finishes.
        On a cluster, waiting in the queue is part of both work and elapsed time.
        """
        worked = sum(self._seconds.values())
        if not worked:
            return None
        mean = worked / self.done
        left = 0.0
        for rule, number in self.jobs_per_rule.items():
            done = self._finished[rule]
            left += (number - done) * (self._seconds[rule] / done if done else mean)
        elapsed = self.elapsed(self._last_finish)
        return max(0.0, elapsed * left / worked - min(now - self._last_finish, elapsed / self.done))

    def share(self) -> float:
        """Share of jobs that are done."""
        return self.done / self.total if self.total else 1.0

    def counts(self) -> str:
        """Return the counts as text."""
        # Rounded down: 100 % only if all are done.
        return f"{self.done:,} of {self.total:,} jobs ({int(100 * self.share())} %)"

    def times(self, now: float) -> str:
        """Return elapsed and remaining time as text."""
        remaining = self.remaining(now) or 0.0
        passed = as_clock(self.elapsed(now))
        return f"{passed}, about {as_clock(remaining)} left" if remaining >= 1 else passed


def as_clock(seconds: float) -> str:
    """Return a time as hours, minutes and seconds: ``0:03:12``."""
    return str(timedelta(seconds=round(seconds)))
