"""Comparison of a study with the published one: files, their status, and reasons."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from momentum_study.config.difference import Difference
from momentum_study.config.loading import load_study
from momentum_study.core.errors import StudyError
from momentum_study.studies.verify.files import expected_files
from momentum_study.studies.verify.findings import Finding, Status
from momentum_study.studies.verify.report import verdict
from momentum_study.studies.verify.study import Reproduction, compare_studies
from momentum_study.studies.verify.tolerances import TABLES, Leeway
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.runs import RUNS
from tests.projects import ROOT
from tests.studies.verify.published_studies import (
    CONFIGURATION,
    change_provenance,
    save_picture,
    set_value,
    with_other_kernels,
)
from tests.synthetic import synthetic_runs

FILES = [
    "figures/main/maps.png",
    "tables/claim_cases.csv",
    "tables/claims.csv",
    "tables/initial_sharpness.csv",
    "tables/runs.parquet",
    "tables/theory.csv",
    "explorer.html",
    "paper.pdf",
]
ONE_OF_A_KIND = [FILES[0], "tables/claims.csv", "tables/runs.parquet", *FILES[-2:]]


def compared(here: Path) -> Reproduction:
    return compare_studies(here, here.parent / "published")


def changed(reproduction: Reproduction) -> dict[str, Finding]:
    """Files that are not identical."""
    return {one.file: one for one in reproduction.findings if one.status is not Status.IDENTICAL}


def test_a_copy_is_identical(here: Path) -> None:
    reproduction = compared(here)
    assert [one.file for one in reproduction.findings] == FILES
    assert {one.status for one in reproduction.findings} == {Status.IDENTICAL}
    assert reproduction.reproduced
    assert reproduction.leeway is Leeway.NONE
    assert verdict(reproduction) == "reproduced: all 8 files identical"


@pytest.mark.parametrize("other_kernels", [False, True])
@pytest.mark.parametrize(
    ("name", "row", "column", "value", "key"),
    [
        ("theory.csv", 3, "measured", 12.5, "quantity="),
        ("theory.csv", 3, "measured", np.nan, "quantity="),
        ("theory.csv", 3, "holds", False, "quantity="),
        ("claims.csv", 2, "verdict", "refuted by nobody", "number=3"),
        ("initial_sharpness.csv", 1, "lambda_max", 1e9, "replicate=1"),
        ("runs.parquet", 7, "train_loss_final", 12.5, "dataset=digits"),
        ("runs.parquet", 7, "train_loss_final", np.nan, "dataset=digits"),
        ("runs.parquet", 7, "status", "lost", "dataset=digits"),
        ("runs.parquet", 7, "steps_to_0.5", 77, "dataset=digits"),
    ],
)
def test_one_altered_value_is_named(
    here: Path, other_kernels: bool, name: str, row: int, column: str, value: object, key: str
) -> None:
    """Also with other kernels, if all other values are equal."""
    if other_kernels:
        change_provenance(here, lambda tree: tree["blas"][0].update(architecture="SkylakeX"))
    set_value(here, name, row, column, value)
    reproduction = compared(here)
    assert not reproduction.reproduced
    finding = changed(reproduction)[f"tables/{name}"]
    assert finding.status is Status.DIFFERENT
    (difference,) = finding.differences
    assert key in difference.row
    assert difference.column == column
    shown = "missing" if pd.isna(value) else str(value).removesuffix(".0")
    assert difference.here == shown != difference.published
    assert verdict(reproduction) == "NOT reproduced: 1 table differs"


def test_other_kernels_round_differently(here: Path) -> None:
    with_other_kernels(here)
    reproduction = compared(here)
    assert reproduction.leeway is Leeway.CHAOTIC
    assert [one.key for one in reproduction.computing] == ["BLAS kernels"]
    assert changed(reproduction)["tables/runs.parquet"].status is Status.WITHIN
    assert verdict(reproduction) == (
        "reproduced within tolerance: 7 identical, 1 within tolerance "
        "(this machine computes with SkylakeX kernels; published: Haswell)"
    )


@pytest.mark.parametrize("both", [False, True])
def test_native_kernels_round_differently_even_on_processors_of_one_kind(
    here: Path, both: bool
) -> None:
    with_other_kernels(here)
    native = {**CONFIGURATION, "kernels": "native"}
    change_provenance(here, lambda tree: tree.update(study=native))
    if both:
        change_provenance(here.parent / "published", lambda tree: tree.update(study=native))
    reproduction = compared(here)
    assert reproduction.leeway is Leeway.CHAOTIC
    assert reproduction.configuration == ()
    assert [one.key for one in reproduction.computing] == ([] if both else ["kernels"])
    published = "native" if both else "portable"
    assert verdict(reproduction) == (
        "reproduced within tolerance: 7 identical, 1 within tolerance (kernels here: native, "
        f"Haswell; published: {published}, Haswell; native ones depend on the processor)"
    )


def test_the_same_kernels_leave_no_room_for_rounding(here: Path) -> None:
    with_other_kernels(here)
    shutil.copy(here.parent / "published/provenance.json", here)
    reproduction = compared(here)
    assert reproduction.leeway is Leeway.NONE
    assert changed(reproduction)["tables/runs.parquet"].status is Status.DIFFERENT


@pytest.mark.parametrize("column", ["status", "train_loss_final"])
@pytest.mark.parametrize("monotone", [False, True])
def test_no_more_runs_than_allowed_may_differ(here: Path, column: str, monotone: bool) -> None:
    with_other_kernels(here)
    runs = read_table(here.parent / "published/tables/runs.parquet", RUNS)
    rows = np.flatnonzero((runs["up_step_share"] == 0) == monotone)
    allowed = int(TABLES["runs.parquet"].of(column).share_of(monotone) * len(rows))
    assert allowed < len(rows) / 2
    value = "flipped" if column == "status" else 99.0
    for beyond in (0, 1):
        set_value(here, "runs.parquet", list(rows[: allowed + beyond]), column, value)
        finding = changed(compared(here))["tables/runs.parquet"]
        assert finding.status is (Status.DIFFERENT if beyond else Status.WITHIN)


def test_another_seed_is_not_reproduced(here: Path) -> None:
    with_other_kernels(here)
    write_table(synthetic_runs(seed=1), here / "tables/runs.parquet", RUNS)
    reproduction = compared(here)
    assert reproduction.leeway is Leeway.CHAOTIC
    finding = changed(reproduction)["tables/runs.parquet"]
    assert finding.status is Status.DIFFERENT
    trained = {one.column for one in finding.columns if not one.within}
    assert {"train_loss_final", "test_loss_at_best", "gradient_norm_mean"} <= trained


@pytest.mark.parametrize(
    ("name", "content", "alone"),
    [
        ("paper.pdf", b"%PDF-1.7\nanother\n%%EOF\n", Status.DIFFERENT),
        # Its data may be compressed by another build of zlib.
        ("explorer.html", b"<!DOCTYPE html>\nanother\n</html>\n", Status.FOLLOWS),
    ],
)
def test_documents_follow_tables_that_are_reproduced(
    here: Path, name: str, content: bytes, alone: Status
) -> None:
    (here / name).write_bytes(content)
    assert changed(compared(here))[name].status is alone
    with_other_kernels(here)
    reproduction = compared(here)
    assert changed(reproduction)[name].status is Status.FOLLOWS
    assert reproduction.reproduced
    set_value(here, "claims.csv", 0, "verdict", "refuted")
    finding = changed(compared(here))[name]
    assert finding.status is Status.DIFFERENT
    assert "because tables or figures differ" in finding.notes[0]


@pytest.mark.parametrize("name", ONE_OF_A_KIND)
def test_missing_and_additional_files_are_named(here: Path, published: Path, name: str) -> None:
    (here / name).unlink()
    reproduction = compared(here)
    assert changed(reproduction) == {name: Finding(name, Status.MISSING)}
    assert verdict(reproduction).startswith("NOT reproduced: 1 ")
    assert verdict(reproduction).endswith(" is missing")
    shutil.copytree(published, here, dirs_exist_ok=True)
    (published / name).unlink()
    reproduction = compared(here)
    assert changed(reproduction) == {name: Finding(name, Status.EXTRA)}
    assert verdict(reproduction).endswith(" is not published")


@pytest.mark.parametrize("name", ONE_OF_A_KIND)
def test_damaged_files_are_named(here: Path, name: str) -> None:
    content = (here / name).read_bytes()
    (here / name).write_bytes(content[: len(content) * 2 // 3 - 1])
    finding = changed(compared(here))[name]
    assert finding.status is Status.UNREADABLE
    assert name in finding.notes[0]
    assert verdict(compared(here)).endswith(" is unreadable")


def test_an_unknown_table_is_named(here: Path, published: Path) -> None:
    for folder, text in ((here, "a\n1\n"), (published, "a\n2\n")):
        (folder / "tables/claim.csv").write_text(text, encoding="utf-8")
    finding = changed(compared(here))["tables/claim.csv"]
    assert finding.status is Status.UNREADABLE
    assert "did you mean 'claims.csv'?" in finding.notes[0]


def test_costs_and_what_is_not_published_are_not_compared(here: Path) -> None:
    for name in ("tables/cost.csv", "tables/curves.parquet", "verify.json", "logs/a.log"):
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_text("x", encoding="utf-8")
    assert not changed(compared(here))


def test_a_picture_is_compared_by_its_pixels(here: Path) -> None:
    path = here / "figures/main/maps.png"
    pixels = np.full((40, 100, 3), 255, dtype=np.uint8)
    pixels[:1, :10] = 0
    save_picture(pixels, path)
    finding = changed(compared(here))["figures/main/maps.png"]
    assert finding.status is Status.DIFFERENT
    assert finding.worst_column is not None
    assert (finding.worst_column.rows, finding.worst_column.outside) == (4000, 10)
    with_other_kernels(here)
    assert changed(compared(here))["figures/main/maps.png"].status is Status.WITHIN
    pixels[:20] = 0
    save_picture(pixels, path)
    assert changed(compared(here))["figures/main/maps.png"].status is Status.DIFFERENT
    save_picture(pixels[:20], path)
    finding = changed(compared(here))["figures/main/maps.png"]
    assert finding.status is Status.DIFFERENT
    assert finding.notes == ("here 100 × 20 pixels, published 100 × 40 pixels",)


def test_the_same_pixels_in_other_bytes_are_the_same_picture(here: Path) -> None:
    path = here / "figures/main/maps.png"
    path.write_bytes(path.read_bytes() + b"\n")
    reproduction = compared(here)
    finding = changed(reproduction)["figures/main/maps.png"]
    assert finding.status is Status.WITHIN
    assert finding.notes == ("the same values in other bytes",)
    assert reproduction.reproduced


def test_another_configuration_is_not_reproduced(here: Path) -> None:
    change_provenance(here, lambda tree: tree.update(study={**CONFIGURATION, "seed": 2}))
    reproduction = compared(here)
    assert reproduction.configuration == (Difference("seed", "2", "1"),)
    assert not changed(reproduction)
    assert verdict(reproduction) == "NOT reproduced: its configuration differs"


def test_a_key_left_out_has_its_default(here: Path, published: Path) -> None:
    tree = load_study(ROOT / "config/smoke.yaml").model_dump(mode="json")
    change_provenance(here, lambda provenance: provenance.update(study=tree))
    without = {key: value for key, value in tree.items() if key != "landscapes"}
    change_provenance(published, lambda provenance: provenance.update(study=without))
    reproduction = compared(here)
    assert [one.key for one in reproduction.configuration] == ["landscapes.draws"]
    without["landscapes"] = {"draws": tree["landscapes"]["draws"]}
    tree["landscapes"] = {"draws": 1000}
    change_provenance(here, lambda provenance: provenance.update(study=tree))
    without.pop("landscapes")
    change_provenance(published, lambda provenance: provenance.update(study=without))
    assert compared(here).reproduced


def test_a_study_of_another_name_is_refused(here: Path, published: Path) -> None:
    change_provenance(published, lambda tree: tree.update(study={**CONFIGURATION, "study": "p"}))
    with pytest.raises(StudyError, match=r"published contains the study 'p', not 'made'"):
        compared(here)


def test_versions_are_compared_and_the_processor_is_not(here: Path) -> None:
    change_provenance(here, lambda tree: tree.update(processor="Another", commit="5678"))
    assert compared(here).computing == ()
    change_provenance(here, lambda tree: tree.update(packages={"numpy": "2.5.0"}, python="3.12.1"))
    assert set(compared(here).computing) == {
        Difference("Python", "3.12", "3.11"),
        Difference("numpy", "2.5.0", "2.4.6"),
        Difference("pandas", "not set", "3.1.1"),
    }


@pytest.mark.parametrize("text", [None, "no json", "[]", '{"study": "x"}'])
def test_a_study_without_provenance_is_not_finished(here: Path, text: str | None) -> None:
    path = here / "provenance.json"
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=r"provenance\.json"):
        compared(here)


def test_every_published_table_has_tolerances() -> None:
    files = map(Path, expected_files(load_study(ROOT / "config/paper.yaml")))
    assert {path.name for path in files if path.parent.name == "tables"} == set(TABLES)
