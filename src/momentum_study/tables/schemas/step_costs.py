"""The cost of an update by each rule, measured once and recorded."""

from momentum_study.tables.columns import PARAMETERS, RULE
from momentum_study.tables.schema import POSITIVE, Table, real, text, whole

STEP_COSTS = Table(
    file="step_costs.csv",
    row="A round of the measurement.",
    keys=("network", "batch", "rule", "round"),
    fields=(
        text("network", "Data set and sizes of the layers, such as `iris 4-32-3`."),
        text("batch", "Batch size: a number of rows, or `full`."),
        RULE,
        whole("round", "Number of the round; all rules are timed in each.", "1"),
        PARAMETERS,
        real(
            "seconds_per_update",
            "Processor time of one update of one network in a stack of 140.",
            "seconds",
            POSITIVE,
        ),
        real(
            "arrays_per_parameter",
            "Numbers kept per parameter: weight, gradient and the state of the rule.",
            "1",
            POSITIVE,
        ),
    ),
)
