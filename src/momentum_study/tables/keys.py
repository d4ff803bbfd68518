"""The columns that identify a cell, a run and a problem in every table, in the order of sorting."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from momentum_study.core.text import format_number

if TYPE_CHECKING:
    import pandas as pd

CELL_KEYS = (
    "grid",
    "dataset",
    "network",
    "rule",
    "batch",
    "schedule",
    "beta",
    "learning_rate",
)
RUN_KEYS = (*CELL_KEYS, "replicate")
PROBLEM_KEYS = ("family", "dataset", "network", "batch", "gradient_noise")
"""What rules are compared on: `family` names grids with one budget, by the first of them."""

THEORY_PARAMETERS = ("beta", "rate", "kappa", "sigma", "step")
"""Parameters of closed forms: momentum coefficient, learning rate × curvature, condition number,
standard deviation of the curvature's noise, number of updates."""

START_KEYS = ("family", "dataset", "network", "replicate")
"""What runs start from: the same weights, the same rows, the same λ_max."""


def batches_in_order(batches: Iterable[str]) -> list[str]:
    """Put the names of batch sizes into order, each once, the full batch last."""
    return sorted(set(batches), key=lambda batch: (batch == "full", batch.zfill(12)))


TARGET = r"steps_to_(?P<target>(?:0|[1-9]\d*)(?:\.\d+)?(?:e-\d\d+)?)"


def target_column(target: float) -> str:
    """Name of the column of steps until the training loss reaches ``target`` × null loss."""
    return f"steps_to_{format_number(target)}"


def target_of_column(column: str) -> float:
    """Return the target whose column this is, as a fraction of the null loss."""
    return float(column.removeprefix("steps_to_"))


def target_columns(columns: Iterable[str]) -> list[str]:
    """Columns ``steps_to_<target>`` among `columns`, the easiest (largest) target first."""
    matches = [match for column in columns if (match := re.fullmatch(TARGET, column))]
    return [match[0] for match in sorted(matches, key=lambda match: -float(match["target"]))]


def best_first(cells: "pd.DataFrame", *scores: str) -> "pd.Index":
    """Order the rows of cells by their scores, the smallest first.

    Of equal ones the smallest α is first, then the smallest β, then plain gradient descent, then
    the other rules by name. The explorer page applies the same rule (``Study.best`` in `study.js`).

    Parameters
    ----------
    cells
        With the columns ``alpha``, ``beta`` and ``rule``.
    scores
        Names of columns, the most important first.
    """
    order = [*scores, "alpha", "beta"]
    keys = cells[[*order, "rule"]].assign(other=cells["rule"] != "gd")
    return keys.sort_values([*order, "other", "rule"], kind="stable").index
