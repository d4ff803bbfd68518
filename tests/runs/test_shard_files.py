"""A shard's file has what was trained, or is refused."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from momentum_study.runs.shard_files import (
    Fingerprint,
    UnusableShardError,
    digest_of_file,
    finished_sweeps,
    read_shard,
    write_shard,
)
from momentum_study.runs.train import train_sweep
from tests.runs.test_train import SETTINGS, assert_same_bytes, data
from tests.tally import Tally

SMALL = replace(SETTINGS, learning_rates=(0.01, 3000.0), steps=8, evaluations=3)
ORIGIN = Fingerprint(SMALL, "0" * 64, (0, 0))
CODE = "code"


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return train_sweep(SMALL, data(0)).table


@pytest.fixture(scope="module")
def content(table: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("shard") / "shard.parquet"
    write_shard(path, [table], [ORIGIN], CODE)
    return path.read_bytes()


def read(path: Path, content: bytes) -> pa.Table:
    path.write_bytes(content)
    (table,) = read_shard(path, [ORIGIN])
    return table


def test_what_is_read_is_what_was_trained(table: pa.Table, content: bytes, tmp_path: Path) -> None:
    found = read(tmp_path / "shard.parquet", content)
    assert_same_bytes(table.to_pandas(), found.to_pandas())
    assert found.select(table.column_names).schema.equals(table.schema)


def test_same_bytes_twice_and_nothing_else_in_the_folder(tmp_path: Path) -> None:
    for name in ("a", "b"):
        table = train_sweep(SMALL, data(0, 1)).table
        write_shard(tmp_path / f"{name}.parquet", [table], [ORIGIN], CODE)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet"]


@pytest.mark.parametrize("stride", [29, pytest.param(5, marks=pytest.mark.slow)])
def test_a_flipped_bit_never_changes_the_values(
    table: pa.Table, content: bytes, tmp_path: Path, tally: Tally, stride: int
) -> None:
    """One bit of many bytes from all over the file, in turn; some are never read."""
    path = tmp_path / "shard.parquet"
    values = repr(table.to_pydict())  # as text, in which all NaN are equal
    refused = 0
    for place in range(0, len(content), stride):
        damaged = bytearray(content)
        damaged[place] ^= 1 << place % 8
        try:
            found = read(path, damaged)
        except UnusableShardError:
            refused += 1
            continue
        assert repr(found.select(table.column_names).to_pydict()) == values
    with tally.trying("bad inputs", refused):
        assert refused > 0.6 * len(content) / stride


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_pieces_of_a_shard_and_other_bytes_are_refused(
    content: bytes, tmp_path: Path, tally: Tally, drawn: st.DataObject
) -> None:
    cut = st.integers(0, len(content) - 1).map(lambda end: content[:end])
    start = st.integers(1, len(content)).map(lambda start: content[start:])
    zeros = st.integers(1, len(content)).map(lambda n: content[:-n] + bytes(n))
    with tally.trying("bad inputs"), pytest.raises(UnusableShardError, match="damaged shard"):
        read(tmp_path / "shard.parquet", drawn.draw(st.one_of(cut, start, zeros, st.binary())))


def test_a_table_without_a_checksum_is_refused(table: pa.Table, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    with pytest.raises(UnusableShardError, match="its checksum does not match"):
        read(tmp_path / "shard.parquet", buffer.getvalue())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 8}, "seed 8 instead of 7"),
        ({"hidden": (5, 5)}, r"hidden \[5, 5\] instead of \[5\]"),
        ({"steps": 9}, "steps 9 instead of 8"),
        ({"learning_rates": (0.01,)}, r"learning_rates \[0.01\] instead of \[0.01, 3000.0\]"),
        ({"beta": np.nextafter(0.9, 1)}, "beta 0.9000000000000001 instead of 0.9"),
    ],
)
def test_the_settings_that_differ_from_another_design_are_named(
    table: pa.Table, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = tmp_path / "shard.parquet"
    write_shard(path, [table], [replace(ORIGIN, settings=replace(SMALL, **change))], CODE)
    with pytest.raises(UnusableShardError, match=f"another design \\({message}\\)"):
        read_shard(path, [ORIGIN])


def test_other_data_are_noticed(table: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "shard.parquet"
    write_shard(path, [table], [replace(ORIGIN, data=digest_of_file(Path(__file__)))], CODE)
    with pytest.raises(UnusableShardError, match="trained on other data"):
        read_shard(path, [ORIGIN])


SECOND = replace(ORIGIN, settings=replace(SMALL, beta=0.5))


def test_sweeps_are_read_in_the_order_asked_for(table: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "shard.parquet"
    other = train_sweep(SECOND.settings, data(0)).table
    write_shard(path, [table, other], [ORIGIN, SECOND], CODE)
    second, first = read_shard(path, [SECOND, ORIGIN])
    assert repr(first.to_pydict()) == repr(table.to_pydict())
    assert repr(second.to_pydict()) == repr(other.to_pydict())
    with pytest.raises(UnusableShardError, match=r"another design \(other replicates\)"):
        read_shard(path, [ORIGIN, replace(SECOND, replicates=(0, 1))])


def test_finished_sweeps_are_those_of_the_same_code(table: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "shard.parquet"
    assert finished_sweeps(path, CODE) == {}
    write_shard(path, [table], [ORIGIN], CODE)
    assert finished_sweeps(path, CODE).keys() == {ORIGIN.as_json()}
    assert finished_sweeps(path, "other code") == {}
    path.write_bytes(path.read_bytes()[:-1])
    assert finished_sweeps(path, CODE) == {}


def test_a_shard_with_a_kept_sweep_has_the_same_bytes(table: pa.Table, tmp_path: Path) -> None:
    first, second = tmp_path / "first.parquet", tmp_path / "second.parquet"
    write_shard(first, [table], [ORIGIN], CODE)
    (kept,) = read_shard(first, [ORIGIN])
    write_shard(second, [kept], [ORIGIN], CODE)
    assert first.read_bytes() == second.read_bytes()
