"""Landscapes in the plane: values, gradients, starting points, and what counts as arrival.

Points have shape ``(…, 2)``; values have shape ``(…,)``, gradients that of the points.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Point = tuple[float, float]
Inside = Callable[[FloatArray], BoolArray]

MINIMUM, LEFT, CROSSED = "minimum", "left the saddle", "crossed the barrier"

HOLD = 20
"""Consecutive updates near a minimum or in a well that count as arrival."""

HEIGHTS = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Heights of the barrier. With the rate and noise of the double well, αs²/2 is 0.1."""

DRAWN_HEIGHT = 1.6
"""Height of the barrier in the figure of the double well with a start on the slope."""


@dataclass(frozen=True)
class Landscape:
    """A function of the plane, with a start, an event that is timed, and the settings of its runs.

    Attributes
    ----------
    name
        The name used in tables.
    value, gradient
        ``value(points)`` of shape ``(…,)`` and ``gradient(points)`` of shape ``(…, 2)`` for points
        ``(…, 2)``.
    start
        Where all runs start.
    minima, saddles
        Points where the gradient vanishes.
    window
        Range of a figure: (x from, x to), (y from, y to).
    event
        What is timed: `MINIMUM`, `LEFT` or `CROSSED`.
    inside
        ``inside(points)`` of shape ``(…,)``: whether a point is where the event ends.
    hold
        Number of consecutive updates that a run must be inside; the first of them is the time.
    rate
        Learning rate of gradient descent in comparisons at a fixed rate.
    curvature
        Largest curvature near the minima or the saddle: the unit of the tuned learning rates is
        its inverse.
    budget
        Maximum number of updates.
    noise
        Standard deviation of the noise added to each coordinate of the gradient.
    height
        Height of the barrier above the minima; NaN without a barrier.
    drawn
        Maximum number of updates in a figure of the paths; 0 for no figure.
    """

    name: str
    value: Callable[[FloatArray], FloatArray]
    gradient: Callable[[FloatArray], FloatArray]
    start: Point
    minima: tuple[Point, ...]
    saddles: tuple[Point, ...]
    window: tuple[Point, Point]
    event: str
    inside: Inside
    hold: int
    rate: float
    curvature: float
    budget: int
    noise: float = 0.0
    height: float = nan
    drawn: int = 0


def _near(point: Point, radius: float) -> Inside:
    def inside(points: FloatArray) -> BoolArray:
        x, y = points[..., 0] - point[0], points[..., 1] - point[1]
        return np.asarray(x * x + y * y <= radius * radius)

    return inside


def _below(value: Callable[[FloatArray], FloatArray], level: float) -> Inside:
    def inside(points: FloatArray) -> BoolArray:
        return np.asarray(value(points) <= level)

    return inside


def _vector(x: FloatArray, y: FloatArray) -> FloatArray:
    # Called at every update of every run: np.stack takes three times as long.
    vector = np.empty((*x.shape, 2))
    vector[..., 0], vector[..., 1] = x, y
    return vector


def ravine(kappa: float = 100.0, noise: float = 0.0) -> Landscape:
    """A quadratic valley, f = ½(x²/κ + y²), with or without noise.

    Gradient descent at α = 1.8 is near the limit of stability, 2, and oscillates across the valley.
    """

    def value(points: FloatArray) -> FloatArray:
        x, y = points[..., 0], points[..., 1]
        return np.asarray((x * x / kappa + y * y) / 2)

    def gradient(points: FloatArray) -> FloatArray:
        return np.asarray(points * np.array([1 / kappa, 1.0]))

    minimum = (0.0, 0.0)
    return Landscape(
        name="noisy_ravine" if noise else "ravine",
        value=value,
        gradient=gradient,
        start=(-10.0, 1.0),
        minima=(minimum,),
        saddles=(),
        window=((-11.0, 4.0), (-1.6, 1.6)),
        event=MINIMUM,
        inside=_near(minimum, 0.5 if noise else 0.1),
        hold=HOLD,
        rate=1.8,
        curvature=1.0,
        budget=1000,
        drawn=200 if noise else 500,
        noise=noise,
    )


def rosenbrock() -> Landscape:
    """Rosenbrock's curved valley, f = (1 − x)² + 100(y − x²)²."""

    def value(points: FloatArray) -> FloatArray:
        x, y = points[..., 0], points[..., 1]
        return np.asarray((1 - x) ** 2 + 100 * (y - x * x) ** 2)

    def gradient(points: FloatArray) -> FloatArray:
        x, y = points[..., 0], points[..., 1]
        across = 200 * (y - x * x)
        return _vector(-2 * (1 - x) - 2 * x * across, across)

    minimum = (1.0, 1.0)
    return Landscape(
        name="rosenbrock",
        value=value,
        gradient=gradient,
        start=(-1.2, 1.0),
        minima=(minimum,),
        saddles=(),
        window=((-1.7, 1.6), (-0.6, 1.7)),
        event=MINIMUM,
        inside=_near(minimum, 0.1),
        hold=HOLD,
        rate=0.001,
        # At the start, its largest eigenvalue is 1500; at the minimum 1002.
        curvature=1000.0,
        budget=10000,
        drawn=10000,
    )


def beale() -> Landscape:
    """Beale's function: f = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²."""
    constants = (1.5, 2.25, 2.625)

    def value(points: FloatArray) -> FloatArray:
        x, y = points[..., 0], points[..., 1]
        terms = [(c - x + x * y**k) ** 2 for k, c in enumerate(constants, 1)]
        return np.asarray(sum(terms))

    def gradient(points: FloatArray) -> FloatArray:
        x, y = points[..., 0], points[..., 1]
        along_x, along_y = np.zeros_like(x), np.zeros_like(x)
        for k, c in enumerate(constants, 1):
            lower = y ** (k - 1)
            residual = 2 * (c - x + x * y * lower)
            along_x += residual * (y * lower - 1)
            along_y += residual * k * x * lower
        return _vector(along_x, along_y)

    minimum = (3.0, 0.5)
    return Landscape(
        name="beale",
        value=value,
        gradient=gradient,
        start=(1.0, 1.0),
        minima=(minimum,),
        saddles=((0.0, 1.0),),
        window=((-0.5, 4.2), (-1.3, 1.8)),
        event=MINIMUM,
        inside=_near(minimum, 0.1),
        hold=HOLD,
        rate=0.01,
        curvature=50.0,
        budget=3000,
        drawn=3000,
    )


def saddle() -> Landscape:
    """A quadratic saddle, f = ½(4y² − x²); the event is a value of −½ or less.

    The start is on the ridge: without noise no rule would leave it.
    """

    def value(points: FloatArray) -> FloatArray:
        x, y = points[..., 0], points[..., 1]
        return np.asarray((4 * y * y - x * x) / 2)

    def gradient(points: FloatArray) -> FloatArray:
        return np.asarray(points * np.array([-1.0, 4.0]))

    return Landscape(
        name="saddle",
        value=value,
        gradient=gradient,
        start=(0.0, 0.5),
        minima=(),
        saddles=((0.0, 0.0),),
        window=((-1.2, 1.2), (-0.6, 0.6)),
        event=LEFT,
        inside=_below(value, -0.5),
        hold=1,
        rate=0.05,
        curvature=4.0,
        budget=1000,
        drawn=500,
        noise=0.01,
    )


def monkey_saddle() -> Landscape:
    """A saddle without curvature, f = x³ − 3xy²; the event is a value of −1 or less."""

    def value(points: FloatArray) -> FloatArray:
        x, y = points[..., 0], points[..., 1]
        return np.asarray(x * (x * x - 3 * y * y))

    def gradient(points: FloatArray) -> FloatArray:
        x, y = points[..., 0], points[..., 1]
        return _vector(3 * (x * x - y * y), -6 * x * y)

    return Landscape(
        name="monkey_saddle",
        value=value,
        gradient=gradient,
        start=(0.0, 0.0),
        minima=(),
        saddles=((0.0, 0.0),),
        window=((-1.4, 1.4), (-1.2, 1.2)),
        event=LEFT,
        inside=_below(value, -1.0),
        hold=1,
        rate=0.05,
        curvature=6.0,
        budget=1000,
        drawn=500,
        noise=0.1,
    )


def double_well(height: float, *, slope: bool = False) -> Landscape:
    """Two wells and a barrier between them, f = h(x² − 1)² + 2y².

    The barrier counts as crossed when x stays within 0.7 of the right minimum.

    Parameters
    ----------
    height
        Height h of the barrier at x = 0 above the minima at x = ±1.
    slope
        Whether runs start on the outer slope of the left well, five times as high as the barrier,
        instead of at the bottom.
    """

    def value(points: FloatArray) -> FloatArray:
        x, y = points[..., 0], points[..., 1]
        return np.asarray(height * (x * x - 1) ** 2 + 2 * y * y)

    def gradient(points: FloatArray) -> FloatArray:
        x, y = points[..., 0], points[..., 1]
        return _vector(4 * height * x * (x * x - 1), 4 * y)

    def inside(points: FloatArray) -> BoolArray:
        return np.asarray(np.abs(points[..., 0] - 1) <= 0.7)

    return Landscape(
        name="double_well_slope" if slope else "double_well",
        value=value,
        gradient=gradient,
        start=(-1.8, 0.5) if slope else (-1.0, 0.0),
        minima=((-1.0, 0.0), (1.0, 0.0)),
        saddles=((0.0, 0.0),),
        window=((-2.0, 2.0), (-1.0, 1.0)),
        event=CROSSED,
        inside=inside,
        hold=HOLD,
        rate=0.05,
        curvature=max(8 * height, 4.0),
        budget=1000,
        noise=2.0,
        height=height,
        # Longer paths with this noise are unreadable.
        drawn=60 if slope and height == DRAWN_HEIGHT else 0,
    )


def all_landscapes() -> list[Landscape]:
    """Return all landscapes of the study; the double wells once for each of `HEIGHTS`."""
    return [
        ravine(),
        rosenbrock(),
        beale(),
        saddle(),
        monkey_saddle(),
        *(double_well(height, slope=slope) for slope in (False, True) for height in HEIGHTS),
        ravine(noise=0.05),
    ]
