"""Update rules on landscapes in the plane: how many updates until an event."""

from momentum_study.tables.columns import ALPHA, BETA, ETA, LEARNING_RATE, RULE, with_interval
from momentum_study.tables.schema import (
    NOT_NEGATIVE,
    SHARE,
    Check,
    Table,
    flag,
    ordered,
    real,
    text,
    whole,
)

LANDSCAPES = Table(
    file="landscapes.csv",
    row="An update rule on a landscape, in one comparison.",
    keys=("landscape", "comparison", "rule", "beta", "height"),
    fields=(
        text("landscape", "Function that is descended."),
        text(
            "comparison",
            "How learning rates of the rules are matched: same α, same η, or each rule tuned.",
            *("same_alpha", "same_eta", "tuned"),
        ),
        RULE,
        BETA,
        LEARNING_RATE,
        ALPHA,
        ETA,
        flag("on_edge", "Whether a tuned setting lies on the edge of the grid it was chosen from."),
        real(
            "height",
            "Height of the barrier.",
            "1",
            NOT_NEGATIVE,
            missing="the landscape has no barrier",
        ),
        real(
            "noise",
            "Standard deviation of the normal noise added to each component of the gradient.",
            "gradient",
            NOT_NEGATIVE,
        ),
        text("event", "What is timed: reaching a minimum, leaving a saddle, crossing a barrier."),
        whole("draws", "Independent runs; 1 without noise.", "runs", 1),
        whole("n_reached", "Runs in which the event happened within the budget.", "runs"),
        whole("n_diverged", "Runs that diverged before the event.", "runs"),
        *with_interval(
            real("share", "Share of the runs in which the event happened.", "1", SHARE),
            "the share",
        ),
        *with_interval(
            real(
                "median_steps",
                "Median of the updates until the event; a run without it counts as infinite.",
                "updates",
                NOT_NEGATIVE,
            ),
            "the median",
        ),
        whole("budget", "Updates that a run may make.", "updates", 1),
    ),
    checks=(
        Check(
            "n_reached and n_diverged must not exceed draws",
            lambda table: table["n_reached"] + table["n_diverged"] <= table["draws"],
        ),
        ordered("share_low", "share_high"),
        ordered("median_steps_low", "median_steps_high"),
    ),
)
