"""The tables of comparisons: tuned cells, pairs of runs, contrasts, and tests of the advice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.analysis.comparison.criteria import UPDATES, criterion_columns, targets_of
from momentum_study.analysis.comparison.effects import summary_of, unit_of
from momentum_study.analysis.comparison.pairs import Comparison, Pairs, compare
from momentum_study.analysis.comparison.problems import Problem, problems
from momentum_study.analysis.comparison.questions import RULES_QUESTIONS, Defaults, comparisons
from momentum_study.analysis.comparison.states import SEED_NAMES, StateRule, states
from momentum_study.analysis.comparison.tuned import tuned_rows
from momentum_study.analysis.comparison.tuning import Tuner
from momentum_study.core.seeds import generator
from momentum_study.statistics.intervals import Intervals
from momentum_study.statistics.paired import holm
from momentum_study.tables.files import joined_tables
from momentum_study.tables.keys import PROBLEM_KEYS
from momentum_study.tables.schema import Table
from momentum_study.tables.schemas.advice import ADVICE
from momentum_study.tables.schemas.contrasts import CONTRASTS
from momentum_study.tables.schemas.pairs import PAIRS
from momentum_study.tables.schemas.tuned import TUNED

# Columns that effects and counts are computed from.
_COUNTED = ["replicate", "reference_cost", "cost", "reference_diverged", "diverged", "gain"]
_COUNTED += ["target"]


@dataclass(frozen=True)
class ComparisonSettings:
    """Settings of the comparisons."""

    families: Mapping[str, str]
    floor: float
    defaults: Defaults
    state_rule: StateRule
    intervals: Intervals


@dataclass(frozen=True)
class ComparisonTables:
    """Tables of the schemas `TUNED`, `PAIRS`, `CONTRASTS` and `ADVICE`."""

    tuned: pd.DataFrame
    pairs: pd.DataFrame
    contrasts: pd.DataFrame
    advice: pd.DataFrame


def comparison_tables(runs: pd.DataFrame, settings: ComparisonSettings) -> ComparisonTables:
    """Tune, pair and compare all arms of a study, or of some of its problems.

    Parameters
    ----------
    runs
        A table of the schema `RUNS`, all runs of these problems.
    settings
        Families of grids, and settings from the configuration.
    """
    tuned: list[dict[str, Any]] = []
    pairs: list[tuple[dict[str, Any], Pairs]] = []
    effects: list[dict[str, Any]] = []
    for problem in problems(runs, settings.families):
        tuner = Tuner(problem, settings.floor, settings.intervals.seed)
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
        _effects_table(of_rules, CONTRASTS),
        _effects_table(of_advice, ADVICE),
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
            if pairs:
                key = {**problem.keys, **comparison.columns, **criterion_columns(criterion)}
                del key["target"]  # pairs have their own
                all_pairs.append((key, pairs))
            effects += [
                _effect(problem, comparison, criterion, state, part, settings) | {"reason": reason}
                for state, part in _by_state(pairs)
            ]
    return all_pairs, effects


def _pairs_table(pairs: list[tuple[dict[str, Any], Pairs]]) -> pd.DataFrame:
    """Return a table of the pairs of all comparisons, each with its key."""
    if not pairs:
        return joined_tables([], PAIRS)
    lengths = [len(own["gain"]) for _, own in pairs]
    keys = pd.DataFrame([key for key, _ in pairs])
    repeated = keys.loc[np.repeat(np.arange(len(keys)), lengths)].reset_index(drop=True)
    columns = {name: np.concatenate([own[name] for _, own in pairs]) for name in pairs[0][1]}
    return pd.concat([repeated, pd.DataFrame(columns)], axis="columns")


def _by_state(pairs: Pairs) -> Iterator[tuple[str, Pairs]]:
    """Yield pairs by the state of the reference; empty columns if there are no pairs."""
    if not pairs:
        yield "", {name: np.array([]) for name in _COUNTED}
        return
    for state in np.unique(pairs["state"]):
        own = pairs["state"] == state
        yield str(state), {name: column[own] for name, column in pairs.items()}


def _effect(
    problem: Problem,
    comparison: Comparison,
    criterion: str,
    state: str,
    pairs: Pairs,
    settings: ComparisonSettings,
) -> dict[str, Any]:
    """Return the row of one comparison on one problem."""
    keys = {name: problem.keys[name] for name in PROBLEM_KEYS}
    names = (*map(str, keys.values()), *comparison.seed_names, criterion)
    source = generator(settings.intervals.seed, "effects", *names, SEED_NAMES.get(state, state))
    of_one = {**pairs, "dataset": np.full(len(pairs["gain"]), keys["dataset"])}
    own = criterion_columns(criterion)
    targets = [target for target in (own["target"], *pairs["target"]) if not np.isnan(target)]
    return {
        **keys,
        **comparison.columns,
        "criterion": own["criterion"],
        "easiest_target": max(targets, default=np.nan),
        "hardest_target": min(targets, default=np.nan),
        "state": state,
        "unit": unit_of(criterion),
        **summary_of(of_one, settings.intervals.confidence, settings.intervals.resamples, source),
    }


def corrected(effects: pd.DataFrame) -> pd.DataFrame:
    """Correct p-values after Holm over the data sets of each comparison.

    Parameters
    ----------
    effects
        A table of the schema `CONTRASTS` or `ADVICE`, with or without the column ``p_holm``.

    Returns
    -------
    DataFrame
        With the column ``p_holm``.
    """
    keys = [name for name in CONTRASTS.keys if name not in ("dataset", "hardest_target")]
    # The target of `SPEED` differs between problems.
    given_target = effects["hardest_target"].where(effects["criterion"] == UPDATES)
    by_comparison = effects.groupby([*keys, given_target], dropna=False)["p_value"]
    return effects.assign(p_holm=by_comparison.transform(lambda p: holm(p.to_numpy())))


def _effects_table(effects: list[dict[str, Any]], schema: Table) -> pd.DataFrame:
    return corrected(pd.DataFrame(effects)) if effects else joined_tables([], schema)
