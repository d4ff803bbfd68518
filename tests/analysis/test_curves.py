import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.curves import cell_curves_table, quantiles, whole_cells
from momentum_study.cli.main import main
from momentum_study.core.errors import StudyError
from momentum_study.tables import files
from momentum_study.tables.files import read_large_table, read_table, write_table
from momentum_study.tables.keys import CELL_KEYS
from momentum_study.tables.schemas.cell_curves import CELL_CURVES
from momentum_study.tables.schemas.curves import CURVES
from momentum_study.tables.schemas.runs import RUNS
from tests.synthetic import synthetic_curves, synthetic_runs

INF = np.inf


@pytest.fixture
def runs():
    return synthetic_runs()


@pytest.fixture
def curves():
    return synthetic_curves()


def of_one_cell(table):
    same = (table["dataset"] == "wine") & (table["batch"] == "full")
    return same & (table["beta"] == 0.9) & (table["learning_rate"] == 0.3)


def test_quartiles_of_finite_values_are_those_of_numpy():
    values = np.random.default_rng(0).normal(size=(7, 3))
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    assert np.allclose(quantiles(values, shares), np.quantile(values, shares, axis=0))


def test_quartiles_with_diverged_runs():
    values = np.array([[1, 1, INF], [2, INF, INF], [3, 3, INF], [INF, INF, INF]])
    # By hand, at the positions 0.75, 1.5 and 2.25 of the sorted four.
    expected = [[1.75, 2.5, INF], [2.5, INF, INF], [INF, INF, INF]]
    assert np.array_equal(quantiles(values, (0.25, 0.5, 0.75)), expected)
    # Of five values the median is one of them: two diverged runs do not change it.
    assert quantiles([3.0, 1.0, 2.0, INF, INF], [0.5]) == [3.0]


def test_a_run_is_divided_by_its_own_null_loss_and_infinite_from_its_divergence_on(runs, curves):
    rows = of_one_cell(curves)
    curves.loc[rows, ["train_loss", "test_loss"]] = np.float32(6.0)
    gone = rows & (curves["replicate"] == 1) & (curves["step"] >= 100)
    curves.loc[gone, ["train_loss", "test_loss"]] = np.nan
    runs["null_loss"] = 2.0 + (runs["replicate"] == 2)
    table = cell_curves_table(runs, curves)
    cell = table[of_one_cell(table)]
    assert list(cell["step"]) == list(range(0, 201, 20))
    assert list(cell["n_diverged"]) == [0] * 5 + [1] * 6
    assert set(cell["n_runs"]) == {4}
    # Losses 2, 3, 3, 3, then 2, 3, 3, ∞.
    for loss in ("train_loss", "test_loss"):
        assert list(cell[f"{loss}_q25"]) == [2.75] * 11
        assert list(cell[f"{loss}_median"]) == [3.0] * 11
        assert list(cell[f"{loss}_q75"]) == [3.0] * 5 + [INF] * 6


def test_a_missing_test_loss_is_infinite_but_no_divergence(runs, curves):
    curves.loc[of_one_cell(curves), "test_loss"] = np.nan
    table = cell_curves_table(runs, curves)
    cell = table[of_one_cell(table)]
    assert set(cell["test_loss_median"]) == {INF}
    assert set(cell["n_diverged"]) == {0}


def test_losses_on_a_constant_target_are_infinite_but_no_divergence(runs, curves):
    rows = of_one_cell(curves)
    curves.loc[rows & (curves["step"] >= 100), "train_loss"] = np.float32(0.0)
    runs.loc[of_one_cell(runs), "null_loss"] = 0.0
    table = cell_curves_table(runs, curves)
    cell = table[of_one_cell(table)]
    assert set(cell["train_loss_median"]) == {INF}
    assert set(cell["n_diverged"]) == {0}


def test_cells_with_different_numbers_of_runs(runs, curves):
    both = ~of_one_cell(curves) | (curves["replicate"] < 3)
    few = cell_curves_table(runs, curves[both])
    all_ = cell_curves_table(runs, curves)
    others = ~of_one_cell(all_)
    pd.testing.assert_frame_equal(few[others], all_[others])
    assert set(few.loc[~others, "n_runs"]) == {3}
    own = curves[of_one_cell(curves) & (curves["replicate"] < 3)]
    expected = own.groupby("step")["train_loss"].median().to_numpy("float64") / 2.0
    assert few.loc[~others, "train_loss_median"].to_numpy() == pytest.approx(expected, rel=1e-5)


def test_curves_without_runs_are_refused(runs, curves):
    with pytest.raises(StudyError, match="curves of runs that are not in the table of runs"):
        cell_curves_table(runs[runs["replicate"] > 0], curves)


def test_parts_contain_whole_cells(curves):
    keys = list(CELL_KEYS)
    ordered = curves.sort_values([*keys, "replicate", "step"], ignore_index=True)
    parts = list(whole_cells(ordered.iloc[i : i + 1000] for i in range(0, len(ordered), 1000)))
    assert len(parts) > 2
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), ordered)
    cells = [set(part[keys].itertuples(index=False, name=None)) for part in parts]
    assert sum(map(len, cells)) == len(set.union(*cells))


def test_the_command_writes_the_same_table_in_parts(tmp_path, monkeypatch, runs, curves):
    write_table(runs, tmp_path / "runs.parquet", RUNS)
    monkeypatch.setattr(files, "_ROW_GROUP", 700)
    write_table(curves, tmp_path / "curves.parquet", CURVES)
    output = tmp_path / "cell_curves.parquet"
    flags = [f"--{name}={tmp_path}/{name}.parquet" for name in ("runs", "curves")]
    assert main(["cell-curves", *flags, f"--output={output}"]) == 0
    pd.testing.assert_frame_equal(
        read_table(output, CELL_CURVES), cell_curves_table(runs, curves), check_exact=True
    )


def test_a_large_table_is_read_group_by_group(tmp_path, monkeypatch, curves):
    path = tmp_path / "curves.parquet"
    monkeypatch.setattr(files, "_ROW_GROUP", 700)
    write_table(curves, path, CURVES)
    columns = ["step", "dataset", "train_loss"]
    parts = list(read_large_table(path, CURVES, columns))
    assert {len(part) for part in parts[:-1]} == {700}
    whole = pd.concat(parts, ignore_index=True)
    pd.testing.assert_frame_equal(whole, read_table(path, CURVES, columns))


@pytest.mark.parametrize("damage", ["missing", "cut off", "other"])
def test_a_file_that_is_no_curves_table_is_refused(tmp_path, curves, damage):
    path = tmp_path / "curves.parquet"
    write_table(curves, path, CURVES)
    if damage == "missing":
        path.unlink()
    elif damage == "cut off":
        path.write_bytes(path.read_bytes()[:-100])
    else:
        write_table(synthetic_runs(), path, RUNS)
    with pytest.raises(StudyError, match="expected a curves table"):
        list(read_large_table(path, CURVES, ["step"]))
