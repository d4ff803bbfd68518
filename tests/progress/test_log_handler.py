"""Output for Snakemake's log events, on a terminal and elsewhere."""

import errno
import io
import logging
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from snakemake.settings.enums import Quietness
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.tests import MockOutputSettings

from momentum_study.core.errors import next_step
from snakemake_logger_plugin_momentum import LogHandler


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def record(message: str = "", level: int = logging.INFO, **facts: Any) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": message, "levelno": level, **facts})


def started(number: int, log: Path, command: str = "train > log 2>&1") -> logging.LogRecord:
    return record(
        event=LogEvent.JOB_INFO,
        jobid=number,
        rule_name="train",
        rule_msg=f"Training {number}",
        log=[str(log)],
        shellcmd=command,
    )


def finished(number: int) -> logging.LogRecord:
    return record(event=LogEvent.JOB_FINISHED, job_id=number)


def failed(number: int, *logs: Path, in_group: bool = False) -> logging.LogRecord:
    return record(
        "Error in rule train",
        logging.ERROR,
        event=LogEvent.JOB_ERROR,
        jobid=number,
        log=list(map(str, logs)),
        indent=in_group,
    )


def begun(jobs: int) -> logging.LogRecord:
    return record(event=LogEvent.RUN_INFO, stats={"train": jobs, "total": jobs})


def handler(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, **settings: Any) -> LogHandler:
    monkeypatch.setattr(logging, "raiseExceptions", True)  # set back after the test
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    chosen = MockOutputSettings()
    vars(chosen).update({"printshellcmds": False, **settings})
    return LogHandler(chosen, None)


def shown(monkeypatch: pytest.MonkeyPatch, *records: logging.LogRecord, **settings: Any) -> str:
    stream = io.StringIO()
    plugin = handler(monkeypatch, stream, **settings)
    for one in records:
        plugin.handle(one)
    plugin.close()
    plugin.close()  # Snakemake does it more than once
    return stream.getvalue()


def test_a_good_run_ends_with_its_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    records = [started(0, log), finished(0), record("Removing temporary output.")]
    first = [record("host: here"), record(event=LogEvent.WORKFLOW_STARTED), record("Using shell")]
    lines = shown(monkeypatch, *first, begun(1), *records).splitlines()
    assert lines[1:] == ["Jobs: 1 (train 1)", "1 of 1 jobs (100 %) in 0:00:00"]
    assert lines[0].startswith("Building the graph")


def test_warnings_of_finished_jobs_come_before_the_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = tmp_path / "a.log"
    log.write_text("done\nwarning: the target is constant\n", encoding="utf-8")
    records = [begun(2), started(0, log), finished(0), started(1, log), finished(1)]
    lines = shown(monkeypatch, *records).splitlines()
    assert lines[1:] == [
        "warning: the target is constant",
        f"  Training 0 ({log}), and 1 more job(s)",
        "2 of 2 jobs (100 %) in 0:00:00",
    ]
    quiet = shown(monkeypatch, *records, quiet={Quietness.PROGRESS}).splitlines()
    assert quiet == lines[1:-1]
    assert shown(monkeypatch, *records, quiet={Quietness.ALL}) == ""
    stopped = shown(monkeypatch, begun(2), *records[1:3]).splitlines()
    assert "warning: the target is constant" in stopped[-3:]


def test_without_jobs_nothing_is_to_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = record(event=LogEvent.WORKFLOW_STARTED)
    assert "\nNothing to be done" in shown(monkeypatch, workflow)
    assert shown(monkeypatch, workflow, quiet={Quietness.PROGRESS}) == ""
    failure = record("bad", logging.ERROR, event=LogEvent.ERROR, exception="SyntaxError")
    assert shown(monkeypatch, workflow, failure).splitlines()[1:] == ["bad"]
    assert shown(monkeypatch, record("Unlocked.")) == "Unlocked.\n"


def test_the_workflow_error_of_failed_jobs_is_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def error(text: str) -> logging.LogRecord:
        return record(text, logging.ERROR, event=LogEvent.ERROR, exception="WorkflowError")

    jobs = [begun(2), started(0, tmp_path / "a.log"), failed(0, tmp_path / "a.log")]
    text = shown(monkeypatch, *jobs, error("executor lost"), error("not complete"))
    assert "executor lost" in text
    assert "not complete" not in text
    assert "bad input function" in shown(monkeypatch, begun(2), error("bad input function"))
    full = shown(monkeypatch, *jobs, error("[Errno 28] No space left on device"))
    assert full.splitlines()[-1] == f"error: {next_step(errno.ENOSPC)}"


def test_a_dry_run_ends_with_the_next_step_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = record(
        "No rule to produce tabels (if …)",
        logging.ERROR,
        event=LogEvent.ERROR,
        exception="MissingRuleException",
    )
    text = shown(monkeypatch, missing, dryrun=True)
    assert text.splitlines()[-1].startswith("error: there is no target 'tabels'")


def test_an_executor_is_heard_until_jobs_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    def notice(text: str) -> logging.LogRecord:
        one = record(text)
        one.pathname = "snakemake_executor_plugin_slurm/__init__.py"
        return one

    text = shown(monkeypatch, notice("SLURM run ID: 1"), begun(2), notice("submitted"))
    assert "SLURM run ID: 1" in text
    assert "submitted" not in text


def test_a_failed_job_is_shown_at_once_and_at_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = tmp_path / "a.log"
    log.write_text("error: too much\n", encoding="utf-8")
    noise = record(
        'RuleException:\nCalledProcessError in file "train.smk", line 3:',
        logging.ERROR,
        event=LogEvent.ERROR,
        exception="RuleException",
    )
    end = record("Exiting because of errors.", logging.ERROR, module="job_scheduler")
    text = shown(monkeypatch, begun(2), started(0, log), noise, failed(0, log), end)
    assert text.count("failed: Training 0\n        error: too much\n") == 1
    assert "CalledProcessError" not in text
    assert "Exiting" not in text
    assert text.splitlines()[-2] == "1 of 2 jobs failed, 0 done, 1 not started."
    assert text.splitlines()[-1].startswith("Next: ")


def test_the_failed_job_of_a_group_is_shown_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    logs = [tmp_path / f"{number}.log" for number in range(6)]
    logs[0].write_text("written\n", encoding="utf-8")
    logs[4].write_text("error: too much\n", encoding="utf-8")
    cluster_log = tmp_path / "slurm.log"
    cluster_log.write_text("oom-kill\n", encoding="utf-8")
    group = record(event=LogEvent.GROUP_ERROR, aux_logs=[cluster_log], job_error_info=[])
    text = shown(
        monkeypatch,
        begun(6),
        *(started(number, log) for number, log in enumerate(logs)),
        group,
        *(failed(number, log, in_group=True) for number, log in enumerate(logs)),
        failed(4, logs[4], in_group=True),
    )
    assert text.count("failed: Training") == 1
    assert "failed: Training 4\n        error: too much\n" in text
    lines = [line for line in text.splitlines() if " (rule train) failed." in line]
    assert [line.split(" (")[0] for line in lines] == ["Training 4", "Training 0", "Training 1"]
    assert f"The last lines of {cluster_log}:\n  | oom-kill" in text
    assert "and 3 more (train 3)" in text
    assert "6 of 6 jobs failed, 0 done." in text


def test_a_group_that_cannot_start_again_shows_its_last_attempt(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log, cluster_log = tmp_path / "0.log", tmp_path / "slurm.log"
    cluster_log.write_text("oom-kill\n", encoding="utf-8")
    text = shown(
        monkeypatch,
        begun(1),
        started(0, log),
        record(event=LogEvent.GROUP_ERROR, aux_logs=[cluster_log], job_error_info=[]),
        failed(0, log, in_group=True),
        started(0, log),
        record(event=LogEvent.GROUP_ERROR, aux_logs=[], job_error_info=[]),
        failed(0, log, in_group=True),
    )
    assert f"The last lines of {cluster_log}:\n  | oom-kill" in text


def test_ctrl_c_is_no_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("interrupted; run it again\n", encoding="utf-8")
    text = shown(monkeypatch, begun(2), started(0, log), failed(0, log))
    assert "failed" not in text
    assert text.splitlines()[-1].startswith(
        "Stopped at 0 of 2 jobs (0 %). To continue, run the same"
    )


def test_an_error_of_snakemake_ends_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    error = record(
        "LockException:\nError: Directory cannot be locked.",
        logging.ERROR,
        event=LogEvent.ERROR,
        exception="LockException",
    )
    assert "snakemake --unlock" in shown(monkeypatch, error).splitlines()[-1]


def test_an_error_with_a_next_step_has_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stack = "Traceback (most recent call last):\n\n  File a.py\n\n"
    full = record(
        stack + "OSError: [Errno 28] No space left on device\n\n",
        logging.ERROR,
        event=LogEvent.ERROR,
        exception="OSError",
    )
    first, last = shown(monkeypatch, full).splitlines()
    assert first == "OSError: [Errno 28] No space left on device"
    assert last.startswith("error: free some space on this disk")
    bug = record(stack + "KeyError: 1", logging.ERROR, event=LogEvent.ERROR, exception="KeyError")
    assert "File a.py" in shown(monkeypatch, bug)


def test_quiet_hides_progress_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    quiet = {Quietness.PROGRESS}
    good = [begun(1), started(0, log), finished(0)]
    assert shown(monkeypatch, *good, quiet=quiet) == ""
    bad = [begun(1), started(0, log), failed(0, log)]
    assert "1 of 1 jobs failed" in shown(monkeypatch, *bad, quiet=quiet)
    assert shown(monkeypatch, *bad, quiet={Quietness.ALL}) == ""


def test_a_dry_run_has_snakemakes_own_output(monkeypatch: pytest.MonkeyPatch) -> None:
    stats = record("Job stats:\ntrain 1", event=LogEvent.RUN_INFO, stats={"train": 1, "total": 1})
    assert shown(monkeypatch, stats, dryrun=True) == "Job stats:\ntrain 1\n"


def test_the_bar_leaves_the_terminal_to_a_job_that_prints(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stream = Terminal()
    plugin = handler(monkeypatch, stream, nocolor=True)
    plugin.handle(begun(1))
    plugin._display.update(plugin._progress, 0.0)
    assert "0 of 1 jobs (0 %)" in stream.getvalue()
    plugin.handle(started(0, tmp_path / "a.log", command="verify 2> a.log"))
    assert not plugin._display._live.is_started
    length = len(stream.getvalue())
    plugin._closing.wait(1.2)  # two frames' time
    assert len(stream.getvalue()) == length
    plugin.handle(finished(0))
    plugin.close()
    assert stream.getvalue().rstrip().endswith("1 of 1 jobs (100 %) in 0:00:01")


def test_a_full_disk_prints_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = io.StringIO()
    handler(monkeypatch, stream)
    snakemakes_own = logging.FileHandler("/dev/full")
    snakemakes_own.handle(record("Error in rule train"))
    with pytest.raises(OSError, match="No space left"):
        snakemakes_own.close()
    assert stream.getvalue() == ""


def test_an_internal_error_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    handler(monkeypatch, stream).handle(record(event=LogEvent.RUN_INFO, stats=None))
    assert "Traceback" in stream.getvalue()


def test_evaluations_planned_for_later_do_not_keep_snakemake_from_ending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planned = threading.Timer(3600, lambda: None)
    planned.start()
    handler(monkeypatch, io.StringIO()).close()
    planned.join(10)
    assert not planned.is_alive()
