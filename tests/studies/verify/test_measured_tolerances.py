"""Tolerances are those of the page, and fit what was measured with other kernels."""

import json
from pathlib import Path
from typing import Any

import pytest

from momentum_study.studies.verify.summaries import RECORDS
from momentum_study.studies.verify.tolerances import PICTURES, TABLES, Leeway
from tests.projects import ROOT

MONOTONE = " (monotone)"


def columns(study: str) -> list[tuple[str, dict[str, Any]]]:
    """What was found in each column that other kernels changed, with its file."""
    record = json.loads((ROOT / RECORDS / f"{study}.json").read_text(encoding="utf-8"))
    assert record["reproduced"] is True
    assert record["tolerated"] == Leeway.CHAOTIC.value
    assert record["computing"]["here"]["BLAS kernels"] == "Sandybridge"
    return [(file["file"], column) for file in record["files"] for column in file["columns"]]


@pytest.mark.parametrize("study", ["paper", "smoke"])
def test_the_records_were_judged_by_the_shares_in_use(study: str) -> None:
    for file, column in columns(study):
        name = column["column"].removesuffix(MONOTONE)
        path = Path(file)
        if path.parent.name == "tables":
            share = TABLES[path.name].of(name).share_of(name != column["column"])
        elif path.suffix == ".png":
            share = PICTURES.share
        else:
            continue
        assert column["allowed"] == Leeway.CHAOTIC.allowed(share, column["rows"]), (file, name)


@pytest.mark.parametrize("study", ["paper", "smoke"])
def test_a_quarter_of_every_share_stays_free(study: str) -> None:
    for file, column in columns(study):
        assert column["outside"] <= 0.75 * column["allowed"], (file, column)


def test_shares_are_no_larger_than_was_measured_asks_for() -> None:
    """Some column of each tolerance uses a quarter of it or more, in one of the two studies."""
    used: dict[tuple[str, tuple[str, ...]], float] = {}
    for file, column in [*columns("paper"), *columns("smoke")]:
        name = column["column"]
        table = TABLES.get(Path(file).name)
        if table is None or name.endswith(MONOTONE) or not table.of(name).share:
            continue
        group = next(names for names, one in table.columns if one is table.of(name))
        share = column["outside"] / column["rows"] / table.of(name).share
        used[file, group] = max(used.get((file, group), 0.0), share)
    assert {key: share for key, share in used.items() if share < 0.25} == {}


@pytest.mark.parametrize("change", ["smoke_order", "smoke_seed"])
def test_other_computations_differ_from_other_kernels(change: str) -> None:
    record = json.loads((ROOT / RECORDS / f"{change}.json").read_text(encoding="utf-8"))
    assert record["reproduced"] is False
    assert record["tolerated"] == Leeway.CHAOTIC.value
    assert "tables/runs.parquet" in {
        file["file"] for file in record["files"] if file["status"] == "different"
    }
