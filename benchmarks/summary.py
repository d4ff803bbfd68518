"""Tables of the measurements, as frames, files and text."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.comparison import Timings
from benchmarks.peers import REFERENCE
from benchmarks.problems import Case

PORTABLE = "engine_portable"
PEER_COLUMNS = (
    *("workload", "networks", "dtype", "rule", "peer"),
    *("net_updates_per_s", "ratio_median", "ratio_min", "ratio_max", "roof_share"),
)


def peer_table(timings: Sequence[Timings]) -> pd.DataFrame:
    """One row per case and contender."""
    return pd.DataFrame(
        [row for case in timings for row in case.rows()], columns=list(PEER_COLUMNS)
    )


def peer_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Over the cases, each contender's geometric mean, minimum and maximum ratio to the engine.

    ``to_portable`` is the geometric mean of the ratios to the engine with portable kernels, if that
    was measured.
    """
    cases = ["workload", "networks", "dtype", "rule"]
    portable = table[table["peer"] == PORTABLE].set_index(cases)["ratio_median"]
    table = table.join(portable.rename("portable"), on=cases)
    large = table["networks"].isin((81, 729))
    scopes = {
        "float32, 81 and 729 networks": (table["dtype"] == "float32") & large,
        "float32, 81 networks": (table["dtype"] == "float32") & (table["networks"] == 81),
        "float32, 729 networks": (table["dtype"] == "float32") & (table["networks"] == 729),
        "all": table["dtype"] != "",
    }
    rows = []
    for scope, chosen in scopes.items():
        others = table[chosen & (table["peer"] != REFERENCE)]
        for peer, measured in others.groupby("peer", sort=False):
            ratios = measured["ratio_median"]
            rows.append(
                {
                    "scope": scope,
                    "peer": peer,
                    "cases": len(ratios),
                    "geometric_mean": _geometric_mean(ratios),
                    "min": ratios.min(),
                    "max": ratios.max(),
                    "to_portable": _geometric_mean(ratios / measured["portable"]),
                }
            )
    return pd.DataFrame(rows)


def _geometric_mean(ratios: pd.Series) -> float:
    return round(statistics.geometric_mean(ratios), 3) if ratios.notna().all() else math.nan


def compilation_table(timings: Sequence[Timings]) -> pd.DataFrame:
    """Seconds by which first trainings took longer than later ones: compilation, if any."""
    beyond: dict[str, list[float]] = {}
    for case in timings:
        for peer, seconds in case.compilation.items():
            beyond.setdefault(peer, []).append(seconds)
    return pd.DataFrame(
        [
            {"peer": peer, "median_s": statistics.median(seconds), "max_s": max(seconds)}
            for peer, seconds in beyond.items()
        ]
    ).round(2)


def breakdown_rows(case: Case, seconds: dict[str, float], updates: int) -> list[dict[str, Any]]:
    """Rows of the table of the engine's parts, for one case of ``updates`` network-updates."""
    total = math.fsum(seconds.values())
    return [
        {
            **asdict(case),
            "part": part,
            "share": round(value / total, 3),
            "us_per_net_update": round(value / updates * 1e6, 3),
        }
        for part, value in seconds.items()
    ]


def show(title: str, table: pd.DataFrame) -> None:
    """Print a table under its title."""
    print(f"\n{title}\n\n{table.to_string(index=False)}", flush=True)


def replace_rows(path: Path, rows: pd.DataFrame, column: str) -> None:
    """Replace the rows of a CSV file that have a new row's value in a column; create the file."""
    if path.exists():
        others = pd.read_csv(path)
        rows = pd.concat([others[~others[column].isin(rows[column])], rows])
    rows.to_csv(path, index=False, lineterminator="\n")


def save(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, and make its folder if necessary."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, lineterminator="\n")
