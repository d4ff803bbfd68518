"""Short notation for arms in tests: columns from labels such as ``momentum 0.9, cosine``."""

import pandas as pd

from momentum_study.tables.arms import ANY_RULE, ARM_KEYS, REFERENCE_KEYS, ArmKey, arms_of_rows


def arm_key(label: str) -> ArmKey:
    """Return the arm of a label: rule, β or ``tuned``, and possibly a schedule."""
    setting, _, schedule = label.partition(", ")
    best = "best rule"
    if setting.startswith(best):
        rule, beta = ANY_RULE, setting.removeprefix(best).strip()
    else:
        rule, _, beta = setting.partition(" ")
    tuned = beta == "tuned"
    fixed = None if tuned or not beta else float(beta)
    return ArmKey(rule, fixed, tuned, schedule or "constant")


def arm_columns(label: str) -> dict[str, object]:
    """Return the columns of an arm."""
    return arm_key(label).columns()


def reference_columns(label: str) -> dict[str, object]:
    """Return the columns of an arm that another one is compared with."""
    return arm_key(label).columns(REFERENCE_KEYS)


def labels(table: pd.DataFrame, names: tuple[str, ...] = ARM_KEYS) -> pd.Series:
    """Return the label of each row's arm."""
    return arms_of_rows(table, names).map(lambda arm: arm.label).astype("str")
