"""Schemas of the tables that a comparison writes."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from momentum_study.studies.compare.effects import KINDS, OUTCOMES
from momentum_study.studies.compare.request import MATCHES
from momentum_study.tables.columns import BATCH, BETA, DATASET, NETWORK, RULE, SCHEDULE
from momentum_study.tables.schema import (
    COSINE,
    NOT_NEGATIVE,
    SHARE,
    Check,
    Column,
    Table,
    flag,
    real,
    text,
    whole,
)

SIDES = ("baseline", "candidate")
BOTH = "both"

PROBLEM = ("baseline_grid", "candidate_grid", "dataset", "network", "rule", "batch", "schedule")
"""Keys of a problem; the name of a missing grid is empty."""

RATES = ("baseline_learning_rate", "candidate_learning_rate")

Mask = NDArray[np.bool_]

_GRIDS = tuple(
    text(
        f"{side}_grid", f"Grid of the {side}.", missing="the grid of the other side has no partner"
    )
    for side in SIDES
)
_METRIC = text("metric", "What is compared: `train_loss`, `test_loss` or `steps_to_<target>`.")
_COST = "updates or null loss"
_ONE_SIDE = "this side does not have the cell"
_ALONE = "one side alone has the cell"
_FEW = "one side alone has the cell, or there are too few runs"
_NO_BEST = "in no cell did half of the runs complete, or the row is about all problems"


def _of_sides(*columns: Column) -> tuple[Column, ...]:
    """Describe a column of each side, after one with ``{side}`` in its meaning."""
    return tuple(
        replace(
            column, name=f"{side}_{column.name}", meaning=column.meaning.replace("{side}", side)
        )
        for column in columns
        for side in SIDES
    )


def _interval_in_order(table: pd.DataFrame) -> Mask:
    low, middle, high = table["low"], table["effect"], table["high"]
    return np.asarray(~(low > middle + 1e-9) & ~(middle > high + 1e-9))


def _compared_where_both(cells: pd.DataFrame) -> Mask:
    both = cells["side"] == BOTH
    words = [cells[name] != "" for name in ("outcome", "kind", "matched_by")]
    return np.asarray(np.all([word == both for word in words], axis=0))


def _rates_of_sides(cells: pd.DataFrame) -> Mask:
    other = {"baseline": "candidate", "candidate": "baseline"}
    absent = [
        cells[f"{side}_learning_rate"].isna() == (cells["side"] == other[side]) for side in SIDES
    ]
    return np.asarray(np.all(absent, axis=0))


def _decided_by_effect(cells: pd.DataFrame) -> Mask:
    sign = cells["outcome"].map({"better": 1.0, "worse": -1.0})
    return np.asarray(sign.isna() | (np.sign(cells["effect"]) == sign))


def _counts_add_up(summary: pd.DataFrame) -> Mask:
    counted = summary[[f"n_{outcome}" for outcome in OUTCOMES]].sum(axis=1)
    return np.asarray(counted == summary["n_cells"])


CELLS = Table(
    file="cells.csv",
    row="A cell, of both sides or of one, and a metric.",
    keys=(*PROBLEM, "beta", *RATES, "metric"),
    fields=(
        *_GRIDS,
        *(DATASET, NETWORK, RULE, BATCH, SCHEDULE, BETA),
        *_of_sides(
            real(
                "learning_rate",
                "Learning rate of the cell of the {side}, as its rule defines it.",
                "1",
                NOT_NEGATIVE,
                missing=_ONE_SIDE,
            )
        ),
        _METRIC,
        text("side", "Sides that have the cell.", BOTH, *SIDES),
        text("matched_by", "How the cells were matched.", "", *MATCHES[1:], missing=_ALONE),
        *_of_sides(
            real(
                "alpha",
                "Effective learning rate α of the {side}.",
                "1",
                NOT_NEGATIVE,
                missing=_ONE_SIDE,
            ),
            whole("n", "Runs of the {side}.", "runs", 1, missing=_ONE_SIDE),
            whole("failures", "Runs of the {side} that failed.", "runs", missing=_ONE_SIDE),
            real(
                "divergence_rate",
                "Share of the runs of the {side} that diverged.",
                "1",
                SHARE,
                missing=_ONE_SIDE,
            ),
            real(
                "median",
                "Median cost of the {side}, losses not below the floor; infinite where half of "
                "the runs failed.",
                _COST,
                NOT_NEGATIVE,
                missing=_ONE_SIDE,
            ),
        ),
        flag("paired", "Whether runs of one replicate share all that is random."),
        whole(
            "n_pairs",
            "Pairs of runs that the effect rests on.",
            "pairs",
            missing="runs are not paired, or one side alone has the cell",
        ),
        text("kind", "What the effect compares.", "", *KINDS, missing=_ALONE),
        real(
            "effect",
            "Mean of ln(baseline / candidate), above 0 if the candidate is better; for the kind "
            "`failures` the share of failed runs of the baseline minus that of the candidate.",
            "1",
            missing=_ALONE,
        ),
        real("low", "Low end of the interval of the effect in this cell.", "1", missing=_FEW),
        real("high", "High end of the interval of the effect in this cell.", "1", missing=_FEW),
        real("p_value", "Two-sided p-value of no difference.", "1", SHARE, missing=_FEW),
        real(
            "p_adjusted",
            "`p_value` adjusted over all cells of the metric after Benjamini and Hochberg.",
            "1",
            SHARE,
            missing=_FEW,
        ),
        text("outcome", "Outcome of the candidate.", "", *OUTCOMES, missing=_ALONE),
    ),
    checks=(
        Check("the effect must lie within its interval", _interval_in_order),
        Check("kind, outcome and matched_by: where both sides have one", _compared_where_both),
        Check("each side that has the cell must have a learning rate", _rates_of_sides),
        Check("a decided outcome must have the sign of its effect", _decided_by_effect),
    ),
)
_EVERY = "the row is about all problems"

SUMMARY = Table(
    file="summary.csv",
    row="A problem and a metric, or a metric over all problems, with empty keys.",
    keys=(*PROBLEM, "metric"),
    fields=(
        *(replace(column, missing=f"{column.missing}, or {_EVERY}") for column in _GRIDS),
        *(
            text(column.name, column.meaning, missing=_EVERY)
            for column in (DATASET, NETWORK, RULE, BATCH, SCHEDULE)
        ),
        _METRIC,
        *_of_sides(
            real("beta", "β of the best cell of the {side}.", "1", SHARE, missing=_NO_BEST),
            real(
                "learning_rate",
                "Learning rate of the best cell of the {side}, as its rule defines it.",
                "1",
                NOT_NEGATIVE,
                missing=_NO_BEST,
            ),
            real("alpha", "α of the best cell of the {side}.", "1", NOT_NEGATIVE, missing=_NO_BEST),
            real(
                "value",
                "Median cost of the best cell of the {side}: the lowest; of equal ones that of "
                "the smallest α, then β.",
                _COST,
                NOT_NEGATIVE,
                missing=_NO_BEST,
            ),
            real(
                "low",
                "Low end of the interval of the median of the {side}.",
                _COST,
                NOT_NEGATIVE,
                missing=_NO_BEST,
            ),
            real(
                "high",
                "High end of the interval of the median of the {side}.",
                _COST,
                NOT_NEGATIVE,
                missing=_NO_BEST,
            ),
        ),
        real(
            "alpha_ratio",
            "Best α of the candidate over that of the baseline.",
            "1",
            NOT_NEGATIVE,
            missing=_NO_BEST,
        ),
        real(
            "beta_difference",
            "Best β of the candidate minus that of the baseline.",
            "1",
            COSINE,
            missing=_NO_BEST,
        ),
        whole("n_cells", "Cells that both sides have.", "cells"),
        *(
            whole(f"n_{outcome}", f"Cells with the outcome `{outcome}`.", "cells")
            for outcome in OUTCOMES
        ),
        *(
            real(
                f"share_{outcome}",
                f"Share of the cells of both sides with the outcome `{outcome}`.",
                "1",
                SHARE,
                missing="no cell is on both sides",
            )
            for outcome in OUTCOMES
        ),
        *(whole(f"n_only_{side}", f"Cells of the {side} alone.", "cells") for side in SIDES),
    ),
    checks=(Check("the outcomes must add up to the cells of both sides", _counts_add_up),),
)

DIFFERENCES = Table(
    file="differences.csv",
    row="A difference of the two configurations that does not forbid the comparison.",
    keys=("place", "key"),
    fields=(
        text("place", "Part of the configuration."),
        text("key", "Key in this part."),
        text("baseline", "Value of the baseline."),
        text("candidate", "Value of the candidate."),
        text("meaning", "What the difference means for the comparison."),
    ),
)

SCHEMAS = (CELLS, SUMMARY, DIFFERENCES)
"""All tables of a comparison."""
