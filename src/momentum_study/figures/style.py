"""The style of all figures: theme, sizes, axes.

A figure is drawn at the size it has in print, so its points are points on paper.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from math import ceil, floor, log10
from typing import Any

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.font_manager import FontProperties
from matplotlib.text import Annotation
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator
from numpy.typing import ArrayLike, NDArray

from momentum_study.core.text import format_number, rounded

AxesArray = NDArray[Any]

BETWEEN = 0.03
"""Inches between the labels of ticks, at least."""

WIDTH = 7.0
"""Inches: both columns of a page."""

PIXELS_PER_INCH = 165
POINTS_PER_INCH = 72
FONT = "DejaVu Sans"
SMALL, NORMAL, LARGE = 7.0, 7.5, 9.5
"""Points: ticks and keys, labels, the title."""

METRIC = "train_loss_final"
LOSS_LABEL = "final training loss / loss of the best constant prediction"
CURVE_LABEL = "training loss / loss of the best constant prediction"
ALPHA_LABEL = "learning rate α"
STEP_LABEL = "updates (log scale from 1)"

_SIDE_BEARING = 0.005  # inches, at the right of the last digit, without ink

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


def power_label(value: float, digits: int = 3) -> str:
    """Write a number with some significant digits: ``0.01``, ``1000``, ``10⁻⁴``, ``1.8×10¹⁰``."""
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    number, power = float(mantissa), int(exponent)
    if abs(power) <= (3 if number == 1 else 4):
        return rounded(value, digits)
    ten = "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return ten if number == 1 else f"{format_number(number)}×{ten}"


def tick_labels(values: Iterable[float]) -> list[str]:
    """Write the numbers of one axis or key so that different numbers have different labels.

    Returns
    -------
    list of str
        Each from `power_label`, with the fewest digits, at least three, at which every number is
        rounded by less than a tenth of its distance to the next one.
    """
    numbers = np.array([float(value) for value in values])
    distinct = np.unique(numbers)
    gaps = np.diff(distinct, prepend=-np.inf, append=np.inf)
    nearest = np.minimum(gaps[:-1], gaps[1:])
    for digits in range(3, 18):
        written = np.array([float(f"{number:.{digits}g}") for number in distinct])
        if (abs(written - distinct) <= nearest / 10).all():
            break
    return [power_label(number, digits) for number in numbers]


@cache
def text_width(text: str, size: float = SMALL, weight: str = "normal") -> float:
    """Width of one line of text, in inches."""
    font = FontProperties(family=FONT, size=size, weight=weight)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width) / POINTS_PER_INCH


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
    """At most `most` ticks in a range: powers of ten; if it has fewer than two, finer steps."""
    exponents = range(ceil(log10(low) - 1e-9), floor(log10(high) + 1e-9) + 1)
    if len(exponents) > 1:
        step = ceil(len(exponents) / most)
        # With a fixed start, so that the panels of one figure have the same ticks.
        aligned = [exponent for exponent in exponents if exponent % step == 0]
        return [10.0**exponent for exponent in (aligned if len(aligned) > 1 else exponents[::step])]
    inside = _ticks_at((1, 2, 5), low, high)
    if len(inside) > 1:
        return inside[:: max(ceil(len(inside) / most), 1)]
    return linear_ticks(low, high, most)


def linear_ticks(low: float, high: float, most: int) -> list[float]:
    """About `most` evenly spaced round numbers in a range."""
    ticks = MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(low, high)
    return [float(tick) for tick in ticks if low <= tick <= high]


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
        Positions of the labelled ticks, as for `set_ticks`.
    """
    axes.set(**{f"{which}scale": "log", f"{which}lim": (low, high)})
    set_ticks(axes, which, ticks)


def set_ticks(axes: Axes, which: str, ticks: Sequence[float]) -> None:
    """Label ticks of an axis whose scale and limits are set.

    On an x-axis, a tick whose label would touch that of its neighbour or of the next panel is left
    out. If this leaves one of several, ticks inside the panel replace them.
    """
    axis = axes.xaxis if which == "x" else axes.yaxis
    if which == "x":
        ticks = _fitting(axes, ticks)
    axis.set_minor_locator(NullLocator())
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FixedFormatter(tick_labels(ticks)))


def _fitting(axes: Axes, ticks: Sequence[float]) -> Sequence[float]:
    """Return the ticks of an x-axis whose labels fit, or others inside the panel."""
    shown = _apart(axes, ticks)
    if len(shown) >= min(len(ticks), 2):
        return shown
    transform = axes.xaxis.get_transform()
    low, high = transform.transform(np.array(axes.get_xlim()))
    inner = np.array([0.85 * low + 0.15 * high, 0.15 * low + 0.85 * high])
    start, end = transform.inverted().transform(inner)
    choose = log_ticks if axes.get_xscale() == "log" else linear_ticks
    others = max((_apart(axes, choose(start, end, most)) for most in (3, 2)), key=len)
    return others or ticks[:1]


def _apart(axes: Axes, ticks: Sequence[float]) -> list[float]:
    """Return every tick of an x-axis, or every second, third, ..., so that their labels fit."""
    left, right = _label_ends(axes, ticks, tick_labels(ticks))
    own = axes.get_position()
    width = own.width * WIDTH
    before, after = -own.x0 * WIDTH, (1 - own.x0) * WIDTH + _SIDE_BEARING
    gap = np.inf  # to the nearest panel of the row
    for other in axes.figure.axes:
        place = other.get_position()
        apart = (place.x0 - own.x0) * WIDTH
        if place.y0 != own.y0 or not apart or not other.axison:
            continue
        gap = min(gap, abs(apart) - width)
        if apart < 0:
            ends = _label_ends(other, other.get_xticks(), _shown_labels(other))[1]
            before = max(before, apart + ends.max(initial=0.0) + BETWEEN)
    inside = np.flatnonzero((left >= before) & (right <= min(after, width + gap)))
    for step in range(1, len(inside) + 1):
        for chosen in (inside[::step], inside[:-1][::step], inside[1:][::step]):
            # The next panel may have the same ticks.
            starts = np.append(left[chosen[1:]], left[chosen[:1]] + width + gap)
            if (starts - right[chosen] >= BETWEEN).all():
                return [float(ticks[place]) for place in chosen]
    return []


def _shown_labels(axes: Axes) -> list[str]:
    return axes.xaxis.get_major_formatter().format_ticks(axes.get_xticks().tolist())


def _label_ends(
    axes: Axes, ticks: ArrayLike, labels: Sequence[str]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Left and right end of labels below an x-axis, in inches from its left end."""
    scale = axes.xaxis.get_transform()
    low, high = scale.transform(np.array(axes.get_xlim()))
    shares = (scale.transform(np.asarray(ticks, dtype=np.float64)) - low) / (high - low)
    places = shares * axes.get_position().width * WIDTH
    halves = np.array([text_width(label) for label in labels]) / 2
    return places - halves, places + halves


def scale_name(label: str, *, linear: bool) -> str:
    """Add the scale to the label of an axis if it is logarithmic."""
    return label if linear else f"{label} (log scale)"


def rate_axis(
    axes: Axes,
    rates: ArrayLike,
    panels: int,
    *,
    linear: bool = False,
    ends: tuple[float, float] | None = None,
) -> None:
    """Make the x-axis one of learning rates, in decades or linear.

    Parameters
    ----------
    axes
        A panel.
    rates
        All rates on the axis. One or two rates get a tick each.
    panels
        Number of panels in a row; more than three leave less room for ticks.
    linear
        Whether the axis is linear.
    ends
        Limits of the axis; if None, with a margin around the rates.
    """
    distinct = np.unique(rates)
    low, high = distinct[[0, -1]]
    most = 3 if panels > 3 else 5
    if linear:
        margin = 0.04 * (high - low)
        axes.set_xlim(ends or (low - margin, high + margin))
        set_ticks(axes, "x", linear_ticks(low - margin, high + margin, most))
        return
    # Two rates are a quarter of the axis away from its ends, even if they are nearly equal.
    margin = max((high / low) ** 0.04, 1.2) if len(distinct) != 2 else (high / low) ** 0.5
    low, high = low / margin, high * margin
    # In narrow panels no tick near the edge: its label would touch that of the next panel.
    inside = (high / low) ** (0.1 if panels > 4 else 0.0)
    ticks = log_ticks(low * inside, high / inside, most) if len(distinct) > 2 else [*distinct]
    left, right = ends or (low, high)
    log_axis(axes, "x", left, right, ticks)


def step_axis(axes: Axes, steps: int) -> None:
    """Make the x-axis one of updates: 0, then 1 to `steps` on a log scale."""
    axes.set_xscale("symlog", linthresh=1.0, linscale=0.25)
    axes.set_xlim(0, steps)
    set_ticks(axes, "x", [0, *log_ticks(1.0, max(steps, 1), 4)])


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
