"""From effects to verdicts: what a case says about a claim, and what all cases say together.

A case is one condition in which the claim was tested, with its effect: how much better the arm is
that the claim favours. What counts as too small to matter, the margin, is set before.
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
    """Shares that turn outcomes into a verdict.

    Attributes
    ----------
    supported_share
        Share of decided cases from which on the claim is supported.
    refuted_share
        Share of decided cases up to which it is refuted.
    decided_share
        Share of all cases that must be decided for any verdict.
    """

    supported_share: float = 0.9
    refuted_share: float = 0.1
    decided_share: float = 0.5


def case_outcome(effect: Effect, expects: Expectation, margin: float) -> Outcome:
    """Judge one case of a claim by the intervals of its effect.

    ================  ==========================  =========================  ======================
    the claim says    for                         against                    no difference
    ================  ==========================  =========================  ======================
    greater           low > 0                     high < 0                   equivalent; comes first
    not worse         low > −margin               high < −margin             –
    no difference     equivalent                  low > margin or            –
                                                  high < −margin
    ================  ==========================  =========================  ======================

    Equivalent means that the equivalence interval lies within ±margin, ends included. It comes
    first: a difference that is certain and too small to matter is no difference. All else is
    undecided, NaN included.

    Parameters
    ----------
    effect
        Above 0 if the arm that the claim favours is better.
    expects
        What the claim says of the effect.
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

    Of the decided cases, those that are not undecided, the share that is *for* the claim makes it
    supported or refuted, or between the two it depends on the condition. *No difference* where the
    claim says better is decided and not for it.

    Parameters
    ----------
    outcomes
        One for each case, equally weighted.
    rule
        The shares.

    Returns
    -------
    str
        One of `Verdict`: *no difference* if that is the outcome of every decided case; *undecided*
        if there are no decided cases or too few among all.
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
