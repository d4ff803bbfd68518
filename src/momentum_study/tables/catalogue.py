"""The tables of a study by the names of their files.

===================  =========================================  ==================================
schema               one row per                                key columns
===================  =========================================  ==================================
`RUNS`               training run                               `keys.RUN_KEYS`
`CURVES`             training run and evaluation                `keys.RUN_KEYS` and ``step``
`CELLS`              cell: a run's keys without its replicate   `keys.CELL_KEYS`
`CELL_CURVES`        cell and evaluation                        `keys.CELL_KEYS` and ``step``
`INITIAL_SHARPNESS`  point that runs start from                 its grid, data set, network and
                                                                replicate
`SHARPNESS`          followed run and checkpoint                `keys.RUN_KEYS` and ``step``
`STABILITY`          data set, batch size and outcome           these, and grid and network
`THEORY`             closed form and case                       its names and parameters
`LANDSCAPES`         landscape, comparison and rule             these, β and the barrier's height
`TRAJECTORIES`       point of a path drawn on a landscape       these and ``step``
`VALIDATION`         number of somebody else's                  its source and name
`DATASETS`           data set                           ``dataset``
`TUNED`              problem, arm, criterion, half      these
`PAIRS`              comparison and replicate           these, criterion and α
`CONTRASTS`          problem and comparison             these and criterion
`ADVICE`             problem and piece of advice        these and criterion
`BUDGET`             problem, arm, number of trials     these
`PROFILES`           arm and ratio                      these, family and criterion
`SENSITIVITY`        problem, criterion, rule and β     these
`CASES`              case of a claim                    ``claim`` and ``case``
`CLAIMS`             claim                              ``claim``
`STEP_COSTS`         round of a timing                  network, batch, rule and ``round``
`COST`               job                                        ``stage`` and ``job``
===================  =========================================  ==================================

A schema's ``unique`` names the key columns. They identify a row and give the order of the rows.
"""

from momentum_study.tables.comparison_schemas import (
    ADVICE,
    BUDGET,
    CASES,
    CLAIMS,
    CONTRASTS,
    DATASETS,
    PAIRS,
    PROFILES,
    SENSITIVITY,
    STEP_COSTS,
    TUNED,
)
from momentum_study.tables.run_schemas import CELL_CURVES, CELLS, COST, CURVES, RUNS
from momentum_study.tables.side_schemas import (
    INITIAL_SHARPNESS,
    LANDSCAPES,
    SHARPNESS,
    STABILITY,
    THEORY,
    TRAJECTORIES,
    VALIDATION,
)

SCHEMAS = {
    "advice.csv": ADVICE,
    "budget.csv": BUDGET,
    "cell_curves.parquet": CELL_CURVES,
    "cells.parquet": CELLS,
    "claim_cases.csv": CASES,
    "claims.csv": CLAIMS,
    "contrasts.csv": CONTRASTS,
    "cost.csv": COST,
    "curves.parquet": CURVES,
    "datasets.csv": DATASETS,
    "initial_sharpness.csv": INITIAL_SHARPNESS,
    "landscapes.csv": LANDSCAPES,
    "pairs.parquet": PAIRS,
    "profiles.csv": PROFILES,
    "runs.parquet": RUNS,
    "sensitivity.csv": SENSITIVITY,
    "sharpness.csv": SHARPNESS,
    "stability.csv": STABILITY,
    "step_costs.csv": STEP_COSTS,
    "theory.csv": THEORY,
    "trajectories.csv": TRAJECTORIES,
    "tuned.csv": TUNED,
    "validation.csv": VALIDATION,
}
"""By the name of the file in a study's `tables/`."""
