"""Two findings of the literature, put to the study's runs with the test that decides each.

At small learning rates momentum and descent do not differ at the same α (Wang et al. 2024); the
benefit of momentum grows with the batch size (Kidambi et al. 2018; Zhang et al. 2019).
"""

import pandas as pd

from momentum_study.engine.optimizers import USUAL_BETA
from momentum_study.experiments.references.batch_sizes import batch_size_findings
from momentum_study.experiments.references.rows import Row
from momentum_study.experiments.references.small_rates import small_rate_findings


def findings(
    runs: pd.DataFrame, beta: float = USUAL_BETA, confidence: float = 0.95
) -> tuple[list[Row], list[str]]:
    """Decide both findings wherever the runs allow it.

    Parameters
    ----------
    runs
        As the schema `RUNS` has them.
    beta
        Momentum coefficient that momentum is compared at.
    confidence
        Of intervals and tests, in (0, 1).

    Returns
    -------
    rows, reasons
        Rows of the validation table; and what could not be decided, and why.
    """
    small_rates, no_rates = small_rate_findings(runs, beta, confidence)
    batch_sizes, no_sizes = batch_size_findings(runs, beta, confidence)
    return small_rates + batch_sizes, no_rates + no_sizes
