"""A bar on a terminal, lines elsewhere."""

import io

import pytest
from rich.console import Console

from snakemake_logger_plugin_momentum.display import Bar, Lines
from snakemake_logger_plugin_momentum.progress import Job, Progress

HOUR = 3600.0


def run(display: Lines, jobs: int, seconds: float) -> None:
    """Run jobs one after the other and update the display twice a second."""
    progress = Progress({"train": jobs}, now=0.0)
    step = seconds / jobs
    for number in range(jobs):
        progress.start(number, Job("train", "Training"), now=number * step)
        for frame in range(int(2 * step) + 1):
            display.update(progress, number * step + frame / 2)
        progress.finish(number, now=(number + 1) * step)
    display.update(progress, seconds)


@pytest.mark.parametrize(
    ("jobs", "seconds", "fewest", "most"),
    [
        (60, 50.0, 3, 5),  # the smoke study
        (1500, 600.0, 25, 60),
        (1500, 100 * HOUR, 50, 700),
        (1, HOUR, 5, 7),  # one long job: a sign of life every ten minutes
    ],
)
def test_lines_are_few_and_regular(jobs: int, seconds: float, fewest: int, most: int) -> None:
    stream = io.StringIO()
    run(Lines(Console(file=stream, width=80), now=0.0), jobs, seconds)
    lines = stream.getvalue().splitlines()
    assert fewest <= len(lines) <= most
    assert all(f" of {jobs:,} jobs (" in line for line in lines)
    assert "\x1b" not in stream.getvalue()


def test_a_line_has_counts_and_times() -> None:
    stream = io.StringIO()
    run(Lines(Console(file=stream, width=20), now=0.0), jobs=100, seconds=200.0)
    assert "49 of 100 jobs (49 %), 0:01:40, about 0:01:40 left\n" in stream.getvalue()


def test_the_bar_fits_the_terminal() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=True, color_system=None)
    bar = Bar(console)
    progress = Progress({"train": 12_345}, now=0.0)
    for number in range(3000):
        progress.start(number, Job("train", "Training"), now=0.0)
        progress.finish(number, now=20 * HOUR * (number + 1) / 3000)
    for number in range(3000, 3064):
        progress.start(number, Job("train", "Training " + 20 * "very long "), now=0.0)
    progress.fail(3000, progress.running[3000])
    bar.update(progress, 20 * HOUR)
    bar.pause()
    frame = stream.getvalue().split("\x1b[?25l")[1].split("\x1b[")[0].splitlines()
    assert len(frame) == 2
    assert all(len(line) <= 80 for line in frame)
    assert frame[0].endswith("3,000 of 12,345 jobs (24 %)  20:00:00, about 2 days, 14:18:00 left")
    assert frame[0].startswith("━")
    assert frame[1].startswith("1 failed  Training very long")
