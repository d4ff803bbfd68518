"""Assembling the page from its parts and data. The page loads nothing else.

Texts from a configuration are escaped, or are part of the compressed data, which the scripts insert
as text. The content security policy allows scripts and styles only by their hashes.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template

from momentum_study.documents.explorer.data import About, Content
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
"""In order, after the base style of all pages."""


def explorer_page(about: About, n_runs: int, n_cells: int, content: Content) -> str:
    """Write the page.

    Parameters
    ----------
    about
        The study.
    n_runs, n_cells
        Numbers of runs and cells.
    content
        Its data.

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
        data="\n".join(_data(content)),
    )


def _data(content: Content) -> Iterator[str]:
    """Yield the elements of the data: ``study``, and ``numbers-0``, ``curves-0`` and so on."""
    parts = {"study": content.study}
    for name, texts in (("numbers", content.numbers), ("curves", content.curves)):
        parts |= {f"{name}-{place}": text for place, text in enumerate(texts)}
    for name, text in parts.items():
        yield f'<script type="text/plain" id="{name}">{text}</script>'


def _part(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _script() -> str:
    """Return all scripts as one, in their own scope."""
    parts = [f"// ---- {name}\n{_part(f'{name}.js')}" for name in SCRIPTS]
    return "\n".join(['(() => {\n"use strict";', *parts, "})();\n"])


def _policy(script: str, style: str) -> str:
    """Content-Security-Policy that allows only this script and this style."""
    return (
        f"default-src 'none'; script-src {content_hash(script)}; style-src {content_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
