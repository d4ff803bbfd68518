"""The shortest conditions that separate the cases of a claim."""

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.analysis.claims.conditions import condition_of, conditions

LEVELS = (("same α", "same η", "each tuned"), ("batch 16", "full batch"), ("κ < 38", "κ ≥ 38"))
CASES = list(product(*LEVELS))
OUTCOMES = ("for", "against", "no_difference", "undecided")


def outcomes(holds):
    return {case: "for" if holds(case) else "against" for case in CASES}


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        (lambda case: "full batch" in case, "holds: full batch. Does not: batch 16"),
        (lambda case: "same α" not in case, "holds: each tuned; same η. Does not: same α"),
        (
            lambda case: {"full batch", "κ ≥ 38"} <= set(case),
            "holds: full batch, κ ≥ 38. Does not: batch 16; κ < 38",
        ),
        (
            lambda case: {"full batch", "κ ≥ 38"} & set(case),
            "holds: full batch; κ ≥ 38. Does not: batch 16, κ < 38",
        ),
        (lambda case: True, "holds in every decided case"),
        (lambda case: False, "holds in no decided case"),
    ],
)
def test_texts_of_conditions(holds, expected):
    assert condition_of(outcomes(holds)) == expected


def test_undecided_cases_are_left_out():
    known = outcomes(lambda case: "full batch" in case)
    known |= dict.fromkeys([case for case in CASES if "each tuned" not in case], "undecided")
    assert condition_of(known) == "holds: full batch. Does not: batch 16"
    assert condition_of(dict.fromkeys(CASES, "undecided")) == "no case is decided"
    assert condition_of({}) == "no case is decided"


def test_no_difference_counts_as_not_holding():
    known = dict.fromkeys(CASES, "no_difference") | {CASES[0]: "for"}
    assert condition_of(known).startswith(f"holds: {', '.join(sorted(CASES[0]))}. ")


def test_the_condition_of_most_cases_comes_first():
    assert conditions([("a", "z"), ("b", "x"), ("b", "y")], [("c", "w")]) == ["b", "a"]
    # A case that is already covered needs no other condition.
    assert conditions([("a", "x"), ("a", "y"), ("a", "z")], [("b", "w")]) == ["a"]


def test_conditions_beyond_the_fourth_are_counted():
    cases = product("abcd", "wxyz")
    one_each = {case: "for" if sum(map(ord, case)) % 2 else "against" for case in cases}
    assert condition_of(one_each) == (
        "holds: a, x; a, z; b, w; b, y; and 4 more. Does not: a, w; a, y; b, x; b, z; and 4 more"
    )


def covers(condition, case) -> bool:
    return set(condition) <= set(case)


@given(st.lists(st.sampled_from(OUTCOMES), min_size=len(CASES), max_size=len(CASES)))
def test_conditions_cover_every_decided_case_of_one_side_and_none_of_the_other(drawn):
    decided = dict(zip(CASES, drawn, strict=True))
    holds = [case for case, outcome in decided.items() if outcome == "for"]
    fails = [case for case, outcome in decided.items() if outcome in ("against", "no_difference")]
    for these, others in ((holds, fails), (fails, holds)):
        # No level's text contains a comma here.
        found = [tuple(text.split(", ")) for text in conditions(these, others)]
        assert len(found) == len(set(found))
        for case in these:
            assert any(covers(condition, case) for condition in found)
        for condition in found:
            assert any(covers(condition, case) for case in these)
            assert not any(covers(condition, case) for case in others)
            # A shorter part of it also holds in cases of the other side.
            for size in range(1, len(condition)):
                for part in combinations(condition, size):
                    assert any(covers(part, case) for case in others)


def test_levels_with_commas_are_not_split():
    cases = {("x, y", "a"): "for", ("x", "y"): "against"}
    assert condition_of(cases) == "holds: a. Does not: x"


@given(st.permutations(CASES), st.lists(st.booleans(), min_size=12, max_size=12))
def test_the_order_of_cases_does_not_matter(order, drawn):
    decided = {
        case: "for" if holds else "against" for case, holds in zip(CASES, drawn, strict=True)
    }
    assert condition_of({case: decided[case] for case in order}) == condition_of(decided)
