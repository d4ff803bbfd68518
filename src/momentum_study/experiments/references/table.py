"""The validation table: all comparisons with published numbers and findings."""

import pandas as pd

from momentum_study.experiments.references.course import (
    constant_gradient_rows,
    moons_rows,
    one_update_rows,
)
from momentum_study.experiments.references.findings import findings
from momentum_study.experiments.references.gallery import gallery_rows
from momentum_study.experiments.references.libraries import library_rows
from momentum_study.tables.schemas.validation import VALIDATION


def validation_table(
    runs: pd.DataFrame, epochs: int, confidence: float
) -> tuple[pd.DataFrame, list[str]]:
    """Compare the code with published numbers, and the runs with published findings.

    Parameters
    ----------
    runs
        Table with the schema `RUNS`.
    epochs
        Maximum number of epochs. The course exercise has 10000; with fewer, its later numbers are
        omitted. The trainings of scikit-learn have at most 400.
    confidence
        Level of intervals and tests of findings, in (0, 1).

    Returns
    -------
    table, reasons
        Table with the schema `VALIDATION`, and reasons why findings could not be tested.
    """
    found, reasons = findings(runs, confidence=confidence)
    rows = [
        *one_update_rows(),
        *constant_gradient_rows(),
        *moons_rows(epochs),
        *gallery_rows(epochs),
        *library_rows(),
        *found,
    ]
    return pd.DataFrame(rows, columns=list(VALIDATION.columns)), reasons
