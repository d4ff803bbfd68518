"""The cases that the claims are judged by."""

from dataclasses import replace

from momentum_study.tables.comparison_columns import (
    COUNT_COLUMNS,
    EFFECT,
    EFFECT_CHECKS,
    EFFECT_COLUMNS,
    PROBABILITY,
)
from momentum_study.tables.schema import (
    AT_LEAST_ONE,
    NOT_NEGATIVE,
    POSITIVE,
    SHARE,
    Table,
    flag,
    real,
    text,
    whole,
)

_POOLED = "all are pooled, or there is no such level"

LEVEL_COLUMNS = (
    text("criterion", "What runs are judged by.", missing=_POOLED),
    text("comparison", "How cells are matched.", missing=_POOLED),
    text("batch", "Batch size.", missing=_POOLED),
    text(
        "kappa_side",
        "Condition number κ of the data sets: `below` the threshold, or not (`above`).",
        missing=_POOLED,
    ),
    real("kappa_threshold", "Threshold of κ.", check=AT_LEAST_ONE, missing=_POOLED),
    real(
        "gradient_noise",
        "Standard deviation of the injected gradient noise.",
        "gradient",
        NOT_NEGATIVE,
        missing=_POOLED,
    ),
    real("alpha_lambda_from", "Smallest αλ_max at the start.", check=NOT_NEGATIVE, missing=_POOLED),
    real(
        "alpha_lambda_to",
        "αλ_max at the start is smaller than this.",
        check=NOT_NEGATIVE,
        missing=_POOLED,
    ),
    text("state", "State of the runs at a quarter of their budget.", missing=_POOLED),
    text("rule", "Update rule of the arm; `any` for the best of all rules.", missing=_POOLED),
    real("beta", "Momentum coefficient β of the arm.", check=SHARE, missing=_POOLED),
    text("schedule", "Schedule of the arm's learning rate or β.", missing=_POOLED),
    text("network", "Network of the record of costs.", missing=_POOLED),
    text("landscape", "Landscape.", missing=_POOLED),
    real("height", "Height of the barrier.", check=NOT_NEGATIVE, missing=_POOLED),
)
"""Levels of the condition."""

CLAIM_CASES = Table(
    file="claim_cases.csv",
    row="A claim under one condition.",
    keys=("number", "case"),
    fields=(
        whole("number", "Number of the claim.", "1", 1),
        text("claim", "Name of the claim, such as `C1`."),
        text("case", "Display text of the condition, made from the levels."),
        text("group", "Display text of the first level, by which figures group cases."),
        *LEVEL_COLUMNS,
        flag("headline", "Whether the case sums up the claim."),
        flag("votes", "Whether the verdict counts the case."),
        text("experiment", "What was compared."),
        text(
            "unit",
            "Unit of the effect: a natural logarithm of a ratio, a difference of shares, or a "
            "number of arrays of the size of the parameters.",
            *("log_ratio", "share", "arrays"),
        ),
        text(
            "expects",
            "What the claim expects: an effect above 0, one that is not worse than the margin, or "
            "none beyond the margin.",
            *("greater", "not_worse", "no_difference"),
        ),
        real("margin", "Largest effect that does not matter.", "see `unit`", POSITIVE),
        replace(EFFECT, meaning="Estimated effect; above 0 if the claim is right."),
        *EFFECT_COLUMNS[1:],
        PROBABILITY,
        whole("n_datasets", "Data sets with pairs; 0 if the case has no data sets.", "data sets"),
        whole(
            "n_datasets_for",
            "Data sets whose own corrected signed-rank test is for the claim.",
            "data sets",
        ),
        whole(
            "n_datasets_against",
            "Data sets whose own corrected signed-rank test is against the claim.",
            "data sets",
        ),
        *COUNT_COLUMNS,
        text(
            "outcome",
            "Outcome of the case.",
            *("for", "against", "no_difference", "undecided"),
        ),
        text("test", "How the interval was computed."),
        text("query", "Table and rows that the case rests on."),
    ),
    checks=EFFECT_CHECKS,
)
