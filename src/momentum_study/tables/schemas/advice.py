"""What pieces of advice gain, on each problem."""

from dataclasses import replace

from momentum_study.tables.schemas.contrasts import CONTRASTS

ADVICE = replace(
    CONTRASTS,
    file="advice.csv",
    row="A problem, a piece of advice and a criterion: all pairs of replicates together.",
)
