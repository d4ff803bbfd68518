"""The configuration's schema, and the table of its keys, written from the models."""

import json
from typing import Any

from momentum_study.config import Study

BEGIN = "<!-- keys: written by `python -m momentum_study schema` -->"
END = "<!-- end of keys -->"


def schema_json() -> str:
    """Return the JSON schema of a configuration file, for editors and readers."""
    return json.dumps(Study.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def key_tables() -> str:
    """Return Markdown tables of all keys: type, default, meaning; one table a model."""
    schema = Study.model_json_schema()
    models = {"Study": schema, **schema["$defs"]}
    return "\n\n".join(_table(heading, models[name]) for name, heading in HEADINGS.items())


HEADINGS = {
    "Study": "Top level",
    "Dataset": "An entry of `datasets`",
    "Network": "An entry of `networks`",
    "Grid": "An entry of `grids`",
    "RuleGrid": "An entry of a grid's `rules`",
    "Sharpness": "A grid's `sharpness`",
    "Statistics": "`statistics`",
    "Theory": "`theory`",
    "Landscapes": "`landscapes`",
    "Validation": "`validation`",
}


def with_key_tables(readme: str) -> str:
    """Return the text with what stands between the two markers replaced by the tables.

    Raises
    ------
    ValueError
        If a marker is missing.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"expected the lines {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n\n{key_tables()}\n\n{END}{after}"


def _table(heading: str, model: dict[str, Any]) -> str:
    required = model.get("required", [])
    rows = [
        f"| `{key}` | {_type(about)} | {_default(key, about, required)} | {about['description']} |"
        for key, about in model["properties"].items()
    ]
    return "\n".join(
        [f"### {heading}", "", "| key | type | default | meaning |", "|---|---|---|---|", *rows]
    )


def _type(about: dict[str, Any]) -> str:
    if "anyOf" in about:
        kinds = [_type(kind) for kind in about["anyOf"] if kind.get("type") != "null"]
        return " or ".join(kinds)
    if "enum" in about:
        return " or ".join(f"`{value}`" for value in about["enum"])
    if "const" in about:
        return f"`{about['const']}`"
    if "$ref" in about:
        return "mapping"
    kind = {
        "array": "list",
        "object": "mapping",
        "string": "text",
        "integer": "whole number",
        "number": "number",
    }[about["type"]]
    if kind == "list":
        return f"list of {_type(about['items'])}"
    return kind + _range(about)


def _range(about: dict[str, Any]) -> str:
    signs = {
        "exclusiveMinimum": ">",
        "minimum": "≥",
        "exclusiveMaximum": "<",
        "maximum": "≤",
    }
    limits = [f"{sign} {about[key]:g}" for key, sign in signs.items() if key in about]
    return f" {', '.join(limits)}" if limits else ""


def _default(key: str, about: dict[str, Any], required: list[str]) -> str:
    if key in required:
        return "required"
    default = about.get("default")
    if default is None or isinstance(default, dict):
        return "—"
    return f"`{json.dumps(default)}`"
