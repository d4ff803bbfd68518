"""The explorer is compared by what its data say, however they were compressed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from momentum_study.documents.explorer.encoding import (
    INFINITE,
    loss_codes,
    pack_streams,
    unpack_streams,
)
from momentum_study.studies.verify.findings import Finding, Status, of_comparisons
from momentum_study.studies.verify.pages import compare_explorers, read_explorer
from momentum_study.studies.verify.tolerances import Leeway
from momentum_study.tables.files import read_table
from momentum_study.tables.schemas.cell_curves import CELL_CURVES
from momentum_study.tables.schemas.cells import CELLS
from tests.studies.verify.published_studies import repack


def compared(here: Path, leeway: Leeway = Leeway.NONE) -> Finding:
    page = here / "explorer.html"
    published = here.parent / "published/explorer.html"
    return of_comparisons("explorer.html", compare_explorers(page, published, leeway))


def change_cells(page: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the document of the cells."""

    def changed(content: bytes) -> bytes:
        document = json.loads(content)
        change(document)
        return json.dumps(document).replace("Infinity", "1e999").encode()

    repack(page, "cells", changed)


def test_the_tables_in_the_page_are_those_it_was_made_of(here: Path) -> None:
    explorer = read_explorer(here / "explorer.html")
    cells = read_table(here / "tables/cells.parquet", CELLS)
    assert explorer.cells["dataset"].tolist() == cells["dataset"].tolist()
    for name in ("beta", "alpha", "n_diverged", "divergence_rate", "train_loss_final_median"):
        assert explorer.cells[name].equals(cells[name].astype("float64"))
    curves = read_table(here / "tables/cell_curves.parquet", CELL_CURVES)
    assert explorer.curves["step"].tolist() == curves["step"].tolist()
    assert explorer.curves["n_diverged"].tolist() == curves["n_diverged"].tolist()
    for name in ("train_loss_q25", "train_loss_median", "test_loss_q75"):
        assert explorer.curves[name].tolist() == loss_codes(curves[name]).tolist()
    assert (explorer.curves["test_loss_q75"] == INFINITE).any()


@pytest.mark.parametrize("level", [1, 6])
def test_another_compression_is_the_same_page(here: Path, level: int) -> None:
    page = here / "explorer.html"
    before = page.read_bytes()
    for name in ("cells", "curves"):
        repack(page, name, level=level)
    assert page.read_bytes() != before
    finding = compared(here)
    assert finding.status is Status.WITHIN
    assert finding.notes == ("the same values in other bytes",)


def test_one_number_of_a_cell_is_named(here: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["numbers"]["train_loss_final_median"][5] = 123.5

    change_cells(here / "explorer.html", change)
    for leeway in (Leeway.NONE, Leeway.ROUNDING):
        (difference,) = compared(here, leeway).differences
        assert difference.column == "train_loss_final_median"
        assert difference.here == "123.5"
        assert "dataset=digits" in difference.row


def test_one_point_of_a_curve_is_named(here: Path) -> None:
    def change(content: bytes) -> bytes:
        header, streams = unpack_streams(content)
        streams["test_loss_q75"][3] += 7
        return pack_streams(header, streams)

    repack(here / "explorer.html", "curves", change)
    (difference,) = compared(here).differences
    assert difference.row.endswith("step=60")
    assert (difference.column, difference.gap) == ("test_loss_q75", 7)


def test_facts_about_the_study_are_compared(here: Path) -> None:
    change_cells(here / "explorer.html", lambda document: document.update(confidence=0.9))
    (difference,) = compared(here).differences
    assert (difference.row, difference.here, difference.published) == (
        "fact=confidence",
        "0.9",
        "0.95",
    )


def test_what_surrounds_the_data_is_compared(here: Path) -> None:
    page = here / "explorer.html"
    page.write_text(page.read_text(encoding="utf-8").replace("A made-up", "Another"), "utf-8")
    finding = compared(here, Leeway.CHAOS)
    assert finding.status is Status.DIFFERENT
    assert "another page around the data" in finding.notes
