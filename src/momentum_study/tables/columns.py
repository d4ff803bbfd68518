"""Columns that several schemas share: their types, their ranges, and how a rule is told."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pandera.pandas as pa
from numpy.typing import NDArray

from momentum_study.tables.keys import CELL_KEYS

Mask = NDArray[np.bool_]

# How many examples an error message gives.
EXAMPLES = 3

NOT_NEGATIVE = (0.0, np.inf)
SHARE = (0.0, 1.0)


def check(test: Callable[[pd.Series], pd.Series], meaning: str) -> pa.Check:
    """Return a rule about the values of one column."""
    return pa.Check(test, error=meaning, n_failure_cases=EXAMPLES)


def row_check(test: Callable[[pd.DataFrame], Mask], meaning: str) -> pa.Check:
    """Return a rule about whole rows."""
    return pa.Check(
        lambda frame: pd.Series(test(frame), index=frame.index),
        error=meaning,
        n_failure_cases=EXAMPLES,
    )


def text(*allowed: str) -> pa.Column:
    """Return a column of words: any that are not empty, or those allowed."""
    if allowed:
        choice = " or ".join(f'"{value}"' for value in allowed)
        return pa.Column("str", check(lambda text: text.isin(allowed), f"must be {choice}"))
    return pa.Column("str", check(lambda text: text != "", "must not be empty"))


def whole(minimum: int, *, nullable: bool = False) -> pa.Column:
    """Return a column of whole numbers."""
    return pa.Column(
        "Int64" if nullable else "int64",
        check(lambda value: value >= minimum, f"must be at least {minimum}"),
        nullable=nullable,
    )


def positive() -> pa.Column:
    """Return a column of positive, finite numbers."""
    test = check(lambda value: (value > 0) & (value < np.inf), "must be positive and finite")
    return pa.Column("float64", test)


def real(low: float, high: float, dtype: str = "float64", *, nullable: bool = True) -> pa.Column:
    """Return a column of numbers within closed bounds."""
    if (low, high) == (0, np.inf):
        meaning = "must not be negative"
    elif low == -np.inf:
        meaning = f"must be at most {high:g}"
    else:
        meaning = f"must be in [{low:g}, {high:g}]"
    test = check(lambda value: (value >= low) & (value <= high), meaning)
    return pa.Column(dtype, test, nullable=nullable)


def coefficient() -> pa.Column:
    """Return a column of momentum coefficients β."""
    test = check(lambda value: (value >= 0) & (value < 1), "must be in [0, 1)")
    return pa.Column("float64", test)


def cell_key_columns() -> dict[str, pa.Column]:
    """Return the columns that identify a cell."""
    return {
        **{name: text() for name in CELL_KEYS[:6]},
        "beta": coefficient(),
        "learning_rate": positive(),
    }


def run_key_columns() -> dict[str, pa.Column]:
    """Return the columns that identify a run."""
    return {**cell_key_columns(), "replicate": whole(0)}
