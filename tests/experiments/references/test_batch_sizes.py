import numpy as np
import pandas as pd
import pytest

from momentum_study.experiments.references.findings import (
    batch_size_findings,
    batch_slope,
    benefits,
)
from tests.experiments.references.made_runs import made_runs, of, speed_up

EVEN, ODD = (0, 2), (1, 3)


def points(generator, slope, datasets=7, noise=0.2, spread=0.05):
    """Benefits with a slope that varies between data sets, at three batch sizes each."""
    frames = []
    for dataset in range(datasets):
        sizes = np.array([16, 64, generator.integers(90, 1200)])
        own = slope + generator.normal(scale=spread)
        benefit = generator.normal() + own * np.log2(sizes) + generator.normal(scale=noise, size=3)
        frames.append(
            pd.DataFrame(
                {
                    "dataset": f"d{dataset}",
                    "network": "n",
                    "schedule": "constant",
                    "batch_size": sizes,
                    "log_ratio": benefit,
                }
            )
        )
    return pd.concat(frames)


def test_slope_is_the_one_there_is():
    exact = points(np.random.default_rng(0), 0.3, noise=0.0, spread=0.0)
    assert batch_slope(exact, 0.95) == pytest.approx((0.3, 0.3, 0.3), abs=1e-12)


def test_slope_of_one_size_pair_per_data_set_is_the_mean_of_slopes_with_students_interval():
    generator = np.random.default_rng(1)
    table = points(generator, 0.1)
    table = table[table["batch_size"] <= 64]
    slopes = [np.diff(part["log_ratio"])[0] / 2 for _, part in table.groupby("dataset")]
    slope, low, high = batch_slope(table, 0.95)
    assert slope == pytest.approx(np.mean(slopes))
    # t of 6 degrees of freedom; statsmodels corrects for the 8 coefficients of 14 points besides.
    width = 2.446912 * np.std(slopes, ddof=1) / np.sqrt(7) * np.sqrt(13 / 6)
    assert (low, high) == pytest.approx((slope - width, slope + width), rel=1e-5)


def test_interval_covers_no_interaction_as_often_as_it_says():
    generator = np.random.default_rng(2)
    ends = np.array([batch_slope(points(generator, 0.0), 0.95)[1:] for _ in range(250)])
    # Standard error 0.014. A little more than 95 % for few data sets: see the correction above.
    assert 0.92 < np.mean((ends[:, 0] <= 0) & (ends[:, 1] >= 0)) < 0.995


@pytest.mark.parametrize(("slope", "holds"), [(0.2, True), (-0.2, False)])
def test_verdict_follows_the_interaction(slope, holds):
    runs = made_runs()
    runs = speed_up(runs, slope * np.log2(runs["batch_size"]))
    (row,), reasons = batch_size_findings(runs, 0.9, 0.95)
    assert reasons == []
    assert row["holds"] is holds
    assert row["ours"] == pytest.approx(slope, abs=0.05)
    assert row["low"] < slope < row["high"]
    assert "6 data sets, 18 medians over odd replicates" in row["test"]


def test_without_interaction_the_claim_is_seldom_made():
    """Tuning included: a constant benefit is not a growing one."""
    rows = []
    for seed in range(20):
        runs = speed_up(made_runs(seed, datasets=("a", "b", "c", "d")), 0.3)
        rows += batch_size_findings(runs, 0.9, 0.95)[0]
    # Expected of 20: half of one, and one not covered.
    assert sum(row["holds"] for row in rows) <= 2
    assert sum(row["low"] <= 0 <= row["high"] for row in rows) >= 17


def test_with_several_coefficients_momentum_is_tuned_over_them_too():
    runs = made_runs(betas=(0.5, 0.9))
    faster = np.where(runs["beta"] == 0.5, 0.2 * np.log2(runs["batch_size"]), 0.0)
    (at_one, tuned), _ = batch_size_findings(speed_up(runs, faster), 0.9, 0.95)
    assert "β = 0.9" in at_one["quantity"]
    assert at_one["ours"] == pytest.approx(0, abs=0.05)
    assert "3 trials of gd, 3 trials of momentum" in at_one["test"]
    assert "β tuned" in tuned["quantity"]
    assert tuned["ours"] == pytest.approx(0.2, abs=0.05)
    assert "3 trials of gd, 6 trials of momentum" in tuned["test"]


def quiet_runs(replicates=(*EVEN, *ODD)):
    """One data set, two batch sizes, no noise: 200 updates to 0.1 at the rate 0.01, else 2000."""
    runs = made_runs(datasets=("a",), sizes={"8": 8, "32": 32}, replicates=replicates)
    for target, updates in (("0.5", 40), ("0.1", 200)):
        steps = np.where(runs["learning_rate"] == 0.01, updates, 10 * updates)
        runs[f"steps_to_{target}"] = pd.array(steps, dtype="Int64")
    return runs


def where(runs, **values):
    return np.logical_and.reduce([runs[name] == value for name, value in values.items()])


def test_even_replicates_choose_and_odd_ones_report():
    runs = quiet_runs()
    odd = runs["replicate"].isin(ODD)
    momentum = of(runs, "momentum")
    # On odd replicates another rate would be better: too late.
    runs.loc[odd & momentum & where(runs, learning_rate=0.1), "steps_to_0.1"] = 5
    runs.loc[odd & momentum & where(runs, learning_rate=0.01), "steps_to_0.1"] = 100
    table, reasons = benefits(runs)
    assert reasons == []
    assert sorted(table["replicate"].unique()) == list(ODD)
    np.testing.assert_allclose(table["log_ratio"], np.log(2))


def test_of_equal_trials_the_smaller_rate_wins():
    runs = quiet_runs()
    runs.loc[where(runs, learning_rate=0.1), "steps_to_0.1"] = 200
    runs.loc[where(runs, rule="momentum", learning_rate=0.1, replicate=1), "steps_to_0.1"] = 1
    np.testing.assert_array_equal(benefits(runs)[0]["log_ratio"], 0)


def test_target_is_the_hardest_that_both_rules_always_reach_at_every_batch_size():
    runs = quiet_runs()
    runs.loc[of(runs, "momentum"), "steps_to_0.5"] = 20
    np.testing.assert_array_equal(benefits(runs)[0]["log_ratio"], 0)
    # One even replicate at one batch size misses it, whatever the rate.
    runs.loc[where(runs, rule="gd", batch="8", replicate=0), "steps_to_0.1"] = pd.NA
    np.testing.assert_allclose(benefits(runs)[0]["log_ratio"], np.log(2))
    runs.loc[where(runs, rule="gd", batch="8", replicate=0), "steps_to_0.5"] = pd.NA
    table, reasons = benefits(runs)
    assert table.empty
    assert reasons == [("a, n, constant", "has no target that both rules always reach, tuned")]


def test_a_run_that_starts_below_its_target_counts_as_one_update():
    runs = quiet_runs()
    runs.loc[of(runs, "momentum"), "steps_to_0.1"] = 0
    np.testing.assert_allclose(benefits(runs)[0]["log_ratio"], np.log(200))


def test_a_run_that_reaches_its_target_and_then_diverges_has_failed():
    runs = quiet_runs()
    fast = where(runs, rule="momentum", learning_rate=0.1)
    runs.loc[fast, "steps_to_0.1"] = 3
    assert (benefits(runs)[0]["log_ratio"] > 4).all()
    runs.loc[fast & (runs["replicate"] == 2), "status"] = "diverged"
    np.testing.assert_array_equal(benefits(runs)[0]["log_ratio"], 0)


def test_a_missed_target_has_the_rank_of_an_infinity_and_is_counted():
    runs = made_runs()
    missed = where(runs, rule="gd", dataset="a", batch="16", replicate=1)
    runs.loc[missed, ["steps_to_0.1"]] = pd.NA
    table, _ = benefits(runs)
    assert np.isposinf(table["log_ratio"]).sum() == 1
    (row,), _ = batch_size_findings(runs, 0.9, 0.95)
    assert "18 medians" in row["test"]
    assert "in 1 of 90 pairs a target was missed" in row["test"]
    # As if it had needed very long.
    runs.loc[missed, "steps_to_0.1"] = 10**6
    (late,), _ = batch_size_findings(runs, 0.9, 0.95)
    assert late["ours"] == row["ours"]


def test_an_infinite_median_leaves_its_batch_size_out():
    runs = made_runs()
    missed = where(runs, rule="gd", dataset="a", batch="16") & (runs["replicate"] % 2 == 1)
    runs.loc[missed, "steps_to_0.1"] = pd.NA
    (row,), _ = batch_size_findings(runs, 0.9, 0.95)
    assert "17 medians" in row["test"]
    assert "in 5 of 90 pairs a target was missed" in row["test"]


def test_what_a_study_lacks_is_said():
    runs = made_runs()
    targets = ["steps_to_0.5", "steps_to_0.1"]
    never = runs.assign(**dict.fromkeys(targets, pd.array([pd.NA] * len(runs), dtype="Int64")))
    for lacking, why in (
        (runs[of(runs, "gd")], "a, n, constant of grid g has no target"),
        (runs[of(runs, "momentum")], "no two data sets"),
        (runs[runs["batch"] == "16"], "no two data sets with two batch sizes in grid g"),
        (runs[runs["dataset"] == "a"], "no two data sets with two batch sizes in grid g"),
        (runs[runs["replicate"] == 2], "no two data sets"),
        (runs[runs["replicate"] == 3], "has no target"),
        (runs.drop(columns=targets), "has no target"),
        (runs.assign(status="diverged"), "has no target"),
        (never, "has no target"),
        (runs.assign(rule="adam"), "no such runs"),
    ):
        rows, reasons = batch_size_findings(lacking, 0.9, 0.95)
        assert rows == []
        assert any(why in reason for reason in reasons)
