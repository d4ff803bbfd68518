"""Claims judged on made-up studies in which it is known whether they are right."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.claims.cases import Case, pairs_evidence
from momentum_study.analysis.claims.evidence import EXPERIMENTS, Findings, speed
from momentum_study.analysis.claims.table import rule_of
from momentum_study.analysis.claims.wording import CLAIMS
from momentum_study.config.verdicts import Verdicts
from momentum_study.statistics.verdict import verdict
from momentum_study.tables.keys import START_KEYS
from tests.analysis.claims.made_findings import CONDITIONS, GD, USUAL, made_runs, speed_pairs

RULE = rule_of(Verdicts())
FULL, SMALL = "full batch", "batch 16"


@pytest.fixture(scope="module")
def same_cases(nothing_differs) -> dict[str, list[Case]]:
    """Cases of every claim where nothing differs."""
    return {claim: cases_of(nothing_differs, claim) for claim in EXPERIMENTS}


def cases_of(findings: Findings, claim: str) -> list[Case]:
    return list(EXPERIMENTS[claim](findings))


def outcomes(cases: list[Case]) -> list[str]:
    return [case.outcome(RULE.margins) for case in cases if case.votes]


def judged(cases: list[Case]) -> str:
    return verdict(outcomes(cases), RULE.shares)


def headline(cases: list[Case]) -> Case:
    (case,) = [case for case in cases if case.headline]
    return case


# Claims of an improvement have no difference; claims of "not worse" or "the same" are right.
@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("C1", "no_difference"),
        ("C2", "no_difference"),
        ("C3", "no_difference"),
        ("C5", "supported"),
        ("C6", "supported"),
        ("C7", "no_difference"),
        ("C8", "no_difference"),
        ("C9", "supported"),
        ("C10", "no_difference"),
        ("C12", "no_difference"),
    ],
)
def test_verdicts_where_nothing_differs(same_cases, claim, expected):
    assert judged(same_cases[claim]) == expected
    effect = headline(same_cases[claim]).evidence.effect
    assert abs(effect.value) < 0.01


def test_every_claim_has_cases_with_different_names(same_cases):
    assert list(EXPERIMENTS) == [claim.name for claim in CLAIMS]
    for claim, cases in same_cases.items():
        names = [case.name for case in cases]
        assert len(names) == len(set(names))
        assert {case.claim for case in cases} == {claim}
        assert headline(cases)
        assert any(case.votes for case in cases)


def rows_of(findings: Findings, case: Case) -> pd.DataFrame:
    """Pairs that the query of a case selects, with the column in its comment."""
    table, query = case.query.split(": ", 1)
    assert table == "pairs"
    pairs = findings.pairs.merge(findings.curvatures, on=list(START_KEYS), how="left")
    return pairs.query(query.split("#")[0])


ON_PAIRS = sorted(set(EXPERIMENTS) - {"C4", "C11"})


@pytest.mark.parametrize("claim", ON_PAIRS)
def test_the_query_of_a_case_selects_its_pairs(nothing_differs, same_cases, claim):
    for case in same_cases[claim]:
        rows = rows_of(nothing_differs, case)
        assert len(rows) == case.evidence.counts["n_pairs"] > 0
        again = pairs_evidence(rows, nothing_differs.intervals, claim, case.name)
        assert again.effect.value == pytest.approx(case.evidence.effect.value, abs=1e-12)
        # Only one claim is about injected noise.
        if claim != "C3":
            assert (rows["gradient_noise"] == 0).all()


def test_cases_differ_by_comparison_batch_size_and_condition_number(same_cases):
    cases = {case.name: case for case in same_cases["C1"] if case.votes}
    assert set(cases) == {
        f"{comparison}, {batch}, κ {side} 38"
        for comparison in ("same α", "same η", "each tuned")
        for batch in (SMALL, FULL)
        for side in "<≥"
    }
    # Two data sets on either side, ten replicates each.
    assert {case.evidence.counts["n_pairs"] for case in cases.values()} == {20}
    assert "dataset in ['round', 'rounder']" in cases[f"same α, {FULL}, κ < 38"].query
    assert "dataset in ['narrow', 'narrower']" in cases[f"same α, {FULL}, κ ≥ 38"].query


def test_a_data_set_without_a_condition_number_is_in_the_headline_only(nothing_differs):
    known = CONDITIONS.drop(["round", "rounder"])
    fewer = replace(nothing_differs, conditions=known)
    assert len(outcomes(cases_of(fewer, "C1"))) == 6
    assert headline(cases_of(fewer, "C1")).evidence.datasets[0] == 4


def test_cases_by_curvature_at_the_start(nothing_differs):
    def alphas(findings):
        cases = {case.name: case for case in cases_of(findings, "C2")}
        return {
            band: cases[f"same α, {band}, {FULL}, sign flips"].evidence.counts["n_pairs"]
            for band in ("αλ < 1", "1 ≤ αλ < 2")
            if f"same α, {band}, {FULL}, sign flips" in cases
        }

    # Gradient descent has α = 0.1, 0.3 and 1, and λ_max is 1; four data sets of ten replicates.
    assert alphas(nothing_differs) == {"αλ < 1": 80, "1 ≤ αλ < 2": 40}
    steeper = nothing_differs.curvatures.assign(lambda_max=4.0)
    assert alphas(replace(nothing_differs, curvatures=steeper)) == {
        "αλ < 1": 40,
        "1 ≤ αλ < 2": 40,
    }
    unknown = nothing_differs.curvatures.iloc[:0]
    assert alphas(replace(nothing_differs, curvatures=unknown)) == {}


def test_advice_during_the_run_is_evaluated_on_runs_in_its_state(nothing_differs, same_cases):
    for claim, state, rate in (("C7", "slow", 0.1), ("C8", "oscillating", 10.0)):
        for case in same_cases[claim]:
            rows = rows_of(nothing_differs, case)
            assert set(rows["state"]) == {state}
            assert rows["alpha"].unique() == pytest.approx([rate])


def test_changes_of_the_rate_do_not_vote(same_cases):
    cases = same_cases["C7"]
    assert {case.name.split(",")[0] for case in cases if case.votes} == {"β up"}
    others = [case for case in cases if case.name.startswith("α up")]
    assert len(others) == 4
    assert not any(case.votes for case in others)


def test_a_decay_with_gradient_descent_does_not_vote(same_cases):
    cases = same_cases["C10"]
    assert {case.name.split(",")[0] for case in cases if case.votes} == {"momentum"}
    others = [case for case in cases if case.name.startswith("descent")]
    # Two criteria by two batch sizes, and all of them together.
    assert len(others) == 5
    assert not any(case.votes for case in others)


@pytest.mark.parametrize("claim", ON_PAIRS)
def test_path_shapes_are_compared_as_shares_and_costs_as_ratios(same_cases, claim):
    assert {case.unit for case in same_cases[claim]} == {"share" if claim == "C2" else "log_ratio"}


def test_only_the_best_of_all_variants_votes(same_cases):
    cases = same_cases["C12"]
    assert all(case.name.startswith("best of all") for case in cases if case.votes)
    alone = {case.name.split(",")[0] for case in cases if not case.votes and not case.headline}
    assert alone == {"adam 0.9", "momentum 0.9", "momentum_corrected 0.9"}


def test_noise_is_injected_or_that_of_small_batches(same_cases):
    names = {case.name for case in same_cases["C3"] if case.votes}
    assert names == {
        f"{comparison}, {noise}"
        for comparison in ("same α", "same η", "each tuned")
        for noise in ("injected noise of 0.3", f"noise of {SMALL}")
    }


def test_momentum_twice_as_fast_everywhere(twice_as_fast):
    cases = cases_of(twice_as_fast, "C1")
    assert judged(cases) == "supported"
    effect = headline(cases).evidence.effect
    assert effect.low < np.log(2) < effect.high
    assert effect.high - effect.low < 0.5
    assert headline(cases).evidence.datasets == (4, 4, 0)
    for case in cases:
        if case.votes:
            assert case.outcome(RULE.margins) == "for"
    # Faster, and no better in the end.
    assert judged(cases_of(twice_as_fast, "C3")) == "undecided"


def test_momentum_at_half_the_speed_everywhere(found):
    findings = found(made_runs(speed=lambda batch: 0.5, noise=0.1, datasets=("round", "narrow")))
    cases = cases_of(findings, "C1")
    assert judged(cases) == "refuted"
    effect = headline(cases).evidence.effect
    assert effect.low < -np.log(2) < effect.high


def test_momentum_diverging_everywhere(momentum_diverges):
    for claim in ("C1", "C5", "C12"):
        cases = cases_of(momentum_diverges, claim)
        assert judged(cases) == "refuted"
        for case in cases:
            counts, effect = case.evidence.counts, case.evidence.effect
            assert effect.value == effect.low == effect.high == -np.inf
            assert counts["n_diverged"] == counts["n_failed"] == counts["n_pairs"] > 0
            assert counts["n_reference_diverged"] == 0
    # Without compared pairs no case is decided, but failures are counted.
    for claim in ("C2", "C6"):
        cases = cases_of(momentum_diverges, claim)
        assert judged(cases) == "undecided"
        assert all(case.evidence.counts["n_compared"] == 0 for case in cases)
        assert all(case.evidence.counts["n_diverged"] > 0 for case in cases)


def test_gradient_descent_diverging_everywhere(found):
    findings = found(made_runs(diverging=frozenset({"gd"}), datasets=("round", "narrow")))
    cases = cases_of(findings, "C1")
    assert judged(cases) == "supported"
    assert headline(cases).evidence.effect.low == np.inf
    assert headline(cases).evidence.counts["n_reference_diverged"] == 40


# From mostly cases without a difference to mostly undecided cases.
NOISE = np.geomspace(0.02, 0.2, 20)


def test_noise_alone_never_supports_the_claim(twice_as_fast):
    verdicts = set()
    for seed, noise in enumerate(NOISE):
        runs = made_runs((GD, USUAL), noise=noise, seed=seed, datasets=("round", "narrow"))
        findings = replace(twice_as_fast, pairs=speed_pairs(runs))
        found = outcomes(list(speed(findings)))
        assert len(found) == 12
        word = verdict(found, RULE.shares)
        verdicts.add(word)
        assert word != "supported"
        # By chance one interval in forty lies below 0.
        assert found.count("against") <= 1
    assert {"undecided", "no_difference"} <= verdicts
