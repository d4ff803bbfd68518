"""From effects to verdicts: the outcome of each case of a claim, and the verdict over all cases.

A case is one condition in which the claim was tested. Its effect is how much better the arm is that
the claim favours. The margin is the largest effect that does not matter, and is set in advance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from momentum_study.statistics.paired import Effect

Expectation = Literal["greater", "not_worse", "no_difference"]
Outcome = Literal["for", "against", "no_difference", "undecided"]
Verdict = Literal["supported", "refuted", "depends", "no_difference", "undecided"]


@dataclass(frozen=True, slots=True)
class Rule:
    """Shares of outcomes that determine a verdict.

    Attributes
    ----------
    supported_share
        Smallest share of decided cases for the claim with which it is supported.
    refuted_share
        Largest share of decided cases for the claim with which it is refuted.
    decided_share
        Smallest share of all cases that must be decided for a verdict.
    """

    supported_share: float = 0.9
    refuted_share: float = 0.1
    decided_share: float = 0.5


def case_outcome(effect: Effect, expects: Expectation, margin: float) -> Outcome:
    """Judge one case of a claim by the intervals of its effect.

    ================  ==========================  =========================  ======================
    expectation       for                         against                    no difference
    ================  ==========================  =========================  ======================
    greater           low > 0                     high < 0                   equivalent; comes first
    not worse         low > −margin               high < −margin             –
    no difference     equivalent                  low > margin or            –
                                                  high < −margin
    ================  ==========================  =========================  ======================

    Equivalent means that the equivalence interval lies within ±margin, ends included. It is tested
    first: a difference that is certain but too small to matter is no difference. In all other
    cases, including NaN, the outcome is undecided.

    Parameters
    ----------
    effect
        Positive if the arm that the claim favours is better.
    expects
        What the claim expects of the effect.
    margin
        The largest effect that does not matter, in its unit; not negative.

    Returns
    -------
    str
        One of `Outcome`.

    Raises
    ------
    ValueError
        If the margin is negative or NaN.

    References
    ----------
    Schuirmann (1987), A comparison of the two one-sided tests procedure and the power approach;
    Piaggio et al. (2012), Reporting of noninferiority and equivalence randomized trials.
    """
    if not margin >= 0:
        raise ValueError(f"a margin must not be negative, got {margin}")
    equivalent = -margin <= effect.equivalence_low and effect.equivalence_high <= margin
    if expects == "no_difference":
        if equivalent:
            return "for"
        return "against" if effect.low > margin or effect.high < -margin else "undecided"
    if expects == "greater" and equivalent:
        return "no_difference"
    bound = 0.0 if expects == "greater" else -margin
    if effect.low > bound:
        return "for"
    return "against" if effect.high < bound else "undecided"


def verdict(outcomes: Sequence[Outcome], rule: Rule) -> Verdict:
    """Judge a claim by the outcomes of its cases.

    The verdict depends on the share of decided cases that are *for* the claim: a large share
    supports it, a small share refutes it, and in between it depends on the condition. If the claim
    expects an improvement, *no difference* is a decided case that is not for the claim.

    Parameters
    ----------
    outcomes
        One for each case, all with equal weight.
    rule
        The shares.

    Returns
    -------
    str
        One of `Verdict`: *no difference* if that is the outcome of every decided case; *undecided*
        if no case is decided, or too few of them.
    """
    decided = [outcome for outcome in outcomes if outcome != "undecided"]
    if not decided or len(decided) / len(outcomes) < rule.decided_share:
        return "undecided"
    if all(outcome == "no_difference" for outcome in decided):
        return "no_difference"
    share = decided.count("for") / len(decided)
    if share >= rule.supported_share:
        return "supported"
    return "refuted" if share <= rule.refuted_share else "depends"
