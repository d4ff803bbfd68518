"""A table as a source gives it: read and understood, not yet sampled or checked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from momentum_study.core.errors import StudyError
from momentum_study.datasets.raw import FloatArray, IntArray, Task

if TYPE_CHECKING:
    import pandas as pd

Missing: TypeAlias = Literal["refuse", "impute", "drop"]
"""What becomes of gaps in a table."""


MOST_NUMBERS = 10**8
"""Of a table that is drawn: 800 MB, what a job may hold."""


def check_size(what: str, numbers: int) -> None:
    """Refuse a table that would fill the memory before anything could be said about it.

    Raises
    ------
    StudyError
        If it has more than `MOST_NUMBERS`.
    """
    if numbers > MOST_NUMBERS:
        raise StudyError(
            f"parameters: {what} is {numbers:,}; expected at most {MOST_NUMBERS:,} numbers in all"
        )


@dataclass(frozen=True, eq=False)
class Table:
    """Features and targets of n rows.

    Attributes
    ----------
    features
        Numbers of shape ``(n, d)``; or a frame of n rows whose columns are numbers or categories,
        to be encoded once it is known which rows are wanted.
    targets
        Shape ``(n,)``: class codes, or numbers in a regression.
    task
        ``"classification"`` or ``"regression"``.
    classes
        The names behind the class codes; none in a regression.
    feature_names
        The d column names; none for ``x0, x1, …``, or if `features` is a frame, which has its own.
    repairs
        One sentence for each repair made, for the log.
    """

    features: "npt.NDArray[Any] | pd.DataFrame"
    targets: FloatArray | IntArray
    task: Task
    classes: Sequence[str] = ()
    feature_names: Sequence[str] = ()
    repairs: tuple[str, ...] = ()

    def take(self, rows: IntArray) -> "Table":
        """Return some of the rows."""
        features = self.features
        chosen = features[rows] if isinstance(features, np.ndarray) else features.iloc[rows]
        return replace(self, features=chosen, targets=self.targets[rows])
