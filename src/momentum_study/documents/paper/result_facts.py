"""Facts of the results: claims and their cases, tuned cells, regret, cost of tuning."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.analysis.comparison.criteria import SPEED, TEST_LOSS
from momentum_study.core.text import effect_text, format_number, rounded
from momentum_study.documents.paper.design_facts import rules_in_order
from momentum_study.documents.summaries import EFFECT
from momentum_study.tables.arms import (
    ANY_RULE,
    DESCENT,
    HEAVY_BALL,
    MOMENTUM,
    ArmKey,
    arms_of_rows,
)
from momentum_study.tables.keys import PROBLEM_KEYS, batches_in_order
from momentum_study.tables.schemas.tuned import EXTENSIONS

_PROBLEM = list(PROBLEM_KEYS)
_TALLY = ("n_cases", "n_for", "n_against", "n_no_difference", "n_undecided")


def claims_list(claims: pd.DataFrame) -> list[dict[str, Any]]:
    """Describe each claim: text, verdict, effect of the headline, condition, outcomes."""
    return [
        {
            "name": row["claim"],
            "words": row["words"],
            "verdict": row["verdict"].replace("_", " "),
            "condition": row["condition"],
            "headline": row["headline"],
            "effect": _effect(row),
            **{name: str(row[name]) for name in _TALLY},
        }
        for row in claims.to_dict("records")
    ]


def cases_by_claim(cases: pd.DataFrame) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the cases by claim and name: outcome, effect, number of failed pairs."""
    return {
        str(claim): {row["case"]: _case(row) for row in own.to_dict("records")}
        for claim, own in cases.groupby("claim", sort=False)
    }


def _effect(row: Mapping[Any, Any]) -> str | None:
    """Write an effect with its interval; None if there is none."""
    return None if np.isnan(row["effect"]) else effect_text(*(row[name] for name in EFFECT))


def _case(row: Mapping[Any, Any]) -> dict[str, Any]:
    # An infinite effect means that one side failed in most pairs.
    failing = {-np.inf: "arm", np.inf: "reference"}.get(row["effect"], "")
    failures = {"arm": row["n_failed"], "reference": row["n_reference_failed"]}.get(failing, "")
    return {
        "outcome": row["outcome"].replace("_", " "),
        "effect": _effect(row),
        "failing": failing,
        "failures": str(failures),
        "pairs": f"{row['n_pairs']:,}",
        "failed": f"{row['n_failed']:,} / {row['n_reference_failed']:,}",
        "datasets": str(row["n_datasets"]),
        "datasets_for": str(row["n_datasets_for"]),
        "datasets_against": str(row["n_datasets_against"]),
        "role": "headline" if row["headline"] else "votes" if row["votes"] else "no vote",
    }


def tuned_list(tuned: pd.DataFrame, contrasts: pd.DataFrame, beta: float) -> list[dict[str, Any]]:
    """Describe the cells chosen by tuning for speed and their results, a row for each problem.

    Parameters
    ----------
    tuned, contrasts
        The tables of tuned cells and of contrasts.
    beta
        The usual momentum coefficient.

    Returns
    -------
    list of dict
        Arms are ``gd``, ``usual`` and ``tuned``, each with α (and β) chosen on either fold, the
        median of updates on the other fold (∞ if most runs missed the target), runs that missed it
        or diverged, and the speed-up over plain gradient descent.
    """
    arms = {
        "gd": ArmKey(DESCENT),
        "usual": ArmKey(MOMENTUM, beta),
        "tuned": ArmKey(MOMENTUM, tunes_beta=True),
    }
    tuned = tuned.assign(arm=arms_of_rows(tuned))
    asked = (tuned["criterion"] == SPEED) & (tuned["gradient_noise"] == 0)
    chosen = tuned[asked & tuned["arm"].isin(arms.values()) & tuned["alpha"].notna()]
    contrasts = contrasts.assign(arm=arms_of_rows(contrasts))
    effects = contrasts[
        (contrasts["question"] == "rules")
        & (contrasts["comparison"] == "tuned")
        & (contrasts["criterion"] == SPEED)
        & (contrasts["reference_arm_rule"] == DESCENT)
    ].set_index([*_PROBLEM, "arm"])[EFFECT]
    rows = []
    for keys, own in _by_problem(chosen):
        row: dict[str, Any] = {
            "dataset": keys[1].replace("_", " "),
            "batch": keys[3],
            "target": "/".join(dict.fromkeys(own["target"].map(format_number))),
        }
        for name, arm in arms.items():
            row[name] = _arm(own[own["arm"] == arm])
            if (*keys, arm) in effects.index:
                row[name]["effect"] = _effect(effects.loc[(*keys, arm)])
        rows.append(row)
    return rows


def _by_problem(table: pd.DataFrame) -> Iterator[tuple[tuple[Any, ...], pd.DataFrame]]:
    """Yield problems by family, data set and batch size, the full batch last."""
    order = {batch: place for place, batch in enumerate(batches_in_order(table["batch"]))}
    groups: list[tuple[tuple[Any, ...], pd.DataFrame]] = list(table.groupby(_PROBLEM, sort=True))
    yield from sorted(groups, key=lambda group: (*group[0][:3], order[group[0][3]], *group[0][4:]))


def _arm(folds: pd.DataFrame) -> dict[str, str]:
    """Describe the choices on both folds."""
    if folds.empty:
        return {}
    updates = folds["median_updates"]
    return {
        "alpha": _either(folds["alpha"]),
        "beta": _either(folds["beta"]),
        "updates": " / ".join(f"{one:.0f}".replace("inf", "∞") for one in updates.dropna()),
        "missed": str(folds["n_missed"].sum()),
        "diverged": str(folds["n_diverged"].sum()),
        "edge": "edge" if folds[list(EXTENSIONS)].notna().any(axis=None) else "",
    }


def _either(values: pd.Series) -> str:
    return " / ".join(dict.fromkeys(map(rounded, values)))


def regret_list(advice: pd.DataFrame, beta: float, rates: Sequence[float]) -> list[dict[str, Any]]:
    """Describe the cost of the usual β and of the usual range of α relative to tuned ones.

    Returns
    -------
    list of dict
        A row for each problem without injected noise, with effects such as ``default_beta speed``.
    """
    low, high = rates
    arms = (ArmKey(MOMENTUM, beta), ArmKey(MOMENTUM, beta, rate_low=low, rate_high=high))
    asked = (
        advice["question"].isin(["default_beta", "default_rate"])
        & arms_of_rows(advice).isin(arms)
        & advice["criterion"].isin([SPEED, TEST_LOSS])
        & (advice["gradient_noise"] == 0)
    )
    return [
        {
            "dataset": keys[1].replace("_", " "),
            "batch": keys[3],
            **{
                f"{row['question']} {row['criterion']}": _regret(row)
                for row in own.to_dict("records")
            },
        }
        for keys, own in _by_problem(advice[asked])
    ]


def _regret(row: Mapping[Any, Any]) -> str | None:
    if row["effect"] == -np.inf:
        return f"missed in {row['n_failed']} of {row['n_pairs']}"
    return _effect(row)


def tuning(tuned: pd.DataFrame) -> dict[str, Any]:
    """Count the problems, and those on which nothing or no learning rate was tuned.

    Returns
    -------
    dict
        ``problems``, their number; ``untuned``, a list of what was not tuned (``what``) and the
        ``reason``, with the number of ``problems``; ``any``, whether anything was tuned. Nothing
        was tuned on a problem if each choice has a reason in the table, and no learning rate if
        each choice at a fixed β has one.
    """
    untuned: Counter[tuple[str, str]] = Counter()
    count = 0
    for _, own in tuned.groupby(_PROBLEM):
        count += 1
        fixed = own.loc[~own["arm_tunes_beta"], "reason"]
        for what, reasons in (("Nothing", own["reason"]), ("No learning rate", fixed)):
            if (reasons != "").all():
                untuned[what, " and ".join(sorted(set(reasons)))] += 1
                break
    nothing = sum(number for (what, _), number in untuned.items() if what == "Nothing")
    return {
        "problems": str(count),
        "any": nothing < count,
        "untuned": [
            {"what": what, "reason": reason, "problems": str(number)}
            for (what, reason), number in sorted(untuned.items())
        ],
    }


def variants(tuned: pd.DataFrame, beta: float) -> dict[str, Any]:
    """List the rules at the usual β that are compared with gradient descent, each tuned.

    The heavy ball is left out, since it has the iterates of momentum.

    Returns
    -------
    dict
        ``rules``, and whether all have the same number of cells to choose from (``same_trials``).
    """
    arms = arms_of_rows(tuned)
    others = [ArmKey(rule, beta) for rule in set(tuned["arm_rule"]) - {HEAVY_BALL, ANY_RULE}]
    trials = tuned[arms.isin([*others, ArmKey(DESCENT)])].groupby(_PROBLEM)["n_trials"]
    return {
        "rules": rules_in_order(arm.rule for arm in arms if arm in others),
        "same_trials": bool((trials.min() == trials.max()).all()),
    }


def budget_counts(budget: pd.DataFrame) -> dict[str, list[dict[str, str]]]:
    """Count the problems on which an arm is better or worse than gd after k trials each.

    Returns
    -------
    dict
        Arm → a row for each number of trials available on at least half of its problems.
    """
    facts = {}
    known = budget[budget["advantage"].notna()]
    for arm, own in known.groupby(arms_of_rows(known).map(_label)):
        by_trials = own.groupby("trials")
        sizes = by_trials.size()
        facts[str(arm)] = [
            {
                "trials": str(trials),
                "problems": str(len(rows)),
                "better": str(int((rows["advantage_low"] > 0).sum())),
                "worse": str(int((rows["advantage_high"] < 0).sum())),
            }
            for trials, rows in by_trials
            if 2 * len(rows) >= sizes.max()
        ]
    return facts


def profile_shares(profiles: pd.DataFrame) -> list[dict[str, str]]:
    """Share of problems on which each rule is within twice the best.

    Only the family of grids with the most problems counts.
    """
    if profiles.empty:
        return []
    family = profiles["family"].iloc[profiles["n_problems"].argmax()]
    near = profiles[(profiles["family"] == family) & (profiles["ratio"] <= 2)]
    # The share never falls as the ratio grows.
    near = near.assign(arm=arms_of_rows(near).map(_label)).sort_values("ratio")
    last = near.groupby(["criterion", "arm"], sort=False).last().reset_index()
    return [
        {
            "criterion": row["criterion"],
            "arm": row["arm"],
            "problems": str(row["n_problems"]),
            "near": f"{row['share']:.0%}",
        }
        for row in last.to_dict("records")
    ]


def best_rates(
    sensitivity: pd.DataFrame, beta: float, rates: Sequence[float]
) -> dict[str, dict[str, Any]]:
    """Describe the best α of momentum at the usual β, by criterion.

    Returns
    -------
    dict
        Criterion → number of problems, number of problems inside the advised range of α, and the
        smallest, median and largest best α (``alpha``) and αλ_max (``curvature``), which is None
        if λ_max was not measured.
    """
    low, high = rates
    usual = sensitivity[
        (sensitivity["rule"] == MOMENTUM)
        & (sensitivity["beta"] == beta)
        & (sensitivity["gradient_noise"] == 0)
        & sensitivity["best_alpha"].notna()
    ]
    return {
        str(criterion): {
            "problems": str(len(own)),
            "inside": str(int(own["best_alpha"].between(low, high).sum())),
            "alpha": _spread(own["best_alpha"]),
            "curvature": _spread(own["best_alpha_lambda_max"].dropna()),
        }
        for criterion, own in usual.groupby("criterion")
    }


def _label(arm: ArmKey) -> str:
    return arm.label


def _spread(values: pd.Series) -> dict[str, str] | None:
    if values.empty:
        return None
    points = {"lowest": values.min(), "median": values.median(), "highest": values.max()}
    return {point: rounded(value, 2) for point, value in points.items()}
