"""All that the paper's text takes from tables: every number, ready to print.

The text is in `paper/`, in Typst. It names facts and never types a number; which of its sentences
are printed follows from outcomes and verdicts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from momentum_study.config.verdicts import Verdicts
from momentum_study.core.text import format_number
from momentum_study.datasets.splits import DEFAULT_FRACTIONS
from momentum_study.documents.paper.design_facts import counts, datasets_list, grids_list, levels
from momentum_study.documents.paper.result_facts import (
    best_rates,
    budget_counts,
    cases_by_claim,
    cases_list,
    claims_list,
    profile_shares,
    regret_list,
    tuned_list,
)
from momentum_study.documents.paper.theory_facts import (
    closed_forms,
    exit_times,
    external,
    foretold,
    limits_reached,
)
from momentum_study.documents.summaries import (
    findings_summary,
    stability_summary,
    theory_summary,
    validation_summary,
)
from momentum_study.tables.keys import RUN_KEYS

COLUMNS = {"runs.parquet": [*RUN_KEYS, "alpha", "steps", "gradient_noise", "status"]}
"""Of a large table not more is read than the paper needs."""


@dataclass(frozen=True)
class StudyFacts:
    """What the text takes from the configuration.

    Attributes
    ----------
    plates
        Kind of figure → path of the one that is shown, below the folder of figures.
    """

    name: str
    description: str
    verdicts: Verdicts
    confidence: float
    resamples: int
    targets: tuple[float, ...]
    loss_limit: float
    plates: Mapping[str, str]

    def grid_shown(self, kind: str) -> str:
        """Grid of the figure of a kind; empty if there is none."""
        return self.plates.get(kind, "").rpartition("/")[0]


def facts(tables: Mapping[str, pd.DataFrame], study: StudyFacts) -> dict[str, Any]:
    """Collect the facts of a study.

    Parameters
    ----------
    tables
        By the names of `momentum_study.documents.paper.parts.TABLES`.
    study
        Its configuration.

    Returns
    -------
    dict
        Ready for JSON: text, lists and dictionaries. Numbers are text as it is printed.
    """
    cases, tuned = tables["claim_cases.csv"], tables["tuned.csv"]
    theory, validation = tables["theory.csv"], tables["validation.csv"]
    beta = study.verdicts.beta
    return {
        "study": {"name": study.name, "description": study.description},
        "settings": settings(study),
        "counts": counts(tables["runs.parquet"]),
        "levels": levels(tables["runs.parquet"]),
        "grids": grids_list(tables["runs.parquet"]),
        "datasets": datasets_list(tables["datasets.csv"]),
        "claims": claims_list(tables["claims.csv"]),
        "cases": cases_by_claim(cases),
        "all_cases": cases_list(cases),
        "tuned": tuned_list(tuned, tables["contrasts.csv"], beta),
        "regret": regret_list(tables["advice.csv"], beta, study.verdicts.learning_rates),
        "budget": budget_counts(tables["budget.csv"]),
        "profiles": profile_shares(tables["profiles.csv"]),
        "best_rates": best_rates(tables["sensitivity.csv"], beta, study.verdicts.learning_rates),
        "theory": closed_forms(theory, beta),
        "exits": exit_times(tables["landscapes.csv"], beta),
        "foretold": foretold(tables["stability.csv"], study.grid_shown("maps")),
        "limits": limits_reached(tables["sharpness.csv"], study.grid_shown("edge_of_stability")),
        "external": external(validation),
        "tables": {
            "theory": listed(theory_summary(theory)),
            "validation": listed(validation_summary(validation)),
            "findings": listed(findings_summary(validation).drop(columns="test")),
            "stability": listed(stability_summary(tables["stability.csv"])),
        },
    }


def settings(study: StudyFacts) -> dict[str, str]:
    """Write the settings that the text names."""
    verdicts = study.verdicts
    low, high = map(format_number, verdicts.learning_rates)
    train, validation, test = map(percent, DEFAULT_FRACTIONS)
    return {
        "split": f"{train} training, {validation} validation, {test} test",
        "beta": format_number(verdicts.beta),
        "rates": f"{low} to {high}",
        "confidence": percent(study.confidence),
        "resamples": f"{study.resamples:,}",
        "targets": ", ".join(map(percent, study.targets)),
        "loss_limit": format_number(study.loss_limit),
        "oscillating_share": percent(verdicts.oscillating_share),
        "slow_loss": percent(verdicts.slow_loss),
        "margin_ratio": percent(verdicts.margins.log_ratio),
        "margin_share": percent(verdicts.margins.share),
        "margin_cost": percent(verdicts.margins.cost),
        "supported_share": percent(verdicts.supported_share),
        "refuted_share": percent(verdicts.refuted_share),
        "decided_share": percent(verdicts.decided_share),
    }


def percent(share: float) -> str:
    """Write a share in percent, with as few digits as it takes."""
    return f"{format_number(round(100 * share, 6))} %"


def listed(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Turn a table of texts and whole numbers into its columns and rows; missing is a dash."""
    cells = table.astype(object).where(table.notna(), "–")
    return {"columns": list(table.columns), "rows": cells.map(str).to_numpy().tolist()}
