"""The experiments that try the claims: each turns tables into the cases of one claim."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product

import pandas as pd

from momentum_study.analysis.claims.cases import Case, Kind, pairs_evidence
from momentum_study.analysis.claims.costs import cost_cases
from momentum_study.analysis.claims.landscapes import landscape_cases
from momentum_study.analysis.claims.selection import Selection
from momentum_study.analysis.comparison.arms import DESCENT, Arm
from momentum_study.analysis.comparison.criteria import PATH_CRITERIA, SPEED, TEST_LOSS, TRAIN_LOSS
from momentum_study.analysis.comparison.pairs import BASES
from momentum_study.analysis.comparison.questions import CORRECTED, HEAVY_BALL, MOMENTUM, Defaults
from momentum_study.analysis.comparison.states import OSCILLATING, SLOW
from momentum_study.statistics.intervals import Intervals
from momentum_study.statistics.verdict import Expectation
from momentum_study.tables.keys import START_KEYS
from momentum_study.theory.tuning import break_even_kappa

CRITERIA = {
    SPEED: "updates to a target",
    TRAIN_LOSS: "final training loss",
    TEST_LOSS: "test loss",
    "sign_flips": "sign flips",
    "up_steps": "rises of the loss",
}
KEPT = {MOMENTUM: "moving average", HEAVY_BALL: "heavy ball"}
"""The forms: when β changes the moving average keeps its α, the heavy ball its η."""


@dataclass(frozen=True)
class Findings:
    """The tables that claims are put to, and how.

    Attributes
    ----------
    pairs
        Of the schema `PAIRS`.
    landscapes, step_costs
        Of the schemas `LANDSCAPES` and `STEP_COSTS`.
    curvatures
        λ_max where runs start: `START_KEYS` and ``lambda_max``.
    conditions
        Condition number of the inputs of each data set, by its name.
    defaults
        The values usually advised.
    intervals
        How intervals are computed.
    """

    pairs: pd.DataFrame
    landscapes: pd.DataFrame
    step_costs: pd.DataFrame
    curvatures: pd.DataFrame
    conditions: pd.Series
    defaults: Defaults
    intervals: Intervals

    @property
    def usual(self) -> str:
        """Name of the arm of momentum at the usual β."""
        return Arm((MOMENTUM,), self.defaults.beta).name

    def select(self, question: str, **values: object) -> Selection:
        """Pairs of one question, without injected noise unless that is asked for."""
        return Selection(self.pairs).where(question=question, **{"gradient_noise": 0.0, **values})

    def case(
        self,
        claim: str,
        name: str,
        chosen: Selection,
        experiment: str,
        *,
        expects: Expectation = "greater",
        kind: Kind = "log_ratio",
        headline: bool = False,
        votes: bool = True,
    ) -> Iterator[Case]:
        """Yield the case that some pairs make; none without pairs."""
        if len(chosen.rows):
            yield Case(
                claim,
                name,
                pairs_evidence(chosen.rows, self.intervals, claim, name),
                kind,
                expects,
                experiment,
                f"pairs: {chosen.query}",
                headline,
                votes and not headline,
            )


def speed(findings: Findings) -> Iterator[Case]:
    """C1: updates to a target, by basis, batch size and condition number."""
    case = partial(findings.case, "C1", experiment="updates to a training-loss target, paired")
    pairs = findings.select("rules", arm=findings.usual, criterion=SPEED)
    yield from case("each tuned, all batch sizes", pairs.where(basis="tuned"), headline=True)
    for basis, words in BASES.items():
        for batch, own in pairs.where(basis=basis).each_batch():
            for kappa, part in _by_condition(findings, own):
                yield from case(f"{words}, {batch}, {kappa}", part)


def smoothness(findings: Findings) -> Iterator[Case]:
    """C2: shares of sign flips and of rising losses, where plain descent oscillates and not."""
    case = partial(
        findings.case, "C2", experiment="shape of the path, descent minus momentum", kind="share"
    )
    for criterion in PATH_CRITERIA:
        words = CRITERIA[criterion]
        pairs = findings.select("rules", arm=findings.usual, criterion=criterion)
        tuned = pairs.where(basis="tuned")
        if criterion == "sign_flips":
            yield from case("each tuned, sign flips", tuned, headline=True)
        for batch, own in tuned.each_batch():
            yield from case(f"each tuned, {batch}, {words}", own)
        for batch, own in pairs.where(basis="every_alpha").each_batch():
            for band, part in _by_curvature(findings, own):
                yield from case(f"same α, {band}, {batch}, {words}", part)


def noise(findings: Findings) -> Iterator[Case]:
    """C3: the final training loss under injected noise, and under that of small batches."""
    case = partial(findings.case, "C3", experiment="final training loss under noise, paired")
    pairs = Selection(findings.pairs).where(
        question="rules", arm=findings.usual, criterion=TRAIN_LOSS
    )
    injected = pairs.filter(pairs.rows["gradient_noise"] > 0, "gradient_noise > 0")
    small = pairs.where(gradient_noise=0.0)
    small = small.filter(small.rows["batch"] != "full", "batch != 'full'")
    yield from case("same α, injected noise", injected.where(basis="same_alpha"), headline=True)
    for basis, words in BASES.items():
        for level, part in injected.where(basis=basis).each("gradient_noise"):
            yield from case(f"{words}, injected noise of {level:g}", part)
        for batch, part in small.where(basis=basis).each_batch():
            yield from case(f"{words}, noise of {batch}", part)


def default_beta(findings: Findings) -> Iterator[Case]:
    """C5: what is lost by taking the usual β instead of tuning it."""
    experiment = "momentum at the usual β against β tuned as well, α tuned in both"
    pairs = findings.select("default_beta", arm=findings.usual)
    yield from _defaults(findings, "C5", pairs, experiment)


def default_rate(findings: Findings) -> Iterator[Case]:
    """C6: what is lost by keeping to the range of learning rates advised."""
    arm = Arm((MOMENTUM,), findings.defaults.beta, rates=findings.defaults.rates).name
    experiment = "momentum with α within the range advised against α tuned over the grid"
    yield from _defaults(findings, "C6", findings.select("default_rate", arm=arm), experiment)


def _defaults(findings: Findings, claim: str, pairs: Selection, experiment: str) -> Iterator[Case]:
    case = partial(findings.case, claim, experiment=experiment, expects="not_worse")
    for criterion in (TEST_LOSS, SPEED):
        own = pairs.where(criterion=criterion)
        if criterion == TEST_LOSS:
            yield from case("test loss, all batch sizes", own, headline=True)
        for batch, part in own.each_batch():
            for kappa, rows in _by_condition(findings, part):
                yield from case(f"{CRITERIA[criterion]}, {batch}, {kappa}", rows)


def interventions(findings: Findings, claim: str, state: str, advised: str) -> Iterator[Case]:
    """C7, C8: β changed at a quarter of the budget, against leaving it; and α beside it."""
    case = partial(
        findings.case,
        claim,
        experiment=f"{state} runs changed at a quarter of the budget, against the same runs",
    )
    for schedule, rule in product((advised, advised.replace("beta", "rate")), KEPT):
        arm = Arm((rule,), findings.defaults.beta, schedule).name
        pairs = findings.select("intervention", arm=arm, state=state)
        words = schedule.replace("beta", "β").replace("rate", "α").replace("_", " ")
        is_advice = schedule == advised
        if is_advice and rule == MOMENTUM:
            yield from case(f"{words}, {KEPT[rule]}, all batch sizes", pairs, headline=True)
        for batch, own in pairs.each_batch():
            yield from case(f"{words}, {KEPT[rule]}, {batch}", own, votes=is_advice)


def correction(findings: Findings) -> Iterator[Case]:
    """C9: the moving average with its bias corrected against the same without."""
    case = partial(
        findings.case,
        "C9",
        experiment="with the correction against without, paired",
        expects="no_difference",
    )
    pairs = findings.select("correction")
    usual = Arm((CORRECTED,), findings.defaults.beta).name
    same = pairs.where(basis="every_alpha", criterion=TRAIN_LOSS)
    yield from case("same α, usual β", same.where(arm=usual), headline=True)
    for basis, criterion in (
        ("every_alpha", TRAIN_LOSS),
        ("tuned", SPEED),
        ("tuned", TEST_LOSS),
    ):
        words = BASES.get(basis, BASES["same_alpha"])
        for arm, part in pairs.where(basis=basis, criterion=criterion).each("arm"):
            beta = f"β = {arm.removeprefix(CORRECTED).strip()}"
            for batch, own in part.each_batch():
                yield from case(f"{words}, {beta}, {batch}, {CRITERIA[criterion]}", own)


def decay(findings: Findings) -> Iterator[Case]:
    """C10: momentum with a decay against momentum without; and descent likewise beside it."""
    case = partial(findings.case, "C10", experiment="a decay against a constant rate, each tuned")
    for reference, who in ((findings.usual, "momentum"), (DESCENT, "descent")):
        is_momentum = who == "momentum"
        pairs = findings.select("schedule", reference=reference)
        every = pairs.where(criterion=TEST_LOSS)
        yield from case(f"{who}, test loss, all decays", every, headline=is_momentum, votes=False)
        for criterion in (TEST_LOSS, TRAIN_LOSS):
            for arm, part in pairs.where(criterion=criterion).each("arm"):
                schedule = arm.split(", ")[1].replace("_", " ")
                for batch, own in part.each_batch():
                    name = f"{who}, {schedule}, {batch}, {CRITERIA[criterion]}"
                    yield from case(name, own, votes=is_momentum)


def variants(findings: Findings) -> Iterator[Case]:
    """C12: the best of momentum and its variants against plain descent, and each alone."""
    case = partial(findings.case, "C12", experiment="each tuned over as many rates, paired")
    pairs = findings.select("rules", basis="tuned")
    usual = findings.usual.removeprefix(MOMENTUM)
    pairs = pairs.filter(pairs.rows["arm"].str.endswith(usual), f"arm.str.endswith({usual!r})")
    pairs = pairs.filter(pairs.rows["arm"] != HEAVY_BALL + usual, f"arm != {HEAVY_BALL + usual!r}")
    # The arm that may choose among all of them, or momentum where that is all there is.
    every = max(sorted(set(pairs.rows["arm"])), key=lambda arm: arm.count(" or "), default="")
    for criterion in (SPEED, TEST_LOSS):
        for arm, part in pairs.where(criterion=criterion).each("arm"):
            who = "best of all" if arm == every else arm
            if arm == every and criterion == SPEED:
                yield from case(f"{who}, all batch sizes", part, headline=True)
            for batch, own in part.each_batch():
                yield from case(f"{who}, {CRITERIA[criterion]}, {batch}", own, votes=arm == every)


def _by_condition(findings: Findings, pairs: Selection) -> Iterator[tuple[str, Selection]]:
    """Yield pairs of data sets below and above the κ at which momentum breaks even."""
    threshold = float(break_even_kappa(findings.defaults.beta))
    kappa = pairs.rows["dataset"].map(findings.conditions).to_numpy("float64")
    for name, mask in (("<", kappa < threshold), ("≥", kappa >= threshold)):
        names = sorted(set(pairs.rows["dataset"][mask]))
        yield f"κ {name} {threshold:.0f}", pairs.filter(mask, f"dataset in {names}")


def _by_curvature(findings: Findings, pairs: Selection) -> Iterator[tuple[str, Selection]]:
    """Yield pairs by αλ_max at the start: below 1 descent is monotone, up to 2 it oscillates."""
    start = list(START_KEYS)
    curvature = pairs.rows[start].merge(findings.curvatures, on=start, how="left")["lambda_max"]
    position = pairs.rows["alpha"].to_numpy() * curvature.to_numpy()
    for name, mask in (("αλ < 1", position < 1), ("1 ≤ αλ < 2", (position >= 1) & (position < 2))):
        words = name.replace("αλ", "alpha * lambda_max").replace("≤", "<=")
        yield name, pairs.filter(mask, f"{words}  # lambda_max of initial_sharpness.csv")


EXPERIMENTS: dict[str, Callable[[Findings], Iterator[Case]]] = {
    "C1": speed,
    "C2": smoothness,
    "C3": noise,
    "C4": lambda findings: landscape_cases(findings.landscapes),
    "C5": default_beta,
    "C6": default_rate,
    "C7": partial(interventions, claim="C7", state=SLOW, advised="beta_up"),
    "C8": partial(interventions, claim="C8", state=OSCILLATING, advised="beta_down"),
    "C9": correction,
    "C10": decay,
    "C11": lambda findings: cost_cases(findings.step_costs, findings.intervals),
    "C12": variants,
}
