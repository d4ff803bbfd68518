"""The two kinds of rows of the validation table."""

import math

Row = dict[str, str | float | bool]

# Of exact numbers. Published ones have at least six decimals; computed ones agree except for
# rounding.
TOLERANCE = 1e-6


def exact(source: str, quantity: str, published: float, ours: float) -> Row:
    """Return the row of a number that must agree within :data:`TOLERANCE`."""
    difference = ours - published
    return {
        "source": source,
        "quantity": quantity,
        "kind": "exact",
        "published": published,
        "ours": ours,
        "low": math.nan,
        "high": math.nan,
        "difference": difference,
        "tolerance": TOLERANCE,
        "holds": abs(difference) <= TOLERANCE,
        "test": "",
    }


def finding(
    source: str,
    quantity: str,
    ours: float,
    interval: tuple[float, float],
    tolerance: float,
    holds: bool,
    test: str,
) -> Row:
    """Return the row of a finding; ``published`` is 0, the null hypothesis of its test.

    Parameters
    ----------
    source, quantity
        Publication, and the estimated quantity.
    ours, interval
        Estimate and its interval.
    tolerance
        Margin of an equivalence test; 0 for a claim about a sign.
    holds
        Result of the test.
    test
        Description of the test: interval, sample, omitted runs.
    """
    low, high = interval
    return {
        "source": source,
        "quantity": quantity,
        "kind": "finding",
        "published": 0.0,
        "ours": ours,
        "low": low,
        "high": high,
        "difference": ours,
        "tolerance": tolerance,
        "holds": holds,
        "test": test,
    }
