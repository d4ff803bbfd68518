"""Schemas of the tables that a comparison writes."""

import numpy as np
import pandas as pd
import pandera.pandas as pa

from momentum_study.studies.compare.effects import KINDS, OUTCOMES
from momentum_study.studies.compare.request import MATCHES
from momentum_study.tables.columns import (
    NOT_NEGATIVE,
    SHARE,
    Mask,
    coefficient,
    real,
    row_check,
    text,
    whole,
)

SIDES = ("baseline", "candidate")
BOTH = "both"

PROBLEM = ("baseline_grid", "candidate_grid", "dataset", "network", "rule", "batch", "schedule")
"""Keys of a problem; the name of a missing grid is empty."""

RATES = ("baseline_learning_rate", "candidate_learning_rate")

_ANY = pa.Column("float64", nullable=True)
_MAYBE_TEXT = pa.Column("str")


def _of_sides(*columns: tuple[str, pa.Column]) -> dict[str, pa.Column]:
    """Return a column for each side."""
    return {f"{side}_{name}": column for name, column in columns for side in SIDES}


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


CELLS = pa.DataFrameSchema(
    {
        **dict.fromkeys(PROBLEM[:2], _MAYBE_TEXT),
        **{name: text() for name in PROBLEM[2:]},
        "beta": coefficient(),
        **_of_sides(("learning_rate", real(*NOT_NEGATIVE))),
        "metric": text(),
        "side": text(BOTH, *SIDES),
        "matched_by": text("", *MATCHES[1:]),
        **_of_sides(
            ("alpha", real(*NOT_NEGATIVE)),
            ("n", whole(1, nullable=True)),
            ("failures", whole(0, nullable=True)),
            ("divergence_rate", real(*SHARE)),
            ("median", real(*NOT_NEGATIVE)),
        ),
        "paired": pa.Column("bool"),
        "n_pairs": whole(0, nullable=True),
        "kind": text("", *KINDS),
        "effect": _ANY,
        "low": _ANY,
        "high": _ANY,
        "p_value": real(*SHARE),
        "p_adjusted": real(*SHARE),
        "outcome": text("", *OUTCOMES),
    },
    checks=[
        row_check(_interval_in_order, "the effect must lie within its interval"),
        row_check(_compared_where_both, "kind, outcome and matched_by: where both sides have one"),
        row_check(_rates_of_sides, "each side that has the cell must have a learning rate"),
        row_check(_decided_by_effect, "a decided outcome must have the sign of its effect"),
    ],
    unique=[*PROBLEM, "beta", *RATES, "metric"],
    strict=True,
    name="compared cells",
)
"""One row per cell, of both sides or of one, and metric.

Medians and effects are of costs: losses relative to the best constant prediction's and not below
the floor, or updates; infinite where half of the runs failed. ``effect`` is the mean of
log(baseline / candidate), above 0 where the candidate is better; where ``kind`` is ``failures`` it
is the difference of the shares of failed runs. Its interval and ``p_value`` are those of the cell
alone, ``p_adjusted`` is corrected for all cells of the metric. ``n_pairs`` is missing where runs
are not paired.
"""

SUMMARY = pa.DataFrameSchema(
    {
        **dict.fromkeys(PROBLEM, _MAYBE_TEXT),
        "metric": text(),
        **_of_sides(
            ("beta", real(0, 1)),
            ("learning_rate", real(*NOT_NEGATIVE)),
            ("alpha", real(*NOT_NEGATIVE)),
            ("value", real(*NOT_NEGATIVE)),
            ("low", real(*NOT_NEGATIVE)),
            ("high", real(*NOT_NEGATIVE)),
        ),
        "alpha_ratio": real(*NOT_NEGATIVE),
        "beta_difference": real(-1, 1),
        "n_cells": whole(0),
        **{f"n_{outcome}": whole(0) for outcome in OUTCOMES},
        **{f"share_{outcome}": real(*SHARE) for outcome in OUTCOMES},
        **{f"n_only_{side}": whole(0) for side in SIDES},
    },
    checks=[row_check(_counts_add_up, "the outcomes must add up to the cells of both sides")],
    unique=[*PROBLEM, "metric"],
    strict=True,
    name="summary of a comparison",
)
"""One row per problem and metric, and one per metric for all problems, with empty keys.

A side's best cell has the lowest median, of equal ones the smallest α, then the smallest β; it is
missing where in no cell half of the runs completed. ``alpha_ratio`` and ``beta_difference`` are
those of the candidate's best cell from the baseline's.
"""

DIFFERENCES = pa.DataFrameSchema(
    {
        "place": text(),
        "key": text(),
        "baseline": text(),
        "candidate": text(),
        "meaning": text(),
    },
    unique=["place", "key"],
    strict=True,
    name="differences of configurations",
)
"""One row per difference of the configurations that does not prevent the comparison."""
