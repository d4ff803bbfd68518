"""Facts of the design: numbers of runs, grids and data sets.

A fact that a study does not have is None: the text leaves out its sentence, a table has a dash.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.core.text import format_number, rounded, span
from momentum_study.engine.optimizers import RULES
from momentum_study.tables.arms import CORRECTED
from momentum_study.tables.keys import CELL_KEYS, batches_in_order
from momentum_study.theory.tuning import break_even_kappa

_LONGEST_LIST = 80  # characters


def counts(runs: pd.DataFrame) -> dict[str, Any]:
    """Count runs, cells and what is varied."""
    diverged = int((runs["status"] == "diverged").sum())
    by_rule = runs.groupby(["grid", "rule"])
    varies_rates = _varies(by_rule["learning_rate"])
    return {
        "runs": f"{len(runs):,}",
        "cells": f"{len(runs[list(CELL_KEYS)].drop_duplicates()):,}",
        "diverged": f"{diverged:,}",
        "diverged_share": f"{diverged / len(runs):.0%}",
        "datasets": str(runs["dataset"].nunique()),
        "rate_step": _rate_step(runs),
        "varies_rates": varies_rates,
        "varies_beta": _varies(by_rule["beta"]),
        "reaches_edge": varies_rates and 0 < diverged < len(runs),
        "rules": rules_in_order(runs["rule"]),
    }


def rules_in_order(names: Iterable[str]) -> list[str]:
    """Return the distinct names of rules: those of the library in its order, then custom ones."""
    distinct = set(names)
    return [*(rule for rule in RULES if rule in distinct), *sorted(distinct - set(RULES))]


def _varies(groups: Any) -> bool:
    return bool((groups.min() < groups.max()).any())


def failed_groups(runs: pd.DataFrame) -> dict[str, Any]:
    """List the groups of which every run diverged, and count all groups."""
    keys = [runs[key] for key in ("grid", "dataset", "network", "batch")]
    diverged = (runs["status"] == "diverged").groupby(keys).all()
    names = (
        f"{_words(grid)} on {_words(dataset)}, {_words(network)}, batch {batch}"
        for grid, dataset, network, batch in diverged[diverged].index
    )
    return {"groups": str(len(diverged)), "failed": list(names)}


def levels(runs: pd.DataFrame, beta: float) -> dict[str, Any]:
    """Name the levels of the factors of cases: batch sizes, noise, β of the corrected rule, κ.

    Returns
    -------
    dict
        ``small``, the smallest batch size, and ``middle``, those between it and the full batch;
        ``full``, whether there is a full batch; ``weak`` and ``strong``, the smallest and the
        largest injected noise; ``corrected``, the largest β; ``kappa``, the condition number at
        which momentum at the usual β breaks even on quadratics. None if there is none.
    """
    batches = batches_in_order(runs["batch"])
    small, *middle = [one for one in batches if one != "full"] or ("",)
    noise = sorted({value for value in runs["gradient_noise"] if value > 0})
    corrected = runs.loc[runs["rule"] == CORRECTED, "beta"]
    return {
        "small": small or None,
        "middle": middle,
        "full": "full" in batches,
        "weak": format_number(noise[0]) if noise else None,
        "strong": format_number(noise[-1]) if noise else None,
        "corrected": format_number(corrected.max()) if len(corrected) else None,
        "kappa": f"{break_even_kappa(beta):.0f}",
    }


def _rate_step(runs: pd.DataFrame) -> str | None:
    """Write the usual ratio of neighbouring learning rates of a rule in a grid."""
    ratios = [
        rates[1:] / rates[:-1]
        for _, own in runs.groupby(["grid", "rule"])
        if len(rates := np.unique(own["learning_rate"])) > 1
    ]
    return f"{np.median(np.concatenate(ratios)):.2g}" if ratios else None


def grids_list(runs: pd.DataFrame) -> list[dict[str, str]]:
    """Describe each grid, in the order of its name."""
    return [_grid(name, own) for name, own in runs.groupby("grid")]


def _grid(name: Any, runs: pd.DataFrame) -> dict[str, str]:
    ends = dict.fromkeys(map(rounded, (runs["alpha"].min(), runs["alpha"].max())))
    return {
        "name": _words(name),
        "datasets": _few(sorted(runs["dataset"].unique()), "data sets"),
        "network": _few(sorted(runs["network"].unique()), "networks"),
        "rules": "; ".join(_rule(rule, own) for rule, own in runs.groupby("rule")),
        "alpha": " to ".join(ends),
        "batches": ", ".join(batches_in_order(runs["batch"])),
        "schedules": _listed(sorted(runs["schedule"].unique())),
        "noise": ", ".join(map(format_number, sorted(runs["gradient_noise"].unique()))),
        "steps": span(runs["steps"]),
        "replicates": str(runs["replicate"].nunique()),
        "runs": f"{len(runs):,}",
        "diverged": f"{(runs['status'] == 'diverged').mean():.0%}",
    }


def _rule(name: Any, runs: pd.DataFrame) -> str:
    words = _words(name)
    betas = sorted(runs["beta"].unique())
    return words if betas == [0.0] else f"{words} {', '.join(map(format_number, betas))}"


def _listed(names: list[str]) -> str:
    return ", ".join(map(_words, names))


def _words(name: Any) -> str:
    return str(name).replace("_", " ")


def _few(names: list[str], kind: str) -> str:
    """List names, or count them if the list is too long for a cell of a table."""
    text = _listed(names)
    return text if len(text) <= _LONGEST_LIST or len(names) == 1 else f"{len(names)} {kind}"


def datasets_list(datasets: pd.DataFrame) -> list[dict[str, str]]:
    """Describe each data set."""
    return [
        {
            "name": _words(row["dataset"]),
            "task": row["task"],
            "rows": str(row["rows"]),
            "features": str(row["features"]),
            "outputs": str(row["outputs"]),
            "condition_number": f"{row['condition_number']:,.0f}".replace("inf", "∞"),
        }
        for row in datasets.to_dict("records")
    ]
