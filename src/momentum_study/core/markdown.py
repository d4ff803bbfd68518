"""Tables in Markdown pages, between markers, so that no number in a page is typed by hand.

A table is between ``<!-- table: name -->`` and ``<!-- end -->``.
"""

import re
from collections.abc import Callable, Mapping

import pandas as pd

from momentum_study.core.text import MISSING

Contents = Mapping[str, Callable[[], pd.DataFrame | str]]


def markdown(table: pd.DataFrame) -> str:
    """Return a table in Markdown, missing values as a dash."""
    cells = table.astype(object).where(table.notna(), MISSING)
    rows = [list(table.columns), ["---"] * len(table.columns), *cells.to_numpy().tolist()]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)


def filled(page: str, contents: Contents) -> str:
    """Return the page with current tables.

    Parameters
    ----------
    page
        Text with markers.
    contents
        Name of a table → function that returns it, as a table or as Markdown.

    Raises
    ------
    KeyError
        If the page has a marker of an unknown table.
    ValueError
        If the page has no marker for one of the tables.
    """
    if missing := [name for name in contents if f"<!-- table: {name} -->" not in page]:
        raise ValueError(f"expected markers for the tables {', '.join(missing)}")

    def table(match: re.Match[str]) -> str:
        opening, name = match[1], match[2]
        content = contents[name]()
        text = content if isinstance(content, str) else markdown(content)
        return f"{opening}\n\n{text}\n\n<!-- end -->"

    return re.sub(r"(<!-- table: (\w+) -->).*?<!-- end -->", table, page, flags=re.DOTALL)
