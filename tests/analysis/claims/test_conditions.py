"""The shortest conditions that tell cases apart."""

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.analysis.claims.conditions import condition_of, conditions

LEVELS = (("same α", "same η", "each tuned"), ("batch 16", "full batch"), ("κ < 38", "κ ≥ 38"))
NAMES = [", ".join(levels) for levels in product(*LEVELS)]
OUTCOMES = ("for", "against", "no_difference", "undecided")


def outcomes(holds):
    return {name: "for" if holds(name) else "against" for name in NAMES}


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        (lambda name: "full" in name, "holds: full batch. Does not: batch 16"),
        (lambda name: "same α" not in name, "holds: each tuned; same η. Does not: same α"),
        (
            lambda name: "full" in name and "≥" in name,
            "holds: full batch, κ ≥ 38. Does not: batch 16; κ < 38",
        ),
        (
            lambda name: "full" in name or "≥" in name,
            "holds: full batch; κ ≥ 38. Does not: batch 16, κ < 38",
        ),
        (lambda name: True, "holds in every decided case"),
        (lambda name: False, "holds in no decided case"),
    ],
)
def test_conditions_in_words(holds, expected):
    assert condition_of(outcomes(holds)) == expected


def test_undecided_cases_tell_nothing():
    known = outcomes(lambda name: "full" in name)
    known |= dict.fromkeys([name for name in NAMES if "same" in name], "undecided")
    # Of what is decided all is tuned.
    assert condition_of(known) == "holds: full batch. Does not: batch 16"
    assert condition_of(dict.fromkeys(NAMES, "undecided")) == "no case is decided"
    assert condition_of({}) == "no case is decided"


def test_no_difference_is_a_case_in_which_better_does_not_hold():
    known = dict.fromkeys(NAMES, "no_difference") | {NAMES[0]: "for"}
    assert condition_of(known).startswith(f"holds: {', '.join(sorted(NAMES[0].split(', ')))}. ")


def test_what_holds_in_most_cases_is_named_first_and_spares_the_rest():
    assert conditions(["a, z", "b, x", "b, y"], ["c, w"]) == ["b", "a"]
    # Both x and y would do for the last, and a covers it already.
    assert conditions(["a, x", "a, y", "a, z"], ["b, w"]) == ["a"]


def test_conditions_that_are_too_many_are_counted():
    names = [", ".join(levels) for levels in product("abcd", "wxyz")]
    one_each = {name: "for" if (ord(name[0]) + ord(name[3])) % 2 else "against" for name in names}
    assert condition_of(one_each) == (
        "holds: a, x; a, z; b, w; b, y; and 4 more. Does not: a, w; a, y; b, x; b, z; and 4 more"
    )


def covers(condition: str, name: str) -> bool:
    return set(condition.split(", ")) <= set(name.split(", "))


@given(st.lists(st.sampled_from(OUTCOMES), min_size=len(NAMES), max_size=len(NAMES)))
def test_every_decided_case_is_covered_by_its_side_alone(drawn):
    decided = dict(zip(NAMES, drawn, strict=True))
    holds = [name for name, outcome in decided.items() if outcome == "for"]
    fails = [name for name, outcome in decided.items() if outcome in ("against", "no_difference")]
    for these, others in ((holds, fails), (fails, holds)):
        found = conditions(these, others)
        assert len(found) == len(set(found))
        for name in these:
            assert any(covers(condition, name) for condition in found)
        for condition in found:
            assert any(covers(condition, name) for name in these)
            assert not any(covers(condition, name) for name in others)
            levels = condition.split(", ")
            # No part of it would do.
            for size in range(1, len(levels)):
                for part in combinations(levels, size):
                    assert any(covers(", ".join(part), name) for name in others)


@given(st.permutations(NAMES), st.lists(st.booleans(), min_size=12, max_size=12))
def test_the_order_of_cases_does_not_matter(order, drawn):
    decided = {
        name: "for" if holds else "against" for name, holds in zip(NAMES, drawn, strict=True)
    }
    assert condition_of({name: decided[name] for name in order}) == condition_of(decided)
