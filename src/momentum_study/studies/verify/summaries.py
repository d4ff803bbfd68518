"""Tolerances and their measurements, as tables of the page `docs/reproducing.md`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from momentum_study.core.markdown import Contents
from momentum_study.studies.record import RUNS_FILE
from momentum_study.studies.verify.tolerances import (
    EXACT,
    PICTURES,
    TABLES,
    TableTolerances,
    Tolerance,
)

RECORDS = Path("docs/reproducing")
"""Recorded reports (`verify.json`) of studies computed with other kernels."""

# It was compared by its data when the reports were recorded.
_PAGE = "explorer.html"

_CHANGES = {
    ("paper", "paper"): "other kernels",
    ("smoke", "smoke"): "other kernels",
    ("smoke", "smoke_order"): "other kernels, each epoch in the order of the next",
    ("smoke", "smoke_seed"): "other kernels, another seed",
}
"""What is different in each report's study, by study and report."""

_PARTS = {
    **TABLES,
    "figures/**/*.png": TableTolerances(
        ((("pixels",), PICTURES),), "Lines move by a pixel, palettes by a tint."
    ),
}


def contents(records: Path) -> Contents:
    """Return the tables of the page, as functions by name.

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
        groups.append(("rows in one table only", Tolerance(share=table.rows)))
    for place, (names, one) in enumerate(groups or [("all", EXACT)]):
        first = place == 0
        yield f"`{file}`" * first, names, _distance(one), _shares(one), table.reason * first


def _distance(tolerance: Tolerance) -> str:
    parts = {"relative": tolerance.relative, "absolute": tolerance.absolute}
    return ", ".join(f"{value:g} {kind}" for kind, value in parts.items() if value) or "none"


def _shares(tolerance: Tolerance) -> str:
    if tolerance.monotone is None:
        return _share(tolerance.share)
    return f"{_share(tolerance.share)}, monotone {_share(tolerance.monotone)}"


def _share(share: float) -> str:
    return f"{100 * share:g} %" if share else "none"


def measured_summary(record: Path) -> pd.DataFrame:
    """Differences with other kernels: of each file, the column that uses most of its share.

    Parameters
    ----------
    record
        A report. Of the figures, only the one that differs most is listed.
    """
    files = json.loads(record.read_text(encoding="utf-8"))["files"]
    rows = [_measured(one) for one in files if one["columns"] and one["file"] != _PAGE]
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
    """Count monotone and other runs whose final training loss is beyond the distance."""
    rows = []
    for (study, name), computed_with in _CHANGES.items():
        files = json.loads((records / f"{name}.json").read_text(encoding="utf-8"))["files"]
        (runs,) = (one for one in files if one["file"] == RUNS_FILE)
        found = {one["column"]: one for one in runs["columns"]}
        monotone, others = found["train_loss_final (monotone)"], found["train_loss_final"]
        different = [one for one in files if one["status"] == "different"]
        tables = sum(one["file"].startswith("tables/") for one in different)
        rows.append((study, computed_with, _beyond(monotone), _beyond(others), tables))
    names = ["study", "computed with", "monotone runs", "other runs", "tables different"]
    return pd.DataFrame(rows, columns=names)


def _beyond(column: dict[str, Any]) -> str:
    return f"{column['outside']:,} of {column['rows']:,}"
