"""The data sets of a study."""

from momentum_study.tables.columns import DATASET
from momentum_study.tables.schema import AT_LEAST_ONE, Table, real, text, whole

DATASETS = Table(
    file="datasets.csv",
    row="A data set, as it was prepared.",
    keys=("dataset",),
    fields=(
        DATASET,
        text("task", "Kind of the target.", "classification", "regression"),
        whole("rows", "Rows of the data set.", "rows", 1),
        whole("train_rows", "Rows of a training set.", "rows", 1),
        whole("features", "Features of a row.", "features", 1),
        whole("outputs", "Classes; 1 for regression.", "outputs", 1),
        text("scaling", "How features are scaled: by mean and deviation, or the mean alone."),
        real(
            "condition_number",
            "Condition number κ of the covariance of the scaled training inputs, over its nonzero "
            "eigenvalues; the median over replicates.",
            "1",
            AT_LEAST_ONE,
        ),
    ),
)
