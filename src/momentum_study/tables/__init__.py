"""The tables of a study: their schemas, and the one way to write and to read them.

========  =========================================  ==================================
schema    one row per                                key columns
========  =========================================  ==================================
`RUNS`    training run                               `RUN_KEYS`
`CURVES`  training run and evaluation                `RUN_KEYS` and ``step``
`CELLS`   cell: a run's keys without its replicate   `CELL_KEYS`
========  =========================================  ==================================

A schema's ``unique`` names the key columns. They identify a row and give the order of the rows.
"""

from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas import (
    CELL_FACTS,
    CELL_KEYS,
    CELLS,
    CURVES,
    LOSS_METRICS,
    PATH_METRICS,
    RUN_KEYS,
    RUNS,
    SCORE_METRICS,
    target_columns,
)
from momentum_study.tables.validation import check_complete

__all__ = [
    "CELLS",
    "CELL_FACTS",
    "CELL_KEYS",
    "CURVES",
    "LOSS_METRICS",
    "PATH_METRICS",
    "RUNS",
    "RUN_KEYS",
    "SCORE_METRICS",
    "check_complete",
    "read_table",
    "target_columns",
    "write_table",
]
