from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.statistics.best_of_k import best_of_k, best_of_k_quantiles, chosen_of_k

INF = np.inf

# Few different values, so that ties are common.
VALUES = st.lists(st.sampled_from([-2.0, 0.5, 1.0, 3.0, 7.5]), min_size=1, max_size=7)


def subsets(values, k):
    return [list(subset) for subset in combinations(values, k)]


@given(VALUES, st.data())
def test_best_of_k_is_the_mean_over_all_subsets(values, data):
    k = data.draw(st.integers(1, len(values)))
    smallest = [min(subset) for subset in subsets(values, k)]
    assert best_of_k(values, k) == pytest.approx(np.mean(smallest), abs=1e-12)


@given(st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.integers(-9, 9)), min_size=1, max_size=7))
def test_chosen_of_k_is_the_mean_over_all_subsets_with_ties_drawn_by_lot(candidates):
    selection, outcome = np.array(candidates).T
    for k in range(1, len(candidates) + 1):
        reported = []
        for subset in subsets(candidates, k):
            best = min(chosen for chosen, _ in subset)
            reported.append(np.mean([result for chosen, result in subset if chosen == best]))
        assert chosen_of_k(selection, outcome, k) == pytest.approx(np.mean(reported), abs=1e-12)


@given(VALUES, st.data())
def test_quantiles_are_those_of_all_subsets(values, data):
    k = data.draw(st.integers(1, len(values)))
    probabilities = [0.1, 0.25, 0.5, 0.75, 0.9]
    smallest = [min(subset) for subset in subsets(values, k)]
    expected = np.quantile(smallest, probabilities, method="inverted_cdf")
    np.testing.assert_array_equal(best_of_k_quantiles(values, k, probabilities), expected)


@pytest.mark.parametrize(
    ("n", "k", "rank", "share"), [(5, 1, 3, 0.6), (8, 1, 4, 0.5), (6, 2, 3, 0.8)]
)
def test_a_quantile_is_reached_by_a_share_equal_to_its_probability(n, k, rank, share):
    # These computed shares are below the probability that they equal.
    values = np.arange(1, n + 1)
    assert best_of_k_quantiles(values, k, [share, share + 1e-9]).tolist() == [rank, rank + 1]


@pytest.mark.parametrize(("n", "k"), [(5, 2), (200, 1), (200, 100), (200, 200), (1000, 500)])
def test_best_of_k_is_unbiased_and_the_plug_in_estimate_is_pessimistic(n, k):
    # The mean of the i-th of n uniform values is i / (n + 1), that of the best of k 1 / (k + 1).
    # Both estimates are linear in the sorted values, so that their means follow from these.
    averages = np.arange(1, n + 1) / (n + 1)
    assert best_of_k(averages, k) == pytest.approx(1 / (k + 1), rel=1e-11)
    shares = np.arange(n, -1, -1) / n
    plug_in = -np.diff(shares**k) @ averages
    assert plug_in > 1 / (k + 1) or k == 1


def test_smallest_and_largest_k():
    values = np.random.default_rng(0).normal(size=(2, 3, 9))
    np.testing.assert_allclose(best_of_k(values, 1), values.mean(axis=-1))
    np.testing.assert_allclose(best_of_k(values, 9), values.min(axis=-1))
    quantiles = best_of_k_quantiles(values, 9, [0.05, 0.95])
    np.testing.assert_array_equal(quantiles, np.stack([values.min(axis=-1)] * 2, axis=-1))


def test_expectation_is_infinite_once_all_k_can_fail():
    values = [INF, 2.0, INF, 1.0]
    # Of six pairs one fails, three contain the 1, and two contain the 2 and a failure.
    assert [best_of_k(values, k) for k in (1, 2)] == [INF, INF]
    assert best_of_k(values, 3) == pytest.approx(1.25)
    assert best_of_k_quantiles(values, 2, [0.4, 0.6, 0.9]).tolist() == [1, 2, INF]


def test_a_failed_outcome_matters_only_if_it_can_be_chosen():
    outcome = [1.0, 2.0, INF]
    assert chosen_of_k([0.1, 0.2, 0.3], outcome, 2) == pytest.approx(4 / 3)
    assert chosen_of_k([0.1, 0.3, 0.2], outcome, 2) == INF
    # A tie with the second makes the third a candidate.
    assert chosen_of_k([0.1, 0.2, 0.2], outcome, 2) == INF


def test_choosing_by_a_noisy_criterion_increases_the_expected_outcome():
    generator = np.random.default_rng(1)
    outcome = generator.normal(size=(50, 40))
    selection = outcome + generator.normal(size=outcome.shape)
    assert np.mean(chosen_of_k(selection, outcome, 10)) > np.mean(best_of_k(outcome, 10)) + 0.2


@pytest.mark.parametrize("k", [0, 4])
def test_k_is_one_to_n(k):
    for function in (best_of_k, lambda values, k: best_of_k_quantiles(values, k, [0.5])):
        with pytest.raises(ValueError, match=f"from 1 to the number of values, 3, got {k}"):
            function([1.0, 2.0, 3.0], k)


def test_nan_is_refused():
    for arguments in (([1.0, np.nan], [1.0, 2.0]), ([1.0, 2.0], [1.0, np.nan])):
        with pytest.raises(ValueError, match="NaN"):
            chosen_of_k(*arguments, 1)
