"""The page of a comparison: text, small tables and figures in one HTML file without requests."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
import numpy as np
import pandas as pd

from momentum_study.core.text import MISSING, estimate_text, format_number, rounded
from momentum_study.documents.web import BASE_STYLE, content_hash
from momentum_study.figures.rules import arm_style, batch_label
from momentum_study.studies.compare.cells import compared_runs
from momentum_study.studies.compare.effects import OUTCOMES, SAME
from momentum_study.studies.compare.metrics import Settings, metric_label
from momentum_study.studies.compare.request import Name
from momentum_study.studies.compare.schemas import BOTH, PROBLEM, SIDES
from momentum_study.tables.arms import ArmKey

# Factors of one-sided cells, in the order in which they are listed together.
_FACTORS = ("learning rate", "β", "rule", "schedule", "batch", "network", "data set")
_NAMED_KEYS = 6  # differing keys in the summary


@dataclass(frozen=True)
class TextTable:
    """A table of texts.

    Attributes
    ----------
    title
        Title above the table; empty for none.
    columns
        Headings.
    rows
        Text, a row each.
    numbers
        Positions of the columns of numbers.
    """

    title: str
    columns: list[str]
    rows: list[list[str]]
    numbers: frozenset[int] = frozenset()


def share_text(settings: Settings) -> str:
    """Write the allowed share of false discoveries among the different cells."""
    return f"{rounded(100 * settings.level)} %"


def headline(cells: pd.DataFrame, differences: pd.DataFrame, settings: Settings) -> str:
    """Summarise the outcomes, and what they rest on, in at most three sentences."""
    first = cells[cells["metric"] == settings.metrics[0]]
    matched = first[first["side"] == BOTH]
    outcome = cells.loc[cells["side"] == BOTH, "outcome"]
    if (outcome == SAME).all():
        sentences = [
            f"No difference {compared_runs(cells)}: all {len(matched):,} matched cells "
            "have the same values."
        ]
    else:
        counts = {name: (matched["outcome"] == name).sum() for name in OUTCOMES}
        found = ", ".join(f"{n:,} {name}" for name, n in counts.items() if n or name != SAME)
        sentences = [
            f"Of {len(matched):,} matched cells, compared {compared_runs(cells)}, "
            f"{found.replace(' ', ' are ', 1)} in {metric_label(settings.metrics[0])} "
            f"({share_text(settings)} false discoveries)."
        ]
    if alone := len(first) - len(matched):
        sentences.append(f"Not compared, because on one side only: {alone:,} cell(s).")
    if keys := list(dict.fromkeys(differences["key"])):
        more = f" and {len(keys) - _NAMED_KEYS} more" if len(keys) > _NAMED_KEYS else ""
        sentences.append(f"The configurations differ in {', '.join(keys[:_NAMED_KEYS])}{more}.")
    return " ".join(sentences)


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
    """List the differences of the configurations."""
    return TextTable(
        "", ["where", "key", *names, "for the comparison"], differences.to_numpy().tolist()
    )


def best_tables(summary: pd.DataFrame, names: Sequence[str], settings: Settings) -> list[TextTable]:
    """List the best cells of both sides, a table for each metric."""
    # Problems of one side only are in the table of one-sided cells.
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
        return values.map(lambda rule: arm_style(ArmKey(rule)).label)
    if key == "batch":
        return values.map(batch_label)
    return values


def _cells_text(table: pd.DataFrame, side: str) -> list[str]:
    pairs = zip(table[f"{side}_beta"], table[f"{side}_alpha"], strict=True)
    return [
        f"{_number(beta)}, {_number(alpha)}" if alpha == alpha else MISSING for beta, alpha in pairs
    ]


def _values_text(table: pd.DataFrame, side: str) -> list[str]:
    ends = [table[f"{side}_{name}"] for name in ("value", "low", "high")]
    return [
        estimate_text(value, low, high, _number) for value, low, high in zip(*ends, strict=True)
    ]


def _number(value: float) -> str:
    if np.isnan(value):
        return MISSING
    return rounded(value) if np.isfinite(value) else "∞"


def one_sided_table(cells: pd.DataFrame, names: Sequence[str], settings: Settings) -> TextTable:
    """List the cells on one side only, grouped where they differ in one factor.

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
            "rule": own["rule"].map(lambda rule: arm_style(ArmKey(rule)).label),
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


FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Picture:
    """A figure in the page.

    Attributes
    ----------
    title
        In a few words.
    alt
        Alternative text.
    path
        Path of its file, relative to the page.
    png
        Its bytes.
    """

    title: str
    alt: str
    path: str
    png: bytes

    @property
    def uri(self) -> str:
        """The picture as a data URI."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode('ascii')}"


def comparison_page(
    names: tuple[Name, Name],
    settings: Settings,
    cells: pd.DataFrame,
    summary: pd.DataFrame,
    differences: pd.DataFrame,
    pictures: Sequence[Picture],
) -> str:
    """Return the page.

    Parameters
    ----------
    names
        Of baseline and candidate.
    settings
        How they were compared.
    cells, summary, differences
        Tables of `schemas`.
    pictures
        Maps, in order.

    Returns
    -------
    str
        HTML, the same for the same arguments.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    parts = (BASE_STYLE, FOLDER / "page.css")
    style = "\n".join(path.read_text(encoding="utf-8") for path in parts)
    texts = [str(name) for name in names]
    return environment.get_template("page.html").render(
        policy=_policy(style),
        style=style,
        baseline=texts[0],
        candidate=texts[1],
        headline=headline(cells, differences, settings),
        runs=compared_runs(cells),
        outcomes=outcome_table(summary, texts, settings),
        differences=difference_table(differences, texts),
        best=best_tables(summary, texts, settings),
        one_sided=one_sided_table(cells, texts, settings),
        pictures=pictures,
        by_position=int((cells["matched_by"] == "position").sum() // len(settings.metrics)),
        settings=settings,
        share=share_text(settings),
    )


def _policy(style: str) -> str:
    """Content-Security-Policy: this style, pictures that are in the page, and nothing else."""
    return (
        f"default-src 'none'; img-src data:; style-src {content_hash(style)}; base-uri 'none'; "
        "form-action 'none'"
    )
