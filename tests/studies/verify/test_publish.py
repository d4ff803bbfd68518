"""Publishing copies a complete study, and replaces the published one."""

import json
import shutil
from pathlib import Path

import pytest

from momentum_study.cli import main as cli
from momentum_study.cli.commands import publish
from momentum_study.config.loading import load_study
from momentum_study.studies.record import configuration
from momentum_study.studies.verify.files import check_files_complete, expected_files
from tests.projects import ROOT, contents, files

PUBLISHED = ROOT / "results/published"
STUDY = load_study(ROOT / "config/paper.yaml")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A finished study: the published one, under its own name."""
    study = Path(shutil.copytree(PUBLISHED, tmp_path / "paper"))
    provenance = {"study": STUDY.model_dump(mode="json")}
    (study / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    return tmp_path


def test_the_published_study_is_complete() -> None:
    check_files_complete(PUBLISHED, STUDY)
    assert set(files(PUBLISHED, "")) == {*expected_files(STUDY), "provenance.json"}


@pytest.mark.parametrize("name", ["paper", "smoke"])
def test_provenance_contains_the_configuration(name: str) -> None:
    study = load_study(ROOT / f"config/{name}.yaml")
    provenance = json.loads(json.dumps({"study": study.model_dump(mode="json")}))
    assert configuration(provenance) == study


def test_publish_replaces_what_was_published(results: Path) -> None:
    for leftover in ("published", ".published.new", ".published.old"):
        (results / leftover).mkdir()
        (results / leftover / "old.csv").write_text("old", encoding="utf-8")
    study = contents(results / "paper", "")
    (results / "paper/tables/cost.csv").write_text("costs", encoding="utf-8")
    (results / "paper/figures/stale.png").write_bytes(b"of another configuration")
    assert cli.main(["publish", "--results", str(results)]) == 0
    assert contents(results / "published", "") == study
    assert sorted(path.name for path in results.iterdir()) == ["paper", "published"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("provenance.json", None, "no finished study"),
        ("tables/theory.csv", None, "theory.csv first"),
        ("tables/claims.csv", b"number\n1\n", "missing columns"),
        ("tables/runs.parquet", b"PAR1", "runs.parquet"),
        ("figures/lag.png", b"\x89PNG\r\n", "cannot be read as a picture"),
        ("explorer.html", b"<html></html>\n", "expected a complete HTML file"),
        ("paper.pdf", b"%PDF-1.7\n", "expected a complete PDF file"),
    ],
)
def test_an_incomplete_study_is_refused(
    results: Path,
    name: str,
    content: bytes | None,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = results / "paper" / name
    path.unlink() if content is None else path.write_bytes(content)
    assert cli.main(["publish", "--results", str(results)]) == 1
    assert message in capsys.readouterr().err
    assert not (results / "published").exists()


def test_publish_keeps_to_the_limit(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(publish, "LIMIT_BYTES", 10**6)
    assert cli.main(["publish", "--results", str(results)]) == 1
    assert "more than 1 MB" in capsys.readouterr().err
    assert not (results / "published").exists()
