"""Writing and reading tables, and refusing damaged files."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from momentum_study.core.errors import StudyError
from momentum_study.tables import files
from momentum_study.tables.files import (
    csv_column_names,
    csv_columns,
    csv_content,
    read_table,
    write_large_table,
    write_table,
)
from momentum_study.tables.keys import RUN_KEYS, target_columns
from momentum_study.tables.schemas.curves import CURVES
from momentum_study.tables.schemas.runs import RUNS
from tests.synthetic import synthetic_curves, synthetic_runs

SUFFIXES = ["csv", "parquet"]
NAMES = ["NA", "None", "nan", "", 'a,b "c"', "two\nlines", "Übung β", "1e5", "0.10"]


@pytest.fixture
def runs():
    return synthetic_runs()


def sorted_runs(runs):
    return runs.sort_values(list(RUN_KEYS), ignore_index=True)


# --- Writing and reading ------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("table", "schema"), [(synthetic_runs, RUNS), (synthetic_curves, CURVES)])
def test_a_table_survives_writing_and_reading(tmp_path, suffix, table, schema):
    frame = table()
    path = tmp_path / f"table.{suffix}"
    write_table(frame, path, schema)
    again = read_table(path, schema)
    expected = frame.sort_values(list(schema.keys), ignore_index=True)
    pd.testing.assert_frame_equal(again, expected[list(again.columns)], check_exact=True)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_names_that_look_like_missing_values_or_numbers_stay_text(tmp_path, suffix, runs):
    names = [name for name in NAMES if name]
    runs = runs.iloc[: len(names)].assign(dataset=names)
    write_table(runs, tmp_path / f"runs.{suffix}", RUNS)
    again = read_table(tmp_path / f"runs.{suffix}", RUNS)
    assert again["dataset"].tolist() == sorted(names)
    assert again["dataset"].dtype == "str"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_numbers_survive_exactly(tmp_path, suffix, runs):
    runs = runs.iloc[:5].copy()
    values = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, np.inf]
    runs["null_loss"] = values
    single = [np.nan, 0.0, 1 / 3, 3.4028235e38, 1e-45]
    runs["gradient_norm_mean"] = np.array(single, dtype="float32")
    runs["parameters"] = [2**53 + 1, 2**63 - 1, 1, 2, 3]
    runs["steps"] = 2**62
    runs["steps_to_0.5"] = pd.array([2**53 + 1, None, 1, 2, 3], dtype="Int64")
    for harder in ("steps_to_0.2", "steps_to_0.1"):
        runs[harder] = pd.array([None] * 5, dtype="Int64")
    write_table(runs, tmp_path / f"runs.{suffix}", RUNS)
    again = read_table(tmp_path / f"runs.{suffix}", RUNS)
    expected = sorted_runs(runs)
    for column in ("null_loss", "gradient_norm_mean", "parameters", "steps_to_0.5"):
        pd.testing.assert_series_equal(again[column], expected[column], check_exact=True)


def test_a_csv_is_plain_text_with_unix_line_ends(tmp_path, runs):
    runs = runs.iloc[:1].assign(null_loss=np.inf, status="diverged", reason="non_finite")
    runs["first_bad_step"] = pd.array([20], dtype="Int64")
    for part, kind in itertools.product(("train", "validation", "test"), ("loss", "score")):
        runs[f"{part}_{kind}_final"] = np.float32(np.nan)
    write_table(runs, tmp_path / "runs.csv", RUNS)
    lines = (tmp_path / "runs.csv").read_bytes().split(b"\n")
    assert len(lines) == 3
    assert lines[2] == b""
    fields = dict(zip(lines[0].decode().split(","), lines[1].decode().split(","), strict=True))
    assert fields["null_loss"] == "inf"
    assert fields["train_loss_final"] == ""
    assert fields["learning_rate"] == "0.003"
    assert fields["first_bad_step"] == "20"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_equal_tables_make_equal_bytes(tmp_path, suffix, runs):
    write_table(runs, tmp_path / f"a.{suffix}", RUNS)
    shuffled = runs.sample(frac=1, random_state=1)[runs.columns[::-1]]
    shuffled["dataset"] = shuffled["dataset"].astype("category")
    write_table(shuffled, tmp_path / f"b.{suffix}", RUNS)
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


@pytest.mark.parametrize("row_group", [1, 7, 1000])
def test_a_table_in_parts_gives_the_same_bytes(tmp_path, runs, monkeypatch, row_group):
    monkeypatch.setattr(files, "_ROW_GROUP", row_group)
    ordered = sorted_runs(runs)
    edges = [0, 3, 4, 25, len(ordered)]
    parts = [ordered.iloc[a:b].sample(frac=1, random_state=0) for a, b in itertools.pairwise(edges)]
    write_large_table(iter(parts), tmp_path / "parts.parquet", RUNS)
    write_table(runs, tmp_path / "whole.parquet", RUNS)
    assert (tmp_path / "parts.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_parts_out_of_order_or_doubled_are_refused(tmp_path, runs):
    ordered = sorted_runs(runs)
    for parts in ([ordered[5:9], ordered[:5]], [ordered[:5], ordered[4:9]]):
        with pytest.raises(StudyError, match="out of order"):
            write_large_table(parts, tmp_path / "runs.parquet", RUNS)
    assert not list(tmp_path.iterdir())


def test_targets_are_ordered_from_easy_to_hard(tmp_path, runs):
    runs = runs.rename(columns={"steps_to_0.1": "steps_to_1e-05", "steps_to_0.5": "steps_to_1"})
    expected = ["steps_to_1", "steps_to_0.2", "steps_to_1e-05"]
    assert target_columns(sorted(runs.columns)) == expected
    write_table(runs[sorted(runs.columns)], tmp_path / "runs.csv", RUNS)
    columns = list(read_table(tmp_path / "runs.csv", RUNS).columns)
    place = columns.index("steps_to_1")
    assert columns[place - 1 : place + 4] == ["test_score_at_best", *expected, "up_step_share"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_columns_are_read_in_the_requested_order(tmp_path, suffix, runs):
    path = tmp_path / f"runs.{suffix}"
    write_table(runs, path, RUNS)
    wanted = ["steps_to_0.2", "beta", "dataset", "steps"]
    pd.testing.assert_frame_equal(read_table(path, RUNS, wanted), sorted_runs(runs)[wanted])
    with pytest.raises(StudyError, match=r"runs\..* no columns steps_to_0.3"):
        read_table(path, RUNS, ["steps_to_0.3"])


def test_folder_names_do_not_become_columns(tmp_path, runs):
    path = tmp_path / "beta=0.7" / "seed=3" / "runs.parquet"
    write_table(runs, path, RUNS)
    again = read_table(path, RUNS)
    assert set(again.columns) == set(runs.columns)
    assert set(again["beta"]) == set(runs["beta"])


@pytest.mark.parametrize("operation", [write_table, read_table])
def test_other_suffixes_are_refused(tmp_path, runs, operation):
    arguments = (runs,) if operation is write_table else ()
    with pytest.raises(ValueError, match=r"ends in \.csv or \.parquet"):
        operation(*arguments, tmp_path / "runs.xlsx", RUNS)


# --- Incomplete and damaged files -----------------------------------------------------------------


def test_a_refused_table_leaves_the_old_file_and_nothing_else(tmp_path, runs):
    path = tmp_path / "runs.parquet"
    write_table(runs, path, RUNS)
    before = path.read_bytes()
    with pytest.raises(StudyError, match=r"runs\.parquet: not written"):
        write_table(runs.assign(beta=1.0), path, RUNS)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_nothing_behind(tmp_path, runs, monkeypatch):
    path = tmp_path / "runs.csv"

    def full_disk(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(StudyError, match=r"runs\.csv: cannot be written: No space left"):
        write_table(runs, path, RUNS)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_at_the_path_is_an_error_for_the_user(tmp_path, runs):
    (tmp_path / "runs.csv").mkdir()
    with pytest.raises(StudyError, match=r"runs\.csv: cannot be written"):
        write_table(runs, tmp_path / "runs.csv", RUNS)
    assert [entry.name for entry in tmp_path.iterdir()] == ["runs.csv"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_missing_file_is_named(tmp_path, suffix):
    with pytest.raises(StudyError, match=rf"runs\.{suffix}: no such file, expected a runs table"):
        read_table(tmp_path / f"runs.{suffix}", RUNS)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_refused(tmp_path, suffix, share, runs):
    path = tmp_path / f"runs.{suffix}"
    write_table(runs, path, RUNS)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(StudyError, match=rf"runs\.{suffix}: expected a runs table.*Delete it"):
        read_table(path, RUNS)


def test_a_flipped_bit_in_any_column_of_a_parquet_file_is_refused(tmp_path, runs):
    path = tmp_path / "runs.parquet"
    write_table(runs, path, RUNS)
    content = path.read_bytes()
    metadata = parquet.read_metadata(path)
    for index in range(metadata.num_columns):
        chunk = metadata.row_group(0).column(index)
        start = chunk.dictionary_page_offset or chunk.data_page_offset
        flipped = bytearray(content)
        flipped[start + chunk.total_compressed_size - 1] ^= 1
        path.write_bytes(flipped)
        with pytest.raises(StudyError, match=r"runs\.parquet: expected a runs table"):
            read_table(path, RUNS)


def test_a_damaged_list_of_columns_is_refused(tmp_path, runs):
    path = tmp_path / "runs.parquet"
    write_table(runs, path, RUNS)
    content = path.read_bytes()
    for place in range(len(content)):
        # Another target would be a valid name of a column.
        if content.startswith(b"steps_to_0.5", place):
            path.write_bytes(content[: place + 11] + b"4" + content[place + 12 :])
            try:
                assert "steps_to_0.5" in read_table(path, RUNS).columns
            except StudyError as error:
                assert "runs.parquet" in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"hello\n", b"a,b\n1,2\n", b"\x00\xff\xfe\n", b"PK\x03\x04zip\n"]
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_foreign_file_is_refused(tmp_path, suffix, content):
    path = tmp_path / f"runs.{suffix}"
    path.write_bytes(content)
    with pytest.raises(StudyError, match=rf"runs\.{suffix}: expected a runs table"):
        read_table(path, RUNS)


def test_a_parquet_file_of_another_program_is_refused(tmp_path, runs):
    path = tmp_path / "runs.parquet"
    runs.to_parquet(path)
    with pytest.raises(StudyError, match="another program wrote it"):
        read_table(path, RUNS)
    parquet.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(StudyError, match=r"missing columns: grid, dataset, network and \d+ more"):
        read_table(path, RUNS)


def test_a_table_of_another_schema_is_refused(tmp_path):
    path = tmp_path / "table.parquet"
    write_table(synthetic_curves(), path, CURVES)
    with pytest.raises(StudyError, match=r"expected a runs table.*missing columns: alpha, eta"):
        read_table(path, RUNS)


def test_an_edited_csv_is_checked(tmp_path, runs):
    path = tmp_path / "runs.csv"
    write_table(runs, path, RUNS)
    text = path.read_text()
    path.write_text(text.replace(",completed,", ",finished,", 1))
    with pytest.raises(StudyError, match='status must be "completed" or "diverged", got finished'):
        read_table(path, RUNS)
    path.write_text(text + text.splitlines()[-1] + "\n")
    with pytest.raises(StudyError, match="1 rows repeat the keys of another row: grid=main"):
        read_table(path, RUNS)


# --- CSV -----------------------------------------------------------------------------------------

TYPES = {"count": pa.int64(), "loss": pa.float64(), "name": pa.string(), "done": pa.bool_()}
HEADER = b"count,loss,name,done\n"


def read(rows: bytes) -> list[dict[str, object]]:
    rows_read: list[dict[str, object]] = csv_columns(HEADER + rows, TYPES).to_pylist()
    return rows_read


def test_csv_gaps_infinities_and_similar_text() -> None:
    assert read(b'1,inf,NA,True\n,,"a,\nb",False\n3,-inf,,True\n') == [
        {"count": 1, "loss": float("inf"), "name": "NA", "done": True},
        {"count": None, "loss": None, "name": "a,\nb", "done": False},
        {"count": 3, "loss": float("-inf"), "name": "", "done": True},
    ]


def test_csv_numbers_are_exact() -> None:
    random = np.random.default_rng(1)
    loss = random.integers(0, 2**63, 20_000).view("float64")
    loss = loss[np.isfinite(loss)]
    content = "loss\n" + "".join(f"{number!r}\n" for number in loss.tolist())
    again = csv_columns(content.encode(), {"loss": pa.float64()})["loss"]
    assert np.array_equal(again.to_numpy(), loss)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(b"1,0.5,a,True\n2,0.5,b\n", id="row too short"),
        pytest.param(b"1,0.5,a,True\n2,0.5,b,True,\n", id="row too long"),
        pytest.param(b"1,0.5,a,True,\n2,0.5,b,True,\n", id="all rows too long"),
        pytest.param(b"1.5,0.5,a,True\n", id="not a whole number"),
        pytest.param(b"9" * 30 + b",0.5,a,True\n", id="too large"),
        pytest.param(b"1,0.5x,a,True\n", id="not a number"),
        pytest.param(b"1,0.5,\xff,True\n", id="not UTF-8"),
        pytest.param(b"1,0.5,a,yes\n", id="not a truth value"),
        pytest.param(b'1,0.5,"a,True\n', id="unclosed quote"),
    ],
)
def test_malformed_csv_is_refused(rows: bytes) -> None:
    with pytest.raises(pa.ArrowInvalid):
        read(rows)


def test_an_empty_csv_line_is_a_row() -> None:
    assert len(read(b"1,0.5,a,True\n\n2,0.5,b,True\n")) == 3


def test_csv_column_names() -> None:
    assert csv_column_names(HEADER) == list(TYPES)
    assert csv_column_names(b"a,a\n1,2\n") == ["a", "a"]
    with pytest.raises(pa.ArrowInvalid, match="Expected 4 columns, got 1"):
        csv_column_names(HEADER + b"1\n")


def test_a_csv_file_without_a_final_line_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(HEADER)
    assert csv_content(path) == HEADER
    path.write_bytes(HEADER[:-1])
    with pytest.raises(StudyError, match="cut off"):
        csv_content(path)
