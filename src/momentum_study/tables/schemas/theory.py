"""Closed forms compared with what the update rules do."""

from momentum_study.tables.schema import NOT_NEGATIVE, Check, Table, flag, real, text

_UNDEFINED = "it is not defined at these parameters"

THEORY = Table(
    file="theory.csv",
    row="A closed form at some parameters, and the same quantity measured with the update rule.",
    keys=("quantity", "form", "parameters"),
    fields=(
        text("quantity", "What is predicted, such as `stability_limit` or `variance`."),
        text("form", "Update rule that the closed form belongs to."),
        text(
            "parameters",
            "Parameters of the closed form, such as `beta=0.9 rate=0.5`.",
            missing="it has none",
        ),
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
