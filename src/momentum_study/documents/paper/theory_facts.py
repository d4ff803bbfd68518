"""Facts without a grid: closed forms, landscapes, the stability line, sharpness."""

from typing import Any

import numpy as np
import pandas as pd

from momentum_study.core.text import format_number
from momentum_study.documents.summaries import with_interval
from momentum_study.tables.arms import DESCENT, MOMENTUM
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.theory.checks import TOLERANCE


def closed_forms(theory: pd.DataFrame, beta: float) -> dict[str, Any]:
    """Values of closed forms in the text, and the number of rows of the table that hold.

    Parameters
    ----------
    theory
        The table of theory.
    beta
        The usual momentum coefficient.
    """
    exact = theory[theory["tolerance"] == TOLERANCE]
    momentum = theory[theory["form"] == MOMENTUM]
    descent = theory[theory["form"] == DESCENT]
    usual = momentum[momentum["beta"] == beta]
    # The smallest rate, where the closed form has its limit.
    jitter = [
        _of(own, "jitter").sort_values("rate")["measured"].head(1) for own in (descent, usual)
    ]
    return {
        "rows": f"{len(theory):,}",
        "held": f"{theory['holds'].sum():,}",
        "worst": f"{exact['error'].abs().max():.1e}",
        "limit_descent": _written(_of(descent, "stability_limit")["measured"]),
        "limit": _written(_of(usual, "stability_limit")["measured"]),
        "break_even": [
            {"beta": format_number(beta), "text": f"{kappa:.3g}"}
            for beta, kappa in _of(momentum, "break_even_kappa")[["beta", "measured"]].to_numpy()
        ],
        "jitter": _written(jitter[0].reset_index(drop=True) / jitter[1].reset_index(drop=True)),
        "lag": _written(_of(usual, "lag").sort_values("step")["measured"].tail(1)),
    }


def _of(forms: pd.DataFrame, quantity: str) -> pd.DataFrame:
    return forms[forms["quantity"] == quantity]


def _written(values: pd.Series) -> str | None:
    """Write the first known value; None if there is none."""
    known = values.dropna()
    return f"{known.iloc[0]:.3g}" if len(known) else None


def exit_times(landscapes: pd.DataFrame, beta: float) -> dict[str, str]:
    """Median updates to leave the saddle, with intervals, by comparison and rule.

    Keys are, for example, ``same_alpha momentum``; only plain gradient descent and the usual β.
    """
    rows = landscapes[
        (landscapes["landscape"] == "saddle")
        & ((landscapes["rule"] == "gd") | (landscapes["beta"] == beta))
    ]
    return {
        f"{row['comparison']} {row['rule']}": time
        for row, time in zip(
            rows.to_dict("records"),
            with_interval(rows, "median_steps", "{:.0f}".format),
            strict=True,
        )
    }


def predicted(stability: pd.DataFrame, grid: str) -> list[dict[str, str]]:
    """Accuracy of the stability line in a grid, for each batch size: range over data sets."""
    rows = stability[(stability["outcome"] == "diverged") & (stability["grid"] == grid)]
    return [
        {
            "batch": str(batch),
            "runs": f"{own['n_runs'].sum():,}",
            "low": f"{own['accuracy'].min():.0%}",
            "high": f"{own['accuracy'].max():.0%}",
            "all": f"{own['n_correct'].sum() / own['n_runs'].sum():.0%}",
            "spared": f"{(own['n_beyond'] - own['n_both']).sum():,}",
            "early": f"{(own['n_bad'] - own['n_both']).sum():,}",
        }
        for batch, own in rows.groupby("batch", sort=False)
    ]


def external(validation: pd.DataFrame) -> dict[str, str]:
    """Count the published reference values, and those that the code reproduces."""
    exact = validation[validation["kind"] == "exact"]
    return {"rows": str(len(exact)), "held": str(exact["holds"].sum())}


def limits_reached(sharpness: pd.DataFrame, grid: str) -> dict[str, dict[str, str]]:
    """Sharpness at the end of the runs of a grid, in units of the stability limit of their rule.

    The sharpness of a run is the median of its last tenth of checkpoints (at least one), because it
    oscillates near the limit. Diverged runs are left out.

    Returns
    -------
    dict
        Rule → its data sets, number of runs, median and range of the ratio.
    """
    runs = sharpness[sharpness["grid"] == grid].groupby([*RUN_KEYS], sort=False)
    ratios = pd.DataFrame([(*keys, _end(run)) for keys, run in runs], columns=[*RUN_KEYS, "ratio"])
    return {
        str(rule): {
            "datasets": ", ".join(sorted(set(own["dataset"]))).replace("_", " "),
            "runs": str(len(own)),
            "median": f"{own['ratio'].median():.2f}",
            "low": f"{own['ratio'].min():.2f}",
            "high": f"{own['ratio'].max():.2f}",
        }
        for rule, own in ratios.dropna().groupby("rule", sort=False)
    }


def _end(run: pd.DataFrame) -> float:
    """Return the ratio at the end of a run; NaN if it diverged."""
    ordered = run.sort_values("step")
    if not np.isfinite(ordered["lambda_max"].iloc[-1]):
        return np.nan
    last = ordered.iloc[-max(len(ordered) // 10, 1) :]
    return float((last["lambda_max"] / last["stability_limit"]).median())
