"""Recipes: what is filled in, and the many things that are refused before anything is read."""

import json
import math
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn import datasets as functions

from momentum_study.datasets.recipe import Recipe
from momentum_study.datasets.scikit_learn import REFUSED, TASKS
from momentum_study.datasets.sources import SOURCES
from tests.datasets.recipes import recipe

HOUSES = "config/examples/houses.csv"
FILE = {"source": "file", "path": HOUSES, "target": "price", "task": "regression"}
OPENML = {"source": "openml", "parameters": {"data_id": 31}, "task": "classification"}

GOOD: list[dict[str, Any]] = [
    {"source": "iris"},
    {"source": "iris", "task": "classification", "scaling": "none"},
    {"source": "iris", "condition_number": 1000, "label_noise": 0.1},
    {"source": "moons", "parameters": {"samples": 40}, "rows": 30},
    {"source": "make_friedman1", "parameters": {"n_samples": 400, "noise": 1.0}},
    {"source": "make_blobs", "parameters": {"centers": [[0, 0], [1, 1.5]], "random_state": 3}},
    {"source": "make_moons", "parameters": {"n_samples": [30, 60], "noise": None}},
    {"source": "fetch_california_housing", "rows": 5000},
    {"source": "fetch_covtype", "rows": 20000},
    FILE,
    {**FILE, "leave_out": ["id"], "missing": "impute", "categorical": ["rooms"]},
    {**FILE, "missing": "drop", "condition_number": 10.0, "scaling": "standard"},
    OPENML,
    {**OPENML, "parameters": {"name": "credit-g", "version": 1}, "target": "class"},
]


@pytest.mark.parametrize("entry", GOOD)
def test_a_recipe_survives_its_way_to_the_job(entry: dict[str, Any]) -> None:
    made = Recipe.model_validate(entry)
    flag = made.model_dump_json(exclude_defaults=True)
    assert Recipe.model_validate_json(flag) == made
    for key, value in entry.items():
        assert json.loads(flag)[key] == value


def test_task_and_scaling_are_those_of_the_source_if_left_out() -> None:
    assert recipe("diabetes").task == "regression"
    assert recipe("make_hastie_10_2").task == "classification"
    assert recipe("iris").scaling == "standard"
    assert recipe("iris", condition_number=10.0).scaling == "center"
    assert recipe("conditioned").scaling == "center"
    assert Recipe.model_validate(FILE).scaling == "standard"


def test_files_are_those_that_are_read() -> None:
    assert Recipe.model_validate(FILE).files() == [HOUSES]
    assert recipe("iris").files() == []


def test_every_key_is_explained_in_one_sentence() -> None:
    for key, about in Recipe.model_json_schema()["properties"].items():
        assert about["description"].endswith("."), key


def test_every_function_of_scikit_learn_is_known() -> None:
    names = {name for name in functions.__all__ if name.startswith(("load_", "make_", "fetch_"))}
    assert names == TASKS.keys() | REFUSED.keys()
    assert not TASKS.keys() & REFUSED.keys()
    assert TASKS.keys() <= SOURCES.keys()


def test_recipes_are_light_to_import_and_to_make() -> None:
    program = (
        "import sys; from momentum_study.datasets.recipe import Recipe;"
        f"Recipe.model_validate({FILE!r}); Recipe.model_validate({OPENML!r});"
        "Recipe(source='conditioned');"
        "print(sorted({'sklearn', 'scipy', 'pandas', 'pyarrow'} & sys.modules.keys()))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == "[]\n"


def refusal(entry: dict[str, Any]) -> str:
    """Return the one message, with the key first."""
    with pytest.raises(ValidationError) as caught:
        Recipe.model_validate(entry)
    (error,) = caught.value.errors()
    where = "".join(f"{part}: " for part in error["loc"])
    return where + str(error.get("ctx", {}).get("error", error["msg"]))


BAD: list[tuple[dict[str, Any], str]] = [
    # The source.
    ({"source": "irisx"}, "source: 'irisx' is unknown; expected one of breast_cancer, chebyshev"),
    ({"source": "irisx"}, "did you mean 'iris'?"),
    ({"source": "fetch_rcv1"}, "source: fetch_rcv1 returns a sparse matrix; expected one of"),
    ({"source": "load_linnerud"}, "source: load_linnerud returns three targets"),
    ({"source": "make_biclusters"}, "source: make_biclusters returns no target"),
    ({"source": "fetch_20newsgroups"}, "source: fetch_20newsgroups returns texts"),
    ({"source": "fetch_openml"}, "write source: openml"),
    ({}, "source: Field required"),
    ({"source": "iris", "scalling": "none"}, "scalling: Extra inputs are not permitted"),
    # Keys that do not belong to the source, or are missing.
    ({"source": "iris", "path": HOUSES}, "path: source 'iris' has no such key; its keys are"),
    ({"source": "iris", "missing": "drop"}, "missing: source 'iris' has no such key"),
    ({**FILE, "parameters": {"a": 1}}, "parameters: source 'file' has no such key; its keys are"),
    ({**FILE, "path": None}, "path: this key is missing; source 'file' needs it"),
    ({key: FILE[key] for key in ("source", "path", "task")}, "target: this key is missing"),
    ({key: FILE[key] for key in ("source", "path", "target")}, "task: this key is missing"),
    ({"source": "openml", "task": "regression"}, "parameters: this key is missing"),
    ({"source": "iris", "task": "regression"}, "task: iris is a classification, not a regression"),
    ({**FILE, "task": "ranking"}, "task: Input should be 'classification' or 'regression'"),
    ({"source": "iris", "scaling": "centre"}, "scaling: Input should be 'standard', 'center'"),
    # Files and their columns.
    (
        {**FILE, "path": "config/examples/hoses.csv"},
        "path: 'config/examples/hoses.csv' does not exist",
    ),
    ({**FILE, "path": "config/examples/hoses.csv"}, "did you mean 'houses.csv'?"),
    ({**FILE, "path": "nowhere/t.csv"}, "; there is no .csv or .parquet file"),
    ({**FILE, "path": "config/examples"}, "path: 'config/examples' is a folder; expected one .csv"),
    ({**FILE, "path": "LICENSE"}, "path: 'LICENSE' ends in ''; expected .csv or .parquet"),
    ({**FILE, "path": "houses.xlsx"}, "path: 'houses.xlsx' ends in '.xlsx'; expected .csv or .par"),
    ({**FILE, "path": "https://example.org/a.csv"}, "is an address; expected a file on this"),
    ({**FILE, "target": "prize"}, "target: there is no column 'prize'; expected one of age, area"),
    ({**FILE, "target": "prize"}, "did you mean 'price'?"),
    ({**FILE, "leave_out": ["idd"]}, "leave_out: there is no column 'idd'; expected one of age"),
    ({**FILE, "leave_out": ["id", "id"]}, "leave_out: expected each value once, but 'id' occurs"),
    ({**FILE, "leave_out": ["price"]}, "leave_out: 'price' is the target; expected columns of fea"),
    ({**FILE, "categorical": ["id"], "leave_out": ["id"]}, "categorical: 'id' is in leave_out"),
    (
        {**FILE, "leave_out": ["id", "area", "rooms", "age", "energy", "district", "garden"]},
        "leave_out: no column of features remains; expected at least one",
    ),
    ({**FILE, "missing": "fill"}, "missing: Input should be 'refuse', 'impute' or 'drop'"),
    # Parameters.
    (
        {"source": "make_moons", "parameters": {"n_sample": 9}},
        "parameters: make_moons has no 'n_sample' here; expected one of n_samples, noise, random",
    ),
    (
        {"source": "make_moons", "parameters": {"noise": "1e-3"}},
        "parameters: The 'noise' parameter of make_moons must be a float in the range",
    ),
    (
        {"source": "make_moons", "parameters": {"random_state": None}},
        "parameters: 'random_state' is null, and the data would differ between jobs",
    ),
    (
        {"source": "make_regression", "parameters": {"n_targets": 2}},
        "parameters: make_regression has no 'n_targets' here",
    ),
    ({"source": "load_iris", "parameters": {"as_frame": True}}, "none is accepted here"),
    (
        {"source": "fetch_covtype", "parameters": {"data_home": "/x"}},
        "set the environment variable SCIKIT_LEARN_DATA",
    ),
    (
        {"source": "make_blobs", "parameters": {"centers": [[math.inf, 0], [1, 1]]}},
        "parameters: 'centers' is inf; expected a finite number, text, true, false or null",
    ),
    (
        {"source": "make_blobs", "parameters": {"centers": date(2020, 1, 1)}},
        "parameters: 'centers' is 2020-01-01; expected a finite number, text",
    ),
    ({**OPENML, "parameters": {"id": 31}}, "parameters: OpenML has no 'id'; expected one"),
    ({**OPENML, "parameters": {"name": "credit-g"}}, "parameters: name given; expected name and v"),
    (
        {**OPENML, "parameters": {"data_id": 31, "version": 1}},
        "parameters: data_id, version given; expected name and version",
    ),
    (
        {**OPENML, "parameters": {"data_id": "31"}},
        "parameters: 'data_id' is '31'; expected a whole",
    ),
    (
        {**OPENML, "parameters": {"name": 31, "version": 1}},
        "parameters: 'name' is 31; expected the name of a data set",
    ),
    # Options.
    ({"source": "iris", "rows": 0}, "rows: Input should be greater than 0"),
    ({"source": "iris", "label_noise": 1.0}, "label_noise: Input should be less than 1"),
    ({"source": "iris", "condition_number": 0.5}, "condition_number: Input should be greater than"),
    (
        {**FILE, "missing": "impute", "condition_number": 10.0},
        "condition_number: gaps are filled separately per replicate",
    ),
    (
        {"source": "conditioned", "condition_number": 10.0},
        "condition_number: source 'conditioned' has this key in its parameters",
    ),
    (
        {"source": "conditioned", "label_noise": 0.1},
        "label_noise: source 'conditioned' has this key in its parameters",
    ),
]


@pytest.mark.parametrize(("entry", "message"), BAD)
def test_bad_recipes_are_refused_with_the_key_first(entry: dict[str, Any], message: str) -> None:
    said = refusal(entry)
    if message.split(": ")[0] in Recipe.model_fields:
        assert said.startswith(message)
    else:
        assert message in said
    assert said.split(":")[0] in {*Recipe.model_fields, *entry}
    assert "\n" not in said


BAD_FILES = [
    ("t.csv", b"", "is empty; expected a line of names"),
    ("t.csv", b"\n\n", "is empty; expected a line of names"),
    ("t.csv", "a,größe,price\n1,2,3\n".encode("latin-1"), "cannot be read ("),
    ("t.csv", b'a,"b,price\n1,2,3', "cannot be read (unexpected end of data); expected a table in"),
    ("t.csv", b",a,price\n0,1,2\n", "column 1 of "),
    ("t.csv", b"a,a,price\n1,2,3\n", "has two columns 'a'; expected distinct names"),
    ("t.csv", b"a;b;price\n1;2;3\n", "is the separator not a comma?"),
    ("t.parquet", b"a,b,price\n1,2,3\n", "cannot be read ("),
]


@pytest.mark.parametrize(("name", "content", "message"), BAD_FILES)
def test_files_without_a_good_header_are_refused(
    name: str, content: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    said = refusal({**FILE, "path": str(tmp_path / name)})
    assert said.startswith(("path: ", "target: "))
    assert message in said


def test_headers_are_read_past_blank_lines_marks_and_spaces(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes('\ufeff\n"a, b", price\n1, 2\n'.encode())
    made = {**FILE, "path": str(file), "categorical": ["a, b"]}
    assert Recipe.model_validate(made).categorical == ["a, b"]


@pytest.mark.parametrize("name", ["a", None])
def test_the_index_in_parquet_is_no_feature(name: str | None, tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    pd.DataFrame({"price": [1, 2]}, index=pd.Index([7, 3], name=name)).to_parquet(file)
    said = refusal({**FILE, "path": str(file), "leave_out": []})
    assert said.startswith("leave_out: no column of features remains")


def test_a_folder_of_parts_is_refused_as_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet" / "part-00000.parquet"
    file.parent.mkdir()
    pd.DataFrame({"a": [1, 2], "price": [1, 2]}).to_parquet(file)
    said = refusal({**FILE, "path": str(file.parent), "leave_out": []})
    assert said.startswith(f"path: {str(file.parent)!r} is a folder; expected one .csv or .parquet")
