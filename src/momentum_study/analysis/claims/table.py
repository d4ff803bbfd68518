"""The tables of verdicts: every case of every claim, and a row for each claim."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.analysis.claims.cases import Case, Margins
from momentum_study.analysis.claims.conditions import Levels, condition_of
from momentum_study.analysis.claims.evidence import EXPERIMENTS, Findings
from momentum_study.analysis.claims.wording import CLAIMS, Claim
from momentum_study.config.verdicts import Verdicts
from momentum_study.statistics.verdict import Outcome, Rule, verdict
from momentum_study.tables.files import joined_tables
from momentum_study.tables.schemas.claim_cases import CLAIM_CASES


@dataclass(frozen=True)
class VerdictRule:
    """Rule for verdicts: the margins of cases, and the shares of outcomes."""

    margins: Margins
    shares: Rule


def rule_of(verdicts: Verdicts) -> VerdictRule:
    """Return the rule of a configuration, with relative margins converted to log ratios."""
    margins = verdicts.margins
    return VerdictRule(
        Margins(
            log_ratio=math.log1p(margins.log_ratio),
            share=margins.share,
            cost=math.log1p(margins.cost),
            arrays=margins.arrays,
        ),
        Rule(verdicts.supported_share, verdicts.refuted_share, verdicts.decided_share),
    )


def claims_tables(
    findings: Findings, rule: VerdictRule, default: VerdictRule
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Test every claim.

    Parameters
    ----------
    findings
        The tables to test on.
    rule, default
        The study's rule for verdicts, and the project's default rule.

    Returns
    -------
    cases, claims
        Of the schemas `CLAIM_CASES` and `CLAIMS`. A claim without a case in this study has no row
        in ``cases``, and the verdict ``undecided``.
    """
    cases = {claim.name: list(EXPERIMENTS[claim.name](findings)) for claim in CLAIMS}
    rows = [
        {"number": number, **case.row(rule.margins)}
        for number, own in enumerate(cases.values(), start=1)
        for case in own
    ]
    claims = [
        {
            "number": number,
            "words": claim.about(findings.defaults),
            **_row(claim, cases[claim.name], rule, default),
        }
        for number, claim in enumerate(CLAIMS, start=1)
    ]
    return joined_tables([pd.DataFrame(rows)] if rows else [], CLAIM_CASES), pd.DataFrame(claims)


def _row(
    claim: Claim, cases: list[Case], rule: VerdictRule, default: VerdictRule
) -> dict[str, Any]:
    outcomes = _outcomes(cases, rule)
    by_default = _outcomes(cases, default)
    counts = list(outcomes.values())
    headline = next((case for case in cases if case.headline), None)
    return {
        "claim": claim.name,
        "verdict": verdict(counts, rule.shares),
        "default_verdict": verdict(list(by_default.values()), default.shares),
        "condition": condition_of(outcomes),
        **_headline(headline),
        "n_cases": len(counts),
        "n_for": counts.count("for"),
        "n_against": counts.count("against"),
        "n_no_difference": counts.count("no_difference"),
        "n_undecided": counts.count("undecided"),
        "figure": claim.figure,
    }


def _outcomes(cases: list[Case], rule: VerdictRule) -> dict[Levels, Outcome]:
    return {
        tuple(level.text for level in case.levels): case.outcome(rule.margins)
        for case in cases
        if case.votes
    }


def _headline(case: Case | None) -> dict[str, Any]:
    if case is None:
        nothing: dict[str, Any] = dict.fromkeys(("effect", "low", "high"), np.nan)
        return {
            "headline": "no case",
            "unit": "log_ratio",
            **nothing,
            **dict.fromkeys(("n", "n_failed", "n_diverged"), 0),
            "test": "none",
            "experiment": "none: this study has no runs for it",
        }
    evidence = case.evidence
    return {
        "headline": case.name,
        "unit": case.unit,
        "effect": evidence.effect.value,
        "low": evidence.effect.low,
        "high": evidence.effect.high,
        "n": evidence.counts["n_pairs"],
        "n_failed": evidence.counts["n_failed"] + evidence.counts["n_reference_failed"],
        "n_diverged": evidence.counts["n_diverged"] + evidence.counts["n_reference_diverged"],
        "test": evidence.test,
        "experiment": case.experiment,
    }
