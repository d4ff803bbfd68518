"""How the engine's time is divided among its parts, each called through a timer.

The parts are ``products`` (of matrices), ``elementwise`` (activations and their derivatives),
``softmax`` (from outputs to errors), ``update`` (the rule) and ``rest``: Python, minibatches,
checks, and the timers themselves.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any

import numpy as np

from benchmarks.peers.engine import prepare
from benchmarks.problems import Problem
from momentum_study.engine import networks
from momentum_study.engine.activations import ACTIVATIONS
from momentum_study.engine.losses import LOSSES
from momentum_study.engine.optimizers import RULES

PARTS = ("products", "elementwise", "softmax", "update")


class Timers:
    """Seconds spent in each part."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(PARTS, 0.0)

    def around(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``function`` with a timer around it."""

        @wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            start = time.perf_counter()
            result = function(*arguments, **named)
            self.seconds[part] += time.perf_counter() - start
            return result

        return timed


class _NumpyWithTimedProducts:
    def __init__(self, timers: Timers) -> None:
        self.matmul = timers.around("products", np.matmul)

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


@contextmanager
def timed_parts() -> Iterator[Timers]:
    """Add timers to the engine inside the block."""
    timers = Timers()
    registries: tuple[dict[str, Any], ...] = (ACTIVATIONS, LOSSES, RULES)
    originals = [dict(registry) for registry in registries]
    fields = {
        "apply": "elementwise",
        "multiply_derivative": "elementwise",
        "loss_gradient": "softmax",
        "update": "update",
    }
    try:
        for registry in registries:
            for name, entry in registry.items():
                timed = {
                    field: timers.around(part, getattr(entry, field))
                    for field, part in fields.items()
                    if hasattr(entry, field)
                }
                registry[name] = replace(entry, **timed)
        vars(networks)["np"] = _NumpyWithTimedProducts(timers)
        yield timers
    finally:
        vars(networks)["np"] = np
        for registry, original in zip(registries, originals, strict=True):
            registry.update(original)


def seconds_by_part(problem: Problem) -> dict[str, float]:
    """Train once to warm up, then once more, and return the seconds of each part and the rest."""
    prepare(problem).train()
    with timed_parts() as timers:
        prepared = prepare(problem)
        start = time.perf_counter()
        prepared.train()
        total = time.perf_counter() - start
    return {**timers.seconds, "rest": total - sum(timers.seconds.values())}
