"""What a prepared data set is like: its size, and how narrow a valley its inputs make."""

import numpy as np
import pandas as pd

from momentum_study.datasets.prepared import PreparedDataset, training_arrays
from momentum_study.datasets.raw import FloatArray

# Eigenvalues below this share of the largest are zero up to rounding: a constant pixel, or one
# feature that follows from others.
_ZERO = 1e-10


def described(prepared: PreparedDataset) -> pd.DataFrame:
    """Describe a data set by a row of the schema `DATASETS`.

    ``condition_number`` is κ = λ_max / λ_min of the covariance of the training inputs as networks
    see them, over the eigenvalues that are not zero, the median over replicates: for a linear model
    under squared error that of the problem itself, for a network that of its first layer's inputs.
    """
    arrays = training_arrays(prepared, "float64", "per_class").train.inputs[:, :, :-1]
    raw = prepared.raw
    return pd.DataFrame(
        [
            {
                "dataset": raw.name,
                "task": raw.task,
                "rows": len(raw.features),
                "train_rows": arrays.shape[1],
                "features": raw.features.shape[1],
                "outputs": max(len(raw.classes), 1),
                "scaling": prepared.scaling,
                "condition_number": float(np.median([condition_number(rows) for rows in arrays])),
            }
        ]
    )


def condition_number(rows: FloatArray) -> float:
    """Ratio of the largest eigenvalue of the covariance of ``(n, d)`` rows to the smallest.

    Eigenvalues that are zero up to rounding do not count.
    """
    centred = rows - rows.mean(axis=0)
    eigenvalues = np.linalg.svd(centred, compute_uv=False) ** 2
    present = eigenvalues[eigenvalues > _ZERO * eigenvalues[0]]
    return float(present[0] / present[-1])
