"""The study's code compared with numbers that others published."""

from momentum_study.tables.schema import (
    FINITE,
    NOT_NEGATIVE,
    Check,
    Table,
    flag,
    ordered,
    real,
    text,
)

_EXACT = "the row is of the kind `exact`"
_UNDEFINED = "the number could not be computed"
_UNIT = "see `quantity`"

VALIDATION = Table(
    file="validation.csv",
    row="A published number or finding.",
    keys=("source", "quantity"),
    fields=(
        text("source", "Who published it."),
        text("quantity", "What the number is."),
        text(
            "kind",
            "`exact` for a number to be reproduced; `finding` for a result to be tested.",
            *("exact", "finding"),
        ),
        real("published", "Published number; of a finding the 0 that is tested.", _UNIT, FINITE),
        real(
            "ours",
            "The same number from this code.",
            _UNIT,
            missing=_UNDEFINED,
        ),
        real("low", "Low end of the interval of `ours`.", _UNIT, missing=_EXACT),
        real("high", "High end of the interval of `ours`.", _UNIT, missing=_EXACT),
        real("difference", "`ours` − `published`.", _UNIT, missing=_UNDEFINED),
        real(
            "tolerance",
            "Largest absolute difference that is accepted; of a finding the margin of its test, "
            "0 for a test of a sign.",
            _UNIT,
            NOT_NEGATIVE,
        ),
        flag("holds", "Whether the number is reproduced, or the test confirms the finding."),
        text("test", "Test of the finding: interval, sample, exclusions.", missing=_EXACT),
    ),
    checks=(
        Check(
            "an exact row must have holds true where its difference is within the tolerance, "
            "else false",
            lambda table: (
                (table["kind"] != "exact")
                | (table["holds"] == (table["difference"].abs() <= table["tolerance"]))
            ),
        ),
        ordered("low", "high"),
    ),
)
