"""Problems made by hand, whose losses and times are known."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.analysis.comparison.problems import CELL_COLUMNS, Problem
from momentum_study.engine.optimizers import RULES

BUDGET = 100
NULL_LOSS = 2.0  # losses below are relative to it
FLOOR = 1e-6
ABSENT = np.nan
DIVERGED = np.inf

Cell = tuple[str, float, float]  # rule, β, α


def made_problem(
    validation: Mapping[Cell, Sequence[float]],
    test: Mapping[Cell, Sequence[float]] | None = None,
    times: Mapping[str, Mapping[Cell, Sequence[float]]] | None = None,
    train: Mapping[Cell, Sequence[float]] | None = None,
    shapes: Mapping[str, Mapping[Cell, Sequence[float]]] | None = None,
    **keys: Any,
) -> Problem:
    """Make a problem of relative losses and times to targets by cell, one per replicate.

    A validation loss may be `ABSENT` or `DIVERGED`; test and training loss are the same if not
    given. Of ``times``, by target, a missing cell or NaN is a missed target. ``shapes`` are
    further columns, by their names.
    """
    order = sorted(validation, key=lambda cell: (cell[0], cell[2], cell[1]))
    chosen = np.array([validation[cell] for cell in order], dtype=float)
    evaluated = np.array([(test or validation)[cell] for cell in order], dtype=float)
    final = np.array([(train or validation)[cell] for cell in order], dtype=float)
    there, completed = ~np.isnan(chosen), np.isfinite(chosen)
    missed = [np.nan] * chosen.shape[1]
    columns = {
        "steps": np.where(there, float(BUDGET), np.nan),
        "null_loss": np.where(there, NULL_LOSS, np.nan),
        "train_loss_final": np.where(completed, NULL_LOSS * final, np.nan),
        "validation_loss_best": np.where(completed, NULL_LOSS * chosen, np.nan),
        "test_loss_at_best": np.where(completed, NULL_LOSS * evaluated, np.nan),
        **{
            f"steps_to_{target}": np.array([own.get(cell, missed) for cell in order], dtype=float)
            for target, own in (times or {}).items()
        },
        **{
            name: np.where(there, [own[cell] for cell in order], np.nan)
            for name, own in (shapes or {}).items()
        },
    }
    cells = pd.DataFrame(
        [
            (rule, "constant", beta, RULES[rule].heavy_ball_rate(alpha, beta), alpha)
            for rule, beta, alpha in order
        ],
        columns=["rule", "schedule", "beta", "eta", "alpha"],
    )
    cells["learning_rate"] = cells["alpha"]
    return Problem(
        {
            "family": "main",
            "dataset": "iris",
            "network": "small",
            "batch": "full",
            "gradient_noise": 0.0,
            "batch_size": 90,
            **keys,
        },
        cells[CELL_COLUMNS],
        np.arange(chosen.shape[1]),
        columns,
        completed,
    )
