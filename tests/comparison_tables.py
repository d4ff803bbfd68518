"""Made-up tables of comparisons that are valid and look like real ones.

Gains follow the closed form of a quadratic with the condition number assigned to the data set. They
are smaller for smaller batches. Intervals have the width of ten replicates. Where momentum is far
too slow, it fails. The tables are for tests of figures only.
"""

from itertools import product

import numpy as np
import pandas as pd

from momentum_study.analysis.claims.levels import NO_LEVELS
from momentum_study.statistics.paired import Effect
from momentum_study.statistics.verdict import Rule, case_outcome, verdict
from momentum_study.tables.arms import ARM_KEYS
from momentum_study.tables.keys import THEORY_PARAMETERS
from momentum_study.theory.tuning import speed_up, tuned_radius
from tests.arms import arm_columns, labels, reference_columns

CONDITION = {
    "breast_cancer": 900.0,
    "conditioned": 300.0,
    "diabetes": 40.0,
    "digits": 150.0,
    "iris": 60.0,
    "moons": 20.0,
    "wine": 400.0,
    "a_data_set_with_a_long_name": 3000.0,
}
"""Data set → condition number."""

GAIN = {"16": 0.3, "64": 0.6, "full": 1.0}
"""Batch size → share of the logarithmic gain on a quadratic that remains with its noise."""

BETAS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
REPLICATES = 10
WIDTH = 0.9 / np.sqrt(REPLICATES)

_KEYS = {"family": "momentum", "network": "medium", "gradient_noise": 0.0}


def contrasts(datasets=tuple(CONDITION), batches=tuple(GAIN), networks=("medium",)):
    """Tuned momentum against tuned gradient descent by updates to the target, and other rows."""
    rows = []
    for dataset, network, batch in product(datasets, networks, batches):
        keys = {**_KEYS, "dataset": dataset, "network": network, "batch": batch}
        effects = {
            f"momentum {beta}": GAIN[batch] * np.log(speed_up(beta, CONDITION[dataset]))
            for beta in BETAS
        }
        effects["momentum tuned"] = max(*effects.values(), 0.0)
        for arm, effect in effects.items():
            # Beyond the budget, first in some resamples, then in most pairs.
            low = -np.inf if effect < -1.2 else effect - WIDTH
            effect = -np.inf if effect < -1.6 else effect
            row = effect_row(effect, low, effect + WIDTH)
            rows.append({**keys, **_comparison("rules", "tuned", "gd", arm, "speed"), **row})
        # Rows that these figures leave out.
        for arm, comparison, criterion in (
            ("adam 0.9", "tuned", "speed"),
            ("momentum 0.9", "tuned", "test_loss"),
            ("momentum 0.9", "same_alpha", "speed"),
            ("momentum tuned, cosine", "tuned", "speed"),
        ):
            compared = _comparison("rules", comparison, "gd", arm, criterion)
            rows.append({**keys, **compared, **effect_row(7.0, 6.0, 8.0)})
    rows.append(
        {
            **rows[0],
            "gradient_noise": 1.0,
            **effect_row(7.0, 6.0, 8.0),
        }
    )
    table = pd.DataFrame(rows)
    # On the easiest data set gradient descent failed for one β; for another all runs failed.
    easiest = table["dataset"].eq(datasets[0]) & table["batch"].eq(batches[0])
    for arm, row in (
        ("momentum 0.8", effect_row(np.inf, 0.4, np.inf)),
        ("momentum 0.5", effect_row(np.nan, np.nan, np.nan, n_compared=0)),
    ):
        chosen = easiest & (labels(table) == arm) & (table["gradient_noise"] == 0)
        table.loc[chosen, list(row)] = list(row.values())
    # One arm was not run on the last data set.
    missing = table["dataset"].eq(datasets[-1]) & labels(table).eq("momentum 0.98")
    return table[~missing].reset_index(drop=True)


def theory():
    """Speed-ups of a quadratic, in the form of the theory table."""
    rows = [
        {
            "quantity": "speed_up",
            "form": "momentum",
            **dict.fromkeys(THEORY_PARAMETERS, np.nan),
            "beta": beta,
            "kappa": kappa,
            "predicted": float(speed_up(beta, kappa)),
            "measured": float(speed_up(beta, kappa)),
            "error": 0.0,
            "tolerance": 1e-6,
            "holds": True,
        }
        for beta, kappa in product((0.5, 0.8, 0.9, 0.95), (2.0, 100.0, 1e5))
    ]
    return pd.DataFrame(rows).astype({"step": "Int64"})


def datasets():
    """Every data set with its condition number."""
    return pd.DataFrame(
        {
            "dataset": list(CONDITION),
            "task": "classification",
            "rows": 600,
            "train_rows": 360,
            "features": 20,
            "outputs": 2,
            "scaling": "standard",
            "condition_number": list(CONDITION.values()),
        }
    )


def advice(datasets=tuple(CONDITION)[:7], batches=tuple(GAIN)):
    """Changes during the run: a higher rate helps slow runs, a lower one oscillating runs."""
    gain = {
        ("slow", "beta_up"): 0.05,
        ("slow", "rate_up"): 0.5,
        ("oscillating", "beta_up"): -0.4,
        ("oscillating", "rate_up"): -0.9,
    }
    rows = []
    states = ("slow", "oscillating", "monotone")
    for dataset, batch, state, number, way in product(
        datasets, batches, states, ("beta", "rate"), ("up", "down")
    ):
        sign = 1 if way == "up" else -1
        effect = sign * gain.get((state, f"{number}_up"), 0.02) * GAIN[batch]
        effect *= 1 + 0.1 * np.log(CONDITION[dataset])
        compared = _comparison(
            "intervention",
            "every_alpha",
            "momentum 0.9",
            f"momentum 0.9, {number}_{way}",
            "train_loss",
            state,
        )
        failed = (state, number, way) == ("oscillating", "rate", "up") and batch == batches[-1]
        low = -np.inf if failed else effect - WIDTH / 2
        counts = {"n_pairs": int(CONDITION[dataset]) % 97 + 8}
        rows.append(
            {
                **_KEYS,
                "dataset": dataset,
                "batch": batch,
                **compared,
                **effect_row(effect, low, effect + WIDTH / 2, **counts),
            }
        )
        # The other form. Figures leave out its changes of α, which are the same runs, and runs that
        # had diverged before.
        other = {"arm_rule": "heavy_ball", "reference_arm_rule": "heavy_ball"}
        own = (0.3, 0.2, 0.4) if number == "beta" else (7.0, 6.0, 8.0)
        rows.append({**rows[-1], **other, **effect_row(*own)})
        rows.append({**rows[-2], "state": "diverged", **effect_row(7.0, 6.0, 8.0)})
    table = pd.DataFrame(rows).drop_duplicates(["dataset", "batch", *ARM_KEYS, "state"])
    # No run on the first data set oscillated at the full batch.
    missing = (
        table["dataset"].eq(datasets[0])
        & table["state"].eq("oscillating")
        & table["batch"].eq(batches[-1])
    )
    return table[~missing].reset_index(drop=True)


def budget(datasets=tuple(CONDITION)[:7], batches=tuple(GAIN), arms=None):
    """The best of k trials, whose losses depend on the distance from the best rate and β."""
    cells = arms or {
        "gd": 14,
        "momentum 0.9": 14,
        "momentum tuned": 112,
        "momentum_corrected 0.9": 14,
        "nesterov 0.9": 10,
        "adam 0.9": 14,
    }
    rows = []
    for dataset, batch, (arm, count) in product(datasets, batches, cells.items()):
        radius = {"gd": 0.0, "momentum tuned": 0.95}.get(arm, 0.9)
        best = 0.02 + 0.3 / np.sqrt(CONDITION[dataset])
        best /= float(tuned_radius(0.5, 2.0)) + 2 * radius * GAIN[batch]
        trials = [k for k in (1, 2, 3, 5, 8, 13, 20, 30, 50, 80) if k < count] + [count]
        for k in trials:
            hard = 1.6 if arm == "momentum tuned" else 1.0
            loss = min(best + 0.7 * hard / (1 + k**1.3), 1.0)
            of_descent = min(
                0.02 + 0.3 / np.sqrt(CONDITION[dataset]) + 0.7 / (1 + min(k, 14) ** 1.3), 1.0
            )
            advantage = 0.0 if arm == "gd" else np.log(of_descent / loss)
            spread = 0.0 if arm == "gd" else 0.1
            rows.append(
                {
                    **_KEYS,
                    "dataset": dataset,
                    "batch": batch,
                    **arm_columns(arm),
                    "trials": k,
                    "n_cells": count,
                    "n_replicates": REPLICATES,
                    "n_runs": count * REPLICATES,
                    "n_diverged": 3,
                    "validation_loss": loss,
                    "validation_loss_low": loss * 0.8,
                    "validation_loss_high": loss * 1.2,
                    "test_loss": loss * 1.05,
                    "test_loss_low": loss * 0.85,
                    "test_loss_high": loss * 1.3,
                    "draw_low": loss * 0.5,
                    "draw_high": loss * 1.5,
                    "advantage": advantage,
                    "advantage_low": advantage - spread,
                    "advantage_high": advantage + spread,
                }
            )
    return pd.DataFrame(rows)


def profiles(criteria=("speed", "test_loss"), families=("momentum",)):
    """Profiles that increase from the share of problems won to the share solved."""
    share = {
        "gd": (0.05, 0.86),
        "momentum 0.9": (0.19, 1.0),
        "momentum tuned": (0.38, 1.0),
        "momentum_corrected 0.9": (0.1, 1.0),
        "nesterov 0.9": (0.14, 0.95),
        "adam 0.9": (0.14, 0.9),
    }
    problems = 21
    rows = []
    for family, criterion, (arm, (first, last)), ratio in product(
        families, criteria, share.items(), 10.0 ** (np.arange(41) / 40)
    ):
        value = first + (last - first) * np.log10(ratio) ** 0.6
        value = np.floor(value * problems) / problems
        rows.append(
            {
                "family": family,
                "criterion": criterion,
                **arm_columns(arm),
                "ratio": ratio,
                "share": value,
                "share_low": max(value - 0.15, 0.0),
                "share_high": min(value + 0.12, 1.0),
                "n_problems": problems,
                "n_unsolved": round((1 - last) * problems),
                "mean_rank": 1 + 5 * (1 - first),
                "friedman_p": 0.01,
                "n_runs": problems * REPLICATES,
                "n_failed": 5,
            }
        )
    return pd.DataFrame(rows)


_BATCHES = tuple("full batch" if batch == "full" else f"batch {batch}" for batch in GAIN)
_KAPPAS = ("κ < 38", "κ ≥ 38")
_HEIGHTS = tuple(f"height {height}" for height in (0.1, 0.2, 0.4, 0.8, 1.6))
_CLAIMS = (
    # Words; unit, expectation and margin; headline; groups, by the first level of their cases, with
    # the first effect and the increment; the other levels.
    (
        "Momentum converges faster than plain gradient descent.",
        ("log_ratio", "greater", 0.05),
        ("each tuned, all batch sizes", 0.45, 0.2),
        {"same α": (-0.1, 0.0), "same η": (0.4, 0.3), "each tuned": (-0.4, 0.2)},
        (_BATCHES, _KAPPAS),
    ),
    (
        "Its path is smooth where plain descent oscillates.",
        ("share", "greater", 0.02),
        ("each tuned, sign flips", 0.22, 0.04),
        {"each tuned": (-0.09, 0.03), "same α": (0.0, 0.03)},
        (_BATCHES, ("αλ < 1", "1 ≤ αλ < 2"), ("sign flips", "rises of the loss")),
    ),
    (
        "It is more robust to gradient noise.",
        ("log_ratio", "greater", 0.3),
        ("injected noise, all comparisons", 0.0, 0.02),
        {"same α": (0.0, 0.01), "same η": (0.0, 0.01), "each tuned": (0.0, 0.02)},
        (("injected noise of 0.1", "injected noise of 1", "batch 16 against full"),),
    ),
    (
        "It leaves saddle points and local minima more easily.",
        ("log_ratio", "greater", 0.05),
        ("saddle, same α", -0.3, 0.05),
        {"monkey saddle": (-0.2, 0.1), "well from the bottom": (-0.2, 0.08)},
        (("same α", "same η", "each tuned"), _HEIGHTS),
    ),
    (
        "β = 0.9 is the value to take.",
        ("log_ratio", "not_worse", 0.1),
        ("test loss, all batch sizes", -0.05, 0.02),
        {"test loss": (-0.1, 0.03), "updates to a target": (-0.9, 0.2)},
        (_BATCHES, _KAPPAS),
    ),
    (
        "A learning rate of 0.001 to 0.01 is the range to take.",
        ("log_ratio", "not_worse", 0.1),
        ("test loss, all batch sizes", -1.9, 0.3),
        {"test loss": (-2.2, 0.1), "updates to a target": (-np.inf, 0.0)},
        (_BATCHES, _KAPPAS),
    ),
    (
        "If the loss falls slowly early in training, raise β.",
        ("log_ratio", "greater", 0.05),
        ("β up, moving average, all batch sizes", 0.01, 0.02),
        {"β up": (-0.02, 0.02)},
        (("moving average", "heavy ball"), _BATCHES),
    ),
    (
        "If training oscillates, lower β.",
        ("log_ratio", "greater", 0.05),
        ("β down, moving average, all batch sizes", 0.4, 0.2),
        {"β down": (0.3, 0.1)},
        (("moving average", "heavy ball"), _BATCHES),
    ),
    (
        "Correcting the bias of the average is optional.",
        ("log_ratio", "no_difference", 0.05),
        ("same α, usual β", 0.0, 0.02),
        {"same α": (0.0, 0.002), "each tuned": (0.0, 0.004)},
        (("β = 0.9", "β = 0.99"), _BATCHES),
    ),
    (
        "A decay of the learning rate combines well with it.",
        ("log_ratio", "greater", 0.05),
        ("momentum, test loss, all decays", np.nan, 0.2),
        {"momentum": (-0.1, 0.02)},
        (("step", "cosine"), _BATCHES, ("test loss", "final training loss")),
    ),
    (
        "It costs little: one more array per parameter.",
        ("arrays", "no_difference", 0.1),
        ("memory", 0.0, 0.0),
        {"time": (0.0, 0.0)},
        (("medium", "deep"), ("batch 16", "batch full")),
    ),
    (
        "Nearly every task is better off with momentum or a variant.",
        ("log_ratio", "greater", 0.05),
        ("best of all, all batch sizes", 0.6, 0.2),
        {"best of all": (0.2, 0.1)},
        (("updates to a target", "test loss"), _BATCHES),
    ),
)


def claims_and_cases():
    """Verdicts on twelve claims, and their cases."""
    claims, cases = [], []
    for number, (words, kind, headline, groups, levels) in enumerate(_CLAIMS, 1):
        claim = f"C{number}"
        own = [_case(claim, *headline, kind, headline=True)]
        for first, (start, rise) in groups.items():
            for place, others in enumerate(product(*levels)):
                name = ", ".join([first, *others])
                own.append(_case(claim, name, start + place * rise, 0.1 * kind[2] + 0.02, kind))
        # A case that does not vote.
        own.append({**_case(claim, "extra, all batch sizes", 9.0, 0.1, kind), "votes": False})
        outcomes = [case["outcome"] for case in own if case["votes"]]
        word = verdict(outcomes, Rule())
        claims.append(
            {
                "number": number,
                "claim": claim,
                "words": words,
                "verdict": word,
                "default_verdict": "depends" if claim == "C12" else word,
                "condition": "none",
                "headline": own[0]["case"],
                **{name: own[0][name] for name in ("unit", "effect", "low", "high")},
                "n": 210,
                "n_failed": 3,
                "n_diverged": 1,
                "test": "bootstrap interval",
                "n_cases": len(outcomes),
                "n_for": outcomes.count("for"),
                "n_against": outcomes.count("against"),
                "n_no_difference": outcomes.count("no_difference"),
                "n_undecided": outcomes.count("undecided"),
                "experiment": "contrasts",
                "figure": "verdicts",
            }
        )
        cases += [{"number": number, **case} for case in own]
    return pd.DataFrame(claims), pd.DataFrame(cases)


def _case(claim, name, effect, width, kind, *, headline=False):
    unit, expects, margin = kind
    row = effect_row(effect, effect - width, effect + width, n_pairs=210)
    ends = [row[end] for end in ("low", "high", "equivalence_low", "equivalence_high")]
    return {
        "claim": claim,
        "case": name,
        "group": name.partition(", ")[0],
        **NO_LEVELS,
        "headline": headline,
        "votes": not headline,
        "experiment": "contrasts",
        "expects": expects,
        "margin": margin,
        **{name: row[name] for name in row if name not in _EFFECT_ONLY},
        "unit": unit,
        "n_datasets": 7,
        "n_datasets_for": 4,
        "n_datasets_against": 1,
        "outcome": case_outcome(Effect(effect, *ends, 210), expects, margin),
        "test": "bootstrap interval",
        "query": f"contrasts: {name}",
    }


_EFFECT_ONLY = ("p_value", "p_holm", "reason")


def effect_row(effect, low, high, *, n_pairs=REPLICATES, n_compared=None):
    """Columns of an effect, whose equivalence interval is nine tenths as wide."""
    inner_low, inner_high = low, high
    if np.isfinite(effect):
        inner_low, inner_high = (0.9 * end + 0.1 * effect for end in (low, high))
    return {
        "unit": "log_ratio",
        "effect": effect,
        "low": low,
        "high": high,
        "equivalence_low": inner_low,
        "equivalence_high": inner_high,
        "probability": float(effect > 0) if np.isfinite(effect) else np.nan,
        "p_value": 0.02,
        "p_holm": 0.1,
        "n_pairs": n_pairs,
        "n_compared": n_pairs if n_compared is None else n_compared,
        "n_failed": 0,
        "n_reference_failed": 0,
        "n_both_failed": 0,
        "n_diverged": 0,
        "n_reference_diverged": 0,
        "reason": "",
    }


def _comparison(question, comparison, reference, arm, criterion, state=""):
    target = 0.1 if criterion == "speed" else np.nan
    return {
        "question": question,
        "comparison": comparison,
        **reference_columns(reference),
        **arm_columns(arm),
        "criterion": criterion,
        "easiest_target": target,
        "hardest_target": target,
        "state": state,
    }
