"""The tables of comparisons: tuned cells, pairs of runs, contrasts, and advice put to the test."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.analysis.comparison.criteria import targets_of
from momentum_study.analysis.comparison.effects import summary_of, unit_of
from momentum_study.analysis.comparison.pairs import Pairs, compare
from momentum_study.analysis.comparison.problems import problems
from momentum_study.analysis.comparison.questions import RULES_QUESTIONS, Defaults, comparisons
from momentum_study.analysis.comparison.states import StateRule, states
from momentum_study.analysis.comparison.tuned import tuned_rows
from momentum_study.analysis.comparison.tuning import Tuner
from momentum_study.core.seeds import generator
from momentum_study.statistics.paired import holm
from momentum_study.tables.files import joined_tables
from momentum_study.tables.schema import Table
from momentum_study.tables.schemas.advice import ADVICE
from momentum_study.tables.schemas.contrasts import CONTRASTS
from momentum_study.tables.schemas.pairs import PAIRS
from momentum_study.tables.schemas.tuned import TUNED

# Rows whose tests are one family in Holm's sense: the same comparison on several data sets.
_FAMILY = ["family", "network", "batch", "gradient_noise", "question", "basis", "reference", "arm"]
_FAMILY += ["criterion", "state"]

# What effects and counts are made of.
_COUNTED = ["replicate", "reference_cost", "cost", "reference_diverged", "diverged", "gain"]
_COUNTED += ["target"]


@dataclass(frozen=True)
class ComparisonSettings:
    """What the comparisons depend on, besides the runs."""

    families: Mapping[str, str]
    floor: float
    defaults: Defaults
    state_rule: StateRule
    confidence: float
    resamples: int
    seed: int


@dataclass(frozen=True)
class ComparisonTables:
    """Tables of the schemas `TUNED`, `PAIRS`, `CONTRASTS` and `ADVICE`."""

    tuned: pd.DataFrame
    pairs: pd.DataFrame
    contrasts: pd.DataFrame
    advice: pd.DataFrame


def comparison_tables(runs: pd.DataFrame, settings: ComparisonSettings) -> ComparisonTables:
    """Tune, pair and compare all that a study has.

    Parameters
    ----------
    runs
        A table of the schema `RUNS`.
    settings
        Families of grids, and what the configuration sets.
    """
    tuned: list[dict[str, Any]] = []
    pairs: list[tuple[dict[str, Any], Pairs]] = []
    effects: list[dict[str, Any]] = []
    for problem in problems(runs, settings.families):
        tuner = Tuner(problem, settings.floor, settings.seed)
        targets = targets_of(problem)
        tuned += tuned_rows(tuner, targets, settings.defaults)
        own_pairs, own_effects = _compared(tuner, targets, settings)
        pairs += own_pairs
        effects += own_effects
    of_rules = [effect for effect in effects if effect["question"] in RULES_QUESTIONS]
    of_advice = [effect for effect in effects if effect["question"] not in RULES_QUESTIONS]
    return ComparisonTables(
        joined_tables([pd.DataFrame(tuned)] if tuned else [], TUNED),
        _pairs_table(pairs),
        _corrected(of_rules, CONTRASTS),
        _corrected(of_advice, ADVICE),
    )


def _compared(
    tuner: Tuner, targets: list[str], settings: ComparisonSettings
) -> tuple[list[tuple[dict[str, Any], Pairs]], list[dict[str, Any]]]:
    problem = tuner.problem
    early = states(problem, settings.state_rule)
    all_pairs, effects = [], []
    for comparison in comparisons(problem.cells, targets, settings.defaults):
        by_state = early if comparison.question == "intervention" else None
        for criterion, pairs, reason in compare(tuner, comparison, by_state):
            key = {**problem.keys, **comparison.key, "criterion": criterion}
            if pairs:
                all_pairs.append((key, pairs))
            effects += [
                _effect(key, state, part, reason, settings) for state, part in _by_state(pairs)
            ]
    return all_pairs, effects


def _pairs_table(pairs: list[tuple[dict[str, Any], Pairs]]) -> pd.DataFrame:
    """Put the pairs of all comparisons, each with its key, into one table."""
    if not pairs:
        return joined_tables([], PAIRS)
    lengths = [len(own["gain"]) for _, own in pairs]
    keys = pd.DataFrame([key for key, _ in pairs])
    repeated = keys.loc[np.repeat(np.arange(len(keys)), lengths)].reset_index(drop=True)
    columns = {name: np.concatenate([own[name] for _, own in pairs]) for name in pairs[0][1]}
    return pd.concat([repeated, pd.DataFrame(columns)], axis="columns")


def _by_state(pairs: Pairs) -> Iterator[tuple[str, Pairs]]:
    """Yield pairs by the state that the reference was in; nothing at all, where there are none."""
    if not pairs:
        yield "", {name: np.array([]) for name in _COUNTED}
        return
    for state in np.unique(pairs["state"]):
        own = pairs["state"] == state
        yield str(state), {name: column[own] for name, column in pairs.items()}


def _effect(
    key: dict[str, Any], state: str, pairs: Pairs, reason: str, settings: ComparisonSettings
) -> dict[str, Any]:
    """Return the row of one comparison on one problem."""
    named = {name: value for name, value in key.items() if name != "batch_size"}
    source = generator(settings.seed, "effects", *map(str, named.values()), state)
    of_one = {**pairs, "dataset": np.full(len(pairs["gain"]), key["dataset"])}
    return {
        **named,
        "state": state,
        "target": " ".join(sorted(set(pairs["target"]))),
        "unit": unit_of(key["criterion"]),
        **summary_of(of_one, settings.confidence, settings.resamples, source),
        "reason": reason,
    }


def _corrected(effects: list[dict[str, Any]], schema: Table) -> pd.DataFrame:
    """Correct the p-values of the same comparison on several data sets together."""
    if not effects:
        return joined_tables([], schema)
    table = pd.DataFrame(effects)
    corrected = table.groupby(_FAMILY)["p_value"].transform(lambda p: holm(p.to_numpy()))
    return table.assign(p_holm=corrected)
