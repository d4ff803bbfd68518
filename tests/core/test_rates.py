import numpy as np
import pytest

from momentum_study.core.rates import is_linear


@pytest.mark.parametrize(
    "rates",
    [
        np.arange(1, 61) * 0.02,
        [0.1, 0.2, 0.3, 0.4],
        [0.4, 0.1, 0.3, 0.2, 0.1],
        np.round(np.linspace(0.1, 2, 7), 2),
        [1.0, 1.01, 1.02, 1.03],
        np.linspace(1e9, 9e9, 9),
    ],
)
def test_rates_evenly_spaced_in_value_are_linear(rates):
    assert is_linear(rates)


@pytest.mark.parametrize(
    "rates",
    [
        [0.1],
        [0.1, 0.2, 0.3],
        [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0],
        [0.1, 1, 10, 100],
        np.round(np.geomspace(0.01, 10, 14), 3),
        1.01 ** np.arange(8),
        1e300 * (1 + np.array([0, 1, 3, 7]) * 2.0**-52),  # too near for a logarithm
        np.concatenate([np.arange(1, 9) * 0.1, np.arange(1, 9)]),  # two sets of rates
    ],
)
def test_other_rates_are_logarithmic(rates):
    assert not is_linear(rates)
