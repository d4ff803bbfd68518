"""Measure how often `compare` calls equal cells different.

Run it by hand with ``python -m benchmarks.error_rates`` from the root of the repository. It
rewrites ``docs/comparing/error_rates.csv`` in seconds. Costs of both sides have the same
distribution, in many comparisons of many cells each; ``python -m benchmarks.document`` copies the
rates to docs/comparing.md.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from momentum_study.core.atomic import replacing
from momentum_study.statistics.estimates import FloatArray
from momentum_study.studies.compare.effects import BETTER, WORSE, adjusted, compared_costs, outcomes

FILE = Path(__file__).parents[1] / "docs/comparing/error_rates.csv"
LEVEL = 0.05
COMPARISONS, CELLS = 1000, 60
# Costs stay finite even with heavy tails, because an infinite cost is a failed run.
LARGEST_LOG = 300.0

Draw = Callable[[np.random.Generator, tuple[int, ...]], FloatArray]


def _normal(generator: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    return generator.standard_normal(shape)


def _heavy_tailed(generator: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    return generator.standard_t(2, shape)


def _two_humped(generator: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    return 3.0 * generator.choice([-1.0, 1.0], shape) + 0.3 * generator.standard_normal(shape)


LOGS: dict[str, Draw] = {
    "normal": _normal,
    "t, two degrees of freedom": _heavy_tailed,
    "one of two states": _two_humped,
}
"""Distributions of the logarithms of costs."""

SIZES = ((10, 10), (10, 4), (4, 4), (2, 2))


def equal_costs(
    logs: str,
    sizes: tuple[int, int],
    *,
    paired: bool,
    comparisons: int,
    cells: int,
    generator: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Draw costs of both sides from the same distribution.

    A run's logarithm is the sum of an effect of its replicate, which all cells share, and one of
    the cell; if runs are paired, both sides also share a part of the replicate's effect.

    Parameters
    ----------
    logs
        Of `LOGS`.
    sizes
        Runs of a cell on either side.
    paired
        Whether both sides share the effects of replicates; then both sizes are equal.
    comparisons, cells
        Number of comparisons, and of cells in each.
    generator
        Source of random numbers.

    Returns
    -------
    numpy.ndarray, numpy.ndarray
        ``(comparisons · cells, n)`` for each side.
    """
    draw = LOGS[logs]
    shared = draw(generator, (comparisons, 1, sizes[0])) if paired else 0.0

    def side(n: int) -> FloatArray:
        luck = shared + 0.3 * draw(generator, (comparisons, 1, n))
        drawn = luck + 0.7 * draw(generator, (comparisons, cells, n))
        costs: FloatArray = np.exp(np.clip(drawn, -LARGEST_LOG, LARGEST_LOG))
        return costs.reshape(-1, n)

    return side(sizes[0]), side(sizes[1])


def called_different(
    baseline: FloatArray, candidate: FloatArray, floor: float, *, paired: bool, cells: int
) -> NDArray[np.bool_]:
    """Return for each cell, ``(comparisons, cells)``, whether it is called better or worse."""
    found = compared_costs(baseline, candidate, floor, 1 - LEVEL, paired=paired)
    p_values = np.concatenate([adjusted(row) for row in found.p_value.reshape(-1, cells)])
    named = outcomes(found.effect, p_values, found.same, LEVEL)
    return np.isin(named, [BETTER, WORSE]).reshape(-1, cells)


def error_rates() -> Iterator[dict[str, object]]:
    """Yield, for each kind of costs, the shares of cells and of comparisons in error."""
    for logs in LOGS:
        for sizes in SIZES:
            for paired in (True, False) if sizes[0] == sizes[1] else (False,):
                generator = np.random.default_rng(0)
                costs = equal_costs(
                    logs,
                    sizes,
                    paired=paired,
                    comparisons=COMPARISONS,
                    cells=CELLS,
                    generator=generator,
                )
                wrong = called_different(*costs, 0.0, paired=paired, cells=CELLS)
                yield {
                    "logs": logs,
                    "baseline_runs": sizes[0],
                    "candidate_runs": sizes[1],
                    "paired": paired,
                    "cells": wrong.mean(),
                    "comparisons": wrong.any(axis=1).mean(),
                }


def main() -> None:
    """Measure, write and print the error rates."""
    table = pd.DataFrame(error_rates()).round(4)
    with replacing(FILE) as file:
        table.to_csv(file, index=False, lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
