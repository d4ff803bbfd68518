"""Any custom data file becomes valid prepared data or is refused in one line."""

import datetime
import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from momentum_study.datasets.prepared import load_prepared, training_arrays
from tests.bad_input.random_trees import edits
from tests.bad_input.refusals import SHARED, attempt, refusal
from tests.tally import Tally

ROWS = 24
HEADER = "a,b,y"
TABLE = "\n".join([HEADER, *(f"{i},{i % 5}.5,{'uv'[i % 2]}" for i in range(ROWS))]).encode()
TOKENS = (
    *(b",", b'"', b'""', b"\n", b"\r", b"\r\n", b"\t", b";", b" ", b"\0", b"\xff", b"\xef\xbb\xbf"),
    *(b"nan", b"-nan", b"inf", b"-Infinity", b"1e999", b"1e-400", b"9" * 30, b"9" * 400, b"1_0"),
    *(b"NA", b"True", b"a", b"y", b"-", b"0x1", b"\xe2\x80\xae", b"\xe2\x80\xa8", b"2001-01-01"),
)
RECIPES: tuple[dict[str, Any], ...] = (
    {},
    {"task": "regression"},
    {"task": "regression", "target": "a", "scaling": "center"},
    {"missing": "impute"},
    {"missing": "drop", "scaling": "none"},
    {"categorical": ["b"]},
    {"condition_number": 10.0},
    {"rows": 20, "label_noise": 0.1},
    {"leave_out": ["a"], "missing": "impute"},
)


def try_file(tally: Tally, path: Path, recipe: dict[str, Any]) -> str | None:
    """Prepare a file; the result must be finite and consistent."""
    entry = {"source": "file", "path": str(path), "target": "y", "task": "classification"} | recipe
    output = path.parent / "prepared.npz"
    line = refusal(
        tally,
        *("prepare", "--name=mine", f"--recipe={json.dumps(entry)}", "--seed=1"),
        *("--first=0", "--last=1", f"--output={output}"),
        naming="'mine'",
    )
    if line is None:
        prepared = load_prepared(output)
        raw = prepared.raw
        gaps = np.isnan(raw.features)
        assert not gaps.any() or entry.get("missing") == "impute"
        assert np.isfinite(raw.features[~gaps]).all()
        splits = np.sort(np.hstack([prepared.train, prepared.validation, prepared.test]))
        assert np.array_equal(splits, np.broadcast_to(np.arange(len(raw.targets)), splits.shape))
        with np.errstate(all="ignore"):
            # Numbers too large or too small for any scaling are refused here.
            arrays = attempt(tally, lambda: training_arrays(prepared, "float64"), "'mine'")
        for split in vars(arrays).values() if arrays else ():
            assert np.isfinite(split.inputs).all()
            assert np.isfinite(split.targets).all()
    return line


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_the_unchanged_table_is_valid(tally: Tally, tmp_path: Path, recipe: dict[str, Any]) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(TABLE.replace(b"v", b"1").replace(b"u", b"0"))
    assert try_file(tally, path, recipe) is None


@SHARED
@given(content=edits(TABLE, TOKENS, len(TABLE)), recipe=st.sampled_from(RECIPES))
@example(content=TABLE.replace(b"\n3,", b"\n" + b"9" * 400 + b","), recipe={})
@example(content=TABLE.replace(b"a,b", b'"a\nb",b'), recipe={"categorical": ["a"]})
def test_a_table_with_typos(
    tally: Tally, tmp_path: Path, content: bytes, recipe: dict[str, Any]
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    try_file(tally, path, recipe)


@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
@SHARED
@given(content=st.binary() | st.binary().map(lambda content: b"PAR1" + content + b"PAR1"))
def test_any_bytes_for_a_table(tally: Tally, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert try_file(tally, tmp_path / name, {}) is not None


def rows(line: Callable[[int], str], header: str = HEADER) -> bytes:
    return "\n".join([header, *map(line, range(ROWS))]).encode()


# More in tests/datasets/test_table_files.py, with their messages.
ODD_TABLES = {
    "one column": b"y\nu\nv\n",
    "name of two lines": rows(lambda i: f"{i},{i},{i % 2}", '"a\nb",b,y'),
    "null byte in a name": rows(lambda i: f"{i},{i},{i % 2}", "a\0,b,y"),
    "name that is written right to left": rows(lambda i: f"{i},{i},{i % 2}", "a\u202e,b,y"),
    "text after a quote": TABLE + b'\n"1"2,2,u',
    "huge field": TABLE + b"\n" + b"1" * 200_000 + b",2,u",
    "too many digits": rows(lambda i: f"{'9' * 400},{i},{i % 2}"),
    "sum too large": rows(lambda i: f"{1.7e308 * (-1) ** i},{i},{i % 2}"),
    "infinite class": rows(lambda i: f"{i},{i},{'inf' if i % 2 else 1}"),
    "another text in each row": rows(lambda i: f"<b>{i}</b>,{i},{i % 2}"),
    "utf-16": TABLE.decode().encode("utf-16"),
    "half a character": TABLE + b"\n1,2,\xed\xa0\x80",
    "other separator": TABLE.replace(b",", b"\t"),
}


@pytest.mark.parametrize("content", ODD_TABLES.values(), ids=ODD_TABLES)
def test_odd_tables_are_refused(tally: Tally, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    assert try_file(tally, path, {})


# Columns of every type that Arrow writes to Parquet.
half = ROWS // 2
COLUMNS: dict[str, pa.Array] = {
    "whole": pa.array(range(ROWS)),
    "few": pa.array([0, 1] * half, pa.int8()),
    "large": pa.array([2**64 - 1, 1] * half, pa.uint64()),
    "half precision": pa.array(np.arange(ROWS, dtype=np.float16)),
    "real": pa.array([0.5, -2.0] * half),
    "real with gaps": pa.array([0.5, None, 1.5, 2.5] * (half // 2)),
    "extreme": pa.array([5e-324, 1e308, -1e308, 0.0] * (half // 2)),
    "not a number": pa.array([float("nan"), 1.0] * half),
    "infinite": pa.array([float("inf"), 1.0] * half),
    "text": pa.array(["u", "v"] * half),
    "text with gaps": pa.array(["u", None, "", "\0"] * (half // 2), pa.large_string()),
    "text view": pa.array(["x", "y"] * half, pa.string_view()),
    "truth": pa.array([True, False] * half),
    "truth with gaps": pa.array([True, None, False, True] * (half // 2)),
    "decimal": pa.array([Decimal("1e30"), Decimal("1.5")] * half),
    "huge decimal": pa.array([Decimal(10) ** 70] * ROWS, pa.decimal256(76, 0)),
    "category": pa.array(["u", "v"] * half).dictionary_encode(),
    "category of numbers": pa.array([1.5, None, 2.5, 3.5] * (half // 2)).dictionary_encode(),
    "nothing": pa.array([None] * ROWS),
    "bytes": pa.array([b"\xff", b""] * half),
    "four bytes": pa.array([b"abcd"] * ROWS, pa.binary(4)),
    "day": pa.array([datetime.date(2001, 1, 1)] * ROWS),
    "first moment": pa.array([datetime.datetime(1, 1, 1)] * ROWS),
    "moment with a zone": pa.array(
        [datetime.datetime(9999, 1, 1)] * ROWS, pa.timestamp("s", "Europe/Berlin")
    ),
    "time": pa.array([datetime.time(1)] * ROWS),
    "duration": pa.array([None, 3] * half, pa.duration("ns")),
    "list": pa.array([list(range(50))] * ROWS),
    "mapping": pa.array([[(1, 2)]] * ROWS, pa.map_(pa.int64(), pa.int64())),
    "structure": pa.array([{"a": 1}] * ROWS),
}
NAMES = (
    *(("a", "b", "y"),) * 6,
    *(("a", "a", "y"), ("a", "", "y"), ("a", "y", "y"), ("a.b", "b", "y"), ("a\nb", "b", "y")),
    ("__index_level_0__", "b", "y"),
)


@SHARED
@given(
    kinds=st.tuples(*[st.sampled_from(list(COLUMNS))] * 3),
    names=st.sampled_from(NAMES),
    recipe=st.sampled_from(RECIPES),
    data=st.data(),
)
def test_parquet_of_any_types_intact_or_damaged(
    tally: Tally,
    tmp_path: Path,
    kinds: tuple[str, ...],
    names: tuple[str, ...],
    recipe: dict[str, Any],
    data: st.DataObject,
) -> None:
    path = tmp_path / "table.parquet"
    columns = [COLUMNS[kind] for kind in kinds]
    pq.write_table(pa.Table.from_arrays(columns, names=list(names)), path)
    content = path.read_bytes()
    damage = data.draw(st.sampled_from(("none", "none", "flips", "cut")))
    if damage == "flips":
        damaged = bytearray(content)
        for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
            damaged[place] ^= 1 << data.draw(st.integers(0, 7))
        path.write_bytes(damaged)
    elif damage == "cut":
        path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    line = try_file(tally, path, recipe)
    assert line is not None or damage != "cut"


@pytest.mark.parametrize("role", ["feature", "class", "number"])
def test_each_type_of_column_in_each_role(tally: Tally, tmp_path: Path, role: str) -> None:
    path = tmp_path / "table.parquet"
    numbers = pa.array(np.linspace(0, 1, ROWS))
    for column in COLUMNS.values():
        pair = (column, COLUMNS["few"])
        feature, target = pair if role == "feature" else reversed(pair)
        pq.write_table(pa.table({"a": feature, "b": numbers, "y": target}), path)
        try_file(tally, path, {"task": "regression"} if role == "number" else {})


@pytest.mark.parametrize(
    ("kind", "message"),
    [("folder", "is a folder"), ("pipe", "is a pipe"), ("nothing", "does not exist")],
)
def test_what_is_not_a_file_is_refused(
    tally: Tally, tmp_path: Path, kind: str, message: str
) -> None:
    path = tmp_path / "table.csv"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    assert message in (try_file(tally, path, {}) or "")
