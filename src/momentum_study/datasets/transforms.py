"""What can be done to any table: a sample of its rows, a condition number, noise on the labels."""

import numpy as np

from momentum_study.core.errors import StudyError
from momentum_study.datasets.raw import MINIMUM_CLASS_MEMBERS, FloatArray, IntArray, Task


def sampled_rows(
    targets: FloatArray | IntArray, task: Task, rows: int, random: np.random.Generator
) -> IntArray:
    """Draw rows without replacement, class by class in a classification.

    A class has its share of the sample, rounded, but no fewer than three rows (or all it has), so
    that every part of a split can have one.

    Parameters
    ----------
    targets
        Shape ``(n,)``: class codes, or numbers in a regression (only their number matters then).
    task
        ``"classification"`` or ``"regression"``.
    rows
        How many to draw.
    random
        Source of the draw; its state moves on.

    Returns
    -------
    array of shape (rows,)
        Sorted row numbers.

    Raises
    ------
    StudyError
        If there are fewer rows than asked for, or too few are asked for to hold every class.
    """
    if rows > len(targets):
        raise StudyError(
            f"rows: {rows} asked for, {len(targets)} are there; expected at most as many, or leave "
            "it out to take all"
        )
    if task == "regression":
        return np.sort(random.choice(len(targets), rows, replace=False))
    strata = [np.flatnonzero(targets == code) for code in np.unique(targets)]
    counts = _shares(np.array([len(stratum) for stratum in strata]), rows)
    drawn = [
        random.choice(stratum, count, replace=False)
        for stratum, count in zip(strata, counts, strict=True)
    ]
    return np.sort(np.concatenate(drawn))


def _shares(members: IntArray, rows: int) -> IntArray:
    """Share out the rows of a sample between classes."""
    least = np.minimum(members, MINIMUM_CLASS_MEMBERS)
    if rows < least.sum():
        raise StudyError(
            f"rows: {rows} for {len(members)} classes; expected at least {least.sum()}, "
            f"{MINIMUM_CLASS_MEMBERS} of each"
        )
    quotas = members * (rows / members.sum())
    counts: IntArray = np.maximum(np.floor(quotas).astype(np.int64), least)
    while counts.sum() < rows:
        counts[np.argmax(np.where(counts < members, quotas - counts, -np.inf))] += 1
    while counts.sum() > rows:
        counts[np.argmax(np.where(counts > least, counts - quotas, -np.inf))] -= 1
    return counts


def with_condition_number(features: FloatArray, condition_number: float) -> FloatArray:
    """Give the features a covariance of known spectrum, along the principal axes that they have.

    With the singular value decomposition of the centred rows, ``X - x̄ = U S Vᵀ``, the result is

        √n · U diag(√λ) Vᵀ,   λᵢ = κ^((d-1-i)/(d-1)),   i = 0 … d-1

    whose covariance (division by n) is ``V diag(λ) Vᵀ``: eigenvalues geometrically spaced from κ
    down to 1, in the order of the variances along the axes before. All rows count, so a replicate's
    train rows, a sample of them, have κ up to sampling error.

    Parameters
    ----------
    features
        Shape ``(n, d)``, d ≥ 2.
    condition_number
        κ, at least 1.

    Returns
    -------
    array of shape (n, d)
        Centred, in the columns of `features`.

    Raises
    ------
    StudyError
        If there is one feature only, or the covariance is singular.
    """
    rows, columns = features.shape
    if columns < 2:
        raise StudyError("condition_number: there is one feature only; expected at least two")
    left, singular, right = np.linalg.svd(features - features.mean(axis=0), full_matrices=False)
    tolerance = singular[0] * max(rows, columns) * np.finfo(np.float64).eps
    rank = int(np.count_nonzero(singular > tolerance))
    if rank < columns or rows <= columns:
        raise StudyError(
            f"condition_number: the covariance of the {columns} features is singular (rank {rank} "
            f"in {rows} rows); leave out columns that are constant or follow from others, such as "
            "text of three categories or more, which the sum of its columns gives away"
        )
    spectrum = np.geomspace(condition_number, 1.0, columns)
    stretched: FloatArray = (np.sqrt(rows) * left * np.sqrt(spectrum)) @ right
    return stretched


def with_label_noise(
    targets: FloatArray | IntArray,
    task: Task,
    classes: int,
    share: float,
    random: np.random.Generator,
) -> FloatArray | IntArray:
    """Make targets worse than they are, in all parts of every split.

    In a classification the given share of the rows, rounded, get another class, drawn evenly from
    the others. In a regression Gaussian noise is added whose standard deviation is that share of
    the targets' own.

    Parameters
    ----------
    targets
        Shape ``(n,)``: class codes, or numbers in a regression.
    task
        ``"classification"`` or ``"regression"``.
    classes
        Number K of classes; 0 in a regression.
    share
        Between 0 and 1.
    random
        Source of the noise; its state moves on.

    Returns
    -------
    array of shape (n,)
        Of the same type.
    """
    if task == "regression":
        noise = random.standard_normal(len(targets))
        return np.asarray(targets + share * np.std(targets) * noise, dtype=np.float64)
    wrong = random.choice(len(targets), round(share * len(targets)), replace=False)
    codes = targets.astype(np.int64)
    codes[wrong] = (codes[wrong] + random.integers(1, classes, size=len(wrong))) % classes
    return codes
