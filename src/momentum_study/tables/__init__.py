"""The tables of a study: their schemas, and the one way to write and to read them.

===================  =========================================  ==================================
schema               one row per                                key columns
===================  =========================================  ==================================
`RUNS`               training run                               `keys.RUN_KEYS`
`CURVES`             training run and evaluation                `keys.RUN_KEYS` and ``step``
`CELLS`              cell: a run's keys without its replicate   `keys.CELL_KEYS`
`INITIAL_SHARPNESS`  point that runs start from                 its grid, data set, network and
                                                                replicate
`SHARPNESS`          followed run and checkpoint                `keys.RUN_KEYS` and ``step``
`STABILITY`          data set, batch size and outcome           these, and grid and network
`THEORY`             closed form and case                       its names and parameters
`LANDSCAPES`         landscape, comparison and rule             these, β and the barrier's height
`TRAJECTORIES`       point of a path drawn on a landscape       these and ``step``
`VALIDATION`         number of somebody else's                  its source and name
`COST`               job                                        ``stage`` and ``job``
===================  =========================================  ==================================

A schema's ``unique`` names the key columns. They identify a row and give the order of the rows.
"""

from momentum_study.tables.files import joined_tables, read_table, write_large_table, write_table
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
from momentum_study.tables.side_schemas import (
    INITIAL_SHARPNESS,
    LANDSCAPES,
    SHARPNESS,
    STABILITY,
    THEORY,
    TRAJECTORIES,
    VALIDATION,
)
from momentum_study.tables.validation import check_complete

__all__ = [
    "CELLS",
    "CELL_FACTS",
    "COST",
    "CURVES",
    "INITIAL_SHARPNESS",
    "LANDSCAPES",
    "LOSS_METRICS",
    "PATH_METRICS",
    "RUNS",
    "SCORE_METRICS",
    "SHARPNESS",
    "STABILITY",
    "THEORY",
    "TRAJECTORIES",
    "VALIDATION",
    "check_complete",
    "joined_tables",
    "read_table",
    "target_columns",
    "write_large_table",
    "write_table",
]
