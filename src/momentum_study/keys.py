"""The columns that identify a cell and a run in every table, in the order of sorting."""

CELL_KEYS = (
    "grid",
    "dataset",
    "network",
    "rule",
    "batch",
    "schedule",
    "beta",
    "learning_rate",
)
RUN_KEYS = (*CELL_KEYS, "replicate")
