"""Basins: how far from the best cell of a rule's β and α the cells are nearly as good."""

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
        ``(n,)``, by α, then β.
    values
        ``(1 + resamples, n)``: on all replicates first, then on resamples of them.
    """

    beta: FloatArray
    alpha: FloatArray
    values: FloatArray

    def at(self, beta: float) -> "Scores":
        """Return those of one β."""
        own = self.beta == beta
        return Scores(self.beta[own], self.alpha[own], self.values[:, own])

    @property
    def smallest(self) -> FloatArray:
        """Best score ``(1 + resamples, 1)``; +∞ where all cells failed."""
        smallest: FloatArray = self.values.min(axis=1, keepdims=True)
        return smallest

    @property
    def best(self) -> NDArray[np.intp]:
        """Place of the best cell ``(1 + resamples,)``, of equals the first."""
        best: NDArray[np.intp] = self.values.argmin(axis=1)
        return best

    @property
    def best_alpha(self) -> FloatArray:
        """α of the best cell ``(1 + resamples,)``; NaN where all cells failed."""
        alpha = self.alpha[self.best]
        return np.where(np.isfinite(self.smallest[:, 0]), alpha, np.nan)

    def near(self, smallest: FloatArray, margin: float) -> Mask:
        """Say which scores ``(1 + resamples, n)`` exceed a best one by that share at most."""
        near: Mask = np.isfinite(self.values) & (self.values <= (1 + margin) * smallest)
        return near


def basin_width(alpha: FloatArray, near: Mask, best: int) -> float:
    """Decades of α around the best one in which all rates of the grid are nearly as good.

    Each rate stands for its surroundings up to the middle, on the logarithmic scale, to its
    neighbours; the first and the last reach as far outwards as inwards. A basin that ends with the
    grid may be wider.

    Parameters
    ----------
    alpha
        ``(n,)``, rising.
    near
        ``(n,)``: nearly as good as the best.
    best
        Place of the best.

    Returns
    -------
    float
        NaN for a single rate, which has no surroundings.
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
    """Exponent d in best α ∝ (1/(1 − β))ᵈ by least squares on logarithms.

    0 if the best α is the same for every β; 1 if the best η = (1 − β)α is.

    Parameters
    ----------
    betas
        ``(b,)`` coefficients.
    best_alpha
        ``(m, b)``: the best α at each of them, in m samples; NaN where all cells failed. A β at
        which they failed in the first sample is left out, and so is every other sample in which
        they failed at one that is left.

    Returns
    -------
    numpy.ndarray
        ``(m,)``; NaN for samples that are left out, and for all with fewer than two β.
    """
    known = ~np.isnan(best_alpha[0])
    slopes = np.full(len(best_alpha), np.nan)
    whole = ~np.isnan(best_alpha[:, known]).any(axis=1)
    if known.sum() > 1:
        alpha = best_alpha[np.ix_(whole, known)]
        # Relative to the first, so that what does not move at all has slope 0 to the last bit.
        relative = np.log10(alpha / alpha[:, :1])
        slopes[whole] = np.polyfit(-np.log10(1 - betas[known]), relative.T, 1)[0]
    return slopes
