"""Effects, intervals and p-values of cells, against references and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from statsmodels.stats.multitest import multipletests

from momentum_study.studies.compare.effects import (
    FAILURES,
    LOSS,
    Effects,
    adjusted,
    compared_costs,
    outcomes,
)

INF = np.inf
COSTS = st.one_of(st.floats(0.001, 1000.0), st.just(INF), st.just(0.01))


def compared(baseline, candidate, *, paired: bool, floor: float = 0.0) -> Effects:
    return compared_costs(
        np.array([baseline], float), np.array([candidate], float), floor, 0.95, paired=paired
    )


def numbers(found: Effects) -> list[float]:
    return [float(x[0]) for x in (found.effect, found.low, found.high, found.p_value)]


def test_pairs_are_those_of_a_paired_t_test() -> None:
    one, other = np.array([1.0, 2.0, 4.0, 3.0]), np.array([0.9, 1.5, 4.5, 2.0])
    found = compared(one, other, paired=True)
    reference = stats.ttest_rel(np.log(one), np.log(other))
    ends = reference.confidence_interval(0.95)
    expected = [np.log(one / other).mean(), ends.low, ends.high, reference.pvalue]
    np.testing.assert_allclose(numbers(found), expected, rtol=1e-10)
    assert (found.kind[0], found.n_pairs[0]) == (LOSS, 4)


def test_others_are_those_of_welch() -> None:
    one, other = np.array([1.0, 2.0, 4.0, 3.0, 1.0]), np.array([0.9, 1.5, 4.5])
    found = compared(one, other, paired=False)
    logs = [np.log(one), np.log(other)]
    means, variances = ([f(x) for x in logs] for f in (np.mean, lambda x: x.var(ddof=1) / len(x)))
    degrees = sum(variances) ** 2 / (variances[0] ** 2 / 4 + variances[1] ** 2 / 2)
    effect, error = means[0] - means[1], np.sqrt(sum(variances))
    half = stats.t.ppf(0.975, degrees) * error
    p_value = 2 * stats.t.sf(abs(effect) / error, degrees)
    np.testing.assert_allclose(
        numbers(found), [effect, effect - half, effect + half, p_value], rtol=1e-10
    )
    assert np.isnan(found.n_pairs[0])


def test_above_zero_the_candidate_is_better() -> None:
    for paired in (True, False):
        assert compared([2.0, 2.1, 2.2], [1.0, 1.1, 1.3], paired=paired).effect[0] > 0


@pytest.mark.parametrize("paired", [True, False])
def test_costs_below_the_floor_are_equal(paired: bool) -> None:
    found = compared([1e-6, 1e-5, 1e-4], [1e-3, 1e-8, 1e-7], paired=paired, floor=0.01)
    assert numbers(found) == [0.0, 0.0, 0.0, 1.0]
    assert not found.same[0]


def test_other_numbers_of_equal_costs_differ_in_no_bit() -> None:
    found = compared([0.01] * 10, [0.01] * 4, paired=False)
    assert numbers(found) == [0.0, 0.0, 0.0, 1.0]
    assert found.same[0]


def test_without_spread_the_test_is_the_permutation_test() -> None:
    pairs = compared([40.0] * 5, [25.0] * 5, paired=True)
    assert pairs.p_value[0] == 2 / 2**5
    # 2 of C(7, 4) = 35 ways to choose which runs are the baseline's are as extreme.
    welch = compared([40.0] * 4, [25.0] * 3, paired=False)
    assert welch.p_value[0] == pytest.approx(2 / 35)
    for found in (pairs, welch):
        assert found.effect[0] == found.low[0] == found.high[0] == pytest.approx(np.log(1.6))


def test_failures_are_compared_by_their_shares() -> None:
    found = compared([INF, INF, INF, 1, 2, 3], [1, 2, 3, 4, 5, INF], paired=False)
    assert found.kind[0] == FAILURES
    assert found.effect[0] == pytest.approx(3 / 6 - 1 / 6)
    reference = stats.boschloo_exact([[3, 1], [3, 5]])
    assert found.p_value[0] == reference.pvalue

    def wilson(k: int) -> tuple[float, float]:
        interval = stats.binomtest(k, 6).proportion_ci(0.95, "wilson")
        return interval.low, interval.high

    # Newcombe's tenth method, from the two Wilson intervals.
    (low_1, high_1), (low_2, high_2) = wilson(3), wilson(1)
    p_1, p_2 = 3 / 6, 1 / 6
    low = p_1 - p_2 - np.hypot(p_1 - low_1, high_2 - p_2)
    high = p_1 - p_2 + np.hypot(high_1 - p_1, p_2 - low_2)
    np.testing.assert_allclose([found.low[0], found.high[0]], [low, high], rtol=1e-9)


@pytest.mark.parametrize("runs", [4, 10])
def test_boschloos_test_keeps_its_level_for_every_share(runs: int) -> None:
    cases = [(b, c) for b in range(runs + 1) for c in range(runs + 1)]
    sides = [
        np.array([[INF] * case[side] + [1.0] * (runs - case[side]) for case in cases])
        for side in (0, 1)
    ]
    for case, row in zip(cases, sides[0], strict=True):
        assert np.isinf(row).sum() == case[0]
    found = compared_costs(*sides, 0.0, 0.95, paired=False)
    rejected = (found.p_value <= 0.05) & (found.kind == FAILURES)
    for share in np.linspace(0.02, 0.98, 25):
        chances = stats.binom.pmf(np.arange(runs + 1), runs, share)
        error = sum(
            chances[b] * chances[c] for (b, c), out in zip(cases, rejected, strict=True) if out
        )
        assert error <= 0.05 + 1e-9


def test_where_the_same_pairs_failed_the_others_are_compared() -> None:
    one, other = [1.0, INF, 2.0, 4.0], [0.5, INF, 1.5, 2.5]
    found = compared(one, other, paired=True)
    assert (found.kind[0], found.n_pairs[0]) == (LOSS, 3)
    alone = compared([1.0, 2.0, 4.0], [0.5, 1.5, 2.5], paired=True)
    assert numbers(found) == numbers(alone)
    assert compared(one, other, paired=False).kind[0] == FAILURES
    assert compared(one, [0.5, 1.5, INF, 2.5], paired=True).kind[0] == FAILURES
    assert compared([1.0, INF, INF], [0.5, INF, INF], paired=True).kind[0] == FAILURES


@pytest.mark.parametrize("paired", [True, False])
def test_all_failed_is_no_difference(paired: bool) -> None:
    found = compared([INF] * 4, [INF] * 4, paired=paired)
    assert found.same[0]
    assert (found.effect[0], found.p_value[0]) == (0.0, 1.0)


def test_pairs_are_the_same_run_by_run() -> None:
    assert compared([1.0, INF, 3.0], [1.0, INF, 3.0], paired=True).same[0]
    assert not compared([1.0, 3.0], [3.0, 1.0], paired=True).same[0]
    assert not compared([1.0, 3.0], [1.0, 3.0], paired=False).same[0]


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize(("one", "other"), [([1.0], [2.0]), ([INF], [1.0])])
def test_a_single_run_decides_nothing(one, other, paired: bool) -> None:
    found = compared(one, other, paired=paired)
    assert np.isfinite(found.effect[0])
    assert np.isnan([found.low[0], found.high[0], found.p_value[0]]).all()


@given(
    arrays(float, (3, 5), elements=COSTS),
    arrays(float, (3, 5), elements=COSTS),
    st.booleans(),
)
def test_swapping_the_sides_changes_signs_alone(one, other, paired: bool) -> None:
    there = compared_costs(one, other, 0.01, 0.95, paired=paired)
    back = compared_costs(other, one, 0.01, 0.95, paired=paired)
    np.testing.assert_allclose(there.effect, -back.effect, atol=1e-12)
    np.testing.assert_allclose(there.low, -back.high, atol=1e-9)
    np.testing.assert_allclose(there.p_value, back.p_value, atol=1e-9)
    assert (there.kind == back.kind).all()
    assert (there.same == back.same).all()
    assert ((there.p_value >= 0) & (there.p_value <= 1)).all()
    # Newcombe's interval need not be wider than rounding at the ends.
    assert (there.low <= there.effect + 1e-9).all()
    assert (there.effect <= there.high + 1e-9).all()


def test_a_cell_does_not_depend_on_others() -> None:
    generator = np.random.default_rng(0)
    costs = generator.lognormal(size=(2, 6, 4))
    costs[:, 1, 2] = costs[0, 3, 0] = INF
    for paired in (True, False):
        together = compared_costs(*costs, 0.01, 0.95, paired=paired)
        for cell in range(6):
            alone = compared_costs(*costs[:, [cell]], 0.01, 0.95, paired=paired)
            assert numbers(alone) == [
                float(x[cell])
                for x in (together.effect, together.low, together.high, together.p_value)
            ]


def test_adjustment_is_that_of_benjamini_and_hochberg() -> None:
    p_values = np.array([0.01, np.nan, 0.02, 0.04, 1.0])
    made = [0, 2, 3, 4]
    expected = np.minimum.accumulate((p_values[made] * 4 / np.arange(1, 5))[::-1])[::-1]
    np.testing.assert_allclose(adjusted(p_values)[made], expected)
    np.testing.assert_allclose(expected, multipletests(p_values[made], method="fdr_bh")[1])
    assert np.isnan(adjusted(p_values)[1])
    assert np.isnan(adjusted(np.array([np.nan]))).all()


def test_outcomes() -> None:
    effects = np.array([0.5, -0.5, 0.5, 0.0, np.nan, 0.0])
    p_values = np.array([0.05, 0.01, 0.06, 1.0, np.nan, 1.0])
    same = np.array([False, False, False, True, False, False])
    assert outcomes(effects, p_values, same, 0.05).tolist() == [
        "better",
        "worse",
        "undecided",
        "same",
        "undecided",
        "undecided",
    ]
