"""Splits into training, validation and test rows, and scaling fitted on the training rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from momentum_study.core.errors import StudyError
from momentum_study.core.text import format_number
from momentum_study.datasets.raw import FloatArray, IntArray, Task

Scaling: TypeAlias = Literal["standard", "center", "none"]

SCALINGS: tuple[Scaling, ...] = get_args(Scaling)
FRACTIONS = (0.6, 0.2, 0.2)
"""Shares of training, validation and test rows."""


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers of three disjoint parts that contain every row once.

    Each part is sorted; training draws its own order of minibatches.
    """

    train: IntArray
    validation: IntArray
    test: IntArray


@dataclass(frozen=True, eq=False)
class FittedScaling:
    """The affine map ``(x - mean) / scale`` of each feature, and its constant columns.

    Attributes
    ----------
    mean, scale
        Shape ``(d,)`` each.
    constant
        Columns that are constant on the training rows: their scale is 1, so they become zero there.
    """

    mean: FloatArray
    scale: FloatArray
    constant: tuple[int, ...]


def make_split(
    targets: npt.NDArray[np.float64] | npt.NDArray[np.int64],
    task: Task,
    generator: np.random.Generator,
) -> Split:
    """Shuffle the rows into training, validation and test, stratified by class.

    Every class has at least one row in every part. Its count in a part differs from its entry of
    `FRACTIONS` × members by less than one, unless a part would have no row. Sizes depend only on
    class counts, so they are equal for all replicates of a data set.

    Parameters
    ----------
    targets
        Shape ``(n,)``: class codes, each at least three times, or at least six values of a
        regression (only their number matters).
    task
        ``"classification"`` (stratified) or ``"regression"`` (plain shuffle).
    generator
        Generator of the shuffle; its state changes.

    Returns
    -------
    Split
        Sorted row numbers.
    """
    if task == "classification":
        strata = [np.flatnonzero(targets == code) for code in np.unique(targets)]
        least = 1
    else:
        strata = [np.arange(len(targets))]
        least = 2  # R² of a single row is undefined
    counts = _apportion([len(rows) for rows in strata], least)
    parts: tuple[list[IntArray], ...] = ([], [], [])
    for rows, stratum_counts in zip(strata, counts, strict=True):
        pieces = np.split(generator.permutation(rows), np.cumsum(stratum_counts)[:-1])
        for part, piece in zip(parts, pieces, strict=True):
            part.append(piece)
    return Split(*(np.sort(np.concatenate(part)).astype(np.int64) for part in parts))


def _apportion(members: Sequence[int], least: int) -> IntArray:
    """Distribute the members of each stratum: counts of shape ``(strata, 3)``.

    Every count starts from its share rounded down (but not below `least`). The remaining rows go to
    the parts that are furthest behind their share of all strata so far. Rounding each stratum
    separately would always favor the same part.
    """
    counts = np.zeros((len(members), 3), dtype=np.int64)
    behind = np.zeros(3)
    for stratum, total in enumerate(members):
        # Rounding first, so that equal shares are equal: 0.6 * 3 is 1.7999999999999998.
        shares = np.round(np.asarray(FRACTIONS) * total, 6)
        count = np.maximum(np.floor(shares).astype(np.int64), least)
        while count.sum() > total:
            count[np.argmax(count - shares + (count > least) * total)] -= 1
        behind += shares - count
        spare = np.ceil(shares) > count
        for _ in range(total - int(count.sum())):
            part = int(np.argmax(np.where(spare, behind, -np.inf)))
            count[part] += 1
            behind[part] -= 1
            spare[part] = False
        counts[stratum] = count
    return counts


def fill_gaps(features: FloatArray, fill: FloatArray) -> FloatArray:
    """Return features ``(n, d)`` with NaN replaced by the entry of `fill` for the column.

    Features without NaN are returned without a copy.
    """
    gaps = np.isnan(features)
    return np.where(gaps, fill, features) if gaps.any() else features


def fit_scaling(features_train: FloatArray, scaling: Scaling) -> FittedScaling:
    """Fit the map ``(x - mean) / scale`` on the training rows.

    * ``standard``: each feature by its mean and (population) standard deviation. The second moments
      are then the correlation matrix, without ill-conditioning from the units of the features.
    * ``center``: each feature by its mean, and all by one number, the square root of the largest
      eigenvalue of the (population) covariance. The largest eigenvalue of the second moments
      becomes 1 and all ratios of eigenvalues are kept. The column of ones for the bias adds another
      eigenvalue 1, which does not change the condition number of the inputs.
    * ``none``: mean 0 and scale 1, the unchanged features.

    A column that is constant on the training rows (to float64 precision) gets scale 1 and is listed
    in `FittedScaling.constant`, except for ``none``.

    Parameters
    ----------
    features_train
        Shape ``(n_train, d)``.
    scaling
        One of ``standard``, ``center``, ``none``.

    Returns
    -------
    FittedScaling
        Mean and scale of shape ``(d,)``, and the constant columns.

    Raises
    ------
    StudyError
        If the features are too large for their sum to be finite.
    """
    columns = features_train.shape[1]
    if scaling == "none":
        return FittedScaling(np.zeros(columns), np.ones(columns), ())
    with np.errstate(over="ignore", invalid="ignore"):
        mean = features_train.mean(axis=0)
        centered = features_train - mean
        largest = np.abs(centered).max(axis=0)
    if not np.all(np.isfinite(largest)):
        raise StudyError(
            f"values as large as {format_number(np.abs(features_train).max())} cannot be scaled: "
            "their sum overflows; expected smaller numbers: change their unit"
        )
    constant = largest <= 8 * np.finfo(np.float64).eps * np.abs(features_train).max(axis=0)
    unit = np.where(constant, 1.0, largest)  # squares can neither overflow nor vanish
    scale = unit * np.sqrt(np.mean((centered / unit) ** 2, axis=0))
    if scaling == "center":
        varying = centered[:, ~constant]
        # The largest singular value of the centered rows divided by √n is the root of the
        # eigenvalue.
        top = np.linalg.norm(varying, 2) / np.sqrt(len(varying)) if varying.size else 1.0
        scale = np.full(columns, top)
    scale = np.where(constant, 1.0, scale)
    return FittedScaling(mean, scale, tuple(int(column) for column in np.flatnonzero(constant)))
