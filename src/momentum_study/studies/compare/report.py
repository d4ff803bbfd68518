"""What a comparison comes to, in words and small tables: the parts of its page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from momentum_study.core.text import format_number, rounded
from momentum_study.figures.rules import arm_style, batch_label
from momentum_study.studies.compare.effects import OUTCOMES, SAME
from momentum_study.studies.compare.metrics import metric_label
from momentum_study.studies.compare.schemas import BOTH, PROBLEM, SIDES
from momentum_study.studies.compare.settings import Settings

# Factors of one-sided cells, in the order in which they are listed together.
_FACTORS = ("learning rate", "β", "rule", "schedule", "batch", "network", "data set")
_NONE = "–"


@dataclass(frozen=True)
class TextTable:
    """A table as it is shown.

    Attributes
    ----------
    title
        Above it; empty for none.
    columns
        Headings.
    rows
        Text, a row each.
    numbers
        Columns of numbers, by their place.
    """

    title: str
    columns: list[str]
    rows: list[list[str]]
    numbers: frozenset[int] = frozenset()


def share_text(settings: Settings) -> str:
    """Write the share of errors that is allowed among what is called different."""
    return f"{rounded(100 * settings.level)} %"


def headline(cells: pd.DataFrame, settings: Settings) -> str:
    """Say in a sentence what was found."""
    both = cells[cells["side"] == BOTH]
    first = both[both["metric"] == settings.metrics[0]]
    if (both["outcome"] == SAME).all():
        return f"No difference: all {len(first):,} cells have the same values."
    counts = {outcome: (first["outcome"] == outcome).sum() for outcome in OUTCOMES}
    found = ", ".join(f"{n:,} {outcome}" for outcome, n in counts.items() if n or outcome != SAME)
    return (
        f"Of {len(first):,} matched cells {found.replace(' ', ' are ', 1)} in "
        f"{metric_label(settings.metrics[0])} ({share_text(settings)} false discoveries)."
    )


def outcome_table(summary: pd.DataFrame, names: Sequence[str], settings: Settings) -> TextTable:
    """Count outcomes, a row for each metric."""
    totals = summary[summary["dataset"] == ""].set_index("metric")
    counts = [f"n_{name}" for name in ("cells", *OUTCOMES, *(f"only_{side}" for side in SIDES))]
    rows = [
        [metric_label(metric), *(f"{int(totals[name][metric]):,}" for name in counts)]
        for metric in settings.metrics
    ]
    headings = ["metric", "matched cells", *OUTCOMES, *(f"only in {name}" for name in names)]
    return TextTable("", headings, rows, frozenset(range(1, len(headings))))


def difference_table(differences: pd.DataFrame, names: Sequence[str]) -> TextTable:
    """List what differs between the configurations."""
    return TextTable(
        "", ["where", "key", *names, "for the comparison"], differences.to_numpy().tolist()
    )


def best_tables(summary: pd.DataFrame, names: Sequence[str], settings: Settings) -> list[TextTable]:
    """Set the best cells of both sides beside each other, a table for each metric."""
    # Problems of one side are among its cells without counterpart.
    problems = summary[(summary["dataset"] != "") & (summary["n_cells"] > 0)]
    grids = problems["baseline_grid"].where(
        problems["baseline_grid"] == problems["candidate_grid"],
        problems["baseline_grid"] + " / " + problems["candidate_grid"],
    )
    problems = problems.assign(grid=grids)
    varied = [
        key
        for key in ("grid", "dataset", "network", "batch", "schedule", "rule")
        if key in ("dataset", "rule") or len(problems[key].unique()) > 1
    ]
    tables = []
    for metric in settings.metrics:
        own = problems[problems["metric"] == metric].sort_values(list(PROBLEM), kind="stable")
        columns: dict[str, Iterable[str]] = {
            "data set" if key == "dataset" else key: _words(own[key], key) for key in varied
        }
        for side, name in zip(SIDES, names, strict=True):
            columns[f"{name}: β, α"] = _cells_text(own, side)
            columns[f"{name}: median"] = _values_text(own, side)
        columns["α, ratio"] = own["alpha_ratio"].map(_number)
        columns["β, difference"] = own["beta_difference"].map(_number)
        for outcome in OUTCOMES:
            columns[outcome] = own[f"n_{outcome}"].astype("str")
        rows = np.array([list(column) for column in columns.values()]).T.tolist()
        numbers = frozenset(range(len(varied), len(columns)))
        tables.append(TextTable(metric_label(metric), list(columns), rows, numbers))
    return tables


def _words(values: pd.Series, key: str) -> pd.Series:
    if key == "rule":
        return values.map(lambda rule: arm_style(rule).label)
    if key == "batch":
        return values.map(batch_label)
    return values


def _cells_text(table: pd.DataFrame, side: str) -> list[str]:
    pairs = zip(table[f"{side}_beta"], table[f"{side}_alpha"], strict=True)
    return [
        f"{_number(beta)}, {_number(alpha)}" if alpha == alpha else _NONE for beta, alpha in pairs
    ]


def _values_text(table: pd.DataFrame, side: str) -> list[str]:
    ends = [table[f"{side}_{name}"] for name in ("value", "low", "high")]
    return [
        f"{_number(value)} [{_number(low)}, {_number(high)}]" if value == value else _NONE
        for value, low, high in zip(*ends, strict=True)
    ]


def _number(value: float) -> str:
    if np.isnan(value):
        return _NONE
    return rounded(value) if np.isfinite(value) else "∞"


def one_sided_table(cells: pd.DataFrame, names: Sequence[str], settings: Settings) -> TextTable:
    """List the cells of one side alone, those that differ in one factor together.

    Returns
    -------
    TextTable
        Without rows if all cells have a counterpart.
    """
    own = cells[(cells["side"] != BOTH) & (cells["metric"] == settings.metrics[0])]
    sides = dict(zip(SIDES, names, strict=True))
    rates = own["baseline_learning_rate"].fillna(own["candidate_learning_rate"])
    grids = own["baseline_grid"].where(own["side"] == SIDES[0], own["candidate_grid"])
    table = pd.DataFrame(
        {
            "only in": own["side"].map(sides),
            "grid": grids,
            "data set": own["dataset"],
            "network": own["network"],
            "batch": own["batch"],
            "schedule": own["schedule"],
            "rule": own["rule"].map(lambda rule: arm_style(rule).label),
            "β": own["beta"],
            "learning rate": rates,
            "cells": 1,
        }
    ).sort_values(["only in", "grid", "β", "learning rate"], kind="stable")
    for name in ("β", "learning rate"):
        table[name] = table[name].map(format_number)
    for factor in _FACTORS:
        others = [name for name in table.columns if name not in (factor, "cells")]
        groups = table.groupby(others, sort=False)
        listed = groups[factor].agg(lambda values: ", ".join(dict.fromkeys(values)))
        table = pd.concat([listed, groups["cells"].sum()], axis="columns").reset_index()
    columns = ["only in", "grid", *reversed(_FACTORS), "cells"]
    rows = table[columns].astype("str").to_numpy().tolist()
    return TextTable("", columns, rows, frozenset({len(columns) - 1}))
