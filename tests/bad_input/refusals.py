"""How a command or function refuses a bad input: one clear line, in bounded time."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

from hypothesis import HealthCheck, settings

from momentum_study.cli.main import main
from momentum_study.core.errors import StudyError
from tests.tally import Tally

# Each example takes milliseconds, on a busy machine a second; a hang has no end.
SECONDS = 60

# Fixtures are made once for all examples: counts add up, and each example rewrites its files.
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


class TookTooLong(BaseException):
    """Not an `Exception`, which the command line would report and suppress."""


@contextmanager
def in_time() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TookTooLong(f"no answer within {SECONDS} s")

    former = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


def refusal(tally: Tally, *arguments: str, naming: str) -> str | None:
    """Run a command; return the line with which it refuses its input, None if it accepts it."""
    out, err = StringIO(), StringIO()
    with in_time(), redirect_stdout(out), redirect_stderr(err):
        code = main(arguments)
    if code == 0:
        assert err.getvalue() == ""
        return None
    with tally.trying("bad inputs"):
        assert code == 1
        assert out.getvalue() == ""
        (line,) = err.getvalue().splitlines()  # an internal error has a traceback, of many lines
        assert line.startswith("error: ")
        assert naming in line
    return line


def attempt(tally: Tally, read: Callable[[], Any], naming: str) -> Any:
    """Return what a function reads, None if it refuses it."""
    try:
        with in_time():
            return read()
    except StudyError as error:
        with tally.trying("bad inputs"):
            (line,) = str(error).splitlines()
            assert naming in line
        return None
