"""What is read from CSV, and what is refused."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from momentum_study.core.errors import StudyError
from momentum_study.tables.csv_content import column_names, read_columns, whole_content

TYPES = {"count": pa.int64(), "loss": pa.float64(), "name": pa.string(), "done": pa.bool_()}
HEADER = b"count,loss,name,done\n"


def read(rows: bytes) -> list[dict[str, object]]:
    rows_read: list[dict[str, object]] = read_columns(HEADER + rows, TYPES).to_pylist()
    return rows_read


def test_gaps_infinities_and_text_that_looks_like_either() -> None:
    assert read(b'1,inf,NA,True\n,,"a,\nb",False\n3,-inf,,True\n') == [
        {"count": 1, "loss": float("inf"), "name": "NA", "done": True},
        {"count": None, "loss": None, "name": "a,\nb", "done": False},
        {"count": 3, "loss": float("-inf"), "name": "", "done": True},
    ]


def test_numbers_are_read_to_the_last_bit() -> None:
    random = np.random.default_rng(1)
    loss = random.integers(0, 2**63, 20_000).view("float64")
    loss = loss[np.isfinite(loss)]
    content = "loss\n" + "".join(f"{number!r}\n" for number in loss.tolist())
    again = read_columns(content.encode(), {"loss": pa.float64()})["loss"]
    assert np.array_equal(again.to_numpy(), loss)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(b"1,0.5,a,True\n2,0.5,b\n", id="too short"),
        pytest.param(b"1,0.5,a,True\n2,0.5,b,True,\n", id="too long"),
        pytest.param(b"1,0.5,a,True,\n2,0.5,b,True,\n", id="all too long"),
        pytest.param(b"1.5,0.5,a,True\n", id="no whole number"),
        pytest.param(b"9" * 30 + b",0.5,a,True\n", id="too large"),
        pytest.param(b"1,0.5x,a,True\n", id="no number"),
        pytest.param(b"1,0.5,\xff,True\n", id="no UTF-8"),
        pytest.param(b"1,0.5,a,yes\n", id="no truth"),
        pytest.param(b'1,0.5,"a,True\n', id="a quote without its end"),
    ],
)
def test_a_row_that_is_not_whole_or_a_value_of_another_type_is_refused(rows: bytes) -> None:
    with pytest.raises(pa.ArrowInvalid):
        read(rows)


def test_an_empty_line_is_no_row_to_leave_out() -> None:
    assert len(read(b"1,0.5,a,True\n\n2,0.5,b,True\n")) == 3


def test_names_come_from_the_first_line() -> None:
    assert column_names(HEADER) == list(TYPES)
    assert column_names(b"a,a\n1,2\n") == ["a", "a"]
    with pytest.raises(pa.ArrowInvalid, match="Expected 4 columns, got 1"):
        column_names(HEADER + b"1\n")


def test_a_file_whose_last_line_has_no_end_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(HEADER)
    assert whole_content(path) == HEADER
    path.write_bytes(HEADER[:-1])
    with pytest.raises(StudyError, match="cut off"):
        whole_content(path)
