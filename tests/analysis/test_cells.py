from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.cells import cells_table
from momentum_study.core.errors import StudyError
from momentum_study.statistics.intervals import USUAL_INTERVALS
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.keys import CELL_KEYS
from momentum_study.tables.schemas.cells import CELLS
from momentum_study.tables.schemas.runs import RUNS
from tests.synthetic import synthetic_runs

INF = np.inf


def four_runs():
    """One cell: replicates 0 to 2 completed, replicate 3 diverged after reaching a target."""
    runs = synthetic_runs().iloc[:4].copy()
    runs["status"] = ["completed"] * 3 + ["diverged"]
    runs["reason"] = ["", "", "", "loss_limit"]
    runs["first_bad_step"] = pd.array([None, None, None, 80], dtype="Int64")
    runs["train_loss_initial"] = 2.0
    runs["train_loss_best"] = [0.1, 0.2, 0.4, 0.05]
    runs["validation_loss_best"] = [0.2, 0.3, 0.5, 0.1]
    runs["test_loss_at_best"] = [0.3, 0.4, 0.6, 0.2]
    runs["validation_score_best"] = [0.9, 0.8, 0.6, 0.95]
    runs["test_score_at_best"] = [0.8, 0.7, 0.5, 0.9]
    for part in ("train", "validation", "test"):
        runs[f"{part}_loss_final"] = [0.5, 0.5, 0.7, np.nan]
        runs[f"{part}_score_final"] = [0.5, 0.5, 0.4, np.nan]
    runs["steps_to_0.5"] = pd.array([20, 40, 60, 20], dtype="Int64")
    runs["steps_to_0.2"] = pd.array([40, 60, None, 40], dtype="Int64")
    runs["steps_to_0.1"] = pd.array([60, None, None, None], dtype="Int64")
    runs["up_step_share"] = [0.1, 0.2, 0.3, 0.8]
    runs["update_cosine"] = [0.5, 0.6, 0.7, np.nan]
    runs["path_ratio"] = [2.0, INF, 4.0, 3.0]
    runs["gradient_norm_final"] = [1.0, 2.0, 3.0, np.nan]
    return runs


@pytest.fixture(scope="module")
def cell():
    return cells_table(four_runs()).iloc[0]


def test_divergence_rate_of_one_in_four(cell):
    assert (cell["n_runs"], cell["n_completed"], cell["n_diverged"]) == (4, 3, 1)
    assert cell["divergence_rate"] == 0.25
    # z² = 3.8415: (0.25 + 0.4802 ± 1.96 √(0.1875/4 + 3.8415/64)) / (1 + 0.9604)
    assert cell["divergence_rate_low"] == pytest.approx(0.0456, abs=5e-5)
    assert cell["divergence_rate_high"] == pytest.approx(0.6994, abs=5e-5)


@pytest.mark.parametrize(
    ("metric", "median", "iqm"),
    [
        # Of four sorted values both are the mean of the middle two.
        ("train_loss_best", 0.3, 0.3),  # 0.1 0.2 0.4 inf: the diverged run's 0.05 does not count
        ("validation_loss_best", 0.4, 0.4),  # 0.2 0.3 0.5 inf
        ("test_loss_at_best", 0.5, 0.5),  # 0.3 0.4 0.6 inf
        ("train_loss_final", 0.6, 0.6),  # 0.5 0.5 0.7 inf
        ("train_score_final", 0.45, 0.45),  # -inf 0.4 0.5 0.5
        ("validation_score_best", 0.7, 0.7),  # -inf 0.6 0.8 0.9
        ("test_score_at_best", 0.6, 0.6),  # -inf 0.5 0.7 0.8
        ("steps_to_0.5", 50.0, 50.0),  # 20 40 60 inf: the diverged run's 20 does not count
        ("steps_to_0.2", INF, INF),  # 40 60 inf inf
        ("steps_to_0.1", INF, INF),  # 60 inf inf inf
        ("up_step_share", 0.25, 0.25),  # 0.1 0.2 0.3 0.8: finite in the diverged run
    ],
)
def test_losses_scores_and_times_include_every_run(cell, metric, median, iqm):
    assert cell[f"{metric}_n"] == 4
    assert cell[f"{metric}_median"] == pytest.approx(median)
    assert cell[f"{metric}_iqm"] == pytest.approx(iqm)


@pytest.mark.parametrize(
    ("metric", "median", "iqm"),
    [
        ("update_cosine", 0.6, 0.6),  # 0.5 0.6 0.7
        # Weights 0.25, 1, 0.25: (0.5 + 3 + 1) / 1.5
        ("path_ratio", 3.0, 3.0),  # 2 3 4, without the run of infinite ratio
        ("gradient_norm_final", 2.0, 2.0),  # 1 2 3
    ],
)
def test_path_metrics_are_over_the_runs_that_have_them(cell, metric, median, iqm):
    assert cell[f"{metric}_n"] == 3
    assert cell[f"{metric}_median"] == pytest.approx(median)
    assert cell[f"{metric}_iqm"] == pytest.approx(iqm)


def test_intervals_contain_the_estimate_and_reach_infinity_if_a_run_failed(cell):
    for metric in ("train_loss_best", "steps_to_0.5"):
        low, high = cell[f"{metric}_median_low"], cell[f"{metric}_median_high"]
        assert low <= cell[f"{metric}_median"] <= high
        assert np.isfinite(low)
        assert high == INF
    assert cell["test_score_at_best_iqm_low"] == -INF
    assert 0.1 <= cell["up_step_share_median_low"] <= cell["up_step_share_median_high"] <= 0.8


def test_a_cell_that_always_diverges_is_infinitely_bad_and_has_no_final_gradient():
    runs = synthetic_runs()
    always = runs.groupby(list(CELL_KEYS))["status"].transform(lambda s: (s == "diverged").all())
    cells = cells_table(runs[always])
    assert len(cells) > 0
    assert (cells["divergence_rate"] == 1).all()
    for bound in ("median", "median_low", "median_high", "iqm", "iqm_low", "iqm_high"):
        assert (cells[f"train_loss_best_{bound}"] == INF).all()
        assert (cells[f"steps_to_0.5_{bound}"] == INF).all()
        assert (cells[f"test_score_at_best_{bound}"] == -INF).all()
        assert cells[f"gradient_norm_final_{bound}"].isna().all()
    assert (cells["gradient_norm_final_n"] == 0).all()


def test_a_completed_run_without_a_value_counts_as_failed():
    runs = four_runs()
    runs.loc[runs.index[0], "validation_loss_best"] = np.nan
    # 0.3 0.5 inf inf
    assert cells_table(runs).loc[0, "validation_loss_best_median"] == INF


def test_cells_do_not_depend_on_the_order_of_rows_or_on_other_cells():
    runs = synthetic_runs()
    cells = cells_table(runs)
    shuffled = runs.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(cells_table(shuffled), cells)
    wine = runs[runs["dataset"] == "wine"]
    expected = cells[cells["dataset"] == "wine"].reset_index(drop=True)
    pd.testing.assert_frame_equal(cells_table(wine), expected)


def test_cells_may_differ_in_their_number_of_replicates():
    runs = synthetic_runs(replicates=6)
    fewer = runs[(runs["dataset"] == "wine") | (runs["replicate"] < 3)]
    cells = cells_table(fewer)
    assert set(zip(cells["dataset"], cells["n_runs"], strict=True)) == {("digits", 3), ("wine", 6)}
    alone = cells_table(fewer[fewer["dataset"] == "digits"])
    pd.testing.assert_frame_equal(cells[cells["dataset"] == "digits"], alone)


def test_resamples_depend_on_the_seed_only():
    runs = synthetic_runs(replicates=9)
    quick = replace(USUAL_INTERVALS, resamples=50)
    cells, other = cells_table(runs, quick), cells_table(runs, replace(quick, seed=1))
    bounds = [c for c in cells.columns if c.endswith(("_low", "_high")) and "rate" not in c]
    assert not other[bounds].equals(cells[bounds])
    pd.testing.assert_frame_equal(other.drop(columns=bounds), cells.drop(columns=bounds))


def test_wider_confidence_makes_wider_intervals():
    runs = synthetic_runs(replicates=9)
    narrow, wide = (
        cells_table(runs, replace(USUAL_INTERVALS, confidence=level)) for level in (0.5, 0.99)
    )
    lows = [column for column in narrow.columns if column.endswith("_low")]
    highs = [column for column in narrow.columns if column.endswith("_high")]
    assert not (wide[lows] > narrow[lows]).any(axis=None)
    assert not (wide[highs] < narrow[highs]).any(axis=None)
    assert (wide[lows] < narrow[lows]).any(axis=None)


def test_cells_make_a_valid_table(tmp_path):
    cells = cells_table(synthetic_runs())
    assert len(cells) == 90
    write_table(cells, tmp_path / "cells.csv", CELLS)
    again = read_table(tmp_path / "cells.csv", CELLS)
    pd.testing.assert_frame_equal(again, cells[list(again.columns)])
    assert [c for c in again.columns if c.startswith("steps_to_0.2")] == [
        f"steps_to_0.2_{part}"
        for part in ("n", "median", "median_low", "median_high", "iqm", "iqm_low", "iqm_high")
    ]


def test_no_runs_make_no_cells(tmp_path):
    write_table(synthetic_runs().iloc[:0], tmp_path / "runs.parquet", RUNS)
    assert len(cells_table(read_table(tmp_path / "runs.parquet", RUNS))) == 0


@pytest.mark.parametrize("column", ["alpha", "eta", "batch_size", "steps", "gradient_noise"])
def test_replicates_that_are_not_of_one_cell_are_refused(column):
    runs = four_runs()
    runs.loc[runs.index[2], column] += 1
    with pytest.raises(StudyError, match=rf"differ in {column} \(grid=main dataset=digits"):
        cells_table(runs)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("n_completed", 99, r"n_runs must be n_completed \+ n_diverged"),
        ("divergence_rate", 0.123, "and the rate fit"),
        ("update_cosine_n", 99, "no metric may have more runs than n_runs"),
        ("steps_to_0.2_n", 99, "no metric may have more runs than n_runs"),
        ("train_loss_best_iqm_low", 1e9, "low end of an interval must not exceed its high end"),
        ("divergence_rate_high", 1.1, r"divergence_rate_high must be in \[0, 1\]"),
        ("test_score_at_best_median", 1.1, "test_score_at_best_median must be at most 1"),
    ],
)
def test_inconsistent_cells_are_refused(tmp_path, column, value, message):
    cells = cells_table(synthetic_runs())
    cells.loc[0, column] = value
    with pytest.raises(StudyError, match=message):
        write_table(cells, tmp_path / "cells.csv", CELLS)
