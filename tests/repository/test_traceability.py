"""Published numbers, recomputed from the runs with pandas only, run by run."""

import math

import pandas as pd
import pytest

from tests.projects import ROOT

TABLES = ROOT / "results/published/tables"
FLOOR = 0.01


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    return pd.read_parquet(TABLES / "runs.parquet")


@pytest.fixture(scope="module")
def cases() -> pd.DataFrame:
    return pd.read_csv(TABLES / "claim_cases.csv").set_index(["claim", "case"])


def interquartile_mean(values: list[float]) -> float:
    """Repeat every value four times, so that a quarter at either end is a whole number."""
    fourfold = sorted(value for value in values for _ in range(4))
    middle = fourfold[len(values) : 3 * len(values)]
    return sum(middle) / len(middle)


def relative(runs: pd.DataFrame, column: str) -> pd.Series:
    loss = (runs[column] / runs["null_loss"]).clip(lower=FLOOR)
    return loss.where(runs["status"] == "completed", math.inf)


def best_rate(runs: pd.DataFrame) -> float:
    """Return the (smallest) rate with the smallest geometric mean of validation losses."""
    losses = relative(runs, "validation_loss_best").map(math.log)
    return float(losses.groupby(runs["learning_rate"]).mean().sort_index().idxmin())


def gain_of_momentum(runs: pd.DataFrame, replicate: int) -> float:
    """log(test loss of gd / of momentum), each tuned on the other half of the replicates."""
    chosen = {}
    for rule, own in runs.groupby("rule"):
        rate = best_rate(own[own["replicate"] % 2 != replicate % 2])
        (row,) = own.index[(own["learning_rate"] == rate) & (own["replicate"] == replicate)]
        chosen[rule] = relative(own, "test_loss_at_best")[row]
    return math.log(chosen["gd"]) - math.log(chosen["momentum"])


@pytest.mark.parametrize(("dataset", "batch"), [("digits", "full"), ("diabetes", "16")])
def test_a_tuned_contrast(runs: pd.DataFrame, dataset: str, batch: str) -> None:
    own = runs.query("grid == 'momentum' and dataset == @dataset and batch == @batch")
    own = own[(own["rule"] == "gd") | (own["beta"] == 0.9)]
    contrasts = pd.read_csv(TABLES / "contrasts.csv").query(
        "dataset == @dataset and batch == @batch and gradient_noise == 0 and comparison == 'tuned' "
        "and arm_rule == 'momentum' and arm_beta == 0.9 and criterion == 'test_loss' "
        "and question == 'rules'"
    )
    gains = [gain_of_momentum(own, replicate) for replicate in range(10)]
    assert contrasts["effect"].tolist() == [pytest.approx(interquartile_mean(gains), rel=1e-5)]
    assert contrasts["n_compared"].tolist() == [10]


def test_raising_beta_in_slow_runs(runs: pd.DataFrame, cases: pd.DataFrame) -> None:
    keys = ["dataset", "batch", "learning_rate", "replicate"]
    runs = runs[(runs["rule"] == "momentum") & (runs["beta"] == 0.9)].assign(
        loss=relative(runs, "train_loss_final")
    )
    plain = runs[(runs["schedule"] == "constant") & (runs["gradient_noise"] == 0)]
    raised = runs[runs["schedule"] == "beta_up"].set_index(keys)["loss"]
    plain = plain.drop_duplicates(keys).set_index(keys).loc[raised.index]
    slow = (plain["up_step_share_early"] < 0.2) & (
        plain["train_loss_early"] > 0.5 * plain["train_loss_initial"]
    )
    gains = [math.log(a / b) for a, b in zip(plain["loss"][slow], raised[slow], strict=True)]
    case = cases.loc[("C7", "β up, moving average, all batch sizes")]
    assert case["n_pairs"] == len(gains) > 20
    assert case["effect"] == pytest.approx(interquartile_mean(gains), rel=1e-5)


def test_sign_flips_where_gd_is_monotone(runs: pd.DataFrame, cases: pd.DataFrame) -> None:
    start = ["grid", "dataset", "network", "replicate"]
    curvature = pd.read_csv(TABLES / "initial_sharpness.csv").set_index(start)["lambda_max"]
    # The grids that compare momentum with gradient descent at batch size 16.
    runs = runs[runs["grid"].isin(["momentum", "valleys"]) & (runs["batch"] == "16")]
    gains = []
    for keys, own in runs.groupby([*start, "alpha"]):
        pair = own[(own["rule"] == "gd") | (own["beta"] == 0.9)].set_index("rule")
        if (pair["status"] == "completed").all() and keys[-1] * curvature[keys[:-1]] < 1:
            shares = pair["sign_flip_share"]
            gains.append(shares["gd"] - shares["momentum"])
    case = cases.loc[("C2", "same α, αλ < 1, batch 16, sign flips")]
    assert case["n_compared"] == len(gains) > 200
    assert case["effect"] == pytest.approx(interquartile_mean(gains), rel=1e-5)


def test_queries_of_cases_select_the_rows_they_count(cases: pd.DataFrame) -> None:
    pairs = pd.read_parquet(TABLES / "pairs.parquet")
    checked = 0
    for _, case in cases.iterrows():
        table, query = case["query"].split(": ", 1)
        if table == "pairs" and "#" not in query:
            assert len(pairs.query(query)) == case["n_pairs"]
            checked += 1
    assert checked > 50
