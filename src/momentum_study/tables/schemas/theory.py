"""Closed forms compared with what the update rules do."""

from momentum_study.tables.keys import THEORY_PARAMETERS
from momentum_study.tables.schema import (
    AT_LEAST_ONE,
    NOT_NEGATIVE,
    SHARE,
    Check,
    Table,
    flag,
    real,
    text,
    whole,
)

_NO_PARAMETER = "the closed form does not depend on it"
_UNDEFINED = "it is not defined at these parameters"

THEORY = Table(
    file="theory.csv",
    row="A closed form at some parameters, and the same quantity measured with the update rule.",
    keys=("quantity", "form", *THEORY_PARAMETERS),
    fields=(
        text("quantity", "What is predicted, such as `stability_limit` or `variance`."),
        text("form", "Update rule that the closed form belongs to."),
        real("beta", "Momentum coefficient β.", check=SHARE, missing=_NO_PARAMETER),
        real(
            "rate",
            "Learning rate of the rule times the eigenvalue, αλ or ηλ.",
            check=NOT_NEGATIVE,
            missing=_NO_PARAMETER,
        ),
        real("kappa", "Condition number κ.", check=AT_LEAST_ONE, missing=_NO_PARAMETER),
        real(
            "sigma",
            "Standard deviation of the noise of the eigenvalue.",
            check=NOT_NEGATIVE,
            missing=_NO_PARAMETER,
        ),
        whole("step", "Updates made.", "updates", 1, missing=_NO_PARAMETER),
        real(
            "predicted",
            "Value of the closed form.",
            "see `quantity`",
            missing=_UNDEFINED,
        ),
        real("measured", "Value measured.", "see `quantity`", missing=_UNDEFINED),
        real(
            "error",
            "`measured` − `predicted`.",
            "see `quantity`",
            missing=_UNDEFINED,
        ),
        real(
            "tolerance",
            "Largest absolute error that is accepted; for a simulated quantity three standard "
            "errors.",
            "see `quantity`",
            NOT_NEGATIVE,
        ),
        flag("holds", "Whether the error is within the tolerance."),
    ),
    checks=(
        Check(
            "holds must be true where the error is within the tolerance, else false",
            lambda table: table["holds"] == (table["error"].abs() <= table["tolerance"]),
        ),
    ),
)
