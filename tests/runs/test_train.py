"""Training a shard: a run has the same numbers whatever other runs its shard has."""

import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from momentum_study.cli.commands import train as train_command
from momentum_study.cli.flags import to_flags
from momentum_study.core.errors import StudyError
from momentum_study.datasets.preparation import prepare
from momentum_study.datasets.prepared import PreparedDataset, save_prepared
from momentum_study.datasets.recipe import Recipe
from momentum_study.runs.settings import RunSettings, ShardSettings, SweepSettings, settings_in
from momentum_study.runs.train import TrainedSweep, train_sweep

SETTINGS = SweepSettings(
    seed=7,
    grid="one",
    dataset="iris",
    network="small",
    hidden=(5,),
    activation="relu",
    initialization="he",
    loss="cross_entropy",
    rule="momentum",
    beta=0.9,
    batch="16",
    schedule="constant",
    learning_rates=(0.01, 1.0, 3000.0),
    steps=60,
    gradient_noise=0.0,
    evaluations=10,
    targets=(0.5, 0.1),
    loss_limit=1000.0,
    precision="float32",
    kernels="portable",
)


def data(*replicates: int, name: str = "iris", source: str = "iris") -> PreparedDataset:
    return prepare(name, Recipe(source=source), SETTINGS.seed, replicates)


def runs(settings: SweepSettings, prepared: PreparedDataset) -> pd.DataFrame:
    frame: pd.DataFrame = train_sweep(settings, prepared).table.to_pandas()
    return frame.set_index(["learning_rate", "replicate"]).sort_index()


def assert_same_bytes(left: pd.DataFrame, right: pd.DataFrame) -> None:
    assert list(left.columns) == list(right.columns)
    for column in left:
        for a, b in zip(left[column], right[column], strict=True):
            np.testing.assert_array_equal(a, b, err_msg=str(column))


def test_a_run_does_not_depend_on_its_shard() -> None:
    whole = runs(SETTINGS, data(0, 1, 2))
    alone = runs(replace(SETTINGS, learning_rates=(1.0,)), data(1))
    assert_same_bytes(whole.loc[[(1.0, 1)]], alone)
    others = runs(replace(SETTINGS, learning_rates=(3000.0, 0.3, 0.01)), data(2, 1))
    assert_same_bytes(whole.loc[[(0.01, 1), (0.01, 2)]], others.loc[[(0.01, 1), (0.01, 2)]])


def test_cells_of_a_replicate_start_at_the_same_weights() -> None:
    momentum = runs(SETTINGS, data(0, 1))
    descent = runs(replace(SETTINGS, rule="gd", beta=0.0, batch="full"), data(0, 1))
    start = momentum["train_loss_initial"].to_numpy().reshape(3, 2)  # rates by replicates
    assert (start == start[0]).all()
    assert start[0, 0] != start[0, 1]
    pd.testing.assert_series_equal(momentum["train_loss_initial"], descent["train_loss_initial"])


def test_noise_in_the_gradients_depends_on_the_replicate_alone() -> None:
    noisy = replace(SETTINGS, gradient_noise=0.3)
    whole = runs(noisy, data(0, 1, 2))
    alone = runs(replace(noisy, learning_rates=(1.0,)), data(1))
    assert_same_bytes(whole.loc[[(1.0, 1)]], alone)
    noiseless = runs(SETTINGS, data(0, 1, 2))
    pd.testing.assert_series_equal(whole["train_loss_initial"], noiseless["train_loss_initial"])
    stable = (0.01, 1.0)
    assert (
        whole.loc[[*stable], "train_loss_best"] != noiseless.loc[[*stable], "train_loss_best"]
    ).all()
    assert (whole["gradient_noise"] == 0.3).all()
    assert (noiseless["gradient_noise"] == 0.0).all()


def test_momentum_and_the_heavy_ball_differ_once_beta_changes() -> None:
    """Until then both are one method, at η = (1 − β)α; then one keeps α and the other η."""
    rates = {"momentum": 0.1, "heavy_ball": 0.025}
    average, heavy = (
        runs(
            replace(SETTINGS, rule=rule, beta=0.75, learning_rates=(rate,), schedule="beta_up"),
            data(0),
        ).iloc[0]
        for rule, rate in rates.items()
    )
    before = average["curve_step"] <= SETTINGS.steps // 4
    same = average["curve_train_loss"] == heavy["curve_train_loss"]
    assert same[before].all()
    assert not same[average["curve_step"] > SETTINGS.steps // 4 + 1].any()


def test_rates_of_each_form() -> None:
    heavy = train_sweep(replace(SETTINGS, rule="heavy_ball", beta=0.75), data(0)).table.to_pandas()
    np.testing.assert_allclose(heavy["eta"], heavy["learning_rate"], rtol=1e-15)
    np.testing.assert_allclose(heavy["alpha"], 4 * heavy["learning_rate"], rtol=1e-15)
    average = train_sweep(replace(SETTINGS, beta=0.75), data(0)).table.to_pandas()
    np.testing.assert_allclose(average["alpha"], average["learning_rate"], rtol=1e-15)
    np.testing.assert_allclose(average["eta"], average["learning_rate"] / 4, rtol=1e-15)


def test_divergence_is_a_result() -> None:
    (run,) = train_sweep(replace(SETTINGS, learning_rates=(3000.0,)), data(0)).table.to_pylist()
    assert run["status"] == "diverged"
    assert run["reason"] in ("loss_limit", "non_finite")
    assert 0 < run["first_bad_step"] <= SETTINGS.steps
    assert np.isnan(run["train_loss_final"])
    assert run["train_loss_best"] <= run["train_loss_initial"]
    seen = [step for step in run["curve_step"] if step < run["first_bad_step"]]
    assert np.isfinite(run["curve_train_loss"][: len(seen)]).all()
    assert np.isnan(run["curve_train_loss"][len(seen) :]).all()


def test_regression_and_single_output() -> None:
    settings = replace(SETTINGS, dataset="sugar", loss="mse", learning_rates=(0.01,))
    (run,) = train_sweep(settings, data(0, name="sugar", source="diabetes")).table.to_pylist()
    # The target is standardised on the training rows, and R² = 1 − MSE/variance there.
    assert run["null_loss"] == pytest.approx(1.0, abs=1e-5)
    assert run["train_score_final"] == pytest.approx(1 - run["train_loss_final"], abs=1e-5)
    settings = replace(SETTINGS, dataset="moons", loss="logistic", learning_rates=(1.0,))
    (run,) = train_sweep(settings, data(0, name="moons", source="moons")).table.to_pylist()
    assert run["parameters"] == 5 * 3 + 1 * 6
    assert run["train_score_final"] > 0.8


def test_a_batch_larger_than_the_data_is_refused() -> None:
    with pytest.raises(StudyError, match="a batch of 91 rows, but only 90 rows"):
        train_sweep(replace(SETTINGS, batch="91"), data(0))


def test_the_command_imports_numpy_and_pyarrow_alone(tmp_path: Path) -> None:
    """Imports are most of what a small training job costs: now some 320 modules, 0.2 s."""
    save_prepared(tmp_path / "iris.npz", data(0))
    outputs = f"--output {tmp_path}/shard.parquet --timing {tmp_path}/cost.json"
    shared = vars(settings_in(SETTINGS, RunSettings))
    settings = to_flags(ShardSettings(**shared, schedules=("constant",), betas=(0.9,)))
    more = f"--sources code --replicates 0 0 {settings}"
    flags = f"train --data {tmp_path}/iris.npz {outputs} {more}"
    program = (
        "import json, sys\n"
        "before = sys.modules.keys() | sys.stdlib_module_names\n"
        "from momentum_study.cli.main import main\n"
        f"assert main({shlex.split(flags)}) == 0\n"
        "print(len(sys.modules), *{name.split('.')[0] for name in sys.modules} - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    modules, *packages = done.stdout.splitlines()[-1].split()
    public = {name for name in packages if not name.startswith("_")}
    # pyarrow imports cloudpickle; compiled modules share cython_runtime.
    assert public == {"momentum_study", "numpy", "pyarrow", "cloudpickle", "cython_runtime"}
    assert int(modules) < 350


def test_an_error_names_the_sweep_of_a_shard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(settings: SweepSettings, prepared: PreparedDataset) -> TrainedSweep:
        if (settings.schedule, settings.beta) == ("cosine", 0.9):
            raise ZeroDivisionError
        return train_sweep(settings, prepared)

    monkeypatch.setattr(train_command, "train_sweep", fail)
    save_prepared(tmp_path / "iris.npz", data(0))
    shared = vars(settings_in(SETTINGS, RunSettings))
    settings = ShardSettings(**shared, schedules=("constant", "cosine"), betas=(0.5, 0.9))
    paths = [tmp_path / name for name in ("iris.npz", "shard.parquet", "cost.json")]
    with pytest.raises(ZeroDivisionError) as error:
        train_command.run(train_command.Options(*paths, "code", (0, 0), settings))
    assert error.value.__notes__ == ["β = 0.9, schedule cosine"]
    assert not (tmp_path / "shard.parquet").exists()
