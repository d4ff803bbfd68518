"""Every table is described completely, and an edit of its description reaches its users alone."""

import pandas as pd
import pytest

from momentum_study.cli.main import COMMANDS
from momentum_study.core.dependencies import ROOT, source_files
from momentum_study.figures.catalogue import KINDS
from momentum_study.studies.compare.schemas import SCHEMAS as COMPARISON_SCHEMAS
from momentum_study.tables.catalogue import SCHEMAS
from momentum_study.tables.files import joined_tables, read_table, write_table
from momentum_study.tables.schema import Table, load_table, schema_module
from momentum_study.tables.schemas.arm_costs import ARM_COSTS

ALL = [*SCHEMAS.values(), *COMPARISON_SCHEMAS, ARM_COSTS]

TABLES_OF = {
    "collect": {"runs", "curves"},
    "cells": {"runs", "cells"},
    "cell-curves": {"runs", "curves", "cell_curves"},
    "datasets": {"datasets"},
    "contrasts": {"runs", "tuned", "pairs", "contrasts", "advice"},
    "trials": {"runs", "initial_sharpness", "budget", "profiles", "sensitivity", "arm_costs"},
    "claims": {"pairs", "landscapes", "initial_sharpness", "datasets"}
    | {"claims", "claim_cases", "step_costs"},
    "theory": {"theory"},
    "landscapes": {"landscapes", "trajectories"},
    "initial-sharpness": {"initial_sharpness"},
    "sharpness": {"sharpness"},
    "stability": {"runs", "initial_sharpness", "sharpness", "stability"},
    "validation": {"runs", "validation"},
    # The module of the stability limit, which the explorer shows, also makes `stability.csv`.
    "explorer": {"cells", "runs", "cell_curves", "initial_sharpness", "stability"},
    # For the names of the columns that extend a grid.
    "paper": {"tuned"},
    "provenance": {"cost"},
    "compare": {"runs"},
    **{one: {name.split(".")[0] for name in SCHEMAS} for one in ("verify", "publish", "document")},
}
"""The tables that each command reads or writes; `figure` and `paper` take theirs by name."""


def described_tables(*modules: str) -> set[str]:
    """Names of the tables whose descriptions these modules depend on."""
    folder = ROOT / "tables" / "schemas"
    return {path.stem for path in source_files(*modules) if path.parent == folder} - {"__init__"}


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.file)
def test_descriptions_are_complete(table: Table) -> None:
    names = [column.name for column in table.fields]
    assert len(set(names)) == len(names)
    assert table.keys
    assert set(table.keys) <= set(names)
    assert table.row.endswith(".")
    for column in table.fields:
        assert column.meaning.endswith("."), column.name
        assert column.is_number == (column.unit != "–"), column.name
        assert (column.dtype == "Int64") <= bool(column.missing), column.name
        assert (column.dtype in ("int64", "bool")) <= (not column.missing), column.name


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.file)
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_without_rows_keeps_its_types(tmp_path, table: Table, suffix: str) -> None:
    path = tmp_path / f"table.{suffix}"
    empty = joined_tables([], table)
    write_table(empty, path, table)
    pd.testing.assert_frame_equal(read_table(path, table), empty)


@pytest.mark.parametrize("file", SCHEMAS)
def test_a_table_is_found_by_the_name_of_its_file(file: str) -> None:
    assert load_table(file) is SCHEMAS[file]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_depends_on_the_tables_that_it_uses(command: str) -> None:
    module = f"cli.commands.{command.replace('-', '_')}"
    assert described_tables(module) == TABLES_OF.get(command, set())


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_depends_on_the_tables_that_it_is_drawn_from(kind: str) -> None:
    tables = KINDS[kind].tables
    found = described_tables("cli.commands.figures", f"figures.{kind}", *map(schema_module, tables))
    drawn_from = {table.split(".")[0] for table in tables}
    # The description of `advice.csv` is that of `contrasts.csv`, but for its rows.
    assert found - {"contrasts"} == drawn_from - {"contrasts"}


def test_figures_are_described_to_those_alone_who_show_them() -> None:
    catalogue = ROOT / "figures" / "catalogue.py"
    users = {
        command
        for command in COMMANDS
        if catalogue in source_files(f"cli.commands.{command.replace('-', '_')}")
    }
    assert users == {"paper", "plan", "publish", "document", "verify"}
    assert not [path for path in source_files("runs.design") if path.parent == catalogue.parent]
