import subprocess
import sys
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, norm, rankdata, ttest_1samp, wilcoxon
from statsmodels.stats.multitest import multipletests

from momentum_study.statistics.estimates import bootstrap_interval, interquartile_mean, median
from momentum_study.statistics.paired import (
    Effect,
    expanded_confidence,
    friedman_ranks,
    holm,
    log_ratio,
    probability_of_improvement,
    signed_rank_p,
    stratified_effect,
)

INF = np.inf
NAN = np.nan

COSTS = st.floats(1e-100, 1e100) | st.just(INF) | st.just(NAN)


def seeded(seed=0):
    return np.random.Generator(np.random.PCG64(seed))


def effect(values, statistic=median, confidence=0.95, resamples=999, seed=0):
    values = np.array(values, dtype=float)
    return stratified_effect(values, statistic, confidence, resamples, seeded(seed))


def ends(result):
    return [result.low, result.equivalence_low, result.equivalence_high, result.high]


@pytest.mark.parametrize(
    ("reference", "candidate", "expected"),
    [
        (2.0, 1.0, np.log(2)),
        (1.0, 2.0, -np.log(2)),
        (3.0, 3.0, 0.0),
        (INF, 3.0, INF),
        (3.0, INF, -INF),
        (INF, INF, NAN),
        (NAN, 3.0, NAN),
        (INF, NAN, NAN),
    ],
)
def test_log_ratio(reference, candidate, expected):
    np.testing.assert_equal(log_ratio(reference, candidate), expected)


@given(COSTS, COSTS)
def test_swapping_the_arms_changes_only_the_sign_of_the_log_ratio(a, b):
    np.testing.assert_array_equal(log_ratio(a, b), -log_ratio(b, a))


def test_log_ratio_broadcasts_and_keeps_ties():
    # None of these ratios is a binary fraction.
    ratios = log_ratio([[3, 30, 33, 6e9]], [[7], [70], [77], [14e9]])
    assert np.unique(np.diag(ratios)).size == 1


@pytest.mark.parametrize("bad", [0.0, -1.0, -INF])
def test_log_ratio_refuses_costs_without_a_logarithm(bad):
    for arguments in ((bad, 1.0), (1.0, [2.0, bad])):
        with pytest.raises(ValueError, match="positive"):
            log_ratio(*arguments)


def test_log_ratio_refuses_ratios_of_finite_costs_that_overflow():
    with pytest.raises(FloatingPointError):
        log_ratio(1e300, 1e-300)


@pytest.mark.parametrize("resamples", [999, 1000, 1001])
@pytest.mark.parametrize("statistic", [median, interquartile_mean])
def test_one_stratum_of_single_items_has_the_intervals_of_a_row(statistic, resamples):
    row = seeded(1).normal(size=(1, 10))
    result = effect(row[..., np.newaxis], statistic, 0.95, resamples)
    wide = bootstrap_interval(row, statistic, 0.95, resamples, seeded())
    narrow = bootstrap_interval(row, statistic, 0.9, resamples, seeded())
    assert [result.low, result.high] == np.ravel(wide).tolist()
    assert [result.equivalence_low, result.equivalence_high] == np.ravel(narrow).tolist()
    assert result.value == statistic(row[0])
    assert result.n == 10


def test_items_of_a_replicate_stay_together():
    values = seeded(2).normal(size=(4, 9, 1))
    # Three equal items contain no more information than one.
    single, threefold = effect(values), effect(np.repeat(values, 3, axis=2))
    assert ends(threefold) == ends(single)
    assert (threefold.value, threefold.n) == (single.value, 3 * single.n)


def test_strata_are_fixed():
    # Without variation between seeds there is no uncertainty, even if data sets differ.
    values = np.broadcast_to(np.array([0.0, 1.0, 5.0])[:, np.newaxis, np.newaxis], (3, 6, 2))
    assert effect(values) == Effect(1.0, 1.0, 1.0, 1.0, 1.0, 36)


def test_a_missing_replicate_changes_nothing():
    values = seeded(3).normal(size=(3, 8, 2))
    padded = np.insert(values, [0, 5, 5, 8], NAN, axis=1)
    assert effect(padded, interquartile_mean) == effect(values, interquartile_mean)


def test_missing_replicates_are_not_resampled_and_missing_items_are_left_out():
    present = [[[1.0, NAN], [NAN, NAN], [NAN, 1.0]], [[3.0, 3.0], [3.0, 3.0], [NAN, NAN]]]
    # Two values of 1 and four of 3 in every resample.
    assert effect(present) == Effect(3.0, 3.0, 3.0, 3.0, 3.0, 6)
    nothing = [[[NAN, NAN]] * 3]
    assert effect(present + nothing) == effect(present)
    assert effect([[[2.0, NAN], [4.0, 4.0]]] * 2).value == 4


def test_no_values_make_no_effect():
    result = effect(np.full((2, 3, 2), NAN))
    assert np.isnan([result.value, *ends(result)]).all()
    assert result.n == 0


def test_equivalence_interval_lies_within_the_other():
    for seed in range(20):
        low, equivalence_low, equivalence_high, high = ends(
            effect(seeded(seed).normal(size=(2, 5, 2)), interquartile_mean)
        )
        assert low <= equivalence_low < equivalence_high <= high


def test_infinities_are_kept():
    values = seeded(4).normal(size=(2, 10, 1))
    values[0, :4] = INF
    # Four of twenty are in the quarter that is cut off. A fifth or sixth in a resample is not.
    few = effect(values, interquartile_mean)
    assert np.isfinite([few.value, few.low, few.equivalence_low]).all()
    assert [few.equivalence_high, few.high] == [INF, INF]
    values[1, :4] = INF
    assert effect(-values, interquartile_mean).value == -INF
    assert effect(-values, interquartile_mean).low == -INF


def test_opposite_infinities_make_only_the_affected_limits_infinite():
    spread = np.array([-INF, -INF, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, INF, INF])
    # Failures on both sides, cut off in the estimate and in some resamples at both ends.
    both = effect(spread.reshape(1, 10, 1), interquartile_mean)
    assert both.value == pytest.approx(0, abs=1e-12)
    assert [both.low, both.high] == [-INF, INF]
    # The single failure on one side is cut off, the four on the other side are not.
    lopsided = np.array([-INF, 1.0, 2.0, 3.0, 4.0, 5.0, INF, INF, INF, INF]).reshape(1, 10, 1)
    assert effect(lopsided, interquartile_mean).value == INF
    torn = effect(np.array([[[-INF]] * 3 + [[INF]] * 3]))
    assert np.isnan(torn.value)
    assert ends(torn) == [-INF, -INF, INF, INF]


DISTRIBUTIONS = {
    "normal": lambda generator, size: generator.normal(size=size),
    "skewed": lambda generator, size: generator.lognormal(sigma=0.7, size=size),
    "heavy tails": lambda generator, size: generator.standard_t(3, size=size),
}


def coverage(confidence, distribution="normal", experiments=400):
    """Return the coverage of intervals: 7 data sets, 10 seeds, 2 correlated items."""

    def drawn(generator, replicates):
        draw = DISTRIBUTIONS[distribution]
        return draw(generator, (7, replicates, 1)) + draw(generator, (7, replicates, 2))

    truth = interquartile_mean(drawn(seeded(0), 20_000).ravel())
    hits = 0
    for experiment in range(experiments):
        generator = seeded(experiment)
        values = drawn(generator, 10)
        result = stratified_effect(values, interquartile_mean, confidence, 500, generator)
        hits += result.low <= truth <= result.high
    return hits / experiments


def test_percentile_interval_of_strata_has_too_little_coverage_and_the_expanded_one_enough():
    # 93.4 % and 95.2 % of 20000 experiments. Standard error of a share near 0.95 of 400: 0.011.
    percentile, expanded = coverage(0.95), coverage(expanded_confidence(0.95, 10, 7))
    assert 0.90 < percentile < expanded
    assert 0.93 < expanded < 0.97


@pytest.mark.parametrize("distribution", ["skewed", "heavy tails"])
def test_expanded_interval_of_strata_has_enough_coverage_for_other_distributions(distribution):
    # Standard error of a share near 0.95 of 800: 0.008.
    assert 0.93 < coverage(expanded_confidence(0.95, 10, 7), distribution, 800) < 0.97


def test_expansion_decreases_with_the_number_of_strata_to_that_of_normal_quantiles():
    confidences = [expanded_confidence(0.95, 10, strata) for strata in (1, 7, 10**9)]
    narrowness = 2 * norm.cdf(norm.ppf(0.975) * np.sqrt(10 / 9)) - 1
    assert confidences[0] > confidences[1] > confidences[2]
    assert confidences[2] == pytest.approx(narrowness, abs=1e-8)


@pytest.mark.parametrize("statistic", [median, interquartile_mean])
@pytest.mark.parametrize(("n", "least", "most"), [(10, 0.95, 0.985), (5, 0.92, 0.95)])
def test_expanded_interval_of_a_row_has_enough_coverage_or_that_of_its_range(
    statistic, n, least, most
):
    # 97 % and, with five, 93.4 % of 20000 experiments. Standard error of 2000: 0.004 and 0.006.
    hits = []
    for first in range(20):
        generator = seeded(first)
        x = generator.normal(size=(100, n))
        confidence = expanded_confidence(0.95, n)
        low, high = bootstrap_interval(x, statistic, confidence, 1000, generator)
        hits.append((low <= 0) & (high >= 0))
    assert least < np.mean(hits) < most


def test_expanded_percentile_interval_of_a_mean_is_about_the_t_interval():
    x = seeded(5).normal(size=(200, 10))
    wanted = ttest_1samp(x, 0, axis=1).confidence_interval(0.95)
    widths = []
    for confidence in (0.95, expanded_confidence(0.95, 10)):
        low, high = bootstrap_interval(x, np.mean, confidence, 4000, seeded(6))
        widths.append(np.mean((high - low) / (wanted.high - wanted.low)))
    assert widths[0] < 0.85
    assert widths[1] == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(
    ("log_ratios", "expected"),
    [
        ([1.0, 2.0, -1.0, 0.5], 0.75),
        ([0.0, 0.0], 0.5),
        ([INF, -INF, 0.0, NAN], 0.5),
        ([INF, NAN, 0.0], 0.75),
        ([NAN], NAN),
    ],
)
def test_probability_of_improvement(log_ratios, expected):
    np.testing.assert_equal(probability_of_improvement(log_ratios), expected)


def test_signed_rank_p_of_darwins_maize():
    # Differences in height of crossed and self-fertilised plants: T = 24. Of Wilcoxon's 2¹⁵
    # assignments of signs, 676 have at most this value.
    darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    assert signed_rank_p(darwin) == pytest.approx(2 * 676 / 2**15, rel=1e-12)


@given(st.lists(st.sampled_from([-3.0, -1.0, 0.0, 1.0, 2.0, 3.0, INF, -INF, NAN]), max_size=7))
def test_signed_rank_p_is_exact_with_ties_zeros_and_failures(differences):
    x = np.array(differences, dtype=float)
    x = x[~np.isnan(x) & (x != 0)]
    ranks = rankdata(abs(x))
    sums = np.array([ranks @ signs for signs in product([0, 1], repeat=x.size)])
    tail = min(np.mean(sums <= ranks @ (x > 0)), np.mean(sums >= ranks @ (x > 0)))
    assert signed_rank_p(differences) == pytest.approx(min(1, 2 * tail))


def test_signed_rank_p_ranks_a_failure_above_any_difference():
    differences = np.array([1.0, -2.0, 3.0, 4.0, 5.0, 6.0, 1e308])
    assert signed_rank_p([*differences, INF]) == signed_rank_p([*differences, np.float64(1.5e308)])
    assert signed_rank_p([1.0, 2.0, 3.0, 4.0, 5.0, INF]) == pytest.approx(2 / 2**6)


def test_holm_agrees_with_statsmodels():
    p_values = seeded().random(40) ** 3
    np.testing.assert_allclose(holm(p_values), multipletests(p_values, method="holm")[1])


@given(st.permutations(range(1, 31)), st.integers(0, 2**30 - 1))
def test_signed_rank_p_agrees_with_scipy_without_ties(magnitudes, bits):
    signs = [1 if bits >> place & 1 else -1 for place in range(30)]
    differences = np.array(magnitudes) * signs
    assert signed_rank_p(differences) == pytest.approx(wilcoxon(differences, method="exact").pvalue)


def test_holm_by_hand():
    # 4 × 0.005, 3 × 0.01, 2 × 0.03, and 0.04 raised to the value before.
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm([NAN, 0.02, 0.6, NAN]), [NAN, 0.04, 0.6, NAN])
    np.testing.assert_array_equal(holm([0.9, 0.8]), [1, 1])
    np.testing.assert_array_equal(holm([NAN]), [NAN])


# Demšar (2006), table 6: ranks of four learners on 14 data sets.
DEMSAR = """4 3 2 1; 1 2 3 4; 4 1 2 3; 4 1 3 2; 4 2 3 1; 1 2.5 4 2.5; 3 2 4 1; 2.5 2.5 4 1; 4 3 2 1;
            2.5 2.5 2.5 2.5; 4 2.5 1 2.5; 3 2 4 1; 4 1 2 3; 3 1 4 2"""


def test_friedman_ranks_of_a_published_table():
    costs = np.array([row.split() for row in DEMSAR.split(";")], dtype=float)
    ranks, p = friedman_ranks(costs)
    np.testing.assert_array_equal(np.round(ranks, 3), [3.143, 2.0, 2.893, 1.964])
    # The published χ² of 9.28 lacks the correction for ties, division by 1 − Σ(t³ − t)/(n(k³ − k)).
    # There are three ties of two, with t³ − t = 6, and one of four, with 60.
    ties = 3 * 6 + 60
    assert p == pytest.approx(chi2.sf(9.28 / (1 - ties / (14 * 60)), 3), rel=5e-3)


def test_friedman_ranks_failures_last():
    costs = [[1.0, INF, INF], [1.0, 2.0, INF], [5.0, 2.0, INF], [1.0, INF, INF], [0.0, 2.0, INF]]
    ranks, p = friedman_ranks(costs)
    np.testing.assert_allclose(ranks, [1.2, 2, 2.8])
    assert 0 < p < 0.05
    alike = friedman_ranks(np.full((5, 3), INF))
    np.testing.assert_array_equal(alike[0], [2, 2, 2])
    assert alike[1] == 1


@pytest.mark.parametrize("shape", [(4, 3), (5, 2)])
def test_friedman_needs_enough_problems_and_arms(shape):
    with pytest.raises(ValueError, match="at least 5 problems and 3 arms"):
        friedman_ranks(np.ones(shape))


def test_friedman_refuses_missing_costs():
    with pytest.raises(ValueError, match="got NaN"):
        friedman_ranks([[1.0, 2.0, NAN]] * 5)


def test_estimates_and_effects_load_neither_statsmodels_nor_scipy_stats():
    """Their imports would be half of the start of each command of the analysis."""
    program = (
        "import sys\n"
        "from momentum_study.statistics import best_of_k, censoring, estimates, paired\n"
        "paired.signed_rank_p([1.0, -2.0, 4.0])\n"
        "print(sorted({'scipy.stats', 'statsmodels', 'pandas'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
