"""Paths on landscapes, as figures draw them."""

from momentum_study.tables.columns import BETA, LEARNING_RATE, RULE
from momentum_study.tables.schema import FINITE, Table, real, text, whole

TRAJECTORIES = Table(
    file="trajectories.csv",
    row="A point of a path on a landscape; a path ends at the event or before it diverges.",
    keys=("landscape", "comparison", "rule", "beta", "step"),
    fields=(
        text("landscape", "Function that is descended."),
        text(
            "comparison",
            "How learning rates of the rules are matched, as in `landscapes.csv`.",
            *("same_alpha", "same_eta", "tuned"),
        ),
        RULE,
        BETA,
        LEARNING_RATE,
        whole(
            "step",
            "Updates made before the point; points on a nearly straight line are left out.",
            "updates",
        ),
        real("x", "First coordinate.", "1", FINITE),
        real("y", "Second coordinate.", "1", FINITE),
        real("value", "Value of the function at the point.", "1", FINITE),
    ),
)
