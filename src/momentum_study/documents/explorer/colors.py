"""The colours of the figures, adapted to light and dark backgrounds."""

import numpy as np
from matplotlib.colors import to_hex, to_rgb
from numpy.typing import NDArray

from momentum_study.figures.rules import rule_color
from momentum_study.figures.style import DESCENT

GROUNDS = {"light": "#ffffff", "dark": "#16191d"}
"""Background colour by theme."""

LINE_CONTRAST = 3.0
"""Contrast of lines required by the Web Content Accessibility Guidelines (WCAG 2.2, 1.4.11)."""


def line_colors(rule: str, beta: float) -> dict[str, str]:
    """Return the colour of the line of a rule by theme: that of the figures with more contrast."""
    if rule == "gd":
        return {"light": DESCENT, "dark": "white"}
    color = rule_color(rule, beta)
    return {theme: with_contrast(color, ground) for theme, ground in GROUNDS.items()}


def with_contrast(color: str, ground: str) -> str:
    """Mix a colour with black or white until it has `LINE_CONTRAST` to its background."""
    end = np.round(1 - _luminance(ground))  # white on a dark background, black on a light one
    for share in np.linspace(0.0, 1.0, 51):
        mixed = to_hex((1 - share) * np.array(to_rgb(color)) + share * end)
        if contrast(mixed, ground) >= LINE_CONTRAST:
            break
    return mixed


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21, by the definition of WCAG 2.2."""
    low, high = sorted([_luminance(first), _luminance(second)])
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    channels: NDArray[np.float64] = np.array(to_rgb(color))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
