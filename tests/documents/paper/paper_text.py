"""The text of the paper, and helpers to search it."""

import json
import re
from contextlib import closing

import pypdfium2
import typst

from tests.projects import ROOT

PAPER = ROOT / "paper"
SECTIONS = {
    path.name: path.read_text(encoding="utf-8") for path in sorted((PAPER / "sections").iterdir())
}


def query(root, inputs, selector):
    """Return what a selector finds in the paper compiled with these inputs."""
    found = typst.query(
        str(root / "paper/main.typ"),
        selector,
        root=str(root),
        sys_inputs={name: json.dumps(value) for name, value in inputs.items()},
    )
    return json.loads(found)


def paragraphs(root, inputs):
    """Return the paragraphs of the paper as plain text, captions included and tables not."""
    return [
        re.sub(r"\s+", " ", _plain(found["body"])).strip() for found in query(root, inputs, "par")
    ]


def pdf_text(pdf):
    """Return the text of a PDF."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def _plain(content):
    if isinstance(content, list):
        return "".join(map(_plain, content))
    inner = [content[name] for name in ("children", "child", "body") if name in content]
    by_kind = {
        "text": content.get("text"),
        "space": " ",
        "linebreak": " ",
        "parbreak": " ",
        "smartquote": "“",
        "ref": "§",
        "cite": "§",
        "raw": content.get("text"),
    }
    return by_kind.get(content["func"]) or _plain(inner)
