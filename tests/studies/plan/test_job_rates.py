"""What jobs take is found again from studies of several sizes."""

import pandas as pd
import pytest

from benchmarks.job_rates import job_table
from momentum_study.studies.plan.jobs import JOBS
from momentum_study.tables.files import write_table


def studies() -> pd.DataFrame:
    """Three sizes of a stage that grows, one that streams, one of many jobs, and one that stays."""
    rows = []
    for jobs, units in ((10, 1e3), (20, 1e4), (50, 1e5)):
        grown = {"seconds": 2 + 1e-3 * units, "mib": 200 + 2e-3 * units}
        rows += [
            {"stage": "cells", "jobs": 1, "units": units, "bytes": 500 + 30 * units} | grown,
            {"stage": "collect", "jobs": 1, "units": units, "bytes": 0.0} | grown,
            {"stage": "train", "jobs": jobs, "units": units, "bytes": 400 * jobs + 25 * units}
            | {"seconds": 0.1 * jobs, "mib": 100.0 + jobs},
            {"stage": "paper", "jobs": 1, "units": 0.0, "bytes": 1e6}
            | {"seconds": 2.0, "mib": 300.0},
        ]
    return pd.DataFrame(rows)


def test_constants_and_slopes_are_found_again(tmp_path):
    table = job_table(studies())
    write_table(table, tmp_path / "jobs.csv", JOBS)
    found = table.set_index("stage")
    cells = found.loc["cells"]
    assert (cells["seconds"], cells["seconds_per_unit"]) == pytest.approx((2, 1e-3), rel=1e-3)
    assert (cells["mib"], cells["mib_per_unit"]) == pytest.approx((200, 2e-3), rel=1e-3)
    assert (cells["bytes"], cells["bytes_per_unit"]) == pytest.approx((500, 30), rel=1e-3)
    train = found.loc["train"]
    assert (train["bytes"], train["bytes_per_unit"]) == pytest.approx((400, 25), rel=1e-3)


def test_what_does_not_grow_is_a_mean_and_a_maximum():
    found = job_table(studies()).set_index("stage")
    # Over jobs: (10·1 + 20·2 + 50·5) / 80.
    assert found.loc["train", "seconds"] == pytest.approx(3.75)
    assert found.loc["train", "mib"] == 150
    assert found.loc["collect", "mib"] == 400
    assert found.loc["collect", "seconds_per_unit"] == pytest.approx(1e-3, rel=1e-3)
    assert found.loc["paper", ["seconds", "mib", "bytes"]].tolist() == [2, 300, 1e6]
    assert (found.loc["paper", ["seconds_per_unit", "mib_per_unit", "bytes_per_unit"]] == 0).all()
