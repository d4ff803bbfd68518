"""Putting the page together: its parts, its data, and what it is allowed to load, which is nothing.

Whatever comes from a configuration enters as escaped text, or in compressed data that the scripts
write into the page as text. Scripts and styles are let in by their hashes alone.
"""

from html import escape
from pathlib import Path
from string import Template

from momentum_study.documents.explorer.data import About
from momentum_study.documents.explorer.encoding import packed
from momentum_study.documents.web import BASE_STYLE, content_hash

FOLDER = Path(__file__).parent
SCRIPTS = (
    "dom",
    "decoding",
    "numbers",
    "study",
    "state",
    "scales",
    "maps",
    "legend",
    "chart",
    "comparison",
    "details",
    "table",
    "main",
)
STYLES = ("page", "maps", "details", "table", "screens")
"""In the order in which they are put together, after the base of all pages."""


def explorer_page(about: About, n_runs: int, n_cells: int, cells: bytes, curves: bytes) -> str:
    """Write the page.

    Parameters
    ----------
    about
        The study.
    n_runs, n_cells
        How much it holds.
    cells, curves
        As `momentum_study.documents.explorer.data` makes them.

    Returns
    -------
    str
        HTML, the same for the same arguments.
    """
    parts = [BASE_STYLE, *(FOLDER / f"{name}.css" for name in STYLES)]
    style = "\n".join(path.read_text(encoding="utf-8") for path in parts)
    script = _script()
    return Template(_part("page.html")).substitute(
        policy=_policy(script, style),
        study=escape(about.study),
        description=escape(about.description),
        size=f"{n_runs:,} runs in {n_cells:,} cells",
        style=style,
        script=script,
        cells=packed(cells),
        curves=packed(curves),
    )


def _part(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _script() -> str:
    """Return all scripts as one, with names of their own."""
    parts = [f"// ---- {name}\n{_part(f'{name}.js')}" for name in SCRIPTS]
    return "\n".join(['(() => {\n"use strict";', *parts, "})();\n"])


def _policy(script: str, style: str) -> str:
    """Content-Security-Policy: nothing but this script and this style."""
    return (
        f"default-src 'none'; script-src {content_hash(script)}; style-src {content_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
