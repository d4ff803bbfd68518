"""Description of a prepared data set: its size, and the condition number of its inputs."""

import numpy as np
import pandas as pd

from momentum_study.datasets.prepared import PreparedDataset, training_arrays
from momentum_study.datasets.raw import FloatArray

# Eigenvalues below this share of the largest one are zero except for rounding, for example because
# of a constant pixel or a feature that depends linearly on others.
_ZERO = 1e-10


def described(prepared: PreparedDataset) -> pd.DataFrame:
    """Describe a data set by a row of the schema `DATASETS`.

    ``condition_number`` is the median over replicates of κ = λ_max / λ_min of the covariance of the
    scaled training inputs, without eigenvalues of zero. For a linear model with squared error it is
    the condition number of the problem, for a network that of the inputs of its first layer.
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
    """Return the condition number of the covariance of ``(n, d)`` rows.

    Eigenvalues that are zero except for rounding are ignored; it is 1 if all of them are, as for
    equal rows.
    """
    centered = rows - rows.mean(axis=0)
    eigenvalues = np.linalg.svd(centered, compute_uv=False) ** 2
    present = eigenvalues[eigenvalues > _ZERO * eigenvalues[0]]
    return float(present[0] / present[-1]) if len(present) else 1.0
