"""Results of the published study, as the tables of the documentation pages."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from momentum_study.core.markdown import Contents
from momentum_study.documents.summaries import (
    claims_summary,
    exits_summary,
    findings_summary,
    stability_summary,
    theory_summary,
    validation_summary,
    verdicts_summary,
)
from momentum_study.figures.catalogue import KINDS
from momentum_study.studies.compare.schemas import SCHEMAS as COMPARISON_SCHEMAS
from momentum_study.studies.verify.summaries import RECORDS
from momentum_study.studies.verify.summaries import contents as reproduction_contents
from momentum_study.tables.catalogue import SCHEMAS
from momentum_study.tables.dictionary import dictionary
from momentum_study.tables.files import read_table

Table = Callable[[], pd.DataFrame]


_ONE_FOR = {"study": "study", "grid": "grid", "batch": "batch size of a grid"}


def figures_summary() -> pd.DataFrame:
    """Figures, what to look for, the tables they are drawn from, a row per kind."""
    rows = [
        (f"`{name}`", about.title, about.see, ", ".join(about.tables), _ONE_FOR[about.per])
        for name, about in KINDS.items()
    ]
    return pd.DataFrame(rows, columns=["figure", "shows", "look for", "tables", "one for each"])


def contents(published: Path) -> dict[str, Contents]:
    """Return functions that make the tables of each page from a published study.

    Parameters
    ----------
    published
        Folder of the published results.

    Returns
    -------
    dict
        By the path of the page.
    """

    def of(summary: Callable[[pd.DataFrame], pd.DataFrame], name: str) -> Table:
        return lambda: summary(read_table(published / "tables" / name, SCHEMAS[name]))

    return {
        "docs/findings.md": {
            "theory": of(theory_summary, "theory.csv"),
            "exits": of(exits_summary, "landscapes.csv"),
            "stability": of(stability_summary, "stability.csv"),
            "validation": of(validation_summary, "validation.csv"),
            "findings": of(findings_summary, "validation.csv"),
        },
        "docs/verdicts.md": {"claims": of(claims_summary, "claims.csv")},
        "docs/figures.md": {"figures": figures_summary},
        "docs/tables.md": {
            "study": lambda: dictionary(SCHEMAS.values()),
            "comparison": lambda: dictionary(COMPARISON_SCHEMAS),
        },
        "docs/reproducing.md": reproduction_contents(published.parents[1] / RECORDS),
        "README.md": {"verdicts": of(verdicts_summary, "claims.csv")},
    }
