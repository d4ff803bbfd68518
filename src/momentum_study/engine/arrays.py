"""Arrays of a data set as networks use them."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class ArraySplit:
    """Training, validation or test split of a data set, for R replicates.

    Attributes
    ----------
    inputs
        ``(R, n, d + 1)``, C-contiguous: features, then a column of ones for the bias.
    targets
        ``(R, n, K)``, C-contiguous: one-hot classes, one column of 0 and 1, or numbers.
    """

    inputs: Array
    targets: Array

    def take(self, replicates: slice) -> "ArraySplit":
        """Return the split of these replicates."""
        return ArraySplit(self.inputs[replicates], self.targets[replicates])
