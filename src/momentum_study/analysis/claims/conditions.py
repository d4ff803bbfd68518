"""Conditions of a verdict: the shortest ones that separate its cases, as display text.

A case has several levels, such as same η, full batch and κ ≥ 38. A *condition* is a combination of
one or more levels.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from momentum_study.statistics.verdict import Outcome

_MOST = 4  # conditions shown in one cell of a table


Levels = tuple[str, ...]
"""Display texts of the levels of a case."""


def condition_of(outcomes: Mapping[Levels, Outcome]) -> str:
    """Describe when a claim holds, and when it does not.

    Parameters
    ----------
    outcomes
        Outcomes of its cases, by their levels. Each side lists the shortest conditions that are
        met in no case of the other side, until every decided case is covered. Conditions that are
        met in most cases come first.
    """
    holds = [levels for levels, outcome in outcomes.items() if outcome == "for"]
    does_not = [
        levels for levels, outcome in outcomes.items() if outcome not in ("for", "undecided")
    ]
    if not holds and not does_not:
        return "no case is decided"
    if not does_not:
        return "holds in every decided case"
    if not holds:
        return "holds in no decided case"
    return (
        f"holds: {_listed(conditions(holds, does_not))}. "
        f"Does not: {_listed(conditions(does_not, holds))}"
    )


def conditions(these: Iterable[Levels], others: Iterable[Levels]) -> list[str]:
    """Return the shortest conditions that cover all of these cases and none of the others."""
    left = [frozenset(levels) for levels in these]
    against = [frozenset(levels) for levels in others]
    found = []
    while left:
        best = min(_candidates(left, against), key=lambda pair: (len(pair[0]), -pair[1], pair[0]))
        found.append(best[0])
        left = [levels for levels in left if not set(best[0]) <= levels]
    return [", ".join(condition) for condition in found]


def _candidates(
    left: Sequence[frozenset[str]], against: Sequence[frozenset[str]]
) -> Iterable[tuple[tuple[str, ...], int]]:
    """Yield conditions met in none of the others, with the number of remaining cases they cover."""
    for levels in left:
        for size in range(1, len(levels) + 1):
            for condition in combinations(sorted(levels), size):
                chosen = set(condition)
                if size == len(levels) or not any(chosen <= other for other in against):
                    yield condition, sum(chosen <= own for own in left)


def _listed(found: list[str]) -> str:
    more = len(found) - _MOST
    return "; ".join(found[:_MOST]) + (f"; and {more} more" if more > 0 else "")
