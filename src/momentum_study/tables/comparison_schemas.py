"""Schemas of the tables that compare update rules, and of the verdicts on claims."""

import numpy as np
import pandas as pd
import pandera.pandas as pa

from momentum_study.tables.arms import ARM_KEYS, REFERENCE_KEYS
from momentum_study.tables.columns import (
    NOT_NEGATIVE,
    SHARE,
    Mask,
    coefficient,
    positive,
    real,
    row_check,
    text,
    whole,
)
from momentum_study.tables.keys import PROBLEM_KEYS

_ANY = pa.Column("float64", nullable=True)
_MAYBE_TEXT = pa.Column("str")


def problem_columns() -> dict[str, pa.Column]:
    """Return the columns that identify a problem."""
    return {
        **{name: text() for name in PROBLEM_KEYS[:4]},
        "gradient_noise": real(*NOT_NEGATIVE, nullable=False),
    }


def arm_columns() -> dict[str, pa.Column]:
    """Return the columns of an arm."""
    return {
        "arm_rule": text(),
        "arm_beta": real(0, 1),
        "arm_tunes_beta": pa.Column("bool"),
        "arm_schedule": text(),
        "arm_rate_low": real(*NOT_NEGATIVE),
        "arm_rate_high": real(*NOT_NEGATIVE),
    }


def reference_columns() -> dict[str, pa.Column]:
    """Return the columns of the arm that another one is compared with."""
    return dict(zip(REFERENCE_KEYS, arm_columns().values(), strict=False))


def _effect_columns() -> dict[str, pa.Column]:
    return {
        "effect": _ANY,
        "low": _ANY,
        "high": _ANY,
        "equivalence_low": _ANY,
        "equivalence_high": _ANY,
    }


def _count_columns() -> dict[str, pa.Column]:
    """Return how many pairs there are, and what became of them."""
    return {
        "n_pairs": whole(0),
        "n_compared": whole(0),
        "n_failed": whole(0),
        "n_reference_failed": whole(0),
        "n_both_failed": whole(0),
        "n_diverged": whole(0),
        "n_reference_diverged": whole(0),
    }


def _in_order(table: pd.DataFrame) -> Mask:
    low, middle, high = table["low"], table["effect"], table["high"]
    return np.asarray(~(low > middle) & ~(middle > high))


def _counts_add_up(table: pd.DataFrame) -> Mask:
    return np.asarray(
        (table["n_compared"] <= table["n_pairs"])
        & (
            table["n_failed"] + table["n_reference_failed"]
            <= table["n_pairs"] + table["n_both_failed"]
        )
        & (table["n_both_failed"] <= table[["n_failed", "n_reference_failed"]].min(axis=1))
    )


_EFFECT_CHECKS = [
    row_check(_in_order, "the effect must lie within its interval"),
    row_check(_counts_add_up, "failures must not exceed the pairs"),
]

DATASETS = pa.DataFrameSchema(
    {
        "dataset": text(),
        "task": text("classification", "regression"),
        "rows": whole(1),
        "train_rows": whole(1),
        "features": whole(1),
        "outputs": whole(1),
        "scaling": text(),
        "condition_number": real(1, np.inf, nullable=False),
    },
    unique=["dataset"],
    strict=True,
    name="data sets",
)
"""One row per data set, as it was prepared; ``condition_number`` is that of the inputs."""

TUNED = pa.DataFrameSchema(
    {
        **problem_columns(),
        **arm_columns(),
        "criterion": text(),
        "target": real(0, 1),
        "evaluation_fold": text("even", "odd"),
        "n_trials": whole(0),
        "rule": _MAYBE_TEXT,
        "beta": real(0, 1),
        "learning_rate": real(*NOT_NEGATIVE),
        "alpha": real(*NOT_NEGATIVE),
        "eta": real(*NOT_NEGATIVE),
        "selection_score": real(*NOT_NEGATIVE),
        "evaluation_score": real(*NOT_NEGATIVE),
        "optimism": _ANY,
        "outcome": real(*NOT_NEGATIVE),
        "median_updates": real(*NOT_NEGATIVE),
        "win_share": real(*SHARE),
        "n_evaluated": whole(0),
        "n_diverged": whole(0),
        "n_missed": whole(0),
        "extend_rate_below": real(*NOT_NEGATIVE),
        "extend_rate_above": real(*NOT_NEGATIVE),
        "extend_beta_below": real(0, 1),
        "extend_beta_above": real(0, 1),
        "reason": _MAYBE_TEXT,
    },
    checks=[
        row_check(
            lambda table: ((table["reason"] != "") == table["learning_rate"].isna()).to_numpy(bool),
            "a reason: in every row without a cell, in no other",
        ),
        row_check(
            lambda table: (
                table["n_diverged"] + table["n_missed"] <= table["n_evaluated"]
            ).to_numpy(bool),
            "n_diverged and n_missed must not exceed n_evaluated",
        ),
    ],
    unique=[*PROBLEM_KEYS, *ARM_KEYS, "criterion", "target", "evaluation_fold"],
    strict=True,
    name="tuned",
)
"""One row per problem, arm, criterion and evaluation fold: the cell chosen on the other fold.

Scores are smaller for better: expected running time in updates, or the geometric mean of losses
relative to the best constant prediction; infinite after a failure. ``optimism`` is
log(evaluation_score / selection_score), ``median_updates`` Kaplan and Meier's median of the updates
to the target over the evaluation fold. ``extend_*``: the value to add to a grid on whose edge the
chosen cell lies.
"""

PAIRS = pa.DataFrameSchema(
    {
        **problem_columns(),
        "batch_size": whole(1),
        "question": text(),
        "comparison": text("same_alpha", "same_eta", "tuned", "every_alpha"),
        **reference_columns(),
        **arm_columns(),
        "criterion": text(),
        "target": real(0, 1),
        "replicate": whole(0),
        "reference_beta": coefficient(),
        "reference_rate": positive(),
        "rule": text(),
        "beta": coefficient(),
        "learning_rate": positive(),
        "alpha": positive(),
        "state": _MAYBE_TEXT,
        "reference_cost": real(*NOT_NEGATIVE),
        "cost": real(*NOT_NEGATIVE),
        "reference_diverged": pa.Column("bool"),
        "diverged": pa.Column("bool"),
        "gain": _ANY,
    },
    unique=[
        *PROBLEM_KEYS,
        "question",
        "comparison",
        *REFERENCE_KEYS,
        *ARM_KEYS,
        "criterion",
        "target",
        "alpha",
        "replicate",
    ],
    strict=True,
    name="pairs",
)
"""One row per comparison and replicate: two runs from the same start, over the same minibatches.

``gain`` is positive where the arm does better than the reference: log(reference_cost / cost), of
shares of the path the difference. It is infinite where one of the two failed, missing where both.
"""

_EFFECT_KEYS = [
    *PROBLEM_KEYS,
    "question",
    "comparison",
    *REFERENCE_KEYS,
    *ARM_KEYS,
    "criterion",
    "hardest_target",
    "state",
]

_EFFECT_SCHEMA = {
    **problem_columns(),
    "question": text(),
    "comparison": text("same_alpha", "same_eta", "tuned", "every_alpha"),
    **reference_columns(),
    **arm_columns(),
    "criterion": text(),
    "easiest_target": real(0, 1),
    "hardest_target": real(0, 1),
    "state": _MAYBE_TEXT,
    "unit": text("log_ratio", "share"),
    **_effect_columns(),
    "probability": real(*SHARE),
    "p_value": real(*SHARE),
    "p_holm": real(*SHARE),
    **_count_columns(),
    "reason": _MAYBE_TEXT,
}

CONTRASTS = pa.DataFrameSchema(
    _EFFECT_SCHEMA,
    checks=_EFFECT_CHECKS,
    unique=_EFFECT_KEYS,
    strict=True,
    name="contrasts",
)
"""One row per problem, comparison and criterion, over replicates: arms against plain descent.

``effect`` is the interquartile mean of the gains, ``probability`` how often the arm does better,
``p_holm`` the signed-rank test's p corrected over the data sets of the same comparison.
"""

ADVICE = pa.DataFrameSchema(
    _EFFECT_SCHEMA,
    checks=_EFFECT_CHECKS,
    unique=_EFFECT_KEYS,
    strict=True,
    name="advice",
)
"""One row per problem, piece of advice and criterion: what it gains over the reference."""

BUDGET = pa.DataFrameSchema(
    {
        **problem_columns(),
        **arm_columns(),
        "trials": whole(1),
        "n_cells": whole(1),
        "n_replicates": whole(1),
        "n_runs": whole(1),
        "n_diverged": whole(0),
        "validation_loss": real(*NOT_NEGATIVE, nullable=False),
        "validation_loss_low": real(*NOT_NEGATIVE, nullable=False),
        "validation_loss_high": real(*NOT_NEGATIVE, nullable=False),
        "test_loss": real(*NOT_NEGATIVE, nullable=False),
        "test_loss_low": real(*NOT_NEGATIVE, nullable=False),
        "test_loss_high": real(*NOT_NEGATIVE, nullable=False),
        "draw_low": real(*NOT_NEGATIVE, nullable=False),
        "draw_high": real(*NOT_NEGATIVE, nullable=False),
        "advantage": _ANY,
        "advantage_low": _ANY,
        "advantage_high": _ANY,
    },
    unique=[*PROBLEM_KEYS, *ARM_KEYS, "trials"],
    strict=True,
    name="budget",
)
"""One row per problem, arm and number of trials: the best of so many random cells.

Losses are relative to the best constant prediction, which a failed trial counts as. ``test_loss``
is that of the trial with the smallest validation loss; ``low`` and ``high`` come from the
replicates, ``draw_low`` and ``draw_high`` are the 10 % and 90 % points of the validation loss over
draws. ``advantage`` is log(test loss of plain descent with as many trials / test loss).
"""

PROFILES = pa.DataFrameSchema(
    {
        "family": text(),
        "criterion": text(),
        **arm_columns(),
        "ratio": positive(),
        "share": real(*SHARE, nullable=False),
        "share_low": real(*SHARE, nullable=False),
        "share_high": real(*SHARE, nullable=False),
        "n_problems": whole(1),
        "n_unsolved": whole(0),
        "mean_rank": real(1, np.inf),
        "friedman_p": real(*SHARE),
        "n_runs": whole(1),
        "n_failed": whole(0),
    },
    unique=["family", "criterion", *ARM_KEYS, "ratio"],
    strict=True,
    name="profiles",
)
"""One row per arm and ratio: the share of problems in which it is within that of the best.

``mean_rank`` is the arm's over these problems, ``friedman_p`` that of the test that all rank alike;
both are missing with too few problems or arms.
"""

SENSITIVITY = pa.DataFrameSchema(
    {
        **problem_columns(),
        "criterion": text(),
        "rule": text(),
        "beta": real(0, 1),
        "n_cells": whole(1),
        "n_failed_cells": whole(0),
        "n_runs": whole(1),
        "n_failed": whole(0),
        "near_best_share": real(*SHARE, nullable=False),
        "near_best_share_low": real(*SHARE, nullable=False),
        "near_best_share_high": real(*SHARE, nullable=False),
        "width_decades": real(*NOT_NEGATIVE),
        "best_beta": real(0, 1),
        "best_alpha": real(*NOT_NEGATIVE),
        "best_alpha_low": real(*NOT_NEGATIVE),
        "best_alpha_high": real(*NOT_NEGATIVE),
        "best_alpha_lambda_max": real(*NOT_NEGATIVE),
        "scaling_exponent": _ANY,
        "scaling_exponent_low": _ANY,
        "scaling_exponent_high": _ANY,
    },
    unique=[*PROBLEM_KEYS, "criterion", "rule", "beta"],
    strict=True,
    name="sensitivity",
)
"""One row per problem, criterion, rule and β; with β missing, over all coefficients of the rule."""


def _level_columns() -> dict[str, pa.Column]:
    """Return the levels of a case's condition; empty or missing where they are pooled over."""
    return {
        "criterion": _MAYBE_TEXT,
        "comparison": _MAYBE_TEXT,
        "batch": _MAYBE_TEXT,
        "kappa_side": text("", "below", "above"),
        "kappa_threshold": real(1, np.inf),
        "gradient_noise": real(*NOT_NEGATIVE),
        "alpha_lambda_from": real(*NOT_NEGATIVE),
        "alpha_lambda_to": real(*NOT_NEGATIVE),
        "state": _MAYBE_TEXT,
        "rule": _MAYBE_TEXT,
        "beta": real(0, 1),
        "schedule": _MAYBE_TEXT,
        "network": _MAYBE_TEXT,
        "landscape": _MAYBE_TEXT,
        "height": real(*NOT_NEGATIVE),
    }


CASES = pa.DataFrameSchema(
    {
        "number": whole(1),
        "claim": text(),
        "case": text(),
        "group": text(),
        **_level_columns(),
        "headline": pa.Column("bool"),
        "votes": pa.Column("bool"),
        "experiment": text(),
        "unit": text("log_ratio", "share", "arrays"),
        "expects": text("greater", "not_worse", "no_difference"),
        "margin": positive(),
        **_effect_columns(),
        "probability": real(*SHARE),
        "n_datasets": whole(0),
        "n_datasets_for": whole(0),
        "n_datasets_against": whole(0),
        **_count_columns(),
        "outcome": text("for", "against", "no_difference", "undecided"),
        "test": text(),
        "query": text(),
    },
    checks=_EFFECT_CHECKS,
    unique=["number", "case"],
    strict=True,
    name="cases",
)
"""One row per case of a claim: a condition under which it was tried, and what came out.

Cases that vote make the verdict. The headline sums them up; the others stand beside them.
``query`` says which rows of which table the case rests on.
"""

CLAIMS = pa.DataFrameSchema(
    {
        "number": whole(1),
        "claim": text(),
        "words": text(),
        "verdict": text("supported", "refuted", "depends", "no_difference", "undecided"),
        "default_verdict": text("supported", "refuted", "depends", "no_difference", "undecided"),
        "condition": text(),
        "headline": text(),
        "unit": text("log_ratio", "share", "arrays"),
        "effect": _ANY,
        "low": _ANY,
        "high": _ANY,
        "n": whole(0),
        "n_failed": whole(0),
        "n_diverged": whole(0),
        "test": text(),
        "n_cases": whole(0),
        "n_for": whole(0),
        "n_against": whole(0),
        "n_no_difference": whole(0),
        "n_undecided": whole(0),
        "experiment": text(),
        "figure": text(),
    },
    checks=[row_check(_in_order, "the effect must lie within its interval")],
    unique=["number"],
    strict=True,
    name="claims",
)
"""One row per claim. ``default_verdict`` is what the published rule would say of the same cases."""

STEP_COSTS = pa.DataFrameSchema(
    {
        "network": text(),
        "batch": text(),
        "rule": text(),
        "round": whole(0),
        "parameters": whole(1),
        "seconds_per_update": positive(),
        "arrays_per_parameter": positive(),
    },
    unique=["network", "batch", "rule", "round"],
    strict=True,
    name="step costs",
)
"""One row per network, batch, rule and round of a measurement recorded once."""
