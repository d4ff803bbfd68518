"""All facts of the text of the paper: every number from the tables, as printed.

The text is in `paper/`, in Typst. It refers to facts by name and contains no numbers; outcomes and
verdicts decide which of its sentences are printed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from momentum_study.config.verdicts import Verdicts
from momentum_study.core.text import format_number, percent
from momentum_study.datasets.splits import FRACTIONS
from momentum_study.documents.paper.design_facts import (
    counts,
    datasets_list,
    failed_groups,
    grids_list,
    levels,
)
from momentum_study.documents.paper.result_facts import (
    best_rates,
    budget_counts,
    cases_by_claim,
    claims_list,
    profile_shares,
    regret_list,
    tuned_list,
    tuning,
    variants,
)
from momentum_study.documents.paper.theory_facts import (
    closed_forms,
    exit_times,
    external,
    limits_reached,
    predicted,
)
from momentum_study.documents.summaries import (
    findings_summary,
    stability_summary,
    theory_summary,
    validation_summary,
)
from momentum_study.tables.keys import RUN_KEYS

COLUMNS = {"runs.parquet": [*RUN_KEYS, "alpha", "steps", "gradient_noise", "status"]}
"""Only the columns of large tables that the paper uses are read."""


@dataclass(frozen=True)
class StudyFacts:
    """Facts from the configuration.

    Attributes
    ----------
    study
        Name of the study.
    description
        One sentence about the study.
    verdicts
        The key `verdicts` of the configuration, as JSON.
    confidence, resamples
        Level of intervals, and number of bootstrap resamples.
    targets
        Targets of the training loss.
    loss_limit
        Multiple of the initial loss from which a run has diverged.
    plates
        Kind of figure → path of the printed one, below the folder of figures, as JSON.
    """

    study: str
    description: str
    verdicts: Verdicts
    confidence: float
    resamples: int
    targets: tuple[float, ...]
    loss_limit: float
    plates: dict[str, str]

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
        Valid JSON: text, lists and dictionaries. Numbers are text, as printed. A fact that the
        study does not have is None, and the text leaves out what needs it.
    """
    cases, tuned = tables["claim_cases.csv"], tables["tuned.csv"]
    theory, validation = tables["theory.csv"], tables["validation.csv"]
    beta = study.verdicts.beta
    return {
        "study": {"name": study.study, "description": study.description},
        "settings": settings(study),
        "counts": counts(tables["runs.parquet"]),
        "levels": levels(tables["runs.parquet"], beta),
        "failed": failed_groups(tables["runs.parquet"]),
        "grids": grids_list(tables["runs.parquet"]),
        "datasets": datasets_list(tables["datasets.csv"]),
        "claims": claims_list(tables["claims.csv"]),
        "cases": cases_by_claim(cases),
        "tuning": tuning(tuned),
        "variants": variants(tuned, beta),
        "tuned": tuned_list(tuned, tables["contrasts.csv"], beta),
        "regret": regret_list(tables["advice.csv"], beta, study.verdicts.learning_rates),
        "budget": budget_counts(tables["budget.csv"]),
        "profiles": profile_shares(tables["profiles.csv"]),
        "best_rates": best_rates(tables["sensitivity.csv"], beta, study.verdicts.learning_rates),
        "theory": closed_forms(theory, beta),
        "exits": exit_times(tables["landscapes.csv"], beta),
        "predicted": predicted(tables["stability.csv"], study.grid_shown("maps")),
        "limits": limits_reached(tables["sharpness.csv"], study.grid_shown("edge_of_stability")),
        "external": external(validation),
        "tables": {
            "theory": listed(theory_summary(theory)),
            "validation": listed(validation_summary(validation)),
            "findings": listed(findings_summary(validation).drop(columns="test")),
            "stability": listed(stability_summary(tables["stability.csv"])),
        },
    }


def settings(study: StudyFacts) -> dict[str, Any]:
    """Write the settings in the text."""
    verdicts = study.verdicts
    low, high = map(format_number, verdicts.learning_rates)
    train, validation, test = map(percent, FRACTIONS)
    return {
        "split": f"{train} training, {validation} validation, {test} test",
        "beta": format_number(verdicts.beta),
        "rates": f"{low} to {high}",
        "confidence": percent(study.confidence),
        "resamples": f"{study.resamples:,}",
        "targets": list(map(percent, study.targets)),
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


def listed(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Convert a table of texts and integers into columns and rows; a missing value is None."""
    rows = table.itertuples(index=False)
    return {
        "columns": list(table.columns),
        "rows": [[None if pd.isna(cell) else str(cell) for cell in row] for row in rows],
    }
