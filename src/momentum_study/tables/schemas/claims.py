"""The claims and their verdicts."""

from dataclasses import replace

from momentum_study.tables.comparison_columns import EFFECT, EFFECT_IN_ORDER, HIGH, LOW
from momentum_study.tables.schema import Table, text, whole

_VERDICTS = ("supported", "refuted", "depends", "no_difference", "undecided")

CLAIMS = Table(
    file="claims.csv",
    row="A claim of the tutorial.",
    keys=("number",),
    fields=(
        whole("number", "Number of the claim.", "1", 1),
        text("claim", "Name of the claim, such as `C1`."),
        text("words", "The claim."),
        text("verdict", "Verdict by the rule of the study.", *_VERDICTS),
        text("default_verdict", "Verdict by the published rule on the same cases.", *_VERDICTS),
        text("condition", "When the claim holds and when it does not."),
        text("headline", "Case that sums up the claim, or `no case`."),
        text(
            "unit",
            "Unit of the effect: a natural logarithm of a ratio, a difference of shares, or a "
            "number of arrays of the size of the parameters.",
            *("log_ratio", "share", "arrays"),
        ),
        replace(EFFECT, meaning="Effect of the headline; above 0 if the claim is right."),
        LOW,
        HIGH,
        whole("n", "Pairs of runs of the headline.", "pairs"),
        whole("n_failed", "Runs of these pairs that failed, on both sides.", "runs"),
        whole("n_diverged", "Runs of these pairs that diverged, on both sides.", "runs"),
        text("test", "How the interval was computed, or `none`."),
        whole("n_cases", "Cases that vote.", "cases"),
        whole("n_for", "Cases among them that are for the claim.", "cases"),
        whole("n_against", "Cases against it.", "cases"),
        whole("n_no_difference", "Cases with no difference that matters.", "cases"),
        whole("n_undecided", "Cases that are not decided.", "cases"),
        text("experiment", "What the headline compares."),
        text("figure", "Kind of the figure that shows the experiment."),
    ),
    checks=(EFFECT_IN_ORDER,),
)
