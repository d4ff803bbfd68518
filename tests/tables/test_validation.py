"""What the checks of tables refuse, and with which message."""

import numpy as np
import pandas as pd
import pytest

from momentum_study.core.errors import StudyError
from momentum_study.tables.files import write_table
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.schemas.curves import CURVES
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.validation import check_complete
from tests.synthetic import synthetic_curves, synthetic_runs


@pytest.fixture
def runs():
    return synthetic_runs()


def first(runs, among="completed", **values):
    """Set values in the first run among those of a status."""
    row = runs.index[runs["status"] == among][0]
    for name, value in values.items():
        runs.loc[row, name] = value
    return runs


IMPOSSIBLE_RUNS = [
    (lambda r: r.drop(columns="beta"), "missing columns: beta"),
    (lambda r: r.assign(note="x", mood="y"), "unknown columns: note, mood"),
    (lambda r: r.assign(**{"steps_to_.5": 1}), "unknown columns: steps_to_.5"),
    (lambda r: pd.concat([r, r["beta"]], axis=1), "doubled columns: beta"),
    (lambda r: pd.concat([r, r]), "360 rows repeat the keys of another row: grid=main"),
    (lambda r: r.astype({"beta": "float32"}), "beta must be of type float64, got float32"),
    (lambda r: r.assign(network=32), "network must be of type str"),
    (lambda r: r.astype({"steps": "float64"}), "steps must be of type int64, got float64"),
    (
        lambda r: r.astype({"first_bad_step": "float64"}),
        "first_bad_step must be of type Int64, got float64",
    ),
    (lambda r: first(r, beta=1.0), r"beta must be in \[0, 1\), got 1.0 \(grid=main dataset="),
    (lambda r: first(r, beta=-0.1), r"beta must be in \[0, 1\), got -0.1"),
    (lambda r: first(r, beta=np.nan), "beta must not be missing"),
    (lambda r: first(r, dataset=""), "dataset must not be empty"),
    (lambda r: first(r, dataset=np.nan), "dataset must not be missing"),
    (lambda r: first(r, learning_rate=0.0), "learning_rate must be positive and finite"),
    (lambda r: first(r, alpha=np.inf), "alpha must be positive and finite, got inf"),
    (lambda r: first(r, replicate=-1), "replicate must be at least 0, got -1"),
    (lambda r: first(r, parameters=0), "parameters must be at least 1"),
    (lambda r: first(r, status="failed"), 'status must be "completed" or "diverged"'),
    (lambda r: first(r, "diverged", reason="bored"), "reason must be"),
    (lambda r: first(r, train_loss_best=-1e-9), "train_loss_best must be at least 0"),
    (lambda r: first(r, test_score_final=1.1), "test_score_final must be at most 1, got 1.1"),
    (lambda r: first(r, up_step_share=1.01), r"up_step_share must be in \[0, 1\]"),
    (lambda r: first(r, sign_flip_share=-0.01), r"sign_flip_share must be in \[0, 1\]"),
    (lambda r: first(r, update_cosine=-1.01), r"update_cosine must be in \[-1, 1\]"),
    (lambda r: first(r, **{"steps_to_0.5": -1}), "steps_to.* must be at least 0"),
    (lambda r: first(r, "diverged", reason=""), "first_bad_step and reason"),
    (lambda r: first(r, "diverged", first_bad_step=pd.NA), "first_bad_step and reason"),
    (lambda r: first(r, first_bad_step=7), "first_bad_step and reason"),
    (lambda r: first(r, reason="loss_limit"), "first_bad_step and reason"),
    (lambda r: r.assign(eta=r["alpha"] * 1.5), r"eta must be \(1 - beta\) alpha"),
    (lambda r: r.assign(learning_rate=7.0, replicate=range(len(r))), "learning_rate one of"),
    (lambda r: r.assign(rule="gd"), "rule gd must have beta 0"),
    (lambda r: first(r, train_loss_final=np.nan), "must have finite train losses"),
    (lambda r: first(r, train_loss_final=np.inf), "must have finite train losses"),
    (lambda r: first(r, "diverged", test_loss_final=1.0), "a diverged run no final values"),
    (lambda r: first(r, train_loss_best=1e9), "no worse than the final"),
    (lambda r: first(r, validation_loss_best=1e9), "no worse than the final"),
    (lambda r: first(r, validation_score_best=-5.0), "no worse than the final"),
    (lambda r: first(r, step_best_validation=201), "beyond the run's last"),
    (lambda r: first(r, **{"steps_to_0.5": 201, "steps_to_0.2": 201}), "beyond the run's"),
    (lambda r: first(r, "diverged", first_bad_step=201), "beyond the run's last"),
    (lambda r: first(r, **{"steps_to_0.5": 80, "steps_to_0.2": 60}), "an easier target"),
    (lambda r: first(r, **{"steps_to_0.5": pd.NA, "steps_to_0.2": 60}), "an easier target"),
]


@pytest.mark.parametrize(("change", "message"), IMPOSSIBLE_RUNS, ids=range(len(IMPOSSIBLE_RUNS)))
def test_impossible_runs_are_refused(tmp_path, runs, change, message):
    path = tmp_path / "runs.parquet"
    with pytest.raises(StudyError, match=message) as refusal:
        write_table(change(runs), path, RUNS)
    assert str(path) in str(refusal.value)
    assert not path.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.assign(step=-1, replicate=range(len(c))), "step must be at least 0"),
        (lambda c: c.astype({"train_loss": "float64"}), "train_loss must be of type float32"),
        (lambda c: c.assign(update_norm=np.float32(-1)), "update_norm must be at least 0"),
        (lambda c: c.assign(train_loss=np.float32(np.nan)), "without a train loss"),
        (lambda c: c.assign(step=0), "rows repeat the keys of another row"),
    ],
)
def test_impossible_curves_are_refused(tmp_path, change, message):
    curves = synthetic_curves()
    assert curves["update_norm"].dtype == change(curves)["update_norm"].dtype
    with pytest.raises(StudyError, match=message):
        write_table(change(curves), tmp_path / "curves.parquet", CURVES)


def test_a_message_names_three_problems_and_counts_the_rest(tmp_path, runs):
    bad = np.float32(-1.0)
    runs = runs.assign(null_loss=-1.0, parameters=0, path_ratio=bad, test_loss_at_best=bad)
    with pytest.raises(StudyError, match=r"null_loss .*\), test_loss_at_best .* and 1 more"):
        write_table(runs, tmp_path / "runs.csv", RUNS)


def test_heavy_ball_and_adam_rates_are_accepted(tmp_path, runs):
    beta, rate = runs["beta"], runs["learning_rate"]
    heavy_ball = runs.assign(rule="heavy_ball", eta=rate, alpha=rate / (1 - beta))
    adam = runs.assign(rule="adam", alpha=rate, eta=(1 - beta) * rate)
    write_table(pd.concat([heavy_ball, adam]), tmp_path / "runs.parquet", RUNS)


# --- Completeness -------------------------------------------------------------------------------


def test_a_complete_table_passes(runs):
    check_complete(runs, runs[list(RUN_KEYS)].sample(frac=1, random_state=1))


def test_missing_runs_are_counted_and_the_first_few_named(runs):
    design = runs.sort_values(list(RUN_KEYS), ignore_index=True)[list(RUN_KEYS)]
    with pytest.raises(StudyError, match="does not have the 360 runs") as refusal:
        check_complete(runs.sort_values(list(RUN_KEYS), ignore_index=True).iloc[5:], design)
    message = str(refusal.value)
    assert "5 missing: grid=main dataset=digits network=32 rule=gd batch=64" in message
    assert "replicate=2 and 2 more" in message
    assert "unexpected" not in message
    assert "doubled" not in message


def test_unexpected_and_doubled_runs_are_named(runs):
    design = runs[list(RUN_KEYS)]
    stray = runs.iloc[:1].assign(dataset="NA")
    twice = runs.iloc[[7, 7]]
    with pytest.raises(StudyError) as refusal:
        check_complete(pd.concat([runs, stray, twice]), design)
    message = str(refusal.value)
    assert "1 unexpected: grid=main dataset=NA" in message
    assert "1 doubled: grid=main dataset=digits" in message
    assert "missing:" not in message


def test_a_nearly_equal_learning_rate_is_a_different_run(runs):
    design = runs[list(RUN_KEYS)]
    other = runs.assign(learning_rate=np.nextafter(runs["learning_rate"], 1e9))
    with pytest.raises(StudyError, match=r"360 missing.*360 unexpected"):
        check_complete(other, design)


def test_a_design_with_a_run_twice_is_a_programming_error(runs):
    design = runs[list(RUN_KEYS)]
    with pytest.raises(ValueError, match="twice"):
        check_complete(runs, pd.concat([design, design.iloc[:1]]))
