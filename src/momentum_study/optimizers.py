"""Where a user's rule file imports from: the pieces that an update rule is written with."""

from momentum_study.engine.optimizers import (
    ADAM_BETA2,
    ADAM_EPSILON,
    RULES,
    USUAL_BETA,
    Array,
    Coefficients,
    Number,
    Rule,
    adam,
    gd,
    get_rule,
    momentum,
    nesterov,
)

__all__ = [
    "ADAM_BETA2",
    "ADAM_EPSILON",
    "RULES",
    "USUAL_BETA",
    "Array",
    "Coefficients",
    "Number",
    "Rule",
    "adam",
    "gd",
    "get_rule",
    "momentum",
    "nesterov",
]
