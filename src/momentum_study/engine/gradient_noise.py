"""Noise injected into gradients: normal numbers that each replicate draws for all its cells."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from momentum_study.core.seeds import generator

Array = NDArray[Any]

# Numbers of a replicate drawn by one call. A call for 259 numbers, a small network's, takes half
# as long again as its share of a call for 4096.
NORMALS_AT_ONCE = 2**12


@dataclass(frozen=True)
class GradientNoise:
    """Independent normal noise σξ in every component of the gradient, in each update.

    Replicate r draws ξ from a generator named after data set, network and r, update by update: the
    same for every rule, β, α, schedule and batch size.

    Attributes
    ----------
    deviation
        σ, in units of the gradient of the mean loss.
    seed, dataset, network
        What the generators are named after.
    replicates
        ``(R,)`` numbers of the replicates.
    """

    deviation: float
    seed: int
    dataset: str
    network: str
    replicates: tuple[int, ...]

    def take(self, replicates: slice) -> "GradientNoise":
        """Return the noise of these replicates."""
        return replace(self, replicates=self.replicates[replicates])

    def draws(self, parameters: int, dtype: np.dtype[Any] | type) -> Iterator[Array]:
        """Yield ξ ``(R, P)`` for update after update, indefinitely, from the first one on.

        Parameters
        ----------
        parameters
            P, the number of weights and biases.
        dtype
            What the float64 numbers are rounded to.

        Yields
        ------
        numpy.ndarray
            In a buffer that later ones overwrite.
        """
        sources = [
            generator(self.seed, "gradient_noise", self.dataset, self.network, replicate)
            for replicate in self.replicates
        ]
        updates = max(1, NORMALS_AT_ONCE // parameters)
        block = np.empty((updates, len(sources), parameters), dtype)
        while True:
            for place, source in enumerate(sources):
                block[:, place] = source.standard_normal((updates, parameters))
            yield from block
