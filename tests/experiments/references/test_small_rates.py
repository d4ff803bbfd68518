import numpy as np
import pytest
from scipy.stats import ttest_1samp

from momentum_study.experiments.references.findings import MARGIN, small_rate_findings
from tests.experiments.references.made_runs import made_runs, of


def with_effect(seed, log_ratio, **settings):
    """Momentum's loss is exp(log_ratio) times descent's, which share part of their noise."""
    runs = made_runs(seed, **settings)
    runs["train_loss_final"] *= np.where(of(runs, "momentum"), np.exp(log_ratio), 1.0)
    return runs


def small_settings():
    return {"datasets": ("a", "b"), "sizes": {"16": 16}, "rates": (0.001, 0.01)}


def only_row(runs, **settings):
    (row,), reasons = small_rate_findings(runs, 0.9, 0.95, **settings)
    assert reasons == []
    return row


@pytest.mark.parametrize(
    ("log_ratio", "noise", "holds"),
    [(0.0, 0.03, True), (0.1, 0.03, False), (-0.1, 0.03, False), (0.0, 2.0, False)],
)
def test_verdict_follows_the_effect_and_what_the_noise_lets_one_see(log_ratio, noise, holds):
    runs = with_effect(1, log_ratio, **small_settings())
    # Too much noise is no proof of equality.
    runs["train_loss_final"] *= np.exp((noise / 0.1 - 1) * runs["noise"])
    row = only_row(runs)
    assert row["holds"] is holds
    assert row["ours"] == pytest.approx(log_ratio, abs=noise)
    within = -row["tolerance"] < row["low"] and row["high"] < row["tolerance"]
    assert row["holds"] == within
    assert row["tolerance"] == pytest.approx(np.log(1 + MARGIN))


def test_row_is_the_textbooks():
    """One pair a replicate: t-tests against either margin, and the 90 % interval."""
    runs = with_effect(3, 0.02, datasets=("a",), sizes={"16": 16}, rates=(0.01,))
    row = only_row(runs)
    losses = runs.pivot(index="replicate", columns="rule", values="train_loss_final")
    ratios = np.log(losses["momentum"] / losses["gd"])
    above = ttest_1samp(ratios, -row["tolerance"], alternative="greater")
    below = ttest_1samp(ratios, row["tolerance"], alternative="less")
    assert f"p = {max(above.pvalue, below.pvalue):.2g}," in row["test"]
    interval = ttest_1samp(ratios, 0.0).confidence_interval(0.9)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))
    assert row["ours"] == pytest.approx(ratios.mean())


def test_interval_holds_the_truth_and_the_test_errs_as_often_as_they_say():
    runs = with_effect(0, 0.0, datasets=("a",), sizes={"16": 16}, rates=(0.01,))
    generator = np.random.default_rng(0)
    rows = []
    for _ in range(200):
        noise = generator.normal(scale=0.03, size=len(runs))
        effect = np.where(of(runs, "momentum"), np.log(1 + MARGIN), 0.0)
        rows.append(only_row(runs.assign(train_loss_final=0.3 * np.exp(effect + noise))))
    covered = np.mean([row["low"] <= row["tolerance"] <= row["high"] for row in rows])
    # Standard errors 0.021 and 0.015. At the margin itself, equality is declared in error.
    assert 0.83 < covered < 0.97
    assert 0.005 < np.mean([row["holds"] for row in rows]) < 0.1


def test_each_grid_and_batch_size_has_a_row_with_its_own_p_value():
    rows, reasons = small_rate_findings(made_runs(), 0.9, 0.95)
    assert reasons == []
    ends = [row["quantity"].rpartition("grid ")[2] for row in rows]
    assert ends == ["g, batch 16", "g, batch 64", "g, batch full"]
    assert len({row["test"] for row in rows}) == 3


def test_larger_rates_and_other_coefficients_have_no_say():
    runs = with_effect(0, 0.0, betas=(0.5, 0.9))
    changed = runs.copy()
    stray = of(runs, "momentum") & ((runs["alpha"] > 0.01) | (runs["beta"] == 0.5))
    changed.loc[stray, "train_loss_final"] *= 10
    assert small_rate_findings(changed, 0.9, 0.95) == small_rate_findings(runs, 0.9, 0.95)
    assert small_rate_findings(changed, 0.5, 0.95) != small_rate_findings(runs, 0.5, 0.95)


def diverge(runs, rules):
    first = (runs["replicate"] == 0) & (runs["dataset"] == "a") & (runs["alpha"] == 0.01)
    for rule in rules:
        runs.loc[first & of(runs, rule), "status"] = "diverged"
        runs.loc[first & of(runs, rule), "train_loss_final"] = np.nan
    return runs


def test_a_divergence_of_one_rule_alone_is_a_difference():
    for rule in ("gd", "momentum"):
        row = only_row(diverge(with_effect(1, 0.0, **small_settings()), [rule]))
        assert "1 of 40 pairs left out, a run diverged" in row["test"]
        assert row["holds"] is False
        assert np.isfinite(row["ours"])


def test_a_divergence_of_both_is_counted():
    runs = with_effect(1, 0.0, **small_settings())
    runs["train_loss_final"] *= np.exp(-0.7 * runs["noise"])
    row = only_row(diverge(runs, ["gd", "momentum"]))
    assert "1 of 40 pairs left out, a run diverged" in row["test"]
    assert row["holds"] is True


def test_what_a_study_lacks_is_said():
    runs = made_runs(sizes={"16": 16})
    dead = runs.assign(status="diverged", train_loss_final=np.nan)
    for lacking, why in (
        (runs[of(runs, "gd")], "no two replicates in grid g, batch 16"),
        (runs[of(runs, "momentum")], "no two replicates"),
        (runs[runs["replicate"] == 3], "no two replicates"),
        (dead, "no two replicates"),
        (runs[runs["alpha"] > 0.01], "no such runs"),
        (runs.assign(rule="adam"), "no such runs"),
    ):
        rows, reasons = small_rate_findings(lacking, 0.9, 0.95)
        assert rows == []
        assert len(reasons) == 1
        assert why in reasons[0]


def test_replicates_without_any_difference_make_no_warning():
    runs = made_runs(sizes={"16": 16}).assign(train_loss_final=0.25)
    row = only_row(runs)
    assert (row["ours"], row["low"], row["high"], row["holds"]) == (0, 0, 0, True)
