"""Handler of Snakemake's log events."""

import builtins
import logging
import re
import sys
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import replace
from logging import LogRecord
from typing import TextIO

from rich.console import Console
from rich.text import Text
from snakemake.logging import (
    ColorizingTextHandler,
    DefaultFilter,
    DefaultFormatter,
    logger,
)
from snakemake.settings.enums import Quietness
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from momentum_study.core.errors import AGAIN
from snakemake_logger_plugin_momentum import failures
from snakemake_logger_plugin_momentum.display import Bar, Display, Lines
from snakemake_logger_plugin_momentum.failures import hint
from snakemake_logger_plugin_momentum.job_warnings import JobWarnings
from snakemake_logger_plugin_momentum.progress import Job, Progress, as_clock

_SECONDS_BETWEEN_FRAMES = 0.5
# Failures shown while jobs run. A full disk causes hundreds; their number is shown at the end.
_SHOWN_AT_ONCE = 5
_REDIRECTED = re.compile(r"(?<![\d&])> ")  # the standard output of a command, not its errors


class LogHandler(LogHandlerBase):
    """Shows progress while jobs run, and at the end their warnings, failures and what to do.

    With ``--dry-run``, ``--verbose``, ``--printshellcmds`` or ``--debug-dag`` Snakemake's own
    output is shown instead. ``--quiet`` hides the progress, ``--quiet all`` everything.
    """

    def __post_init__(self) -> None:
        """Choose what to show and where."""
        # On a full disk Snakemake's log file would print a traceback for each record.
        logging.raiseExceptions = False
        settings = self.common_settings
        stream = sys.stdout if settings.stdout else sys.stderr
        verbose = (
            settings.dryrun or settings.verbose or settings.printshellcmds or settings.debug_dag
        )
        self._snakemake = _snakemake_handler(self, stream) if verbose else None
        quiet = set(settings.quiet or ())
        self._silent = Quietness.ALL in quiet
        self._quiet = bool(quiet)
        self._console = Console(
            file=stream,
            no_color=settings.nocolor or None,
            highlight=False,
            markup=False,
            emoji=False,
        )
        self._progress: Progress | None = None
        self._display: Display | None = None
        self._warnings = JobWarnings()
        self._started = False
        self._notices: list[str] = []
        self._workflow_error: str | None = None
        self._group_logs: tuple[str, ...] = ()
        self._stopped = self._failed = False
        self._hint: str | None = None
        self._closing = threading.Event()
        self._ticks = threading.Thread(target=self._tick, daemon=True)

    def emit(self, record: LogRecord) -> None:
        """Show a record, or keep it for later."""
        if self._silent:
            return
        try:
            if self._snakemake:
                self._snakemake.handle(record)
                if getattr(record, "event", None) == LogEvent.ERROR:
                    self._hint = hint(str(record.__dict__["exception"]), record.getMessage())
            else:
                self._take(record)
        except Exception:  # an internal error, which must not end the run
            with suppress(OSError):
                traceback.print_exc()

    def close(self) -> None:
        """Remove the bar and show how the run ended. Snakemake calls this more than once."""
        if not self._closing.is_set():
            self._closing.set()
            if self._ticks.is_alive():
                self._ticks.join()
            if self._display:
                self._display.pause()
            for line in self._warnings.summary():
                self._show(line, "yellow")
            for line in self._end():
                self._show(line)
            _cancel_evaluations()
        super().close()

    def _take(self, record: LogRecord) -> None:
        event = getattr(record, "event", None)
        facts = record.__dict__
        now = time.monotonic()
        progress = self._progress
        job: Job | None
        if event == LogEvent.WORKFLOW_STARTED:
            self._started = True
            if not self._quiet:
                self._show("Building the graph of jobs …")
        elif event == LogEvent.RUN_INFO:
            self._begin(facts["stats"], now)
        elif event == LogEvent.ERROR:
            self._take_error(record)
        elif event is None:
            self._take_message(record)
        elif progress is None:
            pass  # the other events are about jobs
        elif event == LogEvent.JOB_INFO:
            job = _job(record)
            progress.start(facts["jobid"], job, now)
            if job.logs_to_terminal and self._display:
                self._display.pause()
        elif event == LogEvent.JOB_FINISHED:
            if job := progress.finish(facts["job_id"], now):
                self._warnings.read(job)
        elif event == LogEvent.JOB_ERROR:
            self._take_failure(progress, record)
        elif event == LogEvent.GROUP_ERROR:
            self._group_logs = tuple(map(str, facts["aux_logs"]))

    def _take_failure(self, progress: Progress, record: LogRecord) -> None:
        facts = record.__dict__
        number = facts["jobid"]
        announced = progress.running.get(number)
        if announced is None:  # reported before, with another job of its group
            return
        in_group = facts["indent"]
        # Logs of the executor, such as Slurm's, come after the job's own. If a group could not be
        # started again, the logs of its last attempt are the most useful.
        logs = (*map(str, facts["log"]), *(self._group_logs if in_group else ()))
        earlier = progress.failed.get(number)
        if earlier and in_group and not self._group_logs:
            logs = earlier.logs
        job = replace(announced, logs=logs)
        if failures.was_interrupted(job):
            self._stopped = True
            del progress.running[number]
            return
        progress.fail(number, job)
        shown = job.logs_to_terminal or (in_group and not failures.has_error(job))
        if len(progress.failed) <= _SHOWN_AT_ONCE and not shown:
            for line in failures.at_once(job):
                self._show(line, "red")

    def _begin(self, stats: dict[str, int], now: float) -> None:
        jobs = {rule: number for rule, number in stats.items() if rule != "total"}
        self._progress = Progress(jobs, now)
        if self._quiet:
            return
        most_first = sorted(jobs.items(), key=lambda item: -item[1])
        named = ", ".join(f"{rule} {number:,}" for rule, number in most_first)
        self._show(f"Jobs: {self._progress.total:,} ({named})")
        on_terminal = self._console.is_terminal and not self._console.is_dumb_terminal
        self._display = Bar(self._console) if on_terminal else Lines(self._console, now)
        self._display.update(self._progress, now)
        self._ticks.start()

    def _take_error(self, record: LogRecord) -> None:
        message = record.getMessage()
        exception = str(getattr(record, "exception", ""))
        self._failed = True
        if exception == "KeyboardInterrupt":
            self._stopped = True
        elif exception == "RuleException" and self._progress:
            pass  # a command failed; the event of its job follows
        elif (next_line := hint(exception, message)) is None and self._repeats_failures(exception):
            self._show_workflow_error()
            self._workflow_error = message
        else:
            self._hint = next_line or self._hint
            if self._hint and hasattr(builtins, exception):  # without the traceback
                message = message.strip().splitlines()[-1]
            self._show(message, "red")

    def _repeats_failures(self, exception: str) -> bool:
        """Return whether an error may be the last one of a run, which repeats that jobs failed."""
        return exception == "WorkflowError" and self._progress is not None

    def _take_message(self, record: LogRecord) -> None:
        message = record.getMessage()
        if record.levelno < logging.WARNING:
            if self._progress is None and not self._quiet and _is_of_executor(record):
                self._show(message)
            elif not self._started:
                self._notices.append(message)
            return
        failed = self._stopped or (self._progress and self._progress.failed)
        if record.levelno >= logging.ERROR and failed and record.module == "job_scheduler":
            return  # the scheduler repeats that jobs failed
        self._failed |= record.levelno >= logging.ERROR
        self._show_workflow_error()
        self._show(message, "red" if record.levelno >= logging.ERROR else "yellow")

    def _show_workflow_error(self) -> None:
        if self._workflow_error:
            self._show(self._workflow_error, "red")
        self._workflow_error = None

    def _end(self) -> list[str]:
        """Return the last lines of the output."""
        progress = self._progress
        if self._hint:
            return [self._hint]
        if progress is None:
            return self._end_without_jobs()
        if progress.failed and not self._stopped:
            jobs = list(progress.failed.values())
            return failures.summary(jobs, progress.done, progress.total, _complete_log())
        if self._stopped or progress.done < progress.total:
            if not self._stopped:
                self._show_workflow_error()
            failed = f", {len(progress.failed):,} failed" if progress.failed else ""
            return [f"Stopped at {progress.counts()}{failed}. To continue, {AGAIN}."]
        if self._quiet:
            return []
        return [f"{progress.counts()} in {as_clock(progress.elapsed(time.monotonic()))}"]

    def _end_without_jobs(self) -> list[str]:
        if self._quiet or self._failed or self._stopped:
            return []
        if self._started:
            return ["Nothing to be done: all requested files are up to date."]
        return self._notices

    def _show(self, message: str, style: str = "") -> None:
        self._console.print(Text(message, style), soft_wrap=True)

    def _tick(self) -> None:
        while not self._closing.wait(_SECONDS_BETWEEN_FRAMES):
            assert self.lock  # of the handler, which `emit` takes too
            with self.lock:
                progress, display = self._progress, self._display
                if (
                    progress
                    and display
                    and not any(job.logs_to_terminal for job in progress.running.values())
                ):
                    display.update(progress, time.monotonic())

    @property
    def writes_to_stream(self) -> bool:
        """True: everything goes to the terminal."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """False: Snakemake writes its own log file."""
        return False

    @property
    def has_filter(self) -> bool:
        """True: `emit` chooses what to show."""
        return True

    @property
    def has_formatter(self) -> bool:
        """True: `emit` formats the records."""
        return True

    @property
    def needs_rulegraph(self) -> bool:
        """False."""
        return False


def _is_of_executor(record: LogRecord) -> bool:
    """Return whether an executor plugin logged it, such as the name of the run on a cluster."""
    return "snakemake_executor_plugin" in record.pathname


def _cancel_evaluations() -> None:
    """Cancel evaluations of jobs that Snakemake has planned, which would keep it from ending.

    It plans one after each evaluation, at the end of the period of ``max-jobs-per-timespan``, which
    is long in the profile of the project.
    """
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()


def _job(record: LogRecord) -> Job:
    facts = record.__dict__
    logs = tuple(map(str, facts["log"]))
    command = facts["shellcmd"] or ""
    return Job(
        rule=facts["rule_name"],
        message=facts["rule_msg"] or facts["rule_name"],
        logs=logs,
        logs_to_terminal=bool(command) and not _REDIRECTED.search(command),
    )


def _complete_log() -> str | None:
    """Return the path of Snakemake's log file."""
    files = [one for one in logger.handlers if isinstance(one, logging.FileHandler)]
    return files[0].baseFilename if files else None


def _snakemake_handler(handler: LogHandler, stream: TextIO) -> ColorizingTextHandler:
    settings = handler.common_settings
    return ColorizingTextHandler(
        nocolor=settings.nocolor,
        stream=stream,
        formatter=DefaultFormatter(settings.quiet, settings.show_failed_logs),
        filter=DefaultFilter(
            settings.quiet,
            settings.debug_dag,
            settings.verbose,
            settings.dryrun,
            settings.printshellcmds,
        ),
    )
