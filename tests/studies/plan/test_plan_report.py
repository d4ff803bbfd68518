"""The text of a plan fits the page, and its JSON can be read back."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from momentum_study.cli.commands import plan as command
from momentum_study.config.study import Study
from momentum_study.core.errors import StudyError
from momentum_study.datasets.raw import ColumnUse
from momentum_study.studies.plan.notes import notes
from momentum_study.studies.plan.report import WIDTH, as_json, as_text, duration, size
from tests.studies.plan.planned_studies import SIZES, TREE, made_study, planned

LONG = "a_data_set_with_a_name_as_long_as_names_may_be_0123456789"


def long_study() -> Study:
    """Return a study with names, lists and numbers as long as they can be."""
    names = [f"{LONG}_{i:02d}" for i in range(9)]
    grid = TREE["grids"]["one"] | {
        "datasets": names,
        "learning_rates": [0.00012345 * 2**i for i in range(9)],
        "rules": {
            "gd": {},
            "momentum": {"beta": [0.9 + i / 1000 for i in range(9)]},
            "adam": {"beta": [0.123456789, 0.987654321], "learning_rates": [0.1, 0.1234567]},
        },
        "networks": ["small"],
        "schedules": ["constant"],
        "replicates": 40,
        "steps": 10_000_000,
        "gradient_noise": 0.123456789,
        "loss": "cross_entropy",
        "precision": "float64",
    }
    tree = TREE | {
        "description": "A description " * 12,
        "datasets": {name: {"source": "iris"} for name in names},
        "grids": {f"grid_{LONG}"[:60]: grid},
        "replicates_per_shard": 100,
    }
    return Study.model_validate(tree)


@pytest.mark.parametrize("study", [made_study(), long_study()], ids=["usual", "long"])
def test_text_fits_the_page(study: Study, tmp_path: Path) -> None:
    known = dict.fromkeys(study.datasets, SIZES["iris"])
    plan = planned(study, tmp_path, sizes=known)
    # As of a study whose runs would take minutes to list.
    grids = {
        name: replace(grid, cells=100 * grid.cells, runs=999 * grid.runs, shards=999 * grid.shards)
        for name, grid in plan.grids.items()
    }
    plan = replace(plan, grids=grids)
    text = as_text(study, plan, notes(study, plan))
    lines = text.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert "on 2 cores" in text
    assert not any(line != line.rstrip() for line in lines)
    for grid in plan.grids.values():
        assert f"{grid.runs:,} runs" in " ".join(text.split())


def test_the_columns_of_a_table_are_counted_and_the_first_ones_named(tmp_path: Path) -> None:
    use = ColumnUse(
        target="price",
        numbers=tuple(f"{LONG * 20} {i}" for i in range(500)),
        categories={"town": 4, "garden": 2},
        left_out=("id",),
        index=("label",),
    )
    study = made_study()
    plan = planned(study, tmp_path, columns={"sugar": use})
    text = as_text(study, plan, [])
    block = next(part for part in text.split("\n\n") if part.startswith("sugar: "))
    assert len(block.splitlines()) < 20
    assert max(map(len, block.splitlines())) <= WIDTH
    words = " ".join(block.split())
    for line in ["target 1 price", "numbers 500 ", "categories 2 town (4 levels), garden (2 level"]:
        assert line in words
    assert words.endswith("left out 1 id index, left out 1 label")
    assert json.loads(as_json(plan, []))["columns"]["sugar"]["categories"] == use.categories


def test_nouns_agree_with_their_numbers(tmp_path: Path) -> None:
    one = {
        "datasets": ["sugar"],
        "networks": ["small"],
        "rules": {"gd": {"learning_rates": [1]}},
        "learning_rates": [1],
        "batch_sizes": [16],
        "schedules": ["constant"],
        "replicates": 1,
        "steps": 1,
        "evaluations": 1,
    }
    study = Study.model_validate(TREE | {"grids": {"one": one}})
    plan = planned(study, tmp_path)
    text = " ".join(as_text(study, plan, notes(study, plan)).split())
    assert "1 cell × 1 replicate = 1 run, in 1 shard" in text
    assert re.findall(r"(?<![\d.,])1 (?!days\b)\w+s\b", text) == []


def test_json_contains_the_plan(tmp_path: Path) -> None:
    study = made_study()
    plan = planned(study, tmp_path)
    tree = json.loads(as_json(plan, ["a note"]))
    assert tree["runs"] == plan.runs
    assert tree["grids"]["two"]["cells"] == 2
    assert tree["times"]["cores"] == 2
    assert tree["notes"] == ["a note"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "40 ms"),
        (9.94, "9.9 s"),
        (75, "75 s"),
        (600, "10 min"),
        (7500, "2 h 05 min"),
        (86_400 * 3, "3.0 days"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_sizes_in_bytes() -> None:
    assert [size(n * 2**20) for n in (1.25, 144.2, 2048)] == ["1.2 MiB", "144 MiB", "2.0 GiB"]


def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str], cores: str) -> str:
    path = tmp_path / "planned.yaml"
    path.write_text(yaml.safe_dump(TREE), encoding="utf-8")
    command.run(command.Options(path, cores=cores, results=tmp_path, json=True))
    return capsys.readouterr().out


def test_the_command_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = json.loads(printed(tmp_path, capsys, "3"))
    assert tree["times"]["cores"] == 3
    assert tree["published_costs"] is False


@pytest.mark.parametrize("cores", ["0", "-1", "many", "1.5"])
def test_cores_are_a_number_or_all(
    cores: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(StudyError, match="--cores"):
        printed(tmp_path, capsys, cores)
