"""Start, call and stop the processes of the contenders."""

import importlib.metadata
import multiprocessing
from types import TracebackType
from typing import Any

from benchmarks.peers import PEERS
from benchmarks.worker import serve


class ContenderError(Exception):
    """A contender's process has reported an error."""


class Contender:
    """A contender in a separate process.

    Used as a context manager: the process ends with the block.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        # A new interpreter, so that nothing is imported before the environment is set.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, name), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> "Contender":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()
        if error is not None:
            self._process.terminate()
        self._process.join()

    def call(self, method: str, *arguments: Any) -> Any:
        """Call a method of the process's :class:`benchmarks.worker.Session` and wait for it."""
        try:
            self._connection.send((method, arguments))
            succeeded, result = self._connection.recv()
        except (EOFError, BrokenPipeError) as error:
            raise ContenderError(f"{self.name}: its process ended unexpectedly") from error
        if not succeeded:
            raise ContenderError(f"{self.name}: {result}")
        return result


def version(name: str) -> str | None:
    """Return a contender's distribution and version, or None if it is not installed."""
    distribution = PEERS[name].distribution
    try:
        return f"{distribution} {importlib.metadata.version(distribution)}"
    except importlib.metadata.PackageNotFoundError:
        return None
