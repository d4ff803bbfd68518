"""The tables of verdicts: rows, counts, conditions, and the influence of the rule."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.claims.cases import Margins
from momentum_study.analysis.claims.evidence import Findings
from momentum_study.analysis.claims.levels import NO_LEVELS
from momentum_study.analysis.claims.table import claims_tables, rule_of
from momentum_study.analysis.claims.wording import CLAIMS as WORDS
from momentum_study.analysis.comparison.questions import Defaults
from momentum_study.config.verdicts import Margins as ConfiguredMargins
from momentum_study.config.verdicts import Verdicts
from momentum_study.figures.catalogue import KINDS
from momentum_study.statistics.verdict import Rule, verdict
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.claim_cases import CLAIM_CASES
from momentum_study.tables.schemas.claims import CLAIMS
from tests.analysis.claims.made_findings import GD, PLAIN, made_runs

DEFAULT = rule_of(Verdicts())


def tables(findings, rule=DEFAULT):
    """Cases and claims, the latter by their names."""
    cases, claims = claims_tables(findings, rule, DEFAULT)
    return cases, claims.set_index("claim")


@pytest.fixture(scope="module")
def faster_at_full_batch(found) -> Findings:
    return found(made_runs(speed=lambda batch: 2.0 if batch == "full" else 1.0))


@pytest.fixture(scope="module")
def tables_at_full_batch(faster_at_full_batch):
    return tables(faster_at_full_batch)


@pytest.fixture(scope="module")
def faster(found) -> Findings:
    """Momentum is 1.5 times as fast everywhere."""
    return found(made_runs(speed=lambda batch: 1.5, noise=0.05, datasets=("round", "narrow")))


def test_the_rule_of_a_configuration():
    margins = ConfiguredMargins(log_ratio=0.1, share=0.03, cost=0.5, arrays=0.2)
    rule = rule_of(
        Verdicts(margins=margins, supported_share=0.8, refuted_share=0.3, decided_share=0.6)
    )
    assert rule.margins == Margins(
        log_ratio=pytest.approx(math.log(1.1)),
        share=0.03,
        cost=pytest.approx(math.log(1.5)),
        arrays=0.2,
    )
    assert rule.shares == Rule(supported_share=0.8, refuted_share=0.3, decided_share=0.6)
    assert DEFAULT.shares == Rule()


def test_tables_are_valid_with_a_row_per_claim_and_typed_levels_that_identify_a_case(
    nothing_differs, tmp_path
):
    cases, claims = claims_tables(nothing_differs, DEFAULT, DEFAULT)
    write_table(cases, tmp_path / "cases.csv", CLAIM_CASES)
    write_table(claims, tmp_path / "claims.csv", CLAIMS)
    assert claims["claim"].tolist() == [f"C{number}" for number in range(1, 13)]
    assert claims["number"].tolist() == list(range(1, 13))
    assert set(cases["claim"]) == set(claims["claim"])
    assert (cases["number"] == cases["claim"].str[1:].astype(int)).all()
    assert (claims["verdict"] == claims["default_verdict"]).all()
    for names in (["case"], list(NO_LEVELS)):
        assert not cases.duplicated(["claim", *names]).any()


@pytest.mark.parametrize(
    ("beta", "rates", "words"),
    [
        (0.9, (0.001, 0.01), "A learning rate of 0.001 to 0.01 is the range to take."),
        (0.5, (0.1, 3.0), "A learning rate of 0.1 to 3 is the range to take."),
        (0.99, (0.1, 0.1), "A learning rate of 0.1 is the range to take."),
    ],
)
def test_claims_name_the_advice_that_was_tested(nothing_differs, beta, rates, words):
    findings = replace(nothing_differs, defaults=Defaults(beta, rates))
    claims = claims_tables(findings, DEFAULT, DEFAULT)[1].set_index("claim")["words"]
    assert claims["C5"] == f"β = {beta} is the value to take."
    assert claims["C6"] == words


def test_a_claim_summarizes_the_cases_that_vote(tables_at_full_batch):
    cases, claims = tables_at_full_batch
    for name, own in cases.groupby("claim"):
        counts = own.loc[own["votes"], "outcome"].value_counts()
        row = claims.loc[name]
        for outcome in ("for", "against", "no_difference", "undecided"):
            assert row[f"n_{outcome}"] == counts.get(outcome, 0)
        assert row["n_cases"] == counts.sum()
        assert row["verdict"] == verdict(own.loc[own["votes"], "outcome"].tolist(), Rule())


def test_the_headline_is_one_of_the_cases(tables_at_full_batch):
    cases, claims = tables_at_full_batch
    for name, own in cases[cases["headline"]].groupby("claim"):
        (case,) = own.to_dict("records")
        row = claims.loc[name]
        assert row["headline"] == case["case"]
        assert row[["effect", "low", "high"]].tolist() == pytest.approx(
            [case["effect"], case["low"], case["high"]], nan_ok=True
        )
        assert row["n"] == case["n_pairs"]
        assert row["n_failed"] == case["n_failed"] + case["n_reference_failed"]
        assert row["n_diverged"] == case["n_diverged"] + case["n_reference_diverged"]
        assert (row["test"], row["unit"]) == (case["test"], case["unit"])


def test_a_claim_that_holds_at_the_full_batch_only_depends_on_the_batch(tables_at_full_batch):
    _, claims = tables_at_full_batch
    row = claims.loc["C1"]
    assert row["verdict"] == "depends"
    assert row["condition"] == "holds: full batch. Does not: batch 16"
    assert (row["n_for"], row["n_no_difference"]) == (6, 6)


def test_divergence_everywhere_is_counted(momentum_diverges, tmp_path):
    cases, claims = claims_tables(momentum_diverges, DEFAULT, DEFAULT)
    by_name = claims.set_index("claim")
    row = by_name.loc["C1"]
    assert row["verdict"] == "refuted"
    assert row["effect"] == row["low"] == row["high"] == -np.inf
    # Four data sets, two batch sizes, ten replicates.
    assert row["n"] == row["n_failed"] == row["n_diverged"] == 80
    # Momentum against momentum: both runs of a pair.
    assert by_name.loc["C6", ["n", "n_failed", "n_diverged"]].tolist() == [80, 160, 160]
    assert (cases.loc[cases["claim"] == "C1", "n_diverged"] > 0).all()
    write_table(cases, tmp_path / "cases.csv", CLAIM_CASES)
    write_table(claims, tmp_path / "claims.csv", CLAIMS)


def test_a_wider_margin_changes_the_verdict_but_not_the_default_verdict(faster):
    _, claims = tables(faster)
    assert claims.loc["C1", "verdict"] == "supported"
    wide = rule_of(Verdicts(margins=ConfiguredMargins(log_ratio=0.9)))
    cases, claims = tables(faster, wide)
    row = claims.loc["C1"]
    assert (row["verdict"], row["default_verdict"]) == ("no_difference", "supported")
    assert row["condition"] == "holds in no decided case"
    own = cases[cases["claim"] == "C1"]
    assert own["margin"].tolist() == pytest.approx([np.log(1.9)] * len(own))
    assert (own["outcome"] == "no_difference").all()
    # The effect is the same.
    assert row["low"] < np.log(1.5) < row["high"]


def test_shares_change_the_verdict(faster_at_full_batch):
    lenient = rule_of(Verdicts(supported_share=0.5))
    strict = rule_of(Verdicts(refuted_share=0.5))
    verdicts = [
        tables(faster_at_full_batch, rule)[1].loc["C1", ["verdict", "default_verdict"]].tolist()
        for rule in (lenient, strict)
    ]
    assert verdicts == [["supported", "depends"], ["refuted", "depends"]]


NEEDS_DESCENT = {"C1", "C2", "C3", "C12"}
NEEDS_OTHER_GRIDS = {"C7", "C8", "C9", "C10"}


@pytest.mark.parametrize(
    ("groups", "lacking"),
    [
        ((GD,), NEEDS_DESCENT | NEEDS_OTHER_GRIDS | {"C5", "C6"}),
        (PLAIN[1:], NEEDS_DESCENT | NEEDS_OTHER_GRIDS),
    ],
    ids=["no momentum", "no descent"],
)
def test_claims_without_runs_are_undecided(found, groups, lacking, tmp_path):
    findings = found(made_runs(groups, datasets=("round", "narrow")))
    cases, claims = claims_tables(findings, DEFAULT, DEFAULT)
    write_table(cases, tmp_path / "cases.csv", CLAIM_CASES)
    write_table(claims, tmp_path / "claims.csv", CLAIMS)
    assert len(claims) == 12
    without = claims[claims["n_cases"] == 0]
    # C4 and C11 need no runs.
    assert set(without["claim"]) == lacking
    assert set(without["verdict"]) == set(without["default_verdict"]) == {"undecided"}
    assert set(without["headline"]) == {"no case"}
    assert set(without["condition"]) == {"no case is decided"}
    assert without[["effect", "low", "high"]].isna().all(axis=None)


def test_the_same_findings_make_the_same_tables(faster_at_full_batch, tables_at_full_batch):
    for one, other in zip(tables(faster_at_full_batch), tables_at_full_batch, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_the_figure_of_every_claim_exists():
    assert {claim.figure for claim in WORDS} <= set(KINDS)
