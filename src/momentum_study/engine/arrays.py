"""What a network sees of a data set."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class ArraySplit:
    """One of the parts of a data set (training, validation, test), for R replicates at once.

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
        """Return the part that belongs to these replicates."""
        return ArraySplit(self.inputs[replicates], self.targets[replicates])
