"""Schemas of the side tables: theory, landscapes, sharpness, numbers from outside."""

import numpy as np
import pandas as pd
import pandera.pandas as pa

from momentum_study.tables.columns import (
    NOT_NEGATIVE,
    SHARE,
    Mask,
    coefficient,
    positive,
    real,
    row_check,
    run_key_columns,
    text,
    whole,
)
from momentum_study.tables.keys import RUN_KEYS, THEORY_PARAMETERS

_ANY = pa.Column("float64", nullable=True)
_FINITE = pa.Column("float64", pa.Check(np.isfinite, error="must be finite"))


def _holds(table: pd.DataFrame) -> Mask:
    """Say of each row whether ``holds`` is what its error and tolerance make it."""
    error = table["error" if "error" in table else "difference"].abs()
    return np.asarray(table["holds"] == (error <= table["tolerance"]))


def _exact_rows_hold_by_tolerance(table: pd.DataFrame) -> Mask:
    return np.asarray((table["kind"] != "exact") | _holds(table))


def _low_below_high(low: str, high: str) -> pa.Check:
    return row_check(
        lambda table: ~(table[low] > table[high]).to_numpy(),
        f"{low} must not exceed {high}",
    )


THEORY = pa.DataFrameSchema(
    {
        "quantity": text(),
        "form": text(),
        "beta": real(0, 1),
        "rate": real(*NOT_NEGATIVE),
        "kappa": real(1, np.inf),
        "sigma": real(*NOT_NEGATIVE),
        "step": whole(1, nullable=True),
        "predicted": _ANY,
        "measured": _ANY,
        "error": _ANY,
        "tolerance": real(*NOT_NEGATIVE, nullable=False),
        "holds": pa.Column("bool"),
    },
    checks=[row_check(_holds, "holds must say whether the error is within the tolerance")],
    unique=["quantity", "form", *THEORY_PARAMETERS],
    strict=True,
    name="theory",
)
"""One row per closed form and setting: what it predicts, and what the update rule does.

A parameter that the form does not have is missing.
"""

LANDSCAPES = pa.DataFrameSchema(
    {
        "landscape": text(),
        "comparison": text("same_alpha", "same_eta", "tuned"),
        "rule": text(),
        "beta": coefficient(),
        "learning_rate": positive(),
        "alpha": positive(),
        "eta": positive(),
        "on_edge": pa.Column("bool"),
        "height": real(*NOT_NEGATIVE),
        "noise": real(*NOT_NEGATIVE, nullable=False),
        "event": text(),
        "draws": whole(1),
        "n_reached": whole(0),
        "n_diverged": whole(0),
        "share": real(*SHARE, nullable=False),
        "share_low": real(*SHARE, nullable=False),
        "share_high": real(*SHARE, nullable=False),
        "median_steps": real(*NOT_NEGATIVE, nullable=False),
        "median_steps_low": real(*NOT_NEGATIVE, nullable=False),
        "median_steps_high": real(*NOT_NEGATIVE, nullable=False),
        "budget": whole(1),
    },
    checks=[
        row_check(
            lambda table: (table["n_reached"] + table["n_diverged"] <= table["draws"]).to_numpy(),
            "n_reached and n_diverged must not exceed draws",
        ),
        _low_below_high("share_low", "share_high"),
        _low_below_high("median_steps_low", "median_steps_high"),
    ],
    unique=["landscape", "comparison", "rule", "beta", "height"],
    strict=True,
    name="landscapes",
)
"""One row per landscape, comparison and rule: how many updates until the event, in `draws` runs.

``height`` is the barrier's, missing where there is none; ``on_edge`` says that a tuned setting lies
on the edge of its grid. A median is infinite where half of the runs or more had not got there
within the budget, ``n_diverged`` of them because they left for infinity before.
"""

TRAJECTORIES = pa.DataFrameSchema(
    {
        "landscape": text(),
        "comparison": text("same_alpha", "same_eta", "tuned"),
        "rule": text(),
        "beta": coefficient(),
        "learning_rate": positive(),
        "step": whole(0),
        "x": _FINITE,
        "y": _FINITE,
        "value": _FINITE,
    },
    unique=["landscape", "comparison", "rule", "beta", "step"],
    strict=True,
    name="trajectories",
)
"""One row per drawn point of a path; a path ends before it leaves for infinity."""

VALIDATION = pa.DataFrameSchema(
    {
        "source": text(),
        "quantity": text(),
        "kind": text("exact", "finding"),
        "published": _FINITE,
        "ours": _ANY,
        "low": _ANY,
        "high": _ANY,
        "difference": _ANY,
        "tolerance": real(*NOT_NEGATIVE, nullable=False),
        "holds": pa.Column("bool"),
        "test": pa.Column("str"),
    },
    checks=[
        row_check(
            _exact_rows_hold_by_tolerance,
            "an exact row must hold just if its difference is within the tolerance",
        ),
        _low_below_high("low", "high"),
    ],
    unique=["source", "quantity"],
    strict=True,
    name="validation",
)
"""One row per number of somebody else's. A ``finding`` has an interval and the test deciding it."""

INITIAL_SHARPNESS = pa.DataFrameSchema(
    {
        "grid": text(),
        "dataset": text(),
        "network": text(),
        "replicate": whole(0),
        "lambda_max": _FINITE,
    },
    unique=["grid", "dataset", "network", "replicate"],
    strict=True,
    name="initial sharpness",
)
"""One row per grid, data set, network and replicate: all its cells start from that point."""

SHARPNESS = pa.DataFrameSchema(
    {
        **run_key_columns(),
        "step": whole(0),
        "alpha": positive(),
        "eta": positive(),
        "train_loss": real(*NOT_NEGATIVE),
        "lambda_max": _ANY,
        "stability_limit": positive(),
    },
    unique=[*RUN_KEYS, "step"],
    strict=True,
    name="sharpness",
)
"""One row per followed run and checkpoint; λ_max is missing from a divergence on.

``stability_limit`` is the λ beyond which the rule at these rates is unstable on a quadratic.
"""

STABILITY = pa.DataFrameSchema(
    {
        "grid": text(),
        "dataset": text(),
        "network": text(),
        "batch": text(),
        "outcome": text("diverged", "failed"),
        "lambda_max": _FINITE,
        "n_runs": whole(1),
        "n_beyond": whole(0),
        "n_bad": whole(0),
        "n_both": whole(0),
        "n_correct": whole(0),
        "accuracy": real(*SHARE, nullable=False),
        "accuracy_low": real(*SHARE, nullable=False),
        "accuracy_high": real(*SHARE, nullable=False),
        "shift": real(*NOT_NEGATIVE),
        "accuracy_shifted": real(*SHARE),
    },
    checks=[_low_below_high("accuracy_low", "accuracy_high")],
    unique=["grid", "dataset", "network", "batch", "outcome"],
    strict=True,
    name="stability",
)
"""One row per data set, batch size and outcome: how well the stability line foretells it."""
