"""Shared parts of figures of the theory table: rows, agreement, dots, an axis of β."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator
from numpy.typing import ArrayLike

from momentum_study.core.errors import StudyError
from momentum_study.core.text import format_number
from momentum_study.theory.arrays import FloatArray

WRONG = "#e8000b"
"""Colour of the ring around a measurement that disagrees with theory; used for nothing else."""

BETA_LABEL = "momentum coefficient β (log scale of 1/(1−β))"

_RING: dict[str, Any] = {
    "linestyle": "",
    "marker": "o",
    "markersize": 8.0,
    "markerfacecolor": "none",
    "markeredgecolor": WRONG,
    "markeredgewidth": 1.2,
    "clip_on": False,
    "zorder": 10,
}


def rows_of(theory: pd.DataFrame, quantity: str, *forms: str) -> pd.DataFrame:
    """Select the rows of one quantity.

    Parameters
    ----------
    theory
        The theory table.
    quantity
        A value of its column ``quantity``.
    forms
        Update rules to keep, any order.

    Returns
    -------
    pandas.DataFrame
        The rows in the order of the table.

    Raises
    ------
    StudyError
        If one of the forms has no such row.
    """
    of_quantity = theory[theory["quantity"] == quantity]
    missing = [form for form in forms if form not in set(of_quantity["form"])]
    if missing:
        raise StudyError(
            f"the theory table has no row of the quantity {quantity!r} for {', '.join(missing)}; "
            "run the workflow with --forcerun theory"
        )
    return of_quantity[of_quantity["form"].isin(forms)]


def by(rows: pd.DataFrame, parameter: str) -> Iterator[tuple[float, pd.DataFrame]]:
    """Each value of a parameter, ascending, with its rows."""
    for value in sorted(set(rows[parameter])):
        yield float(value), rows[rows[parameter] == value]


def verdict(*rows: pd.DataFrame) -> str:
    """State how many of the drawn measurements agree with theory."""
    holds = np.concatenate([one["holds"].to_numpy() for one in rows])
    if holds.all():
        return f"All {len(holds)} agree with theory within tolerance."
    return f"{holds.sum()} of {len(holds)} agree with theory; red rings mark the others."


def draw_dots(axes: Axes, x: ArrayLike, y: ArrayLike, holds: ArrayLike, **style: Any) -> None:
    """Draw measured values as dots, with a ring around each one that disagrees with theory.

    Parameters
    ----------
    axes
        A panel with its limits set.
    x, y
        ``(n,)``.
    holds
        ``(n,)``, whether each agrees with theory.
    style
        Keywords of the marks.
    """
    axes.plot(x, y, **{"linestyle": "", "clip_on": False, "zorder": 4, **style})
    ring_wrong(axes, x, y, holds)


def ring_wrong(axes: Axes, x: ArrayLike, y: ArrayLike, holds: ArrayLike) -> None:
    """Draw a ring around each measurement that disagrees with theory.

    Parameters
    ----------
    axes, x, y, holds
        As for `draw_dots`; the ring of a value outside the panel, or of a missing one, is on the
        edge.
    """
    wrong = ~np.asarray(holds, dtype=bool)
    if wrong.any():
        places = [
            np.nan_to_num(np.clip(np.asarray(values, dtype=np.float64)[wrong], low, high), nan=low)
            for values, (low, high) in ((x, axes.get_xlim()), (y, axes.get_ylim()))
        ]
        axes.plot(*places, **_RING)


def stretched(beta: ArrayLike) -> FloatArray:
    """Position of β on its axis, 1/(1−β): the number of updates that the average covers."""
    return np.asarray(1.0 / (1.0 - np.asarray(beta, dtype=np.float64)))


def beta_axis(
    axes: Axes, which: str, betas: ArrayLike, margin: float, *, apart: float = 0.0
) -> None:
    """Make an axis one of β, stretched towards 1: log of 1/(1−β), with a tick for each β.

    Parameters
    ----------
    axes
        A panel.
    which
        ``"x"`` or ``"y"``.
    betas
        ``(n,)``, at least two.
    margin
        Factor of 1/(1−β) by which the axis extends beyond the smallest and the largest β.
    apart
        Smallest distance between labels, in decades; a β nearer to the previous label has none.
    """
    distinct = np.unique(np.asarray(betas, dtype=np.float64))
    places = stretched(distinct)
    labels: list[str] = []
    last = 0.0
    for beta, place in zip(distinct, places, strict=True):
        far = place >= last * 10.0**apart
        labels.append(format_number(beta) if far else "")
        last = place if far else last
    limits = (places[0] / margin, places[-1] * margin)
    axes.set(**{f"{which}scale": "log", f"{which}lim": limits})
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_minor_locator(NullLocator())
    axis.set_major_locator(FixedLocator(places.tolist()))
    axis.set_major_formatter(FixedFormatter(labels))
