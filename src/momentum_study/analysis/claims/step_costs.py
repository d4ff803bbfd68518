"""What an update costs by each rule, as it was recorded once by ``benchmarks/step_costs.py``."""

from pathlib import Path

import pandas as pd

from momentum_study.tables.files import read_table
from momentum_study.tables.schemas.step_costs import STEP_COSTS


def record_file() -> Path:
    """Return where the recording lies."""
    return Path(__file__).with_name("step_costs.csv")


def step_costs() -> pd.DataFrame:
    """Read the recording.

    Returns
    -------
    DataFrame
        Of the schema `STEP_COSTS`. Networks are named by data set and layer
        sizes. ``seconds_per_update`` are of the processor, for one update of one network in a
        stack of 140; ``arrays_per_parameter`` counts weights, gradient and what the rule keeps.
    """
    return read_table(record_file(), STEP_COSTS)
