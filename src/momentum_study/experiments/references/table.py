"""The table of external numbers: all comparisons with what others published."""

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
    """Compare the study's code with published numbers, and its runs with published findings.

    Parameters
    ----------
    runs
        As the schema `RUNS` has them.
    epochs
        Limit to the length of trainings: of the course exercise's, of 10000 epochs originally, of
        which fewer leave out the later numbers, and of scikit-learn's, at most 400.
    confidence
        Of the findings' intervals and tests, in (0, 1).

    Returns
    -------
    table, reasons
        As the schema `VALIDATION` has it; and what the runs could not decide, and why.
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
