"""History of training: the curves of R × C runs, and how each run ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

CURVES = (
    "train_loss",
    "validation_loss",
    "test_loss",
    "train_score",
    "validation_score",
    "test_score",
    "gradient_norm",
    "update_norm",
    "update_cosine",
    "sign_flip_share",
    "displacement",
)


@dataclass(frozen=True)
class History:
    """Curves of R × C runs at E evaluations, and their ends.

    Attributes
    ----------
    steps
        ``(E,)`` numbers of updates made.
    curves
        Name → ``(R, C, E)`` float64, NaN from the divergence on: ``train_loss``,
        ``validation_loss``, ``test_loss``, ``train_score``, ``validation_score``, ``test_score``;
        of the last update before the evaluation ``gradient_norm`` (of its minibatch),
        ``update_norm``, and of the last two ``update_cosine`` and ``sign_flip_share`` (share of
        weights whose update changed sign); ``displacement``, the distance from the start.
    first_bad_step
        ``(R, C)``: updates made when the divergence was detected, -1 for completed runs.
    reason
        ``(R, C)`` str: reason of the divergence, empty for completed runs.
    snapshots
        ``(R, C, E, P)`` weights at the evaluations, NaN from the divergence on; P = 0 unless
        :attr:`.RunSpec.keep_snapshots`.
    weights
        ``weights[r][c]``: final weights, a list of layers ``(units, inputs + 1)``; empty after a
        divergence.
    """

    steps: Array
    curves: dict[str, Array]
    first_bad_step: Array
    reason: Array
    snapshots: Array
    weights: list[list[list[Array]]]

    @classmethod
    def empty(
        cls, steps: Sequence[int], replicates: int, cells: int, parameters: int = 0
    ) -> "History":
        """Return the history of runs before they start.

        ``parameters`` is the number of weights to keep at each evaluation: all or none.
        """
        shape = (replicates, cells, len(steps))
        return cls(
            steps=np.array(steps, dtype=np.int64),
            curves={name: np.full(shape, np.nan) for name in CURVES},
            first_bad_step=np.full((replicates, cells), -1, dtype=np.int64),
            reason=np.full((replicates, cells), "", dtype="<U10"),
            snapshots=np.full((*shape, parameters), np.nan),
            weights=[[[] for _ in range(cells)] for _ in range(replicates)],
        )

    def store(self, other: "History", replicates: slice, cells: slice) -> None:
        """Fill in the history of some of the runs."""
        for name, curve in other.curves.items():
            self.curves[name][replicates, cells] = curve
        self.snapshots[replicates, cells] = other.snapshots
        self.first_bad_step[replicates, cells] = other.first_bad_step
        self.reason[replicates, cells] = other.reason
        for row, layers in zip(self.weights[replicates], other.weights, strict=True):
            row[cells] = layers
