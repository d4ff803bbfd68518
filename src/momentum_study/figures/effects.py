"""What figures of effects share: names of problems, intervals with open ends, an empty sheet."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from numpy.typing import ArrayLike, NDArray

from momentum_study.core.text import format_number
from momentum_study.figures.layout import Sheet, sheet
from momentum_study.figures.rules import TUNED, RuleStyle
from momentum_study.figures.style import LARGE
from momentum_study.statistics.estimates import FloatArray

INTERVAL = ["low", "high"]
EDGE_NOTE = (
    "Arrow: the interval has no end on that side. On the edge of a panel: open marks, one of the "
    "two failed in most pairs; crosses, nothing to compare."
)
"""How to read what `draw_effects` draws of what is not finite."""

_FAILED: dict[str, Any] = {"marker": "x", "markersize": 3.4, "markeredgewidth": 0.9, "color": "0.4"}
_OPEN: dict[str, Any] = {"markerfacecolor": "white", "markeredgewidth": 0.9}
_UPWARDS = [(0.0, 0.0), (0.0, 1.0), (-0.22, 0.68), (0.0, 1.0), (0.22, 0.68)]
_ARROW = Path(_UPWARDS, [Path.MOVETO, Path.LINETO, Path.MOVETO, Path.LINETO, Path.LINETO])
_TURNS = {"x": (90.0, -90.0), "y": (180.0, 0.0)}  # degrees, to the lower end and to the upper
_ARROW_LENGTH = 6.0  # points


def problem_names(table: pd.DataFrame) -> pd.Series:
    """Name of each row's problem but for its batch size and its noise.

    The data set; with it the network, or the family, of data sets that have several of them.

    Parameters
    ----------
    table
        With the columns of `momentum_study.tables.keys.PROBLEM_KEYS`.
    """
    names = table["dataset"]
    for key in ("network", "family"):
        several = table.groupby("dataset")[key].transform("nunique") > 1
        names = names.where(~several, names + ", " + table[key])
    return names.str.replace("_", " ")


def on_axis(values: ArrayLike, unit: str) -> FloatArray:
    """Return where effects lie on their axis: log ratios as ratios, others as they are."""
    numbers = np.asarray(values, dtype=np.float64)
    return np.exp(numbers) if unit == "log_ratio" else numbers


def drawn_values(rows: pd.DataFrame, unit: str) -> FloatArray:
    """All effects of a unit and the ends of their intervals, for the limits of an axis."""
    values = rows.loc[rows["unit"] == unit, ["effect", *INTERVAL]].to_numpy("float64")
    return on_axis(values[np.isfinite(values)], unit)


def draw_effects(
    axes: Axes,
    which: str,
    places: ArrayLike,
    rows: pd.DataFrame,
    style: RuleStyle,
    size: float = 3.4,
    **look: Any,
) -> None:
    """Draw effects as marks, with their intervals as bars.

    An infinite end of an interval is a short arrow from the mark, so that what is finite is seen
    among many of them. An infinite effect is an open mark on the edge, an effect that is missing a
    cross at the lower edge.

    Parameters
    ----------
    axes
        A panel with its limits set.
    which
        The axis of the effects, ``"x"`` or ``"y"``.
    places
        ``(n,)`` where each lies on the other axis.
    rows
        ``n`` rows of one unit, with the columns ``unit``, ``effect``, ``low`` and ``high``.
    style
        Colour and mark.
    size
        Of the marks, in points; bars are a quarter as wide.
    look
        Further keywords of the marks of finite effects.
    """
    if rows.empty:
        return
    at = np.asarray(places, dtype=np.float64)
    effect, *ends = rows[["effect", *INTERVAL]].to_numpy("float64").T
    edges = axes.get_xlim() if which == "x" else axes.get_ylim()
    unit = rows["unit"].iloc[0]
    value, *on_ends = (np.clip(on_axis(one, unit), *edges) for one in (effect, *ends))

    def plot(chosen: NDArray[np.bool_], values: FloatArray, keywords: dict[str, Any]) -> None:
        pair = (values[chosen], at[chosen])
        axes.plot(*(pair if which == "x" else pair[::-1]), **{"linestyle": "", **keywords})

    draw_bars = axes.hlines if which == "x" else axes.vlines
    low, high = (
        np.where(np.isinf(end) & np.isfinite(effect), value, on)
        for end, on in zip(ends, on_ends, strict=True)
    )
    draw_bars(at, low, high, color=style.color, linewidth=size / 4, zorder=2.5)
    mark = {"color": style.color, "marker": style.marker, "zorder": 4}
    plot(np.isfinite(effect), value, {**mark, "markersize": size, "markeredgewidth": 0, **look})
    on_edge = {"clip_on": False, **mark}
    if np.isinf(effect).any():
        plot(np.isinf(effect), value, {**on_edge, **_OPEN, "markersize": size})
    for turn, end in zip(_TURNS[which], ends, strict=True):
        endless = np.isinf(end) & np.isfinite(effect)
        if endless.any():
            # A mark of a path is scaled to half its size.
            arrow = _ARROW.transformed(Affine2D().rotate_deg(turn))
            look_of_arrow = {"marker": arrow, "markersize": 2 * _ARROW_LENGTH, "zorder": 2.5}
            bare = {"markerfacecolor": "none", "markeredgewidth": 0.6}
            plot(endless, value, {**on_edge, **look_of_arrow, **bare})
    if np.isnan(effect).any():
        plot(np.isnan(effect), np.full(len(at), edges[0]), {**on_edge, **_FAILED})


def key_marks(styles: list[RuleStyle]) -> list[Line2D]:
    """Entries of a key, for marks without lines."""
    return [
        Line2D([], [], label=one.label, **{**one.marked_line, "linestyle": "", "markersize": 4.0})
        for one in styles
    ]


def nothing_to_draw(title: str, sentence: str) -> Sheet:
    """Return a sheet that says why it is empty.

    Parameters
    ----------
    title
        Of the figure.
    sentence
        What is missing.
    """
    figure, panels = sheet(title, [], (1, 1), [None], height=1.0, gaps=(0.0, 0.0), labels=("", ""))
    panels[0, 0].text(0.5, 0.5, sentence, size=LARGE, ha="center", va="center", wrap=True)
    return figure


def tuned_speed(contrasts: pd.DataFrame) -> pd.DataFrame:
    """Select how fast momentum is against plain descent, both tuned, without injected noise.

    Parameters
    ----------
    contrasts
        The table of contrasts.

    Returns
    -------
    pandas.DataFrame
        Its rows of the arms ``momentum β`` and ``momentum tuned``, with the columns ``problem``,
        the name of the data set, and ``setting``, β as text or `TUNED`, more.
    """
    setting = contrasts["arm_beta"].map(format_number, na_action="ignore").fillna(TUNED)
    asked = (
        (contrasts["question"] == "rules")
        & (contrasts["comparison"] == "tuned")
        & (contrasts["criterion"] == "speed")
        & (contrasts["reference_arm_rule"] == "gd")
        & (contrasts["arm_rule"] == "momentum")
        & (contrasts["gradient_noise"] == 0)
    )
    shown = contrasts.assign(problem=problem_names(contrasts), setting=setting)
    return shown[asked].reset_index(drop=True)
