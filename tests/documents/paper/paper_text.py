"""The text of the paper, and helpers to search it."""

import json

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
