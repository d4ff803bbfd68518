import pytest

from momentum_study.experiments.references import gallery
from momentum_study.experiments.references.table import validation_table
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.validation import VALIDATION
from tests.synthetic import synthetic_runs


@pytest.fixture
def _short(monkeypatch):
    load, _ = gallery.DATASETS["iris"]
    monkeypatch.setattr(gallery, "DATASETS", {"iris": (load, 3)})


@pytest.mark.usefixtures("_short")
def test_table_is_valid_whole_and_the_same_again(tmp_path):
    runs = synthetic_runs()
    table, reasons = validation_table(runs, epochs=1, confidence=0.95)
    again, _ = validation_table(runs.sample(frac=1, random_state=0), epochs=1, confidence=0.95)
    for name, frame in (("one", table), ("two", again)):
        write_table(frame, tmp_path / f"{name}.csv", VALIDATION)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    read = read_table(tmp_path / "one.csv", VALIDATION)
    assert read[read["kind"] == "exact"]["holds"].all()
    assert read.groupby("source").size().to_dict() == {
        "Closed form, constant gradient": 8,
        "Course exercise, one update": 40,
        "Course exercise, two moons": 3,
        "Kidambi et al. 2018; Zhang et al. 2019": 2,
        "Wang et al. 2024": 3,
        "optax 0.2.8 (recorded)": 36,
        "scikit-learn MLPClassifier": 10,
        "torch.optim 2.13.0 (recorded)": 30,
    }
    assert reasons == []


@pytest.mark.usefixtures("_short")
def test_a_study_without_momentum_has_the_other_rows_and_reasons():
    runs = synthetic_runs()
    table, reasons = validation_table(runs[runs["rule"] == "gd"], epochs=1, confidence=0.95)
    assert set(table["kind"]) == {"exact"}
    assert reasons
