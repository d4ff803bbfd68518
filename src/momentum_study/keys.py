"""The columns that identify a cell, a run and a problem in every table, in the order of sorting."""

from collections.abc import Iterable

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

START_KEYS = ("family", "dataset", "network", "replicate")
"""What runs start from: the same weights, the same rows, the same λ_max."""


def batches_in_order(batches: Iterable[str]) -> list[str]:
    """Put the names of batch sizes into order, each once, the full batch last."""
    return sorted(set(batches), key=lambda batch: (batch == "full", batch.zfill(12)))
