"""The cases that the claims are judged by."""

from dataclasses import replace

from momentum_study.tables.comparison_columns import (
    COUNT_COLUMNS,
    EFFECT,
    EFFECT_CHECKS,
    EFFECT_COLUMNS,
    PROBABILITY,
)
from momentum_study.tables.schema import POSITIVE, Table, flag, real, text, whole

CLAIM_CASES = Table(
    file="claim_cases.csv",
    row="A claim under one condition.",
    keys=("number", "case"),
    fields=(
        whole("number", "Number of the claim.", "1", 1),
        text("claim", "Name of the claim, such as `C1`."),
        text("case", "The condition: levels, separated by commas."),
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
