from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import rosen_der

from momentum_study.experiments.references import libraries
from momentum_study.experiments.references.libraries import (
    CASES,
    START,
    UPDATES,
    library_rows,
    read_record,
    study_path,
)

DAMPENED = next(case for case in CASES if case.starts_moving)


def test_record_holds_every_case_and_no_other():
    record = read_record()
    expected = [
        (case.library, case.optimizer, case.settings, updates)
        for case in CASES
        for updates in UPDATES
    ]
    columns = ["library", "optimizer", "settings", "updates"]
    assert list(record[columns].itertuples(index=False, name=None)) == expected
    assert record.groupby("library")["version"].nunique().eq(1).all()


def test_study_makes_the_recorded_updates():
    rows = library_rows()
    assert len(rows) == 2 * len(read_record())
    assert max(abs(row["difference"]) for row in rows) < 1e-12
    # The points did go somewhere: they left the start, and not all to the same place.
    ends = np.array([study_path(case)[-1] for case in CASES])
    assert np.abs(ends - START).max(axis=1).min() > 0.1
    assert len(np.unique(ends.round(6), axis=0)) == 6


def test_another_position_is_seen(monkeypatch):
    record = read_record()
    record.loc[4, "x"] += 2e-6
    monkeypatch.setattr(libraries, "read_record", lambda: record)
    assert [row["holds"] for row in library_rows()].count(False) == 1


def test_dampening_is_no_average_from_rest():
    """It leaves the first gradient whole, where the average takes a tenth of it."""
    at_rest = study_path(replace(DAMPENED, starts_moving=False))[1]
    moving = study_path(DAMPENED)[1]
    first = rosen_der(np.array(START))
    assert at_rest - moving == pytest.approx(0.9 * DAMPENED.rate * first)
    recorded = read_record().set_index(["settings", "updates"]).loc[(DAMPENED.settings, 1)]
    assert moving == pytest.approx(recorded[["x", "y"]].to_numpy("float64"), abs=1e-12)


def test_record_was_written_in_digits_that_give_every_number_back():
    with libraries.record_file().open("rb") as file:
        text = pd.read_csv(file, dtype="str")
    np.testing.assert_array_equal(text["x"].map(float), read_record()["x"])
    assert text["x"].map(lambda x: f"{float(x):.17g}").equals(text["x"])
