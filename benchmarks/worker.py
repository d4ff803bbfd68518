"""The process of a contender: one core, one thread, and its own kernels.

Processor kernels and threads are chosen when NumPy is imported. Therefore this module imports
nothing that imports NumPy before the environment is set.
"""

import gc
import importlib
import os
import resource
import sys
import time
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.peers import PEERS, Peer, Prepared
from momentum_study.core import kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.problems import Problem

ENVIRONMENT = {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "JAX_PLATFORMS": "cpu",
}


def serve(connection: Connection, name: str) -> None:
    """Answer calls of a contender's :class:`Session` until the other side closes the connection.

    A call is ``(method, arguments)``, an answer ``(True, result)`` or ``(False, traceback)``.
    """
    set_up(PEERS[name])
    session = Session(PEERS[name])
    with suppress(EOFError, BrokenPipeError):
        while True:
            method, arguments = connection.recv()
            try:
                answer = (True, getattr(session, method)(*arguments))
            except Exception:  # the other side reports it
                answer = (False, traceback.format_exc())
            connection.send(answer)


def set_up(peer: Peer) -> None:
    """Set this process's environment and confine it to one core, where the system can."""
    kernels.choose(peer.kernels)
    os.environ.update(ENVIRONMENT)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


class Session:
    """A contender that works on one problem at a time."""

    def __init__(self, peer: Peer) -> None:
        self.module = peer.module
        self.prepared: Prepared | None = None
        self.trained: Any = None
        self.roof: Any = None

    def prepare(self, problem: "Problem") -> None:
        """Replace the current problem."""
        self.prepared = self.trained = self.roof = None
        gc.collect()
        self.prepared = importlib.import_module(f"benchmarks.peers.{self.module}").prepare(problem)

    def first_seconds(self) -> float:
        """Seconds of the first training, in which some contenders compile."""
        assert self.prepared is not None
        start = time.perf_counter()
        self.trained = self.prepared.train()
        return time.perf_counter() - start

    def weights(self) -> "list[NDArray[Any]]":
        """Return the final weights of the first training and release them."""
        assert self.prepared is not None
        trained, self.trained = self.trained, None
        return self.prepared.weights(trained)

    def seconds(self, repeats: int = 1) -> float:
        """Seconds of training, on average over ``repeats``."""
        assert self.prepared is not None
        gc.collect()
        start = time.perf_counter()
        for _ in range(repeats):
            self.prepared.train()
        return (time.perf_counter() - start) / repeats

    def prepare_roof(self, problem: "Problem") -> None:
        """Set up the problem's matrix products."""
        from benchmarks.roof import Roof

        self.roof = Roof(problem)
        self.roof.seconds_per_update()

    def roof_seconds(self) -> float:
        """Seconds of the matrix products alone per network-update."""
        return float(self.roof.seconds_per_update())

    def seconds_by_part(self, problem: "Problem") -> dict[str, float]:
        """Seconds of the engine's parts."""
        from benchmarks.breakdown import seconds_by_part

        return seconds_by_part(problem)

    def peak_mib(self) -> float:
        """Peak of this process's memory, in MiB."""
        status = Path("/proc/self/status")
        if status.exists():
            # Of this program only; `getrusage` also counts the process it was forked from.
            line = next(s for s in status.read_text().splitlines() if s.startswith("VmHWM"))
            return int(line.split()[1]) / 2**10
        unit = 1 if sys.platform == "darwin" else 2**10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
