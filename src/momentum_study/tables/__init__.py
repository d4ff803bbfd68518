"""The tables of a study: their schemas, and the one way to write and to read them.

========  =========================================  ==================================
schema    one row per                                key columns
========  =========================================  ==================================
`RUNS`    training run                               `keys.RUN_KEYS`
`CURVES`  training run and evaluation                `keys.RUN_KEYS` and ``step``
`CELLS`   cell: a run's keys without its replicate   `keys.CELL_KEYS`
`COST`    job                                        ``stage`` and ``job``
========  =========================================  ==================================

A schema's ``unique`` names the key columns. They identify a row and give the order of the rows.
"""

from momentum_study.tables.files import read_table, write_large_table, write_table
from momentum_study.tables.schemas import (
    CELL_FACTS,
    CELLS,
    COST,
    CURVES,
    LOSS_METRICS,
    PATH_METRICS,
    RUNS,
    SCORE_METRICS,
    target_columns,
)
from momentum_study.tables.validation import check_complete

__all__ = [
    "CELLS",
    "CELL_FACTS",
    "COST",
    "CURVES",
    "LOSS_METRICS",
    "PATH_METRICS",
    "RUNS",
    "SCORE_METRICS",
    "check_complete",
    "read_table",
    "target_columns",
    "write_large_table",
    "write_table",
]
