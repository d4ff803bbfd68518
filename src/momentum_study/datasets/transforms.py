"""Transformations of any table: sampling of rows, condition number, label noise."""

import numpy as np

from momentum_study.core.errors import StudyError
from momentum_study.datasets.raw import MINIMUM_CLASS_MEMBERS, FloatArray, IntArray, Task


def sampled_rows(
    targets: FloatArray | IntArray, task: Task, rows: int, random: np.random.Generator
) -> IntArray:
    """Draw rows without replacement, stratified by class.

    A class has its share of the sample, rounded, but at least three rows (or all), so that every
    part of a split can have one.

    Parameters
    ----------
    targets
        Shape ``(n,)``: class codes, or numbers for a regression (only their number matters).
    task
        ``"classification"`` or ``"regression"``.
    rows
        Size of the sample.
    random
        Generator of the sample; its state changes.

    Returns
    -------
    array of shape (rows,)
        Sorted row numbers.

    Raises
    ------
    StudyError
        If the sample is larger than the table, or too small for all classes.
    """
    if rows > len(targets):
        raise StudyError(
            f"rows: {rows} requested, but the table has {len(targets)}; expected at most as many, "
            "or no value for all rows"
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
    """Distribute the rows of a sample between classes."""
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
    """Give the features a covariance with a known spectrum along their principal axes.

    With the singular value decomposition of the centered rows, ``X - x̄ = U S Vᵀ``, the result is

        √n · U diag(√λ) Vᵀ,   λᵢ = κ^((d-1-i)/(d-1)),   i = 0 … d-1

    whose covariance (division by n) is ``V diag(λ) Vᵀ``: eigenvalues geometrically spaced from κ
    down to 1, in the order of the original variances. All rows are used, so the training rows of a
    replicate, a sample of them, have κ up to sampling error.

    Parameters
    ----------
    features
        Shape ``(n, d)``, d ≥ 2.
    condition_number
        κ, at least 1.

    Returns
    -------
    array of shape (n, d)
        Centered, with the columns of `features`.

    Raises
    ------
    StudyError
        If there is only one feature, or the covariance is singular.
    """
    rows, columns = features.shape
    if columns < 2:
        raise StudyError("condition_number: there is only one feature; expected at least two")
    left, singular, right = np.linalg.svd(features - features.mean(axis=0), full_matrices=False)
    tolerance = singular[0] * max(rows, columns) * np.finfo(np.float64).eps
    rank = int(np.count_nonzero(singular > tolerance))
    if rank < columns or rows <= columns:
        raise StudyError(
            f"condition_number: the covariance of the {columns} features is singular (rank {rank} "
            f"in {rows} rows); list columns in leave_out that are constant or depend linearly on "
            "others, such as text with at least three categories, whose columns have a constant sum"
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
    """Add noise to the targets, in all parts of every split.

    In a classification the given share of the rows, rounded, gets another class, drawn uniformly
    from the others. In a regression Gaussian noise is added whose standard deviation is this share
    of the standard deviation of the targets.

    Parameters
    ----------
    targets
        Shape ``(n,)``: class codes, or numbers for a regression.
    task
        ``"classification"`` or ``"regression"``.
    classes
        Number K of classes; 0 for a regression.
    share
        Between 0 and 1.
    random
        Generator of the noise; its state changes.

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
