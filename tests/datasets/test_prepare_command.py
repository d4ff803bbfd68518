"""The command that prepares: from a recipe as JSON to a file, or to one message."""

import json
from pathlib import Path
from typing import Any

import pytest

from momentum_study.cli.main import main
from momentum_study.datasets.prepared import load_prepared
from tests.datasets.recipes import recipe

HOUSES = recipe(
    "file",
    path="config/examples/houses.csv",
    target="price",
    task="regression",
    leave_out=["id"],
    missing="impute",
)


def flags(given: str, output: Path) -> list[str]:
    replicates = ["--seed", "1", "--first", "2", "--last", "4"]
    return ["prepare", "--name", "houses", "--recipe", given, *replicates, "--output", str(output)]


def test_a_file_is_prepared_and_its_repairs_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "houses.npz"
    main(flags(HOUSES.model_dump_json(exclude_defaults=True), output))
    prepared = load_prepared(output)
    assert prepared.replicates.tolist() == [2, 3, 4]
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{output}: 240 rows, 9 features, regression"
    assert said[1].startswith("repaired: 16 gap(s) in 'energy' filled with the median of each")
    assert len(said) == 2 == len(prepared.repairs) + 1


def test_the_same_recipe_gives_the_same_bytes(tmp_path: Path) -> None:
    given = recipe("wine", rows=90, condition_number=50.0, label_noise=0.1).model_dump_json()
    for name in "ab":
        main(flags(given, tmp_path / name))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"source": "irisx"}, "dataset 'houses': source: 'irisx' is unknown; expected one of "),
        ({"source": "iris", "rows": 999}, "dataset 'houses': rows: 999 requested, but"),
        ("{", "dataset 'houses': EOF while parsing"),
    ],
)
def test_bad_recipes_end_with_one_message(
    given: Any, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = given if isinstance(given, str) else json.dumps(given)
    code = main(flags(text, tmp_path / "none.npz"))
    said = capsys.readouterr()
    assert code == 1
    assert said.out == ""
    assert said.err.startswith(f"error: {message}")
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
