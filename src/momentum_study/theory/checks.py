"""Rows of the theory table: a closed form and a measurement at the same parameters."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from momentum_study.tables.keys import THEORY_PARAMETERS
from momentum_study.theory.arrays import FloatArray, floats

TOLERANCE = 1e-6
"""Absolute error up to which a measured number must agree with its closed form."""


def product(**values: ArrayLike) -> dict[str, FloatArray]:
    """Return every combination of the values of some parameters.

    Parameters
    ----------
    **values
        ``(n,)`` by name.

    Returns
    -------
    dict
        By name, ``(n₁ · n₂ · …,)`` each.
    """
    grid = np.meshgrid(*(np.asarray(value, dtype=np.float64) for value in values.values()))
    return dict(zip(values, (axis.ravel() for axis in grid), strict=True))


def rows(
    quantity: str,
    form: str,
    parameters: dict[str, FloatArray],
    predicted: ArrayLike,
    measured: ArrayLike,
    tolerance: ArrayLike = TOLERANCE,
) -> pd.DataFrame:
    """Return rows that compare predictions with measurements.

    Parameters
    ----------
    quantity
        What is predicted.
    form
        Name of the update rule.
    parameters
        ``(n,)`` by names of `THEORY_PARAMETERS`.
    predicted, measured, tolerance
        ``(n,)``, or numbers.

    Returns
    -------
    pandas.DataFrame
        n rows of the schema `THEORY`. ``holds`` is false where a number is not finite.
    """
    columns = floats(*parameters.values())
    table = pd.DataFrame(
        {
            "quantity": quantity,
            "form": form,
            **dict.fromkeys(THEORY_PARAMETERS, np.nan),
            **dict(zip(parameters, columns, strict=True)),
            "predicted": floats(predicted, columns[0])[0],
            "measured": floats(measured, columns[0])[0],
        }
    )
    table["error"] = table["measured"] - table["predicted"]
    table["tolerance"] = floats(tolerance, columns[0])[0]
    table["holds"] = table["error"].abs() <= table["tolerance"]
    return table


def compared(
    quantity: str,
    form: str,
    parameters: dict[str, FloatArray],
    closed_form: Callable[..., ArrayLike],
    measurement: Callable[..., ArrayLike],
    tolerance: float = TOLERANCE,
) -> pd.DataFrame:
    """Return rows that compare a closed form with a measurement, given both as functions.

    Parameters
    ----------
    quantity, form, parameters, tolerance
        As for `rows`.
    closed_form, measurement
        Called as ``function(form, **parameters)``.

    Returns
    -------
    pandas.DataFrame
        As for `rows`.
    """
    predicted, measured = (function(form, **parameters) for function in (closed_form, measurement))
    return rows(quantity, form, parameters, predicted, measured, tolerance)
