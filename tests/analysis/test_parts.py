"""Tables that are computed in parts and joined are those of the whole study, byte for byte."""

import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from momentum_study.cli.flags import to_flags
from momentum_study.cli.main import main
from momentum_study.tables.files import write_table
from momentum_study.tables.parts import CELL_GROUP, PROBLEM_GROUP, Part, cut
from momentum_study.tables.schemas.arm_costs import ARM_COSTS
from momentum_study.tables.schemas.curves import CURVES
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.runs import RUNS
from tests.synthetic import synthetic_curves, synthetic_initial_sharpness, synthetic_runs

FAMILIES = {"main": "main", "extra": "main", "alone": "alone"}
"""The order of families is not that of their grids."""

INTERVALS = ("--confidence=0.9", "--resamples=20", "--seed=0")
COMPARISON = (f"--families={json.dumps(FAMILIES)}", "--beta=0.9", "--floor=0.01", *INTERVALS)
STATES = ("--rates", "0.003", "0.03", "--oscillating-share=0.3", "--slow-loss=0.5")

OUTPUTS = {
    "cells": {"output": "cells.parquet"},
    "cell-curves": {"output": "cell_curves.parquet"},
    "contrasts": {
        "tuned": "tuned.csv",
        "pairs": "pairs.parquet",
        "contrasts": "contrasts.csv",
        "advice": "advice.csv",
    },
    "trials": {
        "budget": "budget.csv",
        "profiles": "profiles.csv",
        "sensitivity": "sensitivity.csv",
    },
}
"""Command → option → file of its tables."""


def made_study(table: pd.DataFrame) -> pd.DataFrame:
    """Two grids of one family, and one of another family."""
    table = table[table["batch"] != "64"]
    at_usual_beta = table[table["beta"] == 0.9]
    return pd.concat(
        [
            table,
            at_usual_beta.assign(grid="extra", rule="nesterov"),
            table[table["dataset"] == "wine"].assign(grid="alone"),
        ]
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the runs, and of the tables of the whole study in ``whole/``."""
    folder = tmp_path_factory.mktemp("study")
    write_table(made_study(synthetic_runs()), folder / "runs.parquet", RUNS)
    write_table(made_study(synthetic_curves()), folder / "curves.parquet", CURVES)
    initial = synthetic_initial_sharpness()
    write_table(initial, folder / "initial_sharpness.csv", INITIAL_SHARPNESS)
    for command in OUTPUTS:
        analyse(command, folder, folder / "whole")
    return folder


def analyse(command: str, study: Path, output: Path, scope: tuple[str, ...] = ()) -> None:
    """Run a command that writes its tables to a folder."""
    inputs = {
        "cells": [*INTERVALS],
        "cell-curves": [f"--curves={study}/curves.parquet"],
        "contrasts": [*STATES, *COMPARISON],
        "trials": [f"--initial={study}/initial_sharpness.csv", "--margin=0.1", *COMPARISON],
    }
    outputs = [f"--{option}={output}/{file}" for option, file in OUTPUTS[command].items()]
    runs = f"--runs={study}/runs.parquet"
    assert main([command, runs, *inputs[command], *outputs, *scope]) == 0


def parts_of(command: str, most: int) -> list[Part]:
    runs = made_study(synthetic_runs())
    runs["family"] = runs["grid"].map(FAMILIES)
    group = CELL_GROUP if command.startswith("cell") else PROBLEM_GROUP
    return cut(Counter(runs[list(group)].itertuples(index=False, name=None)), most)


@pytest.mark.parametrize(
    ("command", "most"), [("cells", 200), ("cell-curves", 200), ("contrasts", 1), ("trials", 1)]
)
def test_joined_tables_are_those_of_the_whole_study(study, tmp_path, command, most):
    folders = []
    for number, part in enumerate(parts_of(command, most)):
        folders.append(tmp_path / str(number))
        analyse(command, study, folders[-1], tuple(to_flags(part).split()))
        if command == "trials":  # profiles need the costs on all problems
            (folders[-1] / "profiles.csv").rename(folders[-1] / ARM_COSTS.file)
    assert len(folders) > 1
    analyse(command, study, tmp_path, ("--parts", *map(str, folders)))
    for file in OUTPUTS[command].values():
        content = (tmp_path / file).read_bytes()
        assert content == (study / "whole" / file).read_bytes(), file


@pytest.mark.parametrize(
    ("command", "file"), [("cells", "cells.parquet"), ("contrasts", "tuned.csv")]
)
def test_a_damaged_part_is_named(study, tmp_path, capsys, command, file):
    """It is found before a table is written."""
    part = tmp_path / "0" / file
    analyse(command, study, part.parent)
    part.write_bytes(part.read_bytes()[:-10])
    with pytest.raises(AssertionError, match="assert 1 == 0"):
        analyse(command, study, tmp_path / "joined", ("--parts", str(part.parent)))
    message = capsys.readouterr().err
    assert f"{part}: expected a" in message
    assert "Delete it and run the workflow again" in message
    assert not list(tmp_path.glob("joined/*"))
