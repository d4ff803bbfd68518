"""A damaged table is refused or still satisfies its schema.

`verify` reads it without the schema: it compares the table with the published one or refuses it.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from momentum_study.studies.verify.study import compare_table_files
from momentum_study.studies.verify.tolerances import Leeway
from momentum_study.tables.catalogue import SCHEMAS as TABLES
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.validation import validate
from tests.bad_input.random_trees import edits
from tests.bad_input.refusals import SHARED, attempt
from tests.synthetic import synthetic_initial_sharpness, synthetic_runs
from tests.tally import Tally

TOKENS = (
    *(b",", b'"', b"\n", b"\r", b"\0", b"nan", b"inf", b"-inf", b"1e999", b"-", b" ", b"\xff"),
    *(b"\xef\xbb\xbf", b"9" * 30, b"9" * 400, b"True", b"1.5", b"<b>", b"NA"),
)
SCHEMAS = {"runs": RUNS, "initial_sharpness": INITIAL_SHARPNESS}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    made = {"runs": synthetic_runs(), "initial_sharpness": synthetic_initial_sharpness()}
    for name, table in made.items():
        for suffix in ("csv", "parquet"):
            write_table(table, folder / f"{name}.{suffix}", SCHEMAS[name])
    return folder


@pytest.fixture(scope="module")
def whole(published: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in published.iterdir()}


def equal_rows(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    keys = list(one.columns)
    first, second = (frame.sort_values(keys, ignore_index=True) for frame in (one, other))
    return first.equals(second)


TryTable = Callable[[str, bytes], pd.DataFrame | None]


@pytest.fixture
def try_table(tally: Tally, tmp_path: Path, published: Path) -> TryTable:
    def try_it(name: str, content: bytes) -> pd.DataFrame | None:
        path = tmp_path / name
        path.write_bytes(content)
        schema = SCHEMAS[path.stem]
        frame = attempt(tally, lambda: read_table(path, schema), str(path))
        if frame is not None:
            validate(frame, schema)
        if name in TABLES:
            compare = partial(compare_table_files, path, published / name, Leeway.NONE)
            found = attempt(tally, compare, str(path))
            if frame is not None:
                assert found.within == equal_rows(frame, read_table(published / name, schema))
        return frame

    return try_it


@SHARED
@given(data=st.data())
def test_damaged_csv(try_table: TryTable, whole: dict[str, bytes], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([f"{name}.csv" for name in SCHEMAS]))
    content = data.draw(edits(whole[name], TOKENS, 3000))
    try_table(name, content)


@pytest.mark.parametrize("word", ["nan", "inf", "1e999", "9" * 30, "9" * 400, "1.5", "text", ""])
def test_other_values_in_a_column_of_integers_are_refused(
    try_table: TryTable, whole: dict[str, bytes], word: str
) -> None:
    first, second, *rest = whole["runs.csv"].decode().split("\n")
    names, values = first.split(","), second.split(",")
    values[names.index("replicate")] = word
    content = "\n".join([first, ",".join(values), *rest]).encode()
    assert try_table("runs.csv", content) is None


@SHARED
@given(data=st.data())
def test_damaged_parquet(
    try_table: TryTable, tmp_path: Path, whole: dict[str, bytes], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from([f"{name}.parquet" for name in SCHEMAS]))
    content = whole[name]
    changed = data.draw(edits(content, (b"\0", b"\xff", b"PAR1"), len(content)))
    frame = try_table(name, changed)
    if frame is not None:  # the damage changed no value: all pages have checksums
        write_table(frame, tmp_path / "again" / name, SCHEMAS[Path(name).stem])
        assert (tmp_path / "again" / name).read_bytes() == content


COLUMNS: dict[str, Any] = {
    "lists": [[1]],
    "structures": [{"a": 1}],
    "bytes": [b"\xff"],
    "text": ["x"],
    "nothing": [None],
    "reals": [1.5],
    "truth": [True],
    "moments": [pa.scalar(10**13, pa.timestamp("s"))],
}

# Keys, text, floats and integers, with missing values and without.
ODD_ONES = ("grid", "beta", "replicate", "alpha", "status", "first_bad_step", "train_loss_final")


@pytest.mark.parametrize("kind", COLUMNS)
def test_columns_of_other_types(try_table: TryTable, whole: dict[str, bytes], kind: str) -> None:
    table = pq.read_table(pa.BufferReader(whole["runs.parquet"]))
    for name in ODD_ONES:
        place = table.column_names.index(name)
        column = pa.array(COLUMNS[kind] * table.num_rows)
        if column.type == table.schema.field(place).type:
            continue
        changed = table.set_column(place, name, column)
        sink = pa.BufferOutputStream()
        pq.write_table(changed.replace_schema_metadata(table.schema.metadata), sink)
        try_table("runs.parquet", sink.getvalue().to_pybytes())


def test_two_columns_with_one_name(try_table: TryTable, whole: dict[str, bytes]) -> None:
    table = pq.read_table(pa.BufferReader(whole["runs.parquet"]))
    for name in ODD_ONES:
        sink = pa.BufferOutputStream()
        pq.write_table(table.append_column(name, table[name]), sink)
        try_table("runs.parquet", sink.getvalue().to_pybytes())


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@SHARED
@given(content=st.binary())
@example(content=b"\xef\xbb\xbf\n")
@example(content=b"\xff\xfe\n")
def test_any_bytes(try_table: TryTable, suffix: str, content: bytes) -> None:
    assert try_table(f"runs.{suffix}", content) is None
