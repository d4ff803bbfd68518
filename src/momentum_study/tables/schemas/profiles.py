"""Performance profiles: how often an arm is nearly the best."""

from momentum_study.tables.arms import ARM_KEYS
from momentum_study.tables.columns import with_interval
from momentum_study.tables.comparison_columns import ARM_COLUMNS, CRITERION, FAMILY
from momentum_study.tables.schema import AT_LEAST_ONE, POSITIVE, SHARE, Table, real, whole

_TOO_FEW = "there are too few problems or arms for Friedman's test"

PROFILES = Table(
    file="profiles.csv",
    row="A family of grids, a criterion, an arm and a ratio to the cost of the best arm.",
    keys=("family", "criterion", *ARM_KEYS, "ratio"),
    fields=(
        FAMILY,
        CRITERION,
        *ARM_COLUMNS,
        real("ratio", "Ratio of the arm's cost to that of the best arm.", "1", POSITIVE),
        *with_interval(
            real(
                "share",
                "Share of problems in which the arm's cost is within this ratio of the best.",
                "1",
                SHARE,
            ),
            "the share, for as many trials as there are data sets",
        ),
        whole("n_problems", "Problems on which all arms are compared.", "problems", 1),
        whole("n_unsolved", "Problems on which the arm failed.", "problems"),
        real(
            "mean_rank",
            "Mean rank of the arm over the problems; 1 is the best.",
            "1",
            AT_LEAST_ONE,
            missing=_TOO_FEW,
        ),
        real(
            "friedman_p",
            "p-value of Friedman's test that all arms rank alike.",
            "1",
            SHARE,
            missing=_TOO_FEW,
        ),
        whole("n_runs", "Runs of the arm that are reported.", "runs", 1),
        whole("n_failed", "Runs among them that failed.", "runs"),
    ),
)
