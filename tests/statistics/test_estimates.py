from itertools import product

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import trim_mean
from statsmodels.stats.proportion import proportion_confint

from momentum_study.statistics.estimates import (
    bootstrap_interval,
    estimate,
    interquartile_mean,
    median,
    wilson_interval,
)

INF = np.inf
NAN = np.nan


def seeded(seed=0):
    return np.random.Generator(np.random.PCG64(seed))


def interval(x, statistic=median, resamples=1000, seed=0):
    low, high = bootstrap_interval(np.array(x, float), statistic, 0.95, resamples, seeded(seed))
    return np.column_stack([low, high])


# Newcombe (1998), Statistics in Medicine 17, table I, method 3.
@pytest.mark.parametrize(
    ("count", "n", "published"),
    [
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0000, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_wilson_interval_agrees_with_published_values(count, n, published):
    assert np.round(wilson_interval(count, n), 4) == pytest.approx(published, abs=1e-12)


def test_wilson_interval_takes_arrays_stays_in_range_and_is_symmetric():
    count, n = np.arange(11), np.full(11, 10)
    low, high = wilson_interval(count, n)
    assert low[0] == 0
    assert high[-1] == 1
    assert np.all((low <= count / n) & (count / n <= high))
    np.testing.assert_allclose(low, 1 - high[::-1], atol=1e-12)
    wider = wilson_interval(count, n, confidence=0.99)
    assert np.all(wider[0] <= low)
    assert np.all(wider[1] >= high)


def test_wilson_interval_agrees_with_statsmodels():
    count, n = np.tril_indices(60)[::-1]
    expected = proportion_confint(count[1:], n[1:], alpha=0.1, method="wilson")
    np.testing.assert_allclose(wilson_interval(count[1:], n[1:], 0.9), expected, atol=1e-15)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.0], 3.0),
        ([5.0, 1.0, 2.0], 2.0),
        ([4.0, 1.0, 2.0, 8.0], 3.0),
        ([1.0, INF], INF),
        ([1.0, 2.0, INF], 2.0),
        ([1.0, 2.0, INF, INF], INF),
        ([INF, INF, INF], INF),
        ([-INF, 0.5], -INF),
        ([-INF, 0.5, 0.7], 0.5),
    ],
)
def test_median(values, expected):
    assert median(values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.0], 3.0),
        ([1.0, 4.0], 2.5),
        # A quarter of 3 is 0.75: weights 0.25, 1, 0.25. (0.25 + 2 + 1.5) / 1.5
        ([6.0, 1.0, 2.0], 2.5),
        ([100.0, 2.0, 4.0, -7.0], 3.0),
        # A quarter of 5 is 1.25: weights 0, 0.75, 1, 0.75, 0. (0.75 + 2 + 3) / 2.5
        ([0.0, 1.0, 2.0, 4.0, 100.0], 2.3),
        # A quarter of 6 is 1.5: weights 0, 0.5, 1, 1, 0.5, 0. (0.5 + 2 + 3 + 2.5) / 3
        ([9.0, 1.0, 2.0, 3.0, 5.0, 0.0], 8 / 3),
        # One of four is in the quarter that is cut off, two are not.
        ([1.0, 2.0, 4.0, INF], 3.0),
        ([1.0, 2.0, INF, INF], INF),
        ([-INF, 0.5, 0.7, 0.9], 0.6),
        # One of three is not entirely cut off: a quarter of its weight remains.
        ([1.0, 2.0, INF], INF),
        ([INF, INF], INF),
    ],
)
def test_interquartile_mean(values, expected):
    assert interquartile_mean(values) == pytest.approx(expected, rel=1e-15)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=23))
def test_interquartile_mean_is_the_trimmed_mean_of_every_value_taken_four_times(values):
    expected = trim_mean(np.repeat(values, 4), 0.25)
    assert interquartile_mean(values) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("statistic", [median, interquartile_mean])
def test_location_statistics_reduce_the_given_axis(statistic):
    x = seeded().normal(size=(3, 7, 5))
    along_middle = statistic(x, 1)
    assert along_middle.shape == (3, 5)
    assert along_middle[2, 4] == statistic(x[2, :, 4])


@pytest.mark.parametrize("statistic", [median, interquartile_mean])
def test_location_statistics_refuse_to_average_opposite_infinities(statistic):
    with pytest.raises(ValueError, match="both infinities"):
        statistic([-INF, INF])


def test_estimate_leaves_out_nan_and_only_nan():
    x = np.array([[1, NAN, 3, 2], [NAN, NAN, NAN, NAN], [INF, 1, NAN, NAN], [4, 1, 2, 8]])
    np.testing.assert_array_equal(estimate(x, median), [2, NAN, INF, 3])


def test_bootstrap_limits_are_quantiles_of_the_exact_distribution_of_resamples():
    # Of the 27 resamples of three values, 7 have median a, 13 b and 7 c. At 40 % confidence the
    # quantiles are 0.3 and 0.7. Both limits are b, since 7/27 = 0.26 < 0.3 and 20/27 = 0.74 > 0.7.
    # At 60 % the quantiles are 0.2 and 0.8, and the limits are a and c.
    values = np.array([[1.0, 5.0, 9.0]])
    medians = [median(resample) for resample in product([1.0, 5.0, 9.0], repeat=3)]
    assert [medians.count(value) for value in (1.0, 5.0, 9.0)] == [7, 13, 7]
    narrow = bootstrap_interval(values, median, 0.4, 4000, seeded())
    wide = bootstrap_interval(values, median, 0.6, 4000, seeded())
    assert np.ravel(narrow).tolist() == [5.0, 5.0]
    assert np.ravel(wide).tolist() == [1.0, 9.0]


ROWS = st.integers(1, 13).flatmap(
    lambda n: st.lists(
        st.lists(st.floats(-9, 9) | st.sampled_from([2.0, NAN, INF]), min_size=n, max_size=n),
        min_size=1,
        max_size=4,
    )
)


@pytest.mark.parametrize("statistic", [median, interquartile_mean])
@given(x=ROWS)
@example(x=seeded().normal(size=(2, 70)).tolist())
@example(x=seeded().normal(size=(2, 300)).tolist())
def test_bootstrap_limits_are_those_of_resamples_made_one_by_one(statistic, x):
    expected = []
    for row in np.array(x, float):
        present = row[~np.isnan(row)]
        uniform = seeded().random((len(row), 40))[: len(present)]
        drawn = [present[(own * len(present)).astype(int)] for own in uniform.T]
        # The first and the 39th of 40: the first with at least 2.5 % and 97.5 % up to it.
        ordered = sorted(statistic(one) for one in drawn) if len(present) else [NAN] * 40
        expected.append([ordered[0], ordered[38]])
    np.testing.assert_array_equal(interval(x, statistic, resamples=40), expected)


@pytest.mark.parametrize("resamples", [999, 1000, 1001])
@pytest.mark.parametrize("statistic", [median, interquartile_mean])
def test_bootstrap_keeps_infinities(statistic, resamples):
    x = [
        [INF, INF, INF, INF],
        [1, 2, 3, INF],
        [-INF, -INF, -INF, 0.5],
        [1, 2, 3, 4],
    ]
    low, high = interval(x, statistic, resamples).T
    assert low[0] == high[0] == INF
    assert 1 <= low[1] <= 3
    assert high[1] == INF
    assert low[2] == -INF
    assert high[2] == 0.5
    assert np.isfinite([low[3], high[3]]).all()


def test_bootstrap_pairs_rows_by_replicate():
    x = seeded(1).normal(size=9)
    both = interval([x, 100 - 3 * x])
    # A mirrored row has the mirrored resamples, exactly if both numbers are odd.
    mirrored = interval([x, 100 - 3 * x], resamples=999)
    low, high = interval([x], resamples=999)[0]
    np.testing.assert_allclose(mirrored[0], [low, high])
    np.testing.assert_allclose(both[1], 100 - 3 * both[0][::-1], atol=3 * np.ptp(x) / 10)


def test_bootstrap_of_a_row_does_not_depend_on_other_rows_or_absent_replicates():
    generator = seeded(2)
    short, long = generator.normal(size=6), generator.normal(size=(3, 11))
    padded = np.full(11, NAN)
    padded[[0, 2, 3, 7, 8, 10]] = short
    together = interval([long[0], padded, *long[1:]])
    np.testing.assert_array_equal(together[1], interval([short])[0])
    np.testing.assert_array_equal(together[[0, 2, 3]], interval(long))


def test_bootstrap_of_empty_rows_is_nan_and_of_single_values_has_no_width():
    np.testing.assert_array_equal(interval([[NAN, NAN], [NAN, 7.0]]), [[NAN, NAN], [7.0, 7.0]])


def test_bootstrap_does_not_depend_on_the_size_of_chunks(monkeypatch):
    x = seeded(3).normal(size=(50, 8))
    whole = interval(x)
    monkeypatch.setattr("momentum_study.statistics.estimates._CHUNK_VALUES", 1)
    np.testing.assert_array_equal(interval(x), whole)


def coverage(statistic, n, confidence=0.95, experiments=2000):
    """Return the share of normal samples of size n whose interval contains the true centre, 0."""
    low, high = np.empty(experiments), np.empty(experiments)
    for first in range(0, experiments, 100):
        part = slice(first, first + 100)
        # New resamples for each hundred samples: one set of resamples would affect them all.
        generator = seeded(first)
        x = generator.normal(size=(100, n))
        low[part], high[part] = bootstrap_interval(x, statistic, confidence, 1000, generator)
    return np.mean((low <= 0) & (high >= 0))


@pytest.mark.parametrize("statistic", [median, interquartile_mean])
def test_bootstrap_interval_has_about_nominal_coverage(statistic):
    # Standard error of a share near 0.95 of 2000: 0.005.
    assert 0.93 < coverage(statistic, n=40) < 0.97
    assert coverage(statistic, n=40, confidence=0.8) == pytest.approx(0.8, abs=0.04)


def test_bootstrap_interval_of_few_replicates_has_less_than_nominal_coverage():
    assert 0.92 < coverage(median, n=10) < 0.96
    assert 0.91 < coverage(interquartile_mean, n=10) < 0.95
