"""The schema of the configuration and the tables of its keys, made from the models."""

import json
from functools import partial
from typing import Any

import pandas as pd

from momentum_study.config.study import Study
from momentum_study.core.markdown import Contents, filled


def schema_json() -> str:
    """Return the JSON schema of a configuration file."""
    return json.dumps(Study.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def with_key_tables(readme: str) -> str:
    """Return the page with a table of keys for each model: type, default, meaning.

    Raises
    ------
    ValueError
        If the page has no marker for one of the models.
    """
    return filled(readme, _key_tables())


def _key_tables() -> Contents:
    schema = Study.model_json_schema()
    models = {"Study": schema, **schema["$defs"]}
    return {name: partial(_key_table, model) for name, model in models.items()}


def _key_table(model: dict[str, Any]) -> pd.DataFrame:
    required = model.get("required", [])
    rows = [
        (f"`{key}`", _type(about), _default(key, about, required), about["description"])
        for key, about in model["properties"].items()
    ]
    return pd.DataFrame(rows, columns=["key", "type", "default", "meaning"])


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
