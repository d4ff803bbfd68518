"""Counts and remaining time of a run, with given times."""

import pytest

from snakemake_logger_plugin_momentum.progress import Job, Progress, as_clock

TRAIN, DRAW = Job("train", "Training"), Job("figure", "Drawing")


def test_there_is_no_prediction_before_a_job_is_done() -> None:
    progress = Progress({"train": 2}, now=100.0)
    progress.start(0, TRAIN, now=100.0)
    assert progress.remaining(now=105.0) is None
    assert progress.times(now=105.0) == "0:00:05"
    assert progress.counts() == "0 of 2 jobs (0 %)"


def test_equal_jobs_take_equal_time() -> None:
    progress = Progress({"train": 8}, now=0.0)
    for number in range(4):
        progress.start(number, TRAIN, now=10.0 * (number // 2))
        progress.finish(number, now=10.0 * (number // 2) + 10.0)
    # Two at a time, four of eight in twenty seconds.
    assert progress.remaining(now=20.0) == pytest.approx(20.0)


def test_jobs_count_with_the_mean_time_of_their_rule() -> None:
    progress = Progress({"train": 10, "figure": 2}, now=0.0)
    progress.start(0, DRAW, now=0.0)
    progress.finish(0, now=8.0)
    progress.start(1, TRAIN, now=8.0)
    progress.finish(1, now=9.0)
    # One figure of eight seconds and nine trainings of one are left; by number it would be 45.
    assert progress.remaining(now=9.0) == pytest.approx(17.0)


def test_a_rule_without_finished_jobs_counts_with_the_mean_of_all() -> None:
    progress = Progress({"train": 1, "figure": 3}, now=0.0)
    progress.start(0, TRAIN, now=0.0)
    progress.finish(0, now=4.0)
    assert progress.remaining(now=4.0) == pytest.approx(12.0)


def test_it_counts_down_to_the_next_finish_at_most() -> None:
    progress = Progress({"train": 5}, now=0.0)
    progress.start(0, TRAIN, now=0.0)
    progress.finish(0, now=10.0)
    progress.start(1, TRAIN, now=10.0)
    found = [progress.remaining(now) for now in (10.0, 15.0, 20.0, 500.0)]
    assert found == [40.0, 35.0, 30.0, 30.0]


def test_waiting_in_a_queue_is_part_of_the_time() -> None:
    progress = Progress({"train": 4}, now=0.0)
    for number in range(4):  # all submitted at once, as to a cluster
        progress.start(number, TRAIN, now=0.0)
    progress.finish(0, now=10.0)
    progress.finish(1, now=20.0)
    assert progress.remaining(now=20.0) == pytest.approx(20.0)


def test_a_job_that_succeeds_on_retry_has_not_failed() -> None:
    progress = Progress({"train": 1}, now=0.0)
    progress.start(7, TRAIN, now=0.0)
    progress.fail(7, TRAIN)
    assert list(progress.failed.values()) == [TRAIN]
    progress.start(7, TRAIN, now=1.0)
    progress.finish(7, now=2.0)
    assert not progress.failed
    assert not progress.running
    assert progress.done == 1
    assert progress.remaining(now=2.0) == 0.0


def test_100_percent_means_all() -> None:
    progress = Progress({"train": 1500}, now=0.0)
    for number in range(1499):
        progress.start(number, TRAIN, now=0.0)
        progress.finish(number, now=1.0)
    assert progress.counts() == "1,499 of 1,500 jobs (99 %)"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0:00:00"), (61.0, "0:01:01"), (90061.0, "1 day, 1:01:01")]
)
def test_times_read_as_a_clock(seconds: float, text: str) -> None:
    assert as_clock(seconds) == text
