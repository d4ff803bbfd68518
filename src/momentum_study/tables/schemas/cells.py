"""The table of cells: the replicates of one setting, summarised."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from momentum_study.tables.columns import (
    CELL_FACT_COLUMNS,
    CELL_KEY_COLUMNS,
    LOSS_METRICS,
    METRICS,
    PATH_METRICS,
    SCORE_METRICS,
    with_interval,
)
from momentum_study.tables.keys import CELL_KEYS
from momentum_study.tables.schema import (
    NOT_NEGATIVE,
    PER_TARGET,
    SHARE,
    Check,
    Column,
    Table,
    real,
    whole,
)

if TYPE_CHECKING:
    import pandas as pd

Mask = NDArray[np.bool_]

_STATISTICS = {"median": "Median", "iqm": "Interquartile mean"}
_TIME = real(PER_TARGET, "", "updates", NOT_NEGATIVE)


def _summaries(columns: Iterable[Column], missing: str = "") -> Iterator[Column]:
    """Describe how many runs enter a metric, and its estimates with their intervals."""
    for column in columns:
        yield whole(f"{column.name}_n", f"Runs that enter `{column.name}`.", "runs")
        for name, statistic in _STATISTICS.items():
            of = f"{statistic[0].lower()}{statistic[1:]} of `{column.name}`"
            estimate = replace(
                column,
                name=f"{column.name}_{name}",
                dtype="float64",
                meaning=f"{statistic} of `{column.name}` over the runs that enter.",
                missing=missing,
            )
            yield from with_interval(estimate, f"the {of}")


def _metrics(names: Sequence[str], missing: str = "") -> Iterator[Column]:
    return _summaries((METRICS[name] for name in names), missing)


def _counts_add_up(cells: "pd.DataFrame") -> Mask:
    runs, completed, diverged = cells[["n_runs", "n_completed", "n_diverged"]].to_numpy("float64").T
    rate = cells["divergence_rate"].to_numpy()
    return np.asarray((completed + diverged == runs) & np.isclose(rate * runs, diverged))


def _metric_counts_fit(cells: "pd.DataFrame") -> Mask:
    counts = [column for column in cells.columns if column.endswith("_n")]
    return np.asarray((cells[counts].to_numpy() <= cells[["n_runs"]].to_numpy()).all(axis=1))


def _intervals_in_order(cells: "pd.DataFrame") -> Mask:
    lows = [column for column in cells.columns if column.endswith("_low")]
    highs = [column.removesuffix("_low") + "_high" for column in lows]
    return np.asarray(~(cells[lows].to_numpy() > cells[highs].to_numpy()).any(axis=1))


CELLS = Table(
    file="cells.parquet",
    row="A cell: all replicates of one data set, network, rule, batch size, schedule, β and "
    "learning rate.",
    keys=CELL_KEYS,
    fields=(
        *CELL_KEY_COLUMNS,
        *CELL_FACT_COLUMNS,
        whole("n_runs", "Runs of the cell.", "runs", 1),
        whole("n_completed", "Runs that did not diverge.", "runs"),
        whole("n_diverged", "Runs that diverged.", "runs"),
        *with_interval(
            real("divergence_rate", "Share of the runs that diverged.", "1", SHARE),
            "the divergence rate",
        ),
        # A failed run enters as an infinity, so that these are never missing.
        *_metrics((*LOSS_METRICS, *SCORE_METRICS)),
        *_summaries([_TIME]),
        *_metrics(PATH_METRICS, "no run has a finite value"),
    ),
    checks=(
        Check("n_runs must be n_completed + n_diverged, and the rate fit", _counts_add_up),
        Check("no metric may have more runs than n_runs", _metric_counts_fit),
        Check("the low end of an interval must not exceed its high end", _intervals_in_order),
    ),
)
