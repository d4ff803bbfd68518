"""C11: the costs of an update in time and memory, with and without momentum."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from momentum_study.analysis.claims.cases import Case, Evidence
from momentum_study.analysis.claims.levels import (
    ALL_NETWORKS,
    Level,
    case_name,
    criterion_level,
    network_level,
)
from momentum_study.analysis.comparison.effects import calibrated_effect
from momentum_study.core.seeds import generator
from momentum_study.statistics.estimates import FloatArray
from momentum_study.statistics.intervals import Intervals
from momentum_study.statistics.paired import log_ratio
from momentum_study.tables.arms import DESCENT, MOMENTUM

CLAIMED_ARRAYS = 1
"""Number of additional arrays of the parameters' size that the tutorial claims."""

_SETTING = ["network", "batch"]


def cost_cases(costs: pd.DataFrame, intervals: Intervals) -> Iterator[Case]:
    """Yield the cases of C11.

    Parameters
    ----------
    costs
        Of the schema `STEP_COSTS`. The effect in time is, for each round, the log ratio of the
        seconds per update without momentum to those with momentum. The effect in memory is the
        claimed number of arrays minus the counted one.
    intervals
        Settings of the intervals.
    """
    both = costs[costs["rule"].isin([DESCENT, MOMENTUM])]
    tables = {
        column: both.pivot_table(index=[*_SETTING, "round"], columns="rule", values=column)
        for column in ("seconds_per_update", "arrays_per_parameter")
    }
    seconds = tables["seconds_per_update"]
    time = pd.Series(log_ratio(seconds[DESCENT], seconds[MOMENTUM]), index=seconds.index)
    arrays = tables["arrays_per_parameter"]
    memory = CLAIMED_ARRAYS - (arrays[MOMENTUM] - arrays[DESCENT])
    in_time = criterion_level("time")
    yield _case((in_time, ALL_NETWORKS), time, intervals, headline=True)
    for network, batch in dict.fromkeys(index[:2] for index in time.index):
        levels = (in_time, network_level(network), Level(f"batch {batch}", {"batch": batch}))
        yield _case(levels, time.loc[[network], [batch]], intervals)
    yield _case((criterion_level("memory"),), memory, intervals, in_time=False)


def _case(
    levels: tuple[Level, ...],
    values: pd.Series,
    intervals: Intervals,
    *,
    headline: bool = False,
    in_time: bool = True,
) -> Case:
    rounds = [own.to_numpy("float64") for _, own in values.groupby(level=_SETTING)]
    evidence = _evidence(np.stack(rounds)[:, :, np.newaxis], intervals, case_name(levels))
    return Case(
        "C11",
        levels,
        evidence,
        "cost" if in_time else "arrays",
        "not_worse" if in_time else "no_difference",
        "time of an update" if in_time else "arrays of the parameters' size",
        f"step_costs: rule in ('{DESCENT}', '{MOMENTUM}'), paired by network, batch and round",
        headline=headline,
        votes=not headline,
    )


def _evidence(values: FloatArray, intervals: Intervals, name: str) -> Evidence:
    source = generator(intervals.seed, "cases", "C11", name)
    effect = calibrated_effect(values, intervals.confidence, intervals.resamples, source)
    nothing = ("n_failed", "n_reference_failed", "n_both_failed", "n_diverged")
    counts = {
        "n_pairs": effect.n,
        "n_compared": effect.n,
        **dict.fromkeys((*nothing, "n_reference_diverged"), 0),
    }
    test = (
        f"interquartile mean, {100 * intervals.confidence:g} % bootstrap over the rounds of "
        f"{len(values)} networks"
    )
    return Evidence(effect, counts, np.nan, (0, 0, 0), test)
