"""How far a run is, and how long it will take: counts and times, no output."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Job:
    """A job as it was announced."""

    rule: str
    says: str  # what it does, in the words of its rule
    logs: tuple[str, ...] = ()
    # Its command prints to the terminal, not to its log.
    speaks: bool = False


class Progress:
    """The jobs of a run: to be done, running, finished, failed.

    Parameters
    ----------
    jobs_per_rule
        How many jobs each rule has in this run.
    now
        When it began, in seconds of any clock; the same clock for all that follows.
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
        """Number of jobs that ended well."""
        return self._finished.total()

    def start(self, number: int, job: Job, now: float) -> None:
        """Note that a job was started, perhaps once more."""
        self.running[number] = job
        self._started[number] = now

    def finish(self, number: int, now: float) -> None:
        """Note that a job ended well; earlier attempts that failed no longer count."""
        job = self.running.pop(number, None) or self.failed.get(number)
        self.failed.pop(number, None)
        if job:
            self._finished[job.rule] += 1
            self._seconds[job.rule] += now - self._started[number]
            self._last_finish = now

    def fail(self, number: int, job: Job) -> None:
        """Note that a job failed, as it is known now."""
        self.running.pop(number, None)
        self.failed[number] = job

    def elapsed(self, now: float) -> float:
        """Seconds since the run began."""
        return now - self._began

    def remaining(self, now: float) -> float | None:
        """Seconds until the last job has ended, if the rest goes on as it went so far.

        Jobs count by the mean time that jobs of their rule took, those of a rule of which none
        has finished by the mean of all. When a job has just finished that is elapsed × (work left
        / work done); from then on it counts down, by no more than the mean time from one finish
        to the next. None as long as nothing is done. On a cluster the time that a job waits is
        part of its work, as it is of the time that elapses.
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
        """Share of the jobs that are done."""
        return self.done / self.total if self.total else 1.0

    def counts(self) -> str:
        """Write how many are done."""
        # Rounded down: a hundred per cent are all.
        return f"{self.done:,} of {self.total:,} jobs ({int(100 * self.share())} %)"

    def times(self, now: float) -> str:
        """Write the time that passed, and that which remains."""
        remaining = self.remaining(now) or 0.0
        passed = as_clock(self.elapsed(now))
        return f"{passed}, about {as_clock(remaining)} left" if remaining >= 1 else passed


def as_clock(seconds: float) -> str:
    """Write a time as hours, minutes and seconds: ``0:03:12``."""
    return str(timedelta(seconds=round(seconds)))
