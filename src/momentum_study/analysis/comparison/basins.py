"""Basins: the range of α and β around the best cell of a rule in which cells are nearly as good."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_study.analysis.comparison.problems import Mask
from momentum_study.statistics.estimates import FloatArray


@dataclass(frozen=True)
class Scores:
    """Scores of cells that differ in β and α.

    Attributes
    ----------
    beta, alpha
        ``(n,)``, sorted by α, then β.
    values
        ``(1 + resamples, n)``: first on all replicates, then on resamples of them.
    """

    beta: FloatArray
    alpha: FloatArray
    values: FloatArray

    def at(self, beta: float) -> "Scores":
        """Return the scores of one β."""
        own = self.beta == beta
        return Scores(self.beta[own], self.alpha[own], self.values[:, own])

    @property
    def smallest(self) -> FloatArray:
        """Best score ``(1 + resamples, 1)``; +∞ where all cells failed."""
        smallest: FloatArray = self.values.min(axis=1, keepdims=True)
        return smallest

    @property
    def best(self) -> NDArray[np.intp]:
        """Position of the best cell ``(1 + resamples,)``; the first of equally good ones."""
        best: NDArray[np.intp] = self.values.argmin(axis=1)
        return best

    @property
    def best_alpha(self) -> FloatArray:
        """α of the best cell ``(1 + resamples,)``; NaN where all cells failed."""
        alpha = self.alpha[self.best]
        return np.where(np.isfinite(self.smallest[:, 0]), alpha, np.nan)

    def near(self, smallest: FloatArray, margin: float) -> Mask:
        """Return which scores ``(1 + resamples, n)`` exceed a best one by at most this share."""
        near: Mask = np.isfinite(self.values) & (self.values <= (1 + margin) * smallest)
        return near


def basin_width(alpha: FloatArray, near: Mask, best: int) -> float:
    """Width in decades of the range of α around the best one in which all are nearly as good.

    Each rate represents the interval up to the midpoints to its neighbours on the logarithmic
    scale. The intervals of the first and the last rate are symmetric. A basin that reaches the edge
    of the grid may be wider.

    Parameters
    ----------
    alpha
        ``(n,)``, increasing.
    near
        ``(n,)``: which rates are nearly as good as the best.
    best
        Position of the best.

    Returns
    -------
    float
        NaN for a single rate, which has no neighbours.
    """
    if len(alpha) == 1:
        return np.nan
    place = np.log10(alpha)
    middle = (place[1:] + place[:-1]) / 2
    edges = [2 * place[0] - middle[0], *middle, 2 * place[-1] - middle[-1]]
    far = np.flatnonzero(~near)
    first = far[far < best].max(initial=-1) + 1
    last = far[far > best].min(initial=len(alpha))
    return float(edges[last] - edges[first])


def scaling_exponent(betas: FloatArray, best_alpha: FloatArray) -> FloatArray:
    """Exponent d of best α ∝ (1/(1 − β))ᵈ, by least squares on logarithms.

    It is 0 if the best α is the same for every β, and 1 if the best η = (1 − β)α is.

    Parameters
    ----------
    betas
        ``(b,)`` momentum coefficients.
    best_alpha
        ``(m, b)``: the best α at each β, in m samples; NaN where all cells failed. A β at which all
        cells failed in the first sample is left out. A sample in which all cells failed at one of
        the other β is left out too.

    Returns
    -------
    numpy.ndarray
        ``(m,)``; NaN for samples that are left out, and for all samples with fewer than two β.
    """
    known = ~np.isnan(best_alpha[0])
    slopes = np.full(len(best_alpha), np.nan)
    whole = ~np.isnan(best_alpha[:, known]).any(axis=1)
    if known.sum() > 1:
        alpha = best_alpha[np.ix_(whole, known)]
        # Relative to the first β, so that a constant α has slope 0 to the last bit.
        relative = np.log10(alpha / alpha[:, :1])
        slopes[whole] = np.polyfit(-np.log10(1 - betas[known]), relative.T, 1)[0]
    return slopes
