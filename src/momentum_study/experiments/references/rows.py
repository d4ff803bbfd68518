"""Rows of the validation table, of its two kinds."""

import math

Row = dict[str, str | float | bool]

# Of every number that must come out the same. Published ones have six digits after the point and
# more; of those computed on the spot, all sixteen agree but for rounding.
TOLERANCE = 1e-6


def exact(source: str, quantity: str, published: float, ours: float) -> Row:
    """Return the row of a number that must come out the same, within :data:`TOLERANCE`."""
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
    """Return the row of a finding, whose ``published`` is the 0 that its test starts from.

    Parameters
    ----------
    source, quantity
        Who found it, and what is estimated here.
    ours, interval
        Estimate and its interval.
    tolerance
        Margin of an equivalence test; 0 for a claim about a sign.
    holds
        The verdict of the test.
    test
        The test in words: interval, sample, what does not enter.
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
