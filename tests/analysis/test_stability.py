"""The stability line compared with runs whose outcome is known."""

import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.stability import RUN_COLUMNS, beyond_line, stability_table
from momentum_study.tables.files import write_table
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.schemas.stability import STABILITY

RATES = 10.0 ** np.arange(-3, 3.5, 0.5)


def made_runs(edge: float, replicates: int = 10) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Runs that diverge if and only if they are beyond `edge` times the limit, and their λ_max."""
    initial = pd.DataFrame(
        {
            "grid": "main",
            "dataset": "iris",
            "network": "small",
            "replicate": range(replicates),
            "lambda_max": np.geomspace(2, 8, replicates),
        }
    )
    cells = [("gd", 0.0, rate) for rate in RATES] + [("momentum", 0.9, rate) for rate in RATES]
    runs = pd.DataFrame(
        [
            ("main", "iris", "small", rule, "full", "constant", beta, rate, replicate)
            for rule, beta, rate in cells
            for replicate in range(replicates)
        ],
        columns=list(RUN_KEYS),
    )
    position = beyond_line(runs.merge(initial))
    runs["status"] = np.where(position > edge, "diverged", "completed")
    runs["train_loss_final"] = np.where(position > edge, np.nan, 0.5)
    runs["null_loss"] = 1.0
    return runs, initial


def test_limits_are_those_of_each_rule() -> None:
    runs = pd.DataFrame(
        {
            "rule": ["gd", "momentum", "heavy_ball", "nesterov"],
            "beta": [0.0, 0.9, 0.9, 0.9],
            "learning_rate": [2 / 5, 38 / 5, 3.8 / 5, 3.8 / 2.8 / 5],
            "lambda_max": 5.0,
        }
    )
    np.testing.assert_allclose(beyond_line(runs), 1.0, rtol=1e-12)


def test_a_correct_line_has_accuracy_one() -> None:
    table = stability_table(*made_runs(1.0))
    assert table["accuracy"].tolist() == [1, 1]
    assert table["accuracy_low"].tolist() == [1, 1]
    assert (table["n_beyond"] == table["n_bad"]).all()
    assert (table["n_both"] == table["n_bad"]).all()


def test_the_shift_of_a_displaced_line_is_recovered() -> None:
    runs, initial = made_runs(5.0)
    table = stability_table(runs, initial).set_index("outcome").loc["diverged"]
    position = beyond_line(runs.merge(initial))
    assert table["n_correct"] == np.sum((position > 1) == (position > 5))
    assert table["accuracy"] < 1
    assert table["accuracy_low"] <= table["accuracy"] <= table["accuracy_high"]
    assert table["shift"] == pytest.approx(5, rel=0.3)
    assert table["accuracy_shifted"] > table["accuracy"]


def test_no_better_than_a_constant_is_failed_and_not_diverged() -> None:
    runs, initial = made_runs(1.0)
    slow = (runs["learning_rate"] == RATES[0]) & (runs["status"] == "completed")
    runs.loc[slow, "train_loss_final"] = 1.0
    table = stability_table(runs, initial).set_index("outcome")
    assert table.loc["diverged", "n_bad"] + slow.sum() == table.loc["failed", "n_bad"]


def test_rules_without_a_limit_and_decaying_rates_are_left_out() -> None:
    runs, initial = made_runs(1.0)
    others = [
        runs.assign(rule="adam"),
        # Near its limit the loss first grows by orders of magnitude.
        runs.assign(rule="momentum_corrected"),
        runs.assign(schedule="cosine"),
    ]
    pd.testing.assert_frame_equal(
        stability_table(pd.concat([runs, *others]), initial), stability_table(runs, initial)
    )


def test_one_replicate_has_neither_width_nor_shift(tmp_path) -> None:
    table = stability_table(*made_runs(3.0, replicates=1))
    assert table["accuracy_low"].tolist() == table["accuracy_high"].tolist()
    assert table["shift"].isna().all()
    write_table(table, tmp_path / "stability.csv", STABILITY)


def test_without_divergence_there_is_no_shift() -> None:
    runs, initial = made_runs(np.inf)
    table = stability_table(runs, initial)
    assert (table["n_bad"] == 0).all()
    assert table[["shift", "accuracy_shifted"]].isna().all(axis=None)


def test_nothing_to_compare_makes_an_empty_table(tmp_path) -> None:
    runs, initial = made_runs(1.0)
    table = stability_table(runs[RUN_COLUMNS], initial.assign(grid="other"))
    write_table(table, tmp_path / "stability.csv", STABILITY)
    assert len(table) == 0
