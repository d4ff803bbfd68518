"""Splitting rows into train, validation and test, and fitting the scaling on train."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from momentum_study.core.errors import StudyError
from momentum_study.core.text import format_number, suggest
from momentum_study.datasets.raw import FloatArray, IntArray, Task

Scaling: TypeAlias = Literal["standard", "center", "none"]
Fractions: TypeAlias = tuple[float, float, float]

SCALINGS: tuple[Scaling, ...] = get_args(Scaling)
DEFAULT_FRACTIONS: Fractions = (0.6, 0.2, 0.2)


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers of three disjoint parts that together hold every row once.

    Each part is sorted: the order of rows carries no meaning, since training draws its own order
    of minibatches.
    """

    train: IntArray
    validation: IntArray
    test: IntArray


@dataclass(frozen=True, eq=False)
class FittedScaling:
    """The affine map ``(x - mean) / scale`` of each feature, and what had to be repaired.

    Attributes
    ----------
    mean, scale
        Shape ``(d,)`` each.
    constant
        Columns that do not vary on the train rows: they get scale 1, and so become zero there.
    """

    mean: FloatArray
    scale: FloatArray
    constant: tuple[int, ...]


def make_split(
    targets: npt.NDArray[np.float64] | npt.NDArray[np.int64],
    task: Task,
    generator: np.random.Generator,
    fractions: Fractions = DEFAULT_FRACTIONS,
) -> Split:
    """Shuffle the rows into train, validation and test, class by class in a classification.

    Every class has at least one row in every part, and its count in a part is within one of
    fraction x members wherever that leaves no part without it. Sizes depend on the class counts
    and the fractions only, so all replicates of a dataset have the same.

    Parameters
    ----------
    targets
        Shape ``(n,)``: class codes, or values in a regression (only their number matters then).
    task
        ``"classification"`` (stratified) or ``"regression"`` (plain shuffle).
    generator
        Source of the shuffle; its state moves on.
    fractions
        Shares of train, validation and test: positive, with sum 1.

    Returns
    -------
    Split
        Sorted row numbers.

    Raises
    ------
    StudyError
        If the fractions are not positive with sum 1, or a class has fewer than three rows (a
        regression: six rows in all).
    """
    check_fractions(fractions)
    if task == "classification":
        strata = [np.flatnonzero(targets == code) for code in np.unique(targets)]
        least = 1
    else:
        strata = [np.arange(len(targets))]
        least = 2  # R² of a single row is undefined
    counts = _apportion([len(rows) for rows in strata], fractions, least)
    parts: tuple[list[IntArray], ...] = ([], [], [])
    for rows, stratum_counts in zip(strata, counts, strict=True):
        pieces = np.split(generator.permutation(rows), np.cumsum(stratum_counts)[:-1])
        for part, piece in zip(parts, pieces, strict=True):
            part.append(piece)
    return Split(*(np.sort(np.concatenate(part)).astype(np.int64) for part in parts))


def check_fractions(fractions: Sequence[float]) -> None:
    """Refuse fractions that are not three positive shares with sum 1.

    Raises
    ------
    StudyError
        Naming the fractions given.
    """
    shares = np.asarray(fractions, dtype=np.float64)
    if shares.shape != (3,) or not np.all(shares > 0) or abs(shares.sum() - 1) > 1e-9:
        given = ", ".join(map(str, fractions))
        raise StudyError(
            f"split fractions ({given}): expected three positive numbers with sum 1, the shares of "
            "train, validation and test"
        )


def _apportion(members: Sequence[int], fractions: Fractions, least: int) -> IntArray:
    """Share out each stratum's members: counts of shape ``(strata, 3)``.

    Every count starts from its share rounded down (but not below `least`); the rows left over go
    to the parts that are furthest behind their share of all strata so far. Rounding each stratum
    on its own would favour the same part every time.
    """
    counts = np.zeros((len(members), 3), dtype=np.int64)
    behind = np.zeros(3)
    for stratum, total in enumerate(members):
        if total < 3 * least:
            raise StudyError(
                f"{total} row(s) to share between train, validation and test; expected at least "
                f"{3 * least} (per class in a classification)"
            )
        # Rounding first: 0.29 * 100 is 28.999999999999996.
        shares = np.round(np.asarray(fractions) * total, 6)
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
    """Return features of shape ``(n, d)`` with each NaN replaced by its column's entry of `fill`.

    Features without NaN are returned as they are, not as a copy.
    """
    gaps = np.isnan(features)
    return np.where(gaps, fill, features) if gaps.any() else features


def fit_scaling(features_train: FloatArray, scaling: Scaling) -> FittedScaling:
    """Fit the map ``(x - mean) / scale`` on the train rows.

    * ``standard``: each feature by its own mean and (population) standard deviation. The features
      then have the correlation matrix as second moments, which removes any ill-conditioning that
      sits in the features' units.
    * ``center``: each feature by its own mean, and all by one number, the square root of the
      largest eigenvalue of the (population) covariance. The largest eigenvalue of the second
      moments becomes 1 and every ratio of eigenvalues stays as it was. Since the features are
      centred, the column of ones that serves as bias adds one more eigenvalue 1, which leaves the
      condition number of the network's inputs the same.
    * ``none``: mean 0 and scale 1, the features as they came.

    A column that is constant on the train rows (to float64 precision) gets scale 1 and is listed
    in `FittedScaling.constant`, except under ``none``, which changes nothing.

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
        If `scaling` is unknown, or the features are too large for their sum to be finite.
    """
    if scaling not in SCALINGS:
        raise StudyError(f"scaling {scaling!r} is unknown; {suggest(str(scaling), SCALINGS)}")
    columns = features_train.shape[1]
    if scaling == "none":
        return FittedScaling(np.zeros(columns), np.ones(columns), ())
    with np.errstate(over="ignore", invalid="ignore"):
        mean = features_train.mean(axis=0)
        centred = features_train - mean
        largest = np.abs(centred).max(axis=0)
    if not np.all(np.isfinite(largest)):
        raise StudyError(
            f"values as large as {format_number(np.abs(features_train).max())} cannot be scaled: "
            "their sum overflows; expected smaller numbers: change their unit"
        )
    constant = largest <= 8 * np.finfo(np.float64).eps * np.abs(features_train).max(axis=0)
    unit = np.where(constant, 1.0, largest)  # squares can then neither overflow nor vanish
    scale = unit * np.sqrt(np.mean((centred / unit) ** 2, axis=0))
    if scaling == "center":
        varying = centred[:, ~constant]
        # The largest singular value of the centred rows, over √n, is the root of the eigenvalue.
        top = np.linalg.norm(varying, 2) / np.sqrt(len(varying)) if varying.size else 1.0
        scale = np.full(columns, top)
    scale = np.where(constant, 1.0, scale)
    return FittedScaling(mean, scale, tuple(int(column) for column in np.flatnonzero(constant)))
