"""The style of all figures: theme, sizes, axes.

A figure is drawn at the size it has in print, so its points are points on paper.
"""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.text import Annotation
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import ArrayLike, NDArray

from momentum_study.core.text import rounded

AxesArray = NDArray[Any]

WIDTH = 7.0
"""Inches: both columns of a page."""

PIXELS_PER_INCH = 165
FONT = "DejaVu Sans"
SMALL, NORMAL, LARGE = 7.0, 7.5, 9.5
"""Points: ticks and keys, labels, the title."""

METRIC = "train_loss_final"
LOSS_LABEL = "final training loss / loss of the best constant prediction"
CURVE_LABEL = "training loss / loss of the best constant prediction"
ALPHA_LABEL = "learning rate α (log scale)"
STEP_LABEL = "updates (log scale from 1)"

TOP = 10.0
"""Largest relative loss on an axis; a line above it leaves the panel."""
FLOOR = 1e-6
"""Smallest relative loss drawn. Differences below it come from single precision."""

DESCENT = "black"


NO_BETTER = "#fddfc4"
"""Colour in maps for a loss of 1 or more: no better than a constant."""


def map_palette(count: int) -> list[str]:
    """Return the palette of maps, from dark, the lowest loss, to light."""
    mako = sns.color_palette("mako", as_cmap=True)
    # Without the ends: black and white would look like lines and background.
    return [to_hex(color) for color in mako(np.linspace(0.12, 0.94, count))]


def apply_style() -> None:
    """Set the theme of all figures drawn afterwards, independent of the user's settings."""
    mpl.rcdefaults()
    mpl.use("Agg")
    sns.set_theme(
        context="paper",
        style="ticks",
        font=FONT,
        rc={
            "axes.labelpad": 2.0,
            "axes.labelsize": NORMAL,
            "axes.linewidth": 0.6,
            "axes.titlelocation": "left",
            "axes.titlepad": 3.0,
            "axes.titlesize": NORMAL,
            "font.size": NORMAL,
            "hatch.linewidth": 0.6,
            "legend.fontsize": SMALL,
            "legend.frameon": False,
            "lines.linewidth": 1.1,
            "savefig.dpi": PIXELS_PER_INCH,
            "svg.fonttype": "none",
            # The names of clip paths and hatches come from it; by default it is random.
            "svg.hashsalt": "momentum_study",
            "xtick.labelsize": SMALL,
            "xtick.major.pad": 2.0,
            "xtick.major.size": 2.5,
            "xtick.major.width": 0.6,
            "ytick.labelsize": SMALL,
            "ytick.major.pad": 2.0,
            "ytick.major.size": 2.5,
            "ytick.major.width": 0.6,
        },
    )


def power_label(value: float) -> str:
    """Write a tick of a log axis: ``0.01``, ``1000``, beyond that ``10⁻⁴``, ``10⁵``."""
    exponent = round(log10(value))
    if -3 <= exponent <= 3 or not np.isclose(value, 10.0**exponent, rtol=1e-9):
        return rounded(value)
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


LIMITS_NOTE = (
    f"Dotted: loss of the best constant. Losses above {power_label(TOP)} are outside the panel; "
    f"losses below {power_label(FLOOR)}, about single precision, are drawn at that value."
)
LINE_NOTE = f"Cross: at the next rate at least half of the runs diverge. {LIMITS_NOTE}"


def write(
    axes: Axes, text: str, at: tuple[Any, Any], shift: tuple[float, float], **look: Any
) -> Annotation:
    """Write a small text at a point of a panel, shifted by some points of print."""
    look = {"textcoords": "offset points", "size": SMALL, **look}
    return axes.annotate(text, at, shift, **look)


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """At most `most` powers of ten in a range; if it has fewer than two, also 2 and 5."""
    exponents = range(ceil(log10(low) - 1e-9), floor(log10(high) + 1e-9) + 1)
    if len(exponents) > 1:
        step = ceil(len(exponents) / most)
        # With a fixed start, so that the panels of one figure have the same ticks.
        return [10.0**exponent for exponent in exponents if exponent % step == 0]
    inside = _ticks_at((1, 2, 5), low, high)
    return inside[:: max(ceil(len(inside) / most), 1)]


def _ticks_at(digits: Sequence[int], low: float, high: float) -> list[float]:
    """Return these digits of each decade that are inside a range."""
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    ticks = [digit * 10.0**decade for decade in decades for digit in digits]
    return [tick for tick in ticks if low <= tick * (1 + 1e-9) and tick <= high * (1 + 1e-9)]


def log_axis(axes: Axes, which: str, low: float, high: float, ticks: Sequence[float]) -> None:
    """Make an axis logarithmic, from `low` to `high`.

    Parameters
    ----------
    axes
        A panel.
    which
        ``"x"`` or ``"y"``.
    low, high
        Limits, positive.
    ticks
        Positions of the labelled ticks.
    """
    axes.set(**{f"{which}scale": "log", f"{which}lim": (low, high)})
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: power_label(value)))


def rate_axis(axes: Axes, rates: ArrayLike, panels: int) -> None:
    """Make the x-axis one of learning rates, in decades.

    Parameters
    ----------
    axes
        A panel.
    rates
        All rates on the axis. One or two rates get a tick each.
    panels
        Number of panels in a row; more than three leave less room for ticks.
    """
    distinct = np.unique(rates)
    low, high = distinct[[0, -1]]
    margin = max((high / low) ** 0.04, 1.2)
    most = 3 if panels > 3 else 5
    low, high = low / margin, high * margin
    # In narrow panels no tick near the edge: its label would touch that of the next panel.
    inside = (high / low) ** (0.1 if panels > 4 else 0.0)
    ticks = log_ticks(low * inside, high / inside, most) if len(distinct) > 2 else [*distinct]
    log_axis(axes, "x", low, high, ticks)


def step_axis(axes: Axes, steps: int) -> None:
    """Make the x-axis one of updates: 0, then 1 to `steps` on a log scale."""
    axes.set_xscale("symlog", linthresh=1.0, linscale=0.25)
    axes.set_xlim(0, steps)
    axes.set_xticks([0, *log_ticks(1.0, max(steps, 1), 4)])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: power_label(value) if value else "0")
    )


def loss_axis(axes: Axes, losses: ArrayLike) -> None:
    """Make the y-axis one of relative losses, within `FLOOR` and `TOP`, and mark the loss 1."""
    values = np.asarray(losses, dtype=np.float64)
    values = np.clip(values[np.isfinite(values)], FLOOR, TOP)
    low, high = (values.min(), values.max()) if len(values) else (0.1, 1.0)
    high = max(high, 1.0)
    margin = (high / low) ** 0.06 * 1.05
    low, high = low / margin, high * margin
    log_axis(axes, "y", low, high, log_ticks(low, high, 4))
    axes.axhline(1.0, color="0.6", linewidth=0.5, linestyle=(0, (1, 1.5)), zorder=0)


def ratio_ticks(low: float, high: float, most: int) -> list[float]:
    """At most `most` ticks: at 1, 2 and 5 of each decade, or at 1 and 3, or as `log_ticks`."""
    for digits in ((1, 2, 5), (1, 3)):
        inside = _ticks_at(digits, low, high)
        if len(inside) <= most:
            return inside
    return log_ticks(low, high, most)


def ratio_axis(axes: Axes, which: str, ratios: ArrayLike, most: int) -> None:
    """Make an axis one of ratios, with a line at 1.

    Parameters
    ----------
    axes
        A panel.
    which
        ``"x"`` or ``"y"``.
    ratios
        All values on the axis; values that are not positive and finite are ignored.
    most
        Largest number of ticks.
    """
    values = np.asarray(ratios, dtype=np.float64)
    values = np.append(values[(values > 0) & np.isfinite(values)], 1.0)
    low, high = values.min(), values.max()
    margin = max((high / low) ** 0.08, 1.1)
    low, high = low / margin, high * margin
    log_axis(axes, which, low, high, ratio_ticks(low, high, most))
    draw_line = axes.axvline if which == "x" else axes.axhline
    draw_line(1.0, color=DESCENT, linewidth=0.7, linestyle=(0, (4.0, 1.5)), zorder=1)
