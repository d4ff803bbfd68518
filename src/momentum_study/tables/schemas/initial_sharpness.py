"""The sharpness at the points that runs start from."""

from momentum_study.tables.columns import DATASET, GRID, LAMBDA_MAX, NETWORK, REPLICATE
from momentum_study.tables.schema import Table

INITIAL_SHARPNESS = Table(
    file="initial_sharpness.csv",
    row="A starting point: all runs of a grid, data set, network and replicate start there.",
    keys=("grid", "dataset", "network", "replicate"),
    fields=(GRID, DATASET, NETWORK, REPLICATE, LAMBDA_MAX),
)
