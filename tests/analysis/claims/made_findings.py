"""Made-up studies with a known effect of momentum.

No cost depends on the learning rate or on β, so that the truth is the same at the same α, at the
same η and with both tuned. Runs of a replicate share its luck; the rest of a cost is noise.
"""

from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from momentum_study.analysis.claims.evidence import Findings
from momentum_study.analysis.comparison.arms import Arm
from momentum_study.analysis.comparison.criteria import SPEED
from momentum_study.analysis.comparison.pairs import Comparison, compare
from momentum_study.analysis.comparison.problems import problems
from momentum_study.analysis.comparison.questions import Defaults
from momentum_study.analysis.comparison.states import StateRule
from momentum_study.analysis.comparison.tables import ComparisonSettings, comparison_tables
from momentum_study.analysis.comparison.tuning import Tuner
from momentum_study.engine.optimizers import RULES
from momentum_study.statistics.intervals import Intervals
from momentum_study.tables.arms import COMPARISONS

CONDITIONS = pd.Series({"round": 4.0, "rounder": 2.0, "narrow": 900.0, "narrower": 3000.0})
"""Data set → condition number."""

FAMILIES = {"main": "main"}
FLOOR = 0.01
BATCHES = {"16": 16, "full": 100}
REPLICATES = 10
BUDGET = 10_000
TYPICAL = 400  # updates to the target
LUCK = 0.3  # of a replicate, on the scale of logarithms
RATES = (0.1, 0.3, 1.0, 3.0, 10.0)
DEFAULTS = Defaults(beta=0.9, rates=(0.1, 0.3))
SLOW_RATE, OSCILLATING_RATE = RATES[0], RATES[-1]


class Group(NamedTuple):
    """Cells of one rule at every rate."""

    rule: str
    beta: float = 0.9
    schedule: str = "constant"
    gradient_noise: float = 0.0

    @property
    def rates(self) -> tuple[float, ...]:
        """α: of gradient descent those whose η momentum has as well."""
        return RATES[:3] if self.rule == "gd" else RATES


GD, HALF, USUAL = Group("gd", 0.0), Group("momentum", 0.5), Group("momentum")
PLAIN = (GD, HALF, USUAL)
EVERYTHING = (
    *PLAIN,
    Group("momentum_corrected"),
    Group("adam"),
    Group("heavy_ball"),
    Group("gd", 0.0, "cosine"),
    Group("momentum", 0.9, "cosine"),
    *(
        Group(rule, 0.9, f"{number}_{way}")
        for rule, number, way in product(
            ("momentum", "heavy_ball"), ("beta", "rate"), ("up", "down")
        )
    ),
    Group("gd", 0.0, gradient_noise=0.3),
    Group("momentum", gradient_noise=0.3),
)


def made_runs(
    groups=PLAIN,
    speed: Callable[[str], float] = lambda batch: 1.0,
    noise: float = 0.01,
    seed: int = 0,
    datasets=tuple(CONDITIONS.index),
    diverging: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Runs with the columns that comparisons need.

    Rules other than gradient descent take TYPICAL / ``speed(batch)`` updates to the target, times
    luck and noise; losses are the same. Rules in ``diverging`` diverge in every run.
    """
    rows = [
        (*group, dataset, batch, alpha, place, replicate)
        for group, (place, dataset), batch in product(groups, enumerate(datasets), BATCHES)
        if batch == "full" or not group.gradient_noise
        for alpha, replicate in product(group.rates, range(REPLICATES))
    ]
    names = [*Group._fields, "dataset", "batch", "alpha", "place", "replicate"]
    runs = pd.DataFrame(rows, columns=names)
    random = np.random.default_rng(seed)
    luck = random.normal(scale=LUCK, size=(len(datasets), REPLICATES))
    runs["luck"] = luck[runs.pop("place"), runs["replicate"]]
    spread = random.normal(scale=noise, size=(6, len(runs)))
    momentum = runs["rule"] != "gd"
    averages = runs["rule"].map(lambda name: RULES[name].averages)
    runs["eta"] = (1 - runs["beta"]) * runs["alpha"]
    runs["learning_rate"] = np.where(averages, runs["alpha"], runs["eta"])
    runs["grid"] = "main"
    runs["network"] = "small"
    runs["batch_size"] = runs["batch"].map(BATCHES)
    runs["steps"] = BUDGET
    runs["null_loss"] = 2.0
    runs["train_loss_initial"] = 2.0
    updates = TYPICAL / np.where(momentum, runs["batch"].map(speed), 1.0)
    runs["steps_to_0.1"] = np.round(updates * np.exp(runs["luck"] + spread[0]))
    for place, name in enumerate(
        ("train_loss_final", "validation_loss_best", "test_loss_at_best"), start=1
    ):
        runs[name] = 0.2 * np.exp(runs["luck"] + spread[place])
    runs["sign_flip_share"] = np.clip(0.3 + spread[4], 0, 1)
    runs["up_step_share"] = np.clip(0.3 + spread[5], 0, 1)
    runs["train_loss_early"] = np.where(runs["alpha"] == SLOW_RATE, 1.8, 0.2)
    runs["up_step_share_early"] = np.where(runs["alpha"] == OSCILLATING_RATE, 0.5, 0.0)
    lost = runs["rule"].isin(diverging)
    runs["status"] = np.where(lost, "diverged", "completed")
    after = ["steps_to_0.1", "train_loss_final", "validation_loss_best", "test_loss_at_best"]
    runs.loc[lost, after] = np.nan
    return runs.drop(columns="luck")


def made_findings(
    runs: pd.DataFrame, landscapes: pd.DataFrame, step_costs: pd.DataFrame
) -> Findings:
    """Make all comparisons of these runs, and add the side studies."""
    settings = ComparisonSettings(
        families=FAMILIES,
        floor=FLOOR,
        defaults=DEFAULTS,
        state_rule=StateRule(),
        intervals=Intervals(confidence=0.95, resamples=100, seed=0),
    )
    curvatures = pd.DataFrame(
        [
            ("main", dataset, "small", replicate, 1.0)
            for dataset, replicate in product(CONDITIONS.index, range(REPLICATES))
        ],
        columns=["family", "dataset", "network", "replicate", "lambda_max"],
    )
    return Findings(
        pairs=comparison_tables(runs, settings).pairs,
        landscapes=landscapes,
        step_costs=step_costs,
        curvatures=curvatures,
        conditions=CONDITIONS,
        defaults=DEFAULTS,
        intervals=Intervals(confidence=0.95, resamples=200, seed=0),
    )


def speed_pairs(runs: pd.DataFrame) -> pd.DataFrame:
    """Pairs of the comparisons by speed alone, in a fraction of the time that all of them take."""
    parts = []
    for problem in problems(runs, FAMILIES):
        tuner = Tuner(problem, FLOOR, 0)
        for matched_on in COMPARISONS:
            arms = Arm(("gd",)), Arm(("momentum",), DEFAULTS.beta)
            comparison = Comparison("rules", *arms, matched_on, (SPEED,))
            ((criterion, pairs, _),) = compare(tuner, comparison)
            key = {**problem.keys, **comparison.columns, "criterion": criterion}
            parts.append(pd.DataFrame({**key, **pairs}))
    return pd.concat(parts, ignore_index=True)
