"""Progress of a run: a bar on a terminal, lines in a file or pipe."""

from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from snakemake_logger_plugin_momentum.progress import Progress

# Lines come no more often than this, and only after progress or a long time.
_SECONDS_BETWEEN_LINES = 10.0
_SHARE_BETWEEN_LINES = 0.02
_SECONDS_OF_SILENCE = 600.0


class Display(Protocol):
    """Shows the state of a run."""

    def update(self, progress: Progress, now: float) -> None:
        """Show the state, unless it was shown a moment ago."""

    def pause(self) -> None:
        """Leave the terminal to a job until the next `update`."""


class Bar:
    """A bar, counts and times in one line, and running jobs in a second one."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def update(self, progress: Progress, now: float) -> None:
        """Draw the bar again at the bottom of the terminal."""
        if not self._live.is_started:
            self._live.start()
        line = Table.grid(expand=True, padding=(0, 1, 0, 0))
        line.add_column(ratio=1)
        line.add_column(no_wrap=True)
        bar = ProgressBar(total=max(progress.total, 1), completed=progress.done)
        line.add_row(bar, f"{progress.counts()}  {progress.times(now)}")
        running_jobs = _running_jobs(progress)
        self._live.update(Group(line, running_jobs) if running_jobs else line, refresh=True)

    def pause(self) -> None:
        """Remove the bar."""
        self._live.stop()


class Lines:
    """A line of counts and times, every few per cent or every ten minutes."""

    def __init__(self, console: Console, now: float) -> None:
        self._console = console
        self._time = now
        self._share = 0.0

    def update(self, progress: Progress, now: float) -> None:
        """Print a line if it is time for one."""
        waited = now - self._time
        moved = progress.share() - self._share
        has_news = waited >= _SECONDS_BETWEEN_LINES and moved >= _SHARE_BETWEEN_LINES
        if not has_news and waited < _SECONDS_OF_SILENCE:
            return
        failed = f", {len(progress.failed):,} failed" if progress.failed else ""
        self._console.print(f"{progress.counts()}, {progress.times(now)}{failed}", soft_wrap=True)
        self._time, self._share = now, progress.share()

    def pause(self) -> None:
        """Do nothing: lines do not move."""


def _running_jobs(progress: Progress) -> Text:
    text = Text(no_wrap=True, overflow="ellipsis")
    if progress.failed:
        text.append(f"{len(progress.failed):,} failed", style="red").append("  ")
    jobs = list(progress.running.values())
    if jobs:
        more = f" (and {len(jobs) - 1:,} more)" if len(jobs) > 1 else ""
        text.append(f"{jobs[-1].message}{more}", style="dim")
    return text
