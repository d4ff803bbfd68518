"""Files of the user's own: what is read is what was written."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from momentum_study.core.errors import StudyError
from momentum_study.datasets.preparation import load
from momentum_study.datasets.raw import ColumnUse
from tests.datasets.recipes import loaded, recipe

ROWS = 12


def read(file: Path, **keys: Any) -> Any:
    return loaded("file", path=str(file), **{"target": "y", "task": "regression"} | keys)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


finite = st.floats(allow_nan=False, allow_infinity=False, width=64)
columns_of_numbers = st.lists(finite, min_size=ROWS, max_size=ROWS, unique=True)
# A space before a field is not part of it, nor is one that is the whole field.
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs"]), min_size=1)


@given(columns_of_numbers, columns_of_numbers)
def test_numbers_in_csv_are_read_exactly(
    folder: Path, first: list[float], second: list[float]
) -> None:
    pd.DataFrame({"a": first, "y": second}).to_csv(folder / "n.csv", index=False)
    raw = read(folder / "n.csv")
    np.testing.assert_array_equal(raw.features[:, 0], first)
    np.testing.assert_array_equal(raw.targets, second)


@given(st.lists(words, min_size=3, max_size=3, unique=True))
def test_words_in_csv_are_kept_with_their_quotes_and_commas(
    folder: Path, levels: list[str]
) -> None:
    # A word of letters among them, so that the column is one of text.
    levels = ["text", *(f"{level}," for level in levels)]
    pd.DataFrame({"t": levels * 3, "y": range(ROWS)}).to_csv(folder / "t.csv", index=False)
    raw = read(folder / "t.csv")
    assert raw.feature_names == tuple(f"t={level}" for level in sorted(levels))


signed = st.integers(-(2**63), 2**63 - 1) | st.integers(2**53 - 2, 2**53 + 2)
unsigned = st.integers(0, 2**64 - 1) | st.integers(2**64 - 3, 2**64 - 1)
TYPES = {"signed": pa.int64(), "unsigned": pa.uint64(), "decimal": pa.decimal128(38, 0)}
levels = st.one_of(
    st.tuples(st.just(name), st.lists(numbers, min_size=3, max_size=3, unique=True).map(sorted))
    for name, numbers in (
        ("signed", signed),
        ("unsigned", unsigned),
        ("decimal", st.integers(1 - 10**38, 10**38 - 1) | st.integers(10**30, 10**30 + 3)),
    )
)


def write(file: Path, columns: dict[str, pa.Array], gap: str = "") -> Path:
    if file.suffix == ".parquet":
        pq.write_table(pa.table(columns), file)
    else:
        cells = {name: column.to_pylist() for name, column in columns.items()}
        pd.DataFrame(cells, dtype=object).to_csv(file, index=False, na_rep=gap)
    return file


@pytest.mark.parametrize("gaps", [False, True])
@settings(max_examples=settings().max_examples // 4)
@given(levels)
@example(("signed", [2**53, 2**53 + 1, 2**53 + 2]))
@example(("unsigned", [1, 2**64 - 2, 2**64 - 1]))
@example(("decimal", [3, 10**30, 10**30 + 1]))
def test_whole_numbers_are_exact_as_classes_and_as_categories(
    folder: Path, gaps: bool, drawn: tuple[str, list[int]]
) -> None:
    name, values = drawn
    cells = [None if gaps and row == 0 else values[row % 3] for row in range(ROWS)]
    column = pa.array(cells, TYPES[name])
    other = pa.array(np.arange(ROWS) / 2)
    expected = list(map(str, values))
    for ending, gap in [("parquet", ""), ("csv", ""), ("csv", "NA")]:
        if name == "decimal" and ending == "csv":
            continue
        file = write(folder / f"w.{ending}", {"a": other, "y": column}, gap)
        raw = read(file, task="classification", missing="drop")
        assert raw.classes == tuple(expected)
        assert [raw.classes[code] for code in raw.targets] == [
            str(cell) for cell in cells if cell is not None
        ]
        file = write(folder / f"w.{ending}", {"a": column, "y": other}, gap)
        raw = read(file, categorical=["a"], missing="impute")
        assert list(raw.feature_names) == [
            *(f"a={text}" for text in expected),
            *(["a is missing"] if gaps else []),
        ]


@pytest.mark.parametrize(
    "texts",
    [
        [str(2**70), str(2**70 + 1), "1"],
        ["-1", str(2**64 - 1), str(2**64 - 2)],
        ["0.5", str(2**53), str(2**53 + 1)],
    ],
)
def test_numbers_that_a_float_cannot_tell_apart_are_refused_as_classes_and_categories(
    texts: list[str], tmp_path: Path
) -> None:
    lines = ["a,y", *(f"{row / 2},{texts[row % 3]}" for row in range(ROWS))]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    match = r"column 'y' contains .* as a floating-point number, .* expected classes and categories"
    with pytest.raises(StudyError, match=match):
        read(tmp_path / "t.csv", task="classification")
    with pytest.raises(StudyError, match=match):
        read(tmp_path / "t.csv", target="a", categorical=["y"])
    # As numbers they are what is nearest to them.
    raw = read(tmp_path / "t.csv")
    np.testing.assert_array_equal(raw.targets, [float(texts[row % 3]) for row in range(ROWS)])


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_csv_and_parquet_are_equivalent(kind: str, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "id": [f"row {number}" for number in range(60)],
            "n": random.normal(size=60),
            "gaps": pd.array([1, None, 3] * 20, dtype="Int64"),
            "town": ["west", "east", None] * 20,
            "new": [True, False] * 30,
            "y": random.normal(size=60),
        }
    )
    file = tmp_path / f"t.{kind}"
    write = {"csv": frame.to_csv, "parquet": frame.to_parquet}[kind]
    write(file, index=False)
    keys = {"target": "y", "task": "regression", "leave_out": ["id"], "missing": "impute"}
    made = load("t", recipe("file", path=str(file), **keys), 0)
    raw = made.raw
    assert raw.feature_names == (
        *("n", "gaps", "town=east", "town=west", "town is missing", "new=True"),
    )
    np.testing.assert_array_equal(raw.features[:, 0], frame["n"])
    np.testing.assert_array_equal(
        raw.features[:3, 1:5], [[1, 0, 1, 0], [np.nan, 1, 0, 0], [3, 0, 0, 1]]
    )
    np.testing.assert_array_equal(raw.targets, frame["y"])
    assert len(made.repairs) == 2
    levels = {"town": 2, "new": 2}
    assert made.columns == ColumnUse("y", ("n", "gaps"), levels, ("id",), ())


def write_as_fastparquet(frame: pd.DataFrame, file: Path) -> None:
    """Write a table as fastparquet does: no types of Arrow, categories as their values."""
    index = [name for name in frame.index.names if name]
    columns = [
        {
            "field_name": name,
            "pandas_type": "categorical" if kind == "category" else str(kind),
            "metadata": {"num_categories": 3, "ordered": False} if kind == "category" else None,
        }
        for name, kind in frame.reset_index().dtypes.items()
    ]
    flat = frame.reset_index(drop=not index).astype(
        {name: int for name in frame if frame[name].dtype == "category"}
    )
    table = pa.Table.from_pandas(flat, preserve_index=False)
    with pq.ParquetWriter(file, table.schema, store_schema=False) as writer:
        writer.write_table(table)
        metadata = {"index_columns": index, "columns": columns}
        writer.add_key_value_metadata({"pandas": json.dumps(metadata)})


WRITERS = {"pandas": pd.DataFrame.to_parquet, "fastparquet": write_as_fastparquet}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(12, 24),
        pd.Index(list(range(ROWS)), name="label"),
        pd.MultiIndex.from_product([range(2), range(6)], names=["state", "year"]),
    ],
    ids=["range", "named", "several"],
)
def test_the_index_of_a_parquet_file_is_no_feature(
    writer: str, index: pd.Index, tmp_path: Path
) -> None:
    frame = pd.DataFrame({"a": range(ROWS), "y": range(ROWS)}).set_axis(index)
    WRITERS[writer](frame, tmp_path / "t.parquet")
    names = tuple(name for name in index.names if name)
    for left_out, known in [((), names), (names, ())]:
        made = {"path": str(tmp_path / "t.parquet"), "target": "y", "task": "regression"}
        own = load("t", recipe("file", **made, leave_out=list(left_out)), 0)
        assert own.raw.feature_names == ("a",)
        assert own.columns == ColumnUse("y", ("a",), {}, left_out, known)
    if names:  # unless the recipe asks for it
        raw = read(tmp_path / "t.parquet", target=names[-1])
        assert raw.feature_names == ("a", "y")
        np.testing.assert_array_equal(raw.targets, index.get_level_values(-1))


def test_an_index_can_be_a_category(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": range(ROWS), "y": range(ROWS)}, index=list("uvw") * 4)
    frame.rename_axis("town").to_parquet(tmp_path / "t.parquet")
    raw = read(tmp_path / "t.parquet", categorical=["town"])
    assert sorted(raw.feature_names) == ["a", "town=u", "town=v", "town=w"]


@pytest.mark.parametrize("writer", [*WRITERS, "arrow"])
def test_categories_of_numbers_are_categories(writer: str, tmp_path: Path) -> None:
    values = [10, 9, 2**53 + 1] * 4
    frame = pd.DataFrame({"a": pd.Categorical(values), "y": range(ROWS)})
    if writer == "arrow":
        table = pa.table({"a": pa.array(values).dictionary_encode(), "y": range(ROWS)})
        pq.write_table(table, tmp_path / "t.parquet")
    else:
        WRITERS[writer](frame, tmp_path / "t.parquet")
    names = read(tmp_path / "t.parquet").feature_names
    assert names == ("a=9", "a=10", f"a={2**53 + 1}")


UNUSABLE = {
    "period": pd.period_range("2020-01", periods=ROWS, freq="M"),
    "interval": pd.arrays.IntervalArray.from_breaks(range(ROWS + 1)),
    "unknown": pa.array(range(ROWS)),
    "int128": pa.array([b"0123456789abcdef"] * ROWS, pa.binary(16)),
    "date": pd.date_range("2020-01-01", periods=ROWS),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_columns_of_other_types_are_named_unless_left_out(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    column = pa.array(UNUSABLE[kind])
    # A type that is not registered is stored with its name.
    name = {"ARROW:extension:name": "someone.else"} if kind == "unknown" else None
    fields = [pa.field("a", pa.int64()), pa.field("b", column.type, metadata=name)]
    schema = pa.schema([*fields, pa.field("y", pa.int64())])
    table = pa.table([range(ROWS), column, range(ROWS)], schema)
    with pq.ParquetWriter(file, schema, store_schema=kind != "int128") as writer:
        writer.write_table(table)
        if kind == "int128":  # as polars: bytes to Parquet, and a type that Arrow does not read
            fields[1] = pa.field("b", pa.int64())
            ipc = pa.schema(fields).serialize().to_pybytes()
            ipc = ipc.replace((64).to_bytes(4, "little"), (128).to_bytes(4, "little"))
            writer.add_key_value_metadata({"ARROW:schema": base64.b64encode(ipc).decode()})
    with pytest.raises(
        StudyError, match=r"column 'b' (has the type|contains) .*, or list it in le"
    ):
        read(file)
    raw = read(file, leave_out=["b"])
    assert raw.feature_names == ("a",)
    np.testing.assert_array_equal(raw.features[:, 0], range(ROWS))


def test_words_for_gaps_are_gaps_among_numbers_and_text_among_words(tmp_path: Path) -> None:
    lines = ["n,t,y", *["1.5,NA,1", "NA,east,2", "?,None,3"] * 4]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    raw = read(tmp_path / "t.csv", missing="impute")
    assert raw.feature_names == ("n", "t=NA", "t=None", "t=east")
    np.testing.assert_array_equal(raw.features[:3, 0], [1.5, np.nan, np.nan])
    with pytest.raises(StudyError, match=r"column 'n' has a gap in row 1 .*, 8 gap\(s\) in all"):
        read(tmp_path / "t.csv")


@pytest.mark.parametrize("gap", ["", "nan", "NaN", '""'])
def test_empty_fields_are_gaps_in_any_column(gap: str, tmp_path: Path) -> None:
    lines = ["n,t,y", *["1.5,west,1", f"{gap},{gap},2", "2,east,3"] * 4]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    raw = read(tmp_path / "t.csv", missing="drop")
    assert raw.features.shape == (8, 2)


CONTENTS = [
    ("a,b,y\n1,2,3\n4,5\n6,7,8\n", "line 3 of "),
    (
        "a,b,y\n1,2,3\n4,5\n6,7,8\n",
        "has 2 field(s); expected 3, as many as names in the first line",
    ),
    ("a,b,y\n1,2,3,4\n", "line 2 of "),
    ("a,b,y\n1,2,3,\n4,5,6,\n", "has 4 field(s); expected 3"),
    ("a,b,y\n", "no row remains"),
    ('a,b,y\n1,"2,3\n', "cannot be read (unexpected end of data)"),
    ("a,b,y\n" + "1,2,3\n" * 6, "every feature is constant"),
    ("a,b,y\n" + "1,2,3\n2,1,3\n" * 6, "every target is 3; expected targets that vary"),
    ("a,b,y\n1,2,3\n2,1,4\n", "2 row(s); expected at least 6"),
    ("a,b,y\n" + "1,2,x\n" * 6, "the target 'y' contains 'x' (categories); expected numbers in a"),
    ("a,b,y\n" + "1,-inf,3\n" * 6, "column 'b' is -inf in row 0 (counted from 0), 6 such"),
    ("a,b,y\n" + "1,1e999,3\n" * 6, "column 'b' is inf in row 0 (counted from 0), 6 such"),
]


@pytest.mark.parametrize(("content", "message"), CONTENTS)
def test_unusable_tables_are_refused(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(StudyError) as caught:
        read(tmp_path / "t.csv")
    assert str(caught.value).startswith("dataset 'toy': ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_invalid_utf8_is_refused(tmp_path: Path) -> None:
    # So far down that the header alone can be read.
    (tmp_path / "t.csv").write_bytes(b"a,t,y\n" + 5000 * b"1,x,3\n" + b"1,\xff,3\n")
    with pytest.raises(StudyError, match=r"cannot be read \('utf-8' codec .* a table in UTF-8"):
        read(tmp_path / "t.csv")


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(500, 2)), columns=["a", "y"])
    frame.to_parquet(file, write_page_checksum=True)
    content = bytearray(file.read_bytes())
    content[100:400] = 300 * b"\xff"  # the footer is whole
    file.write_bytes(content)
    with pytest.raises(StudyError, match=r"column 'a' cannot be read \(.*\); write the file again"):
        read(file)


def test_columns_in_leave_out_are_not_read(tmp_path: Path) -> None:
    lines = ["when,a,y", *[f"2020-01-{day:02d},{day},{day}" for day in range(1, 31)]]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    with pytest.raises(
        StudyError, match="column 'when' has 30 categories in 30 rows, such as '2020"
    ):
        read(tmp_path / "t.csv")
    assert read(tmp_path / "t.csv", leave_out=["when"]).feature_names == ("a",)
