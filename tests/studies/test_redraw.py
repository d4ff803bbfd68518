"""Which figures can be drawn from the tables of a finished study alone."""

import json
from pathlib import Path

import pytest

from momentum_study.core.errors import StudyError
from momentum_study.figures.catalogue import KINDS
from momentum_study.figures.jobs import figure_jobs
from momentum_study.studies.redraw import Redrawing, read_redrawing
from tests.configurations import VALID
from tests.projects import ROOT


def finished(results: Path, *tables: str) -> Redrawing | None:
    folder = results / "published"
    (folder / "tables").mkdir(parents=True)
    for name in tables:
        (folder / "tables" / name).touch()
    (folder / "provenance.json").write_text(json.dumps({"study": VALID}), encoding="utf-8")
    return read_redrawing({"tables": "published"}, results)


def test_a_study_with_all_tables_draws_every_figure(tmp_path: Path) -> None:
    every = {table for kind in KINDS.values() for table in kind.tables}
    redrawn = finished(tmp_path, *every)
    assert redrawn is not None
    assert redrawn.not_drawn() == []
    assert redrawn.folder == "redrawn/published"


def test_cells_follow_from_runs_and_their_curves_do_not(tmp_path: Path) -> None:
    every = {table for kind in KINDS.values() for table in kind.tables}
    redrawn = finished(tmp_path, *(every - {"cells.parquet", "cell_curves.parquet"}))
    assert redrawn is not None
    curves = [job.path for job in figure_jobs(redrawn.study) if job.kind == "learning_curves"]
    assert redrawn.not_drawn() == curves != []


def test_the_published_study_lacks_only_learning_curves() -> None:
    redrawn = read_redrawing({"tables": "published"}, ROOT / "results")
    assert redrawn is not None
    assert {Path(path).name.split("_batch")[0] for path in redrawn.not_drawn()} == {
        "learning_curves"
    }


def test_without_the_key_the_study_is_run(tmp_path: Path) -> None:
    assert read_redrawing({"baseline": "published"}, tmp_path) is None


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"tables": "../else"}, "expected a plain name"),
        ({"tables": "absent"}, "results/absent: no finished study"),
        ({"tables": "absent", "candidate": "mine"}, "--config tables=… candidate=…"),
    ],
)
def test_wrong_requests_are_refused(
    config: dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError) as caught:
        read_redrawing(config, Path("results"))
    assert message in str(caught.value)
