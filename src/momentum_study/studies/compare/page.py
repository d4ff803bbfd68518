"""The page of a comparison: one file that opens from disk and asks for nothing."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
import pandas as pd

from momentum_study.documents.web import BASE_STYLE, content_hash
from momentum_study.studies.compare.names import Name
from momentum_study.studies.compare.report import (
    best_tables,
    difference_table,
    headline,
    one_sided_table,
    outcome_table,
    share_text,
)
from momentum_study.studies.compare.settings import Settings

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Picture:
    """A figure in the page.

    Attributes
    ----------
    title
        In a few words.
    alt
        What stands for it where it cannot be seen.
    path
        Of its file, from the page.
    png
        Its bytes.
    """

    title: str
    alt: str
    path: str
    png: bytes

    @property
    def uri(self) -> str:
        """The picture itself, as an address."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode('ascii')}"


def comparison_page(
    names: tuple[Name, Name],
    settings: Settings,
    cells: pd.DataFrame,
    summary: pd.DataFrame,
    differences: pd.DataFrame,
    pictures: Sequence[Picture],
) -> str:
    """Write the page.

    Parameters
    ----------
    names
        Of baseline and candidate.
    settings
        How they were compared.
    cells, summary, differences
        Tables of `schemas`.
    pictures
        Maps, in order.

    Returns
    -------
    str
        HTML, the same for the same arguments.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    parts = (BASE_STYLE, FOLDER / "page.css")
    style = "\n".join(path.read_text(encoding="utf-8") for path in parts)
    texts = [str(name) for name in names]
    return environment.get_template("page.html").render(
        policy=_policy(style),
        style=style,
        baseline=texts[0],
        candidate=texts[1],
        headline=headline(cells, settings),
        outcomes=outcome_table(summary, texts, settings),
        differences=difference_table(differences, texts),
        best=best_tables(summary, texts, settings),
        one_sided=one_sided_table(cells, texts, settings),
        pictures=pictures,
        by_position=int((cells["matched_by"] == "position").sum() // len(settings.metrics)),
        settings=settings,
        share=share_text(settings),
    )


def _policy(style: str) -> str:
    """Content-Security-Policy: this style, pictures that are in the page, and nothing else."""
    return (
        f"default-src 'none'; img-src data:; style-src {content_hash(style)}; base-uri 'none'; "
        "form-action 'none'"
    )
