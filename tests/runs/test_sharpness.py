"""Sharpness is measured on the runs of the study themselves."""

from dataclasses import fields, replace

import numpy as np
import pytest

from momentum_study.engine.hessians import Hessian
from momentum_study.runs.settings import StartSettings
from momentum_study.runs.sharpness import followed_sharpness, initial_sharpness
from momentum_study.runs.train import make_start
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.sharpness import SHARPNESS
from tests.runs.test_train import SETTINGS, data, runs

START = StartSettings(**{f.name: getattr(SETTINGS, f.name) for f in fields(StartSettings)})
FOLLOWED = replace(SETTINGS, batch="full", learning_rates=(0.01, 1.0))


def test_starting_points_have_the_top_of_their_whole_hessian(tmp_path) -> None:
    prepared = data(0, 2)
    table = initial_sharpness(START, prepared)
    write_table(table, tmp_path / "initial.csv", INITIAL_SHARPNESS)
    assert table["replicate"].tolist() == [0, 2]
    start = make_start(START, prepared)
    for place, found in enumerate(table["lambda_max"]):
        weights = np.concatenate([layer.reshape(-1) for layer in start.weights[place]])
        own = start.arrays.train.take(slice(place, place + 1))
        weights = weights.astype(np.float32)[None, None]
        hessian = Hessian(start.architecture, weights, own)
        whole = [hessian.product(unit[None, None])[0, 0] for unit in np.eye(weights.size)]
        assert found == pytest.approx(np.linalg.eigvalsh(np.array(whole))[-1], rel=1e-5)


def test_the_start_of_a_replicate_does_not_depend_on_the_others() -> None:
    together = initial_sharpness(START, data(0, 1, 2)).set_index("replicate")["lambda_max"]
    assert initial_sharpness(START, data(1))["lambda_max"].tolist() == [together[1]]


def test_followed_runs_are_the_runs_of_the_study(tmp_path) -> None:
    prepared = data(0, 1)
    table = followed_sharpness(FOLLOWED, prepared, checkpoints=3)
    write_table(table, tmp_path / "sharpness.csv", SHARPNESS)
    trained = runs(FOLLOWED, prepared)
    # 60 updates, evaluated at 60 (i/10)²: the first, the one in the middle, the last.
    assert sorted(set(table["step"])) == [0, 15, 60]
    for row in table.itertuples():
        run = trained.loc[(row.learning_rate, row.replicate)]
        losses = dict(zip(run["curve_step"], run["curve_train_loss"], strict=True))
        assert np.float32(row.train_loss) == losses[row.step]
    start = initial_sharpness(START, prepared)["lambda_max"]
    for replicate in (0, 1):
        first = table[(table["step"] == 0) & (table["replicate"] == replicate)]
        assert first["lambda_max"].tolist() == [start[replicate]] * 2


def test_limits_are_those_of_the_rule_at_its_own_rate() -> None:
    table = followed_sharpness(FOLLOWED, data(0), checkpoints=2)
    for alpha, limit in zip(table["alpha"], table["stability_limit"], strict=True):
        assert limit == pytest.approx(2 * 1.9 / 0.1 / alpha)
    ball = followed_sharpness(replace(FOLLOWED, rule="heavy_ball"), data(0), checkpoints=2)
    for eta, limit in zip(ball["eta"], ball["stability_limit"], strict=True):
        assert limit == pytest.approx(2 * 1.9 / eta)


def test_nothing_is_measured_after_a_divergence() -> None:
    wild = replace(FOLLOWED, learning_rates=(1e4,))
    table = followed_sharpness(wild, data(0), checkpoints=3)
    assert np.isfinite(table["lambda_max"].iloc[0])
    assert table["lambda_max"].iloc[1:].isna().all()


def test_points_of_a_polynomial_sharpen_to_the_edge_of_stability() -> None:
    """λ_max rises from about 10 to 2/α = 40 and stays there (Cohen et al. 2021)."""
    settings = replace(
        FOLLOWED,
        dataset="chebyshev",
        hidden=(30, 30),
        activation="tanh",
        initialization="xavier",
        loss="mse",
        rule="gd",
        beta=0.0,
        learning_rates=(0.05,),
        steps=6000,
        evaluations=12,
        precision="float64",
    )
    prepared = data(0, name="chebyshev", source="chebyshev")
    table = followed_sharpness(settings, prepared, checkpoints=13)
    ratio = (table["lambda_max"] / table["stability_limit"]).to_numpy()
    assert ratio[0] < 0.5
    assert np.abs(ratio[-3:] - 1).max() < 0.15
    assert table["train_loss"].iloc[-1] < 0.1 * table["train_loss"].iloc[0]
