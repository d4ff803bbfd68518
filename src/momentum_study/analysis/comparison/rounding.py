"""Rounding of the estimates in summary tables."""

import pandas as pd

from momentum_study.statistics.estimates import six_digits

# Values of the grid and settings, which identify rows.
_SET = {"gradient_noise", "beta", "learning_rate", "alpha", "eta", "best_beta", "best_alpha"}
_SET |= {"best_alpha_low", "best_alpha_high", "margin"}


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Round the columns of estimates to six significant digits."""
    rounded = table.copy()
    for name in table.select_dtypes("float64"):
        if name not in _SET:
            rounded[name] = six_digits(table[name])
    return rounded
