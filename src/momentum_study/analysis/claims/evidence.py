"""The evidence on each claim: functions from tables to the cases of one claim."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product

import pandas as pd

from momentum_study.analysis.claims.cases import Case, Kind, pairs_evidence
from momentum_study.analysis.claims.costs import cost_cases
from momentum_study.analysis.claims.landscapes import landscape_cases
from momentum_study.analysis.claims.levels import (
    ALL_BATCHES,
    ALL_DECAYS,
    ANY_INJECTED_NOISE,
    FORM_NAMES,
    Level,
    arm_level,
    batch_level,
    beta_level,
    case_name,
    comparison_level,
    criterion_level,
    curvature_level,
    decay_level,
    intervention_level,
    kappa_level,
    noise_level,
    rule_level,
)
from momentum_study.analysis.claims.selection import Selection
from momentum_study.analysis.comparison.criteria import PATH_CRITERIA, SPEED, TEST_LOSS, TRAIN_LOSS
from momentum_study.analysis.comparison.questions import Defaults
from momentum_study.analysis.comparison.states import OSCILLATING, SLOW
from momentum_study.statistics.intervals import Intervals
from momentum_study.statistics.verdict import Expectation
from momentum_study.tables.arms import ANY_RULE, COMPARISONS, DESCENT, HEAVY_BALL, MOMENTUM
from momentum_study.tables.keys import START_KEYS
from momentum_study.theory.tuning import break_even_kappa

PAIR_COLUMNS = (
    *("family", "dataset", "network", "batch", "gradient_noise", "question", "comparison"),
    *("reference_arm_rule", "arm_rule", "arm_beta", "arm_schedule", "arm_rate_low"),
    *("arm_rate_high", "criterion", "replicate", "alpha", "state", "reference_cost", "cost"),
    *("reference_diverged", "diverged", "gain"),
)
"""Required columns of the table of pairs."""


@dataclass(frozen=True)
class Findings:
    """The tables that claims are tested on, and the settings.

    Attributes
    ----------
    pairs
        Of the schema `PAIRS`, its `PAIR_COLUMNS` at least.
    landscapes, step_costs
        Of the schemas `LANDSCAPES` and `STEP_COSTS`.
    curvatures
        λ_max at the start of runs: `START_KEYS` and ``lambda_max``.
    conditions
        Condition number of the inputs of each data set, by its name.
    defaults
        The usual advice on β and the learning rate.
    intervals
        Settings of the intervals.
    """

    pairs: pd.DataFrame
    landscapes: pd.DataFrame
    step_costs: pd.DataFrame
    curvatures: pd.DataFrame
    conditions: pd.Series
    defaults: Defaults
    intervals: Intervals

    @property
    def usual(self) -> dict[str, object]:
        """Columns of the arm with momentum at the usual β."""
        return {"arm_rule": MOMENTUM, "arm_beta": self.defaults.beta}

    def select(self, question: str, **values: object) -> Selection:
        """Select pairs of one question, by default those without injected noise."""
        return Selection(self.pairs).where(question=question, **{"gradient_noise": 0.0, **values})

    def case(
        self,
        claim: str,
        levels: tuple[Level, ...],
        chosen: Selection,
        experiment: str,
        *,
        expects: Expectation = "greater",
        kind: Kind = "log_ratio",
        headline: bool = False,
        votes: bool = True,
    ) -> Iterator[Case]:
        """Yield the case of the chosen pairs; nothing if there are no pairs."""
        if len(chosen.rows):
            yield Case(
                claim,
                levels,
                pairs_evidence(chosen.rows, self.intervals, claim, case_name(levels)),
                kind,
                expects,
                experiment,
                f"pairs: {chosen.query}",
                headline,
                votes and not headline,
            )


def speed(findings: Findings) -> Iterator[Case]:
    """C1: updates to a target, by comparison, batch size and condition number."""
    case = partial(findings.case, "C1", experiment="updates to a training-loss target, paired")
    pairs = findings.select("rules", **findings.usual, criterion=SPEED)
    updates = criterion_level(SPEED, "")
    tuned = (comparison_level("tuned"), ALL_BATCHES, updates)
    yield from case(tuned, pairs.where(comparison="tuned"), headline=True)
    for comparison in COMPARISONS:
        for batch, own in pairs.where(comparison=comparison).each_batch():
            for kappa, part in _by_condition(findings, own):
                levels = (comparison_level(comparison), batch_level(batch), kappa, updates)
                yield from case(levels, part)


def smoothness(findings: Findings) -> Iterator[Case]:
    """C2: shares of sign flips and of rising losses, by αλ_max at the start."""
    case = partial(
        findings.case, "C2", experiment="shape of the path, descent minus momentum", kind="share"
    )
    for criterion in PATH_CRITERIA:
        shape = criterion_level(criterion)
        pairs = findings.select("rules", **findings.usual, criterion=criterion)
        tuned = pairs.where(comparison="tuned")
        if criterion == "sign_flips":
            yield from case((comparison_level("tuned"), shape), tuned, headline=True)
        for batch, own in tuned.each_batch():
            yield from case((comparison_level("tuned"), batch_level(batch), shape), own)
        for batch, own in pairs.where(comparison="every_alpha").each_batch():
            for band, part in _by_curvature(findings, own):
                levels = (comparison_level("every_alpha"), band, batch_level(batch), shape)
                yield from case(levels, part)


def noise(findings: Findings) -> Iterator[Case]:
    """C3: the final training loss under injected noise and under minibatch noise."""
    case = partial(findings.case, "C3", experiment="final training loss under noise, paired")
    pairs = Selection(findings.pairs).where(
        question="rules", **findings.usual, criterion=TRAIN_LOSS
    )
    injected = pairs.filter(pairs.rows["gradient_noise"] > 0, "gradient_noise > 0")
    small = pairs.where(gradient_noise=0.0)
    small = small.filter(small.rows["batch"] != "full", "batch != 'full'")
    loss = criterion_level(TRAIN_LOSS, "")
    same_alpha = (comparison_level("same_alpha"), ANY_INJECTED_NOISE, loss)
    yield from case(same_alpha, injected.where(comparison="same_alpha"), headline=True)
    for comparison in COMPARISONS:
        matched = comparison_level(comparison)
        for deviation, part in injected.where(comparison=comparison).each("gradient_noise"):
            yield from case((matched, noise_level(deviation), loss), part)
        for batch, part in small.where(comparison=comparison).each_batch():
            yield from case((matched, batch_level(batch, "noise of {}"), loss), part)


def default_beta(findings: Findings) -> Iterator[Case]:
    """C5: the loss from using the usual β instead of tuning it."""
    experiment = "momentum at the usual β against β tuned as well, α tuned in both"
    pairs = findings.select("default_beta", **findings.usual)
    yield from _defaults(findings, "C5", pairs, experiment)


def default_rate(findings: Findings) -> Iterator[Case]:
    """C6: the loss from restricting the learning rate to the advised range."""
    low, high = findings.defaults.rates
    pairs = findings.select("default_rate", **findings.usual, arm_rate_low=low, arm_rate_high=high)
    experiment = "momentum with α within the range advised against α tuned over the grid"
    yield from _defaults(findings, "C6", pairs, experiment)


def _defaults(findings: Findings, claim: str, pairs: Selection, experiment: str) -> Iterator[Case]:
    case = partial(findings.case, claim, experiment=experiment, expects="not_worse")
    for criterion in (TEST_LOSS, SPEED):
        cost = criterion_level(criterion)
        own = pairs.where(criterion=criterion)
        if criterion == TEST_LOSS:
            yield from case((cost, ALL_BATCHES), own, headline=True)
        for batch, part in own.each_batch():
            for kappa, rows in _by_condition(findings, part):
                yield from case((cost, batch_level(batch), kappa), rows)


def interventions(findings: Findings, claim: str, state: str, advised: str) -> Iterator[Case]:
    """C7, C8: β changed at a quarter of the budget or unchanged, and α changed instead."""
    case = partial(
        findings.case,
        claim,
        experiment=f"{state} runs changed at a quarter of the budget, against the same runs",
    )
    hidden = (criterion_level(TRAIN_LOSS, ""), Level("", {"state": state}))
    for schedule, rule in product((advised, advised.replace("beta", "rate")), FORM_NAMES):
        pairs = findings.select(
            "intervention",
            arm_rule=rule,
            arm_beta=findings.defaults.beta,
            arm_schedule=schedule,
            state=state,
        )
        change = (intervention_level(schedule), rule_level(rule, FORM_NAMES[rule]))
        is_advice = schedule == advised
        if is_advice and rule == MOMENTUM:
            yield from case((*change, ALL_BATCHES, *hidden), pairs, headline=True)
        for batch, own in pairs.each_batch():
            yield from case((*change, batch_level(batch), *hidden), own, votes=is_advice)


def correction(findings: Findings) -> Iterator[Case]:
    """C9: the moving average with and without bias correction."""
    case = partial(
        findings.case,
        "C9",
        experiment="with the correction against without, paired",
        expects="no_difference",
    )
    pairs = findings.select("correction")
    usual = findings.defaults.beta
    same = pairs.where(comparison="every_alpha", criterion=TRAIN_LOSS, arm_beta=usual)
    levels = (
        comparison_level("every_alpha"),
        beta_level(usual, "usual β"),
        criterion_level(TRAIN_LOSS, ""),
    )
    yield from case(levels, same, headline=True)
    for comparison, criterion in (
        ("every_alpha", TRAIN_LOSS),
        ("tuned", SPEED),
        ("tuned", TEST_LOSS),
    ):
        matched, cost = comparison_level(comparison), criterion_level(criterion)
        own = pairs.where(comparison=comparison, criterion=criterion)
        for beta, of_beta in own.each("arm_beta"):
            for batch, part in of_beta.each_batch():
                yield from case((matched, beta_level(beta), batch_level(batch), cost), part)


def decay(findings: Findings) -> Iterator[Case]:
    """C10: momentum with and without a decay, and gradient descent with and without it."""
    case = partial(findings.case, "C10", experiment="a decay against a constant rate, each tuned")
    for rule, text in ((MOMENTUM, "momentum"), (DESCENT, "descent")):
        is_momentum = rule == MOMENTUM
        who = rule_level(rule, text)
        pairs = findings.select("schedule", reference_arm_rule=rule)
        every = pairs.where(criterion=TEST_LOSS)
        levels = (who, criterion_level(TEST_LOSS), ALL_DECAYS)
        yield from case(levels, every, headline=is_momentum, votes=False)
        for criterion in (TEST_LOSS, TRAIN_LOSS):
            cost = criterion_level(criterion)
            for schedule, part in pairs.where(criterion=criterion).each("arm_schedule"):
                for batch, own in part.each_batch():
                    condition = (who, decay_level(schedule), batch_level(batch), cost)
                    yield from case(condition, own, votes=is_momentum)


def variants(findings: Findings) -> Iterator[Case]:
    """C12: momentum and its variants, the best and each one, against plain gradient descent."""
    case = partial(findings.case, "C12", experiment="each tuned over as many rates, paired")
    beta = findings.defaults.beta
    pairs = findings.select("rules", comparison="tuned", arm_beta=beta)
    pairs = pairs.filter(pairs.rows["arm_rule"] != HEAVY_BALL, f"arm_rule != {HEAVY_BALL!r}")
    rules = sorted(set(pairs.rows["arm_rule"]))
    # The arm that chooses among all variants, or the only rule.
    every = ANY_RULE if ANY_RULE in rules else next(iter(rules), "")
    for criterion in (SPEED, TEST_LOSS):
        for rule, part in pairs.where(criterion=criterion).each("arm_rule"):
            is_every = rule == every
            arm = arm_level(ANY_RULE, beta) if is_every else arm_level(rule, beta)
            if is_every and criterion == SPEED:
                levels = (arm, ALL_BATCHES, criterion_level(SPEED, ""))
                yield from case(levels, part, headline=True)
            for batch, own in part.each_batch():
                levels = (arm, criterion_level(criterion), batch_level(batch))
                yield from case(levels, own, votes=is_every)


def _by_condition(findings: Findings, pairs: Selection) -> Iterator[tuple[Level, Selection]]:
    """Yield pairs of data sets below and above the κ at which momentum breaks even."""
    threshold = float(break_even_kappa(findings.defaults.beta))
    kappa = pairs.rows["dataset"].map(findings.conditions).to_numpy("float64")
    for side, mask in (("below", kappa < threshold), ("above", kappa >= threshold)):
        names = sorted(set(pairs.rows["dataset"][mask]))
        yield kappa_level(side, threshold), pairs.filter(mask, f"dataset in {names}")


def _by_curvature(findings: Findings, pairs: Selection) -> Iterator[tuple[Level, Selection]]:
    """Yield pairs by αλ_max at the start.

    Gradient descent without momentum is monotone below 1, and oscillates between 1 and 2.
    """
    start = list(START_KEYS)
    curvature = pairs.rows[start].merge(findings.curvatures, on=start, how="left")["lambda_max"]
    position = pairs.rows["alpha"].to_numpy() * curvature.to_numpy()
    for low, high in ((0.0, 1.0), (1.0, 2.0)):
        mask = (position >= low) & (position < high)
        query = f"{low:g} <= alpha * lambda_max < {high:g}  # lambda_max of initial_sharpness.csv"
        yield curvature_level(low, high), pairs.filter(mask, query)


EXPERIMENTS: dict[str, Callable[[Findings], Iterator[Case]]] = {
    "C1": speed,
    "C2": smoothness,
    "C3": noise,
    "C4": lambda findings: landscape_cases(findings.landscapes, findings.intervals.confidence),
    "C5": default_beta,
    "C6": default_rate,
    "C7": partial(interventions, claim="C7", state=SLOW, advised="beta_up"),
    "C8": partial(interventions, claim="C8", state=OSCILLATING, advised="beta_down"),
    "C9": correction,
    "C10": decay,
    "C11": lambda findings: cost_cases(findings.step_costs, findings.intervals),
    "C12": variants,
}
