"""Cases: a claim under one condition, with its effect, interval and outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from momentum_study.analysis.claims.levels import NO_LEVELS, Level, case_name
from momentum_study.analysis.comparison.effects import (
    calibrated_effect,
    counts_of,
    effect_columns,
    replicate_gains,
    stacked_gains,
)
from momentum_study.core.seeds import generator
from momentum_study.statistics.estimates import FloatArray
from momentum_study.statistics.intervals import Intervals
from momentum_study.statistics.paired import Effect, holm, probability_of_improvement, signed_rank_p
from momentum_study.statistics.verdict import Expectation, Outcome, case_outcome

Kind = Literal["log_ratio", "share", "cost", "arrays"]
"""Kind of an effect: a log ratio of training costs, a difference of shares, a log ratio of times
per update, or a number of arrays."""


@dataclass(frozen=True)
class Margins:
    """The largest effects that do not matter, by kind."""

    log_ratio: float
    share: float
    cost: float
    arrays: float


@dataclass(frozen=True)
class Evidence:
    """An effect and the data that it is based on.

    Attributes
    ----------
    effect
        Positive if the claim is right.
    counts
        As returned by `momentum_study.analysis.comparison.effects.counts_of`.
    probability
        Share of pairs in which the claim is right; NaN without pairs.
    datasets
        Numbers of data sets, of those significantly for it, and of those significantly against it.
    test
        Description of the interval.
    """

    effect: Effect
    counts: Mapping[str, int]
    probability: float
    datasets: tuple[int, int, int]
    test: str


@dataclass(frozen=True)
class Case:
    """A claim under one condition.

    Attributes
    ----------
    claim
        Name of the claim.
    levels
        The condition, in the order of its display text.
    evidence
        The effect and its data.
    kind, expects
        The kind of the effect, and what the claim expects of it.
    experiment, query
        Description of the experiment, and the query that selects its rows of a table.
    headline, votes
        Whether the case represents the claim as a whole; whether it counts in the verdict.
    """

    claim: str
    levels: tuple[Level, ...]
    evidence: Evidence
    kind: Kind
    expects: Expectation
    experiment: str
    query: str
    headline: bool = False
    votes: bool = True

    @property
    def name(self) -> str:
        """Display text of the condition."""
        return case_name(self.levels)

    def outcome(self, margins: Margins) -> Outcome:
        """Judge the case."""
        return case_outcome(self.evidence.effect, self.expects, getattr(margins, self.kind))

    @property
    def unit(self) -> str:
        """Unit of its effect in tables."""
        return "log_ratio" if self.kind == "cost" else self.kind

    def row(self, margins: Margins) -> dict[str, Any]:
        """Return its row of the schema `CASES`."""
        datasets, for_it, against_it = self.evidence.datasets
        return {
            "claim": self.claim,
            "case": self.name,
            "group": self.levels[0].text,
            **NO_LEVELS,
            **{name: value for level in self.levels for name, value in level.columns.items()},
            "headline": self.headline,
            "votes": self.votes,
            "experiment": self.experiment,
            "unit": self.unit,
            "expects": self.expects,
            "margin": getattr(margins, self.kind),
            **effect_columns(self.evidence.effect),
            "probability": self.evidence.probability,
            "n_datasets": datasets,
            "n_datasets_for": for_it,
            "n_datasets_against": against_it,
            **self.evidence.counts,
            "outcome": self.outcome(margins),
            "test": self.evidence.test,
            "query": self.query,
        }


def pairs_evidence(pairs: pd.DataFrame, intervals: Intervals, *names: str) -> Evidence:
    """Return the evidence of pairs of runs.

    Parameters
    ----------
    pairs
        Of the schema `PAIRS`, all of one unit.
    intervals
        Settings of the intervals.
    *names
        Names of the generator of resamples.
    """
    source = generator(intervals.seed, "cases", *names)
    gains = stacked_gains(pairs)
    strata = len(gains)
    return Evidence(
        calibrated_effect(gains, intervals.confidence, intervals.resamples, source),
        counts_of(pairs),
        probability_of_improvement(gains),
        (strata, *_data_sets(gains, 1 - intervals.confidence)),
        f"interquartile mean, {100 * intervals.confidence:g} % bootstrap over replicates of "
        f"{strata} data sets",
    )


def _data_sets(gains: FloatArray, level: float) -> tuple[int, int]:
    """Count data sets for and against by their signed-rank tests with Holm's correction."""
    by_replicate = [replicate_gains(own[np.newaxis]) for own in gains]
    significant = holm([signed_rank_p(own) for own in by_replicate]) <= level
    # The side with more replicates is the side that a significant test favours.
    sign = np.array([np.sign(np.sign(own).sum()) for own in by_replicate])
    return int((significant & (sign > 0)).sum()), int((significant & (sign < 0)).sum())
