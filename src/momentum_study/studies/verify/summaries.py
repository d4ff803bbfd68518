"""Tolerances, and what was measured to choose them, as tables of the page `docs/reproducing.md`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from momentum_study.core.markdown import Contents
from momentum_study.studies.verify.tolerances import (
    EXACT,
    EXPLORER_CELLS,
    EXPLORER_CURVES,
    EXPLORER_FACTS,
    PICTURES,
    TABLES,
    TableTolerances,
    Tolerance,
)

RECORDS = Path("docs/reproducing")
"""Reports (`verify.json`) of studies computed with other kernels, kept as they were."""

_CHANGES = {
    ("paper", "paper"): "other kernels",
    ("smoke", "smoke"): "other kernels",
    ("smoke", "smoke_order"): "other kernels, each epoch in the order of the next",
    ("smoke", "smoke_seed"): "other kernels, another seed",
}
"""What each report's study was computed with, by the study and the name of the report."""

_PARTS = {
    **TABLES,
    "explorer.html, facts": EXPLORER_FACTS,
    "explorer.html, cells": EXPLORER_CELLS,
    "explorer.html, curves": EXPLORER_CURVES,
    "figures/**/*.png": TableTolerances(
        ((("pixels",), PICTURES),), "Lines move by a pixel, palettes by a tint."
    ),
}


def contents(records: Path) -> Contents:
    """Return the tables of the page: what makes them, by name.

    Parameters
    ----------
    records
        Folder of the reports.
    """
    return {
        "tolerances": tolerances_summary,
        "measured": lambda: measured_summary(records / "paper.json"),
        "measured_smoke": lambda: measured_summary(records / "smoke.json"),
        "changes": lambda: changes_summary(records),
    }


def tolerances_summary() -> pd.DataFrame:
    """Tolerances, a row per table and group of columns that share one."""
    rows = [row for file, table in _PARTS.items() for row in _tolerances(file, table)]
    return pd.DataFrame(rows, columns=["file", "columns", "distance", "rows beyond it", "why"])


def _tolerances(file: str, table: TableTolerances) -> Iterator[tuple[str, ...]]:
    groups = [(", ".join(f"`{name}`" for name in names), one) for names, one in table.columns]
    if table.rows:
        groups.append(("rows on one side alone", Tolerance(share=table.rows)))
    for place, (names, one) in enumerate(groups or [("all", EXACT)]):
        first = place == 0
        yield f"`{file}`" * first, names, _distance(one), _shares(one), table.reason * first


def _distance(tolerance: Tolerance) -> str:
    parts = {"relative": tolerance.relative, "absolute": tolerance.absolute}
    return ", ".join(f"{value:g} {kind}" for kind, value in parts.items() if value) or "none"


def _shares(tolerance: Tolerance) -> str:
    if tolerance.steady is None:
        return _share(tolerance.share)
    return f"{_share(tolerance.share)}, steady {_share(tolerance.steady)}"


def _share(share: float) -> str:
    return f"{100 * share:g} %" if share else "none"


def measured_summary(record: Path) -> pd.DataFrame:
    """What other kernels changed in a study: per file, the column that used most of its share.

    Parameters
    ----------
    record
        The report of its comparison with the published one. Of its figures, the one that differs
        most stands for all.
    """
    files = json.loads(record.read_text(encoding="utf-8"))["files"]
    rows = [_measured(one) for one in files if one["columns"]]
    table = pd.DataFrame(
        rows, columns=["file", "rows", "differ at all", "column", "beyond", "allowed"]
    )
    figures = table["column"] == "pixels"
    worst = table[figures].nlargest(1, "beyond")
    table = pd.concat([table[~figures], worst], ignore_index=True)
    return pd.DataFrame(
        {
            "file": "`" + table["file"] + "`",
            "rows": table["rows"].map("{:,}".format),
            "differ at all": table["differ at all"].map("{:.1%}".format),
            "column": "`" + table["column"] + "`",
            "beyond": table["beyond"].map("{:.2%}".format),
            "allowed": table["allowed"].map("{:.2%}".format),
        }
    )


def _measured(file: dict[str, Any]) -> tuple[str, int, float, str, float, float]:
    worst = max(file["columns"], key=lambda one: one["outside"] / max(one["allowed"], 1))
    most = max(one["differing"] / one["rows"] for one in file["columns"])
    beyond, allowed = (worst[name] / worst["rows"] for name in ("outside", "allowed"))
    return file["file"], worst["rows"], most, worst["column"], beyond, allowed


def changes_summary(records: Path) -> pd.DataFrame:
    """How many runs end with a training loss beyond the distance, of steady ones and of others."""
    rows = []
    for (study, name), computed_with in _CHANGES.items():
        files = json.loads((records / f"{name}.json").read_text(encoding="utf-8"))["files"]
        (runs,) = (one for one in files if one["file"] == "tables/runs.parquet")
        found = {one["column"]: one for one in runs["columns"]}
        steady, others = found["train_loss_final (steady)"], found["train_loss_final"]
        different = [one for one in files if one["status"] == "different"]
        tables = sum(one["file"].startswith("tables/") for one in different)
        rows.append((study, computed_with, _beyond(steady), _beyond(others), tables))
    names = ["study", "computed with", "steady runs", "other runs", "tables different"]
    return pd.DataFrame(rows, columns=names)


def _beyond(column: dict[str, Any]) -> str:
    return f"{column['outside']:,} of {column['rows']:,}"
