"""From Snakemake's log records to what is shown."""

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
)
from snakemake.settings.enums import Quietness
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from momentum_study.core.errors import AGAIN
from snakemake_logger_plugin_momentum import failures
from snakemake_logger_plugin_momentum.display import Bar, Display, Lines
from snakemake_logger_plugin_momentum.hints import hint
from snakemake_logger_plugin_momentum.progress import Job, Progress, as_clock

_SECONDS_BETWEEN_FRAMES = 0.5
_TOLD_AT_ONCE = 5  # failures; a full disk makes hundreds, and the end says how many

# Of what Snakemake says besides events: this is not worth a line before jobs run,
_UNSAID = ("host: ", "Using shell: ", "Assuming unrestricted shared", "Group jobs: ")
# and while they run nothing is, but for this. Warnings and errors always are.
_SAID_WHILE_RUNNING = ("Terminating processes", "Will exit after finishing")
_COMPLETE_LOG = "Complete log(s): "
# That a job's command failed: its log says it better, at the end.
_COMMAND_FAILED = "CalledProcessError in file "
_NOT_ALL_DONE = ("Exiting because a job execution failed", "WorkflowError:\nAt least one job did")
_STACK = "Traceback (most recent call last)"
_REDIRECTED = re.compile(r"(?<![\d&])> ")  # what a command prints, not what it complains about


class LogHandler(LogHandlerBase):
    """Shows progress while jobs run, and at the end what failed and what to do.

    Whoever asks for Snakemake's own words, by ``--dry-run``, ``--verbose``, ``--printshellcmds``
    or ``--debug-dag``, gets them; ``--quiet`` leaves out the progress, ``--quiet all`` everything.
    """

    def __post_init__(self) -> None:
        """Choose a way to show things."""
        # On a full disk Snakemake's own log would print a stack for each record it cannot take.
        logging.raiseExceptions = False
        settings = self.common_settings
        stream = sys.stdout if settings.stdout else sys.stderr
        wordy = settings.dryrun or settings.verbose or settings.printshellcmds or settings.debug_dag
        self._own_words = _own_words(self, stream) if wordy else None
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
        self._complete_log: str | None = None
        self._group_logs: tuple[str, ...] = ()
        self._stopped = False
        self._last_words: str | None = None
        self._closing = threading.Event()
        self._ticks = threading.Thread(target=self._tick, daemon=True)

    def emit(self, record: LogRecord) -> None:
        """Show what a record says, or note it for later."""
        if self._silent:
            return
        try:
            if self._own_words:
                self._own_words.handle(record)
            else:
                self._take(record)
        except Exception:  # a fault of what is here, which is shown and does not end the run
            with suppress(OSError):
                traceback.print_exc()

    def close(self) -> None:
        """Take the bar away and say how the run ended; Snakemake calls this more than once."""
        if not self._closing.is_set():
            self._closing.set()
            if self._ticks.is_alive():
                self._ticks.join()
            if self._display:
                self._display.pause()
            for line in self._end():
                self._say(line)
        super().close()

    def _take(self, record: LogRecord) -> None:
        event = getattr(record, "event", None)
        now = time.monotonic()
        progress = self._progress
        if event == LogEvent.RUN_INFO:
            self._begin(getattr(record, "stats", {}), now)
        elif event == LogEvent.ERROR:
            self._take_error(record)
        elif event is None:
            self._take_message(record)
        elif progress is None:
            pass  # the other events are about jobs
        elif event == LogEvent.JOB_INFO:
            job = _job(record)
            progress.start(record.__dict__["jobid"], job, now)
            if job.speaks and self._display:
                self._display.pause()
        elif event == LogEvent.JOB_FINISHED:
            progress.finish(record.__dict__["job_id"], now)
        elif event == LogEvent.JOB_ERROR:
            self._take_failure(progress, record)
        elif event == LogEvent.GROUP_ERROR:
            self._group_logs = tuple(map(str, record.__dict__["aux_logs"]))

    def _take_failure(self, progress: Progress, record: LogRecord) -> None:
        facts = record.__dict__
        number = facts["jobid"]
        announced = progress.running.get(number)
        if announced is None:  # told before, by another member of its group
            return
        in_group = facts["indent"]
        # Now with the executor's logs, such as Slurm's, after the job's own. Of a group that could
        # not even be started again, those of its last attempt tell most.
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
        told = job.speaks or (in_group and not failures.says_why(job))
        if len(progress.failed) <= _TOLD_AT_ONCE and not told:
            for line in failures.at_once(job):
                self._say(line, "red")

    def _begin(self, stats: dict[str, int], now: float) -> None:
        jobs = {rule: number for rule, number in stats.items() if rule != "total"}
        self._progress = Progress(jobs, now)
        if self._quiet:
            return
        most_first = sorted(jobs.items(), key=lambda item: -item[1])
        named = ", ".join(f"{rule} {number:,}" for rule, number in most_first)
        self._say(f"Jobs: {self._progress.total:,} ({named})")
        on_terminal = self._console.is_terminal and not self._console.is_dumb_terminal
        self._display = Bar(self._console) if on_terminal else Lines(self._console, now)
        self._display.update(self._progress, now)
        self._ticks.start()

    def _take_error(self, record: LogRecord) -> None:
        message = record.getMessage()
        exception = str(getattr(record, "exception", ""))
        if _COMMAND_FAILED in message or message.startswith(_NOT_ALL_DONE):
            return
        if exception == "KeyboardInterrupt":
            self._stopped = True
            return
        words = hint(exception, message)
        if words and _STACK in message:  # which the complete log has
            message = message.strip().splitlines()[-1]
        self._say(message, "red")
        self._last_words = words or self._last_words

    def _take_message(self, record: LogRecord) -> None:
        message = record.getMessage()
        if message.startswith(_COMPLETE_LOG):
            self._complete_log = message.removeprefix(_COMPLETE_LOG)
        elif record.levelno >= logging.WARNING:
            if not message.startswith(_NOT_ALL_DONE):
                self._say(message, "red" if record.levelno >= logging.ERROR else "yellow")
        elif message.startswith(_SAID_WHILE_RUNNING):
            self._stopped = True
            self._say(message)
        elif self._progress is None and not message.startswith(_UNSAID) and not self._quiet:
            self._say(message)

    def _end(self) -> list[str]:
        """Return the last lines of all."""
        progress = self._progress
        if self._last_words:
            return [self._last_words]
        if progress is None:
            return []
        if self._stopped:
            failed = f", {len(progress.failed):,} failed" if progress.failed else ""
            return [f"Stopped at {progress.counts()}{failed}. To go on, {AGAIN}."]
        if progress.failed:
            jobs = list(progress.failed.values())
            return failures.summary(jobs, progress.done, progress.total, self._complete_log)
        if self._quiet:
            return []
        return [f"{progress.counts()} in {as_clock(progress.elapsed(time.monotonic()))}"]

    def _say(self, message: str, style: str = "") -> None:
        self._console.print(Text(message, style), soft_wrap=True)

    def _tick(self) -> None:
        while not self._closing.wait(_SECONDS_BETWEEN_FRAMES):
            assert self.lock  # of the handler, held by `emit` too
            with self.lock:
                progress, display = self._progress, self._display
                if progress and display and not any(j.speaks for j in progress.running.values()):
                    display.update(progress, time.monotonic())

    @property
    def writes_to_stream(self) -> bool:
        """It does."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """Snakemake's own log has everything."""
        return False

    @property
    def has_filter(self) -> bool:
        """What is shown is chosen here."""
        return True

    @property
    def has_formatter(self) -> bool:
        """It is written here."""
        return True

    @property
    def needs_rulegraph(self) -> bool:
        """It does not."""
        return False


def _job(record: LogRecord) -> Job:
    facts = record.__dict__
    logs = tuple(map(str, facts["log"]))
    command = facts["shellcmd"] or ""
    return Job(
        rule=facts["rule_name"],
        says=facts["rule_msg"] or facts["rule_name"],
        logs=logs,
        speaks=bool(command) and not _REDIRECTED.search(command),
    )


def _own_words(handler: LogHandler, stream: TextIO) -> ColorizingTextHandler:
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
