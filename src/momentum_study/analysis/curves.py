"""From curves of runs to curves of cells: summaries over replicates at each evaluation."""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from momentum_study.core.errors import StudyError
from momentum_study.statistics.estimates import FloatArray, six_digits
from momentum_study.tables.keys import CELL_KEYS, RUN_KEYS
from momentum_study.tables.schemas.cell_curves import CURVE_LOSSES, QUARTILES

_SHARES = (0.25, 0.5, 0.75)  # share of runs below each of QUARTILES

Positions = NDArray[np.intp]


def whole_cells(parts: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Split a table given in parts again, so that no cell is in two parts.

    Parameters
    ----------
    parts
        ``keys.CELL_KEYS`` and other columns. The rows of each cell are consecutive.
    """
    rest = pd.DataFrame()
    for part in parts:
        rows = pd.concat([rest, part], ignore_index=True)
        first = 0  # row of the last cell; the learning rate, compared first, leaves few
        for name in reversed(CELL_KEYS):
            values = rows[name].iloc[first:]
            others = np.flatnonzero(values != values.iloc[-1])
            first += others[-1] + 1 if len(others) else 0
        if first:
            yield rows.iloc[:first]
        rest = rows.iloc[first:]
    yield rest


def cell_curves_table(runs: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    """Summarise the losses of each cell over replicates, at each evaluation.

    Losses are relative to the ``null_loss`` of each run. The loss of a run is infinite once it has
    diverged, and where a value is missing for another reason.

    Parameters
    ----------
    runs
        ``keys.RUN_KEYS`` and ``null_loss``.
    curves
        ``keys.RUN_KEYS``, ``step`` and `CURVE_LOSSES`: all evaluations of some cells, in any order.

    Returns
    -------
    pandas.DataFrame
        A table of the schema `CELL_CURVES`, sorted by its key columns. Quartiles are rounded to
        six significant digits.

    Raises
    ------
    StudyError
        If there are curves without a run.
    """
    keys = [*CELL_KEYS, "step"]
    curves = curves.merge(runs[[*RUN_KEYS, "null_loss"]], on=list(RUN_KEYS), how="left")
    if curves["null_loss"].isna().any():
        raise StudyError(
            "curves of runs that are not in the table of runs. They come from different studies: "
            "run the workflow with --forcerun collect"
        )
    group = curves.groupby(keys).ngroup().to_numpy()
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    sizes = np.diff(starts, append=len(order))
    diverged = curves["train_loss"].isna().to_numpy("int64")[order]
    columns = {"n_runs": sizes, "n_diverged": np.add.reduceat(diverged, starts)}
    for loss in CURVE_LOSSES:
        relative = _relative(curves[loss], curves["null_loss"])[order]
        for name, values in zip(QUARTILES, _group_quartiles(relative, starts, sizes), strict=True):
            columns[f"{loss}_{name}"] = six_digits(values)
    facts = curves[keys].iloc[order[starts]].reset_index(drop=True)
    return pd.concat([facts, pd.DataFrame(columns)], axis="columns")


def _relative(losses: pd.Series, null_losses: pd.Series) -> FloatArray:
    """Return losses relative to that of the best constant, infinite where they are undefined."""
    # Nothing compares with the loss of a constant target, which is zero.
    relative = losses.to_numpy("float64") / null_losses.where(null_losses > 0).to_numpy()
    return np.where(np.isnan(relative), np.inf, relative)


def _group_quartiles(values: FloatArray, starts: Positions, sizes: Positions) -> FloatArray:
    """Return quartiles ``(3, groups)`` of values that are ordered by group."""
    quartiles = np.empty((len(QUARTILES), len(starts)))
    for size in np.unique(sizes):
        chosen = sizes == size
        members = starts[chosen] + np.arange(size)[:, None]
        quartiles[:, chosen] = quantiles(values[members], _SHARES)
    return quartiles


def quantiles(values: ArrayLike, shares: ArrayLike) -> FloatArray:
    """Quantiles along the first axis of values that may be infinite.

    Quantiles between two values are interpolated linearly, as by default in `numpy.quantile`. They
    are infinite between a finite and an infinite value.

    Parameters
    ----------
    values
        ``(n, ...)`` without NaN.
    shares
        ``(k,)``, within [0, 1].

    Returns
    -------
    numpy.ndarray
        ``(k, ...)``.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=0)
    rows = []
    for position in np.asarray(shares) * (len(ordered) - 1):
        below = int(position)
        weight = position - below
        if weight:
            # Not a + w (b − a), which is NaN if both are infinite.
            rows.append((1 - weight) * ordered[below] + weight * ordered[below + 1])
        else:
            rows.append(ordered[below])
    return np.stack(rows)
