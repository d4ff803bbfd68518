"""Costs of an update of each rule, as recorded by ``benchmarks/step_costs.py``."""

from pathlib import Path

import pandas as pd

from momentum_study.tables.files import read_table
from momentum_study.tables.schemas.step_costs import STEP_COSTS


def record_file() -> Path:
    """Return the path of the recorded costs."""
    return Path(__file__).with_name("step_costs.csv")


def step_costs() -> pd.DataFrame:
    """Read the recorded costs.

    Returns
    -------
    DataFrame
        Of the schema `STEP_COSTS`. Networks are named by data set and layer sizes.
        ``seconds_per_update`` is processor time for one update of one network in a stack of 140.
        ``arrays_per_parameter`` counts weights, gradient and the state of the rule.
    """
    return read_table(record_file(), STEP_COSTS)
