"""Facts of the design: numbers of runs, grids and data sets."""

from typing import Any

import numpy as np
import pandas as pd

from momentum_study.core.text import format_number, rounded, span
from momentum_study.tables.arms import CORRECTED
from momentum_study.tables.keys import CELL_KEYS, batches_in_order


def counts(runs: pd.DataFrame) -> dict[str, str]:
    """Count runs, cells and what is varied."""
    diverged = int((runs["status"] == "diverged").sum())
    return {
        "runs": f"{len(runs):,}",
        "cells": f"{len(runs[list(CELL_KEYS)].drop_duplicates()):,}",
        "diverged": f"{diverged:,}",
        "diverged_share": f"{diverged / len(runs):.0%}",
        "datasets": str(runs["dataset"].nunique()),
        "rate_step": _rate_step(runs),
    }


def levels(runs: pd.DataFrame) -> dict[str, Any]:
    """Name the levels of the factors of cases: batch sizes, noise, β of the corrected rule.

    Returns
    -------
    dict
        ``small``, the smallest batch size, and ``middle``, those between it and the full batch;
        ``weak`` and ``strong``, the smallest and the largest injected noise; ``corrected``, the
        largest β. A dash if there is none.
    """
    small, *middle = [one for one in batches_in_order(runs["batch"]) if one != "full"] or ["–"]
    noise = sorted({value for value in runs["gradient_noise"] if value > 0})
    corrected = runs.loc[runs["rule"] == CORRECTED, "beta"]
    return {
        "small": small,
        "middle": middle,
        "weak": format_number(noise[0]) if noise else "–",
        "strong": format_number(noise[-1]) if noise else "–",
        "corrected": format_number(corrected.max()) if len(corrected) else "–",
    }


def _rate_step(runs: pd.DataFrame) -> str:
    """Write the usual ratio of neighbouring learning rates of a rule in a grid."""
    ratios = [
        rates[1:] / rates[:-1]
        for _, own in runs.groupby(["grid", "rule"])
        if len(rates := np.unique(own["learning_rate"])) > 1
    ]
    return f"{np.median(np.concatenate(ratios)):.2g}" if ratios else "–"


def grids_list(runs: pd.DataFrame) -> list[dict[str, str]]:
    """Describe each grid, in the order of its name."""
    return [_grid(name, own) for name, own in runs.groupby("grid")]


def _grid(name: Any, runs: pd.DataFrame) -> dict[str, str]:
    low, high = runs["alpha"].min(), runs["alpha"].max()
    return {
        "name": str(name).replace("_", " "),
        "datasets": _listed(sorted(runs["dataset"].unique())),
        "network": _listed(sorted(runs["network"].unique())),
        "rules": "; ".join(_rule(rule, own) for rule, own in runs.groupby("rule")),
        "alpha": f"{rounded(low)} to {rounded(high)}",
        "batches": ", ".join(batches_in_order(runs["batch"])),
        "schedules": _listed(sorted(runs["schedule"].unique())),
        "noise": ", ".join(map(format_number, sorted(runs["gradient_noise"].unique()))),
        "steps": span(runs["steps"]),
        "replicates": str(runs["replicate"].nunique()),
        "runs": f"{len(runs):,}",
        "diverged": f"{(runs['status'] == 'diverged').mean():.0%}",
    }


def _rule(name: Any, runs: pd.DataFrame) -> str:
    words = str(name).replace("_", " ")
    betas = sorted(runs["beta"].unique())
    return words if betas == [0.0] else f"{words} {', '.join(map(format_number, betas))}"


def _listed(names: list[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


def datasets_list(datasets: pd.DataFrame) -> list[dict[str, str]]:
    """Describe each data set."""
    return [
        {
            "name": row["dataset"].replace("_", " "),
            "task": row["task"],
            "rows": str(row["rows"]),
            "features": str(row["features"]),
            "outputs": str(row["outputs"]),
            "condition_number": f"{row['condition_number']:,.0f}",
        }
        for row in datasets.to_dict("records")
    ]
