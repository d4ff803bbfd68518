import base64
import gzip
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from momentum_study.core.errors import StudyError
from momentum_study.documents.explorer.colors import (
    GROUNDS,
    LINE_CONTRAST,
    contrast,
    line_colors,
    with_contrast,
)
from momentum_study.documents.explorer.data import About, cells_document, curves_document
from momentum_study.documents.explorer.encoding import (
    HIGHEST,
    INFINITE,
    LOWEST,
    PER_DECADE,
    differences,
    loss_codes,
    number_list,
    pack_streams,
    packed,
)
from momentum_study.documents.explorer.metrics import metrics
from momentum_study.tables.files import read_table
from momentum_study.tables.keys import CELL_KEYS
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.runs import RUNS

ABOUT = About("made", "A study.", 0.95, {"main": "main", "others": "main"})


@pytest.fixture(scope="module")
def tables(study):
    folder = study.path.parent
    runs = read_table(folder / "runs.parquet", RUNS, ["grid", "dataset", "null_loss"])
    return study.cells, runs, read_table(folder / "initial_sharpness.csv", INITIAL_SHARPNESS)


def coded_losses(codes: np.ndarray) -> np.ndarray:
    """Losses that `loss_codes` gives these codes, as the scripts of the page read them."""
    return np.where(codes == INFINITE, np.inf, 10.0 ** (codes / PER_DECADE))


def unpacked(text: str) -> bytes:
    """Reverse `packed`."""
    return gzip.decompress(base64.b64decode(text))


def unpack_streams(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Reverse `pack_streams`: the header without the names of the streams, and the streams."""
    start = 4 + int.from_bytes(content[:4], "little")
    header = json.loads(content[4:start])
    names = header.pop("streams")
    planes = np.frombuffer(content, dtype=np.uint8, offset=start).astype(np.int64)
    streams = {}
    for name, (low, high) in zip(names, planes.reshape(len(names), 2, -1), strict=True):
        positive = low + 256 * high
        streams[name] = np.where(positive % 2, -(positive + 1) // 2, positive // 2)
    return header, streams


# --- Encoding -----------------------------------------------------------------------------------


@given(st.lists(st.floats() | st.integers(-(2**53), 2**53)))
def test_every_number_is_decoded_exactly(values):
    again = json.loads(number_list(values))
    expected = [None if value != value else value for value in values]
    assert again == expected


@given(arrays(np.float64, 20, elements=st.floats(LOWEST, HIGHEST)))
def test_a_coded_loss_is_off_by_half_a_step_at_most(losses):
    assert coded_losses(loss_codes(losses)) == pytest.approx(losses, rel=10 ** (0.5 / 200) - 1)


def test_infinite_losses_stay_and_those_beyond_the_limits_are_cut_off():
    codes = loss_codes([np.inf, 0.0, 1e9, 1.0])
    assert list(codes[[0, 3]]) == [INFINITE, 0]
    assert list(coded_losses(codes)) == [np.inf, LOWEST, HIGHEST, 1.0]


@given(arrays(np.int64, (3, 50), elements=st.integers(-(2**15), 2**15 - 1)))
def test_streams_are_decoded_exactly(codes):
    streams = dict(zip("abc", codes, strict=True))
    header, again = unpack_streams(unpacked(packed(pack_streams({"steps": [1, 2]}, streams))))
    assert header == {"steps": [1, 2]}
    assert list(again) == list(streams)
    for name, stream in streams.items():
        assert np.array_equal(again[name], stream)


def test_differences_start_again_with_each_cell():
    assert list(differences([5, 7, 4, 9, 9], [0, 2])) == [5, 2, 4, 5, 0]


def test_packing_depends_on_the_content_alone():
    assert packed(b"content") == packed(b"content")
    assert not set(packed(bytes(range(256)))) & set("<>&\"'")


# --- Documents ----------------------------------------------------------------------------------


def test_numbers_of_cells_are_those_of_the_table(tables):
    cells, runs, initial = tables
    document = json.loads(cells_document(ABOUT, cells, runs, initial))
    assert document["rows"] == len(cells)
    for key, entry in document["text"].items():
        assert [entry["names"][code] for code in entry["codes"]] == cells[key].tolist()
    shown = {column for metric in metrics(cells.columns) for column in metric.columns}
    assert {"beta", "learning_rate", "alpha", "eta", "n_diverged"} | shown <= set(
        document["numbers"]
    )
    for column, values in document["numbers"].items():
        if column == "null_loss":
            assert set(values) == {2.0}
            continue
        again = np.array(values, dtype=np.float64)
        assert np.array_equal(again, cells[column].to_numpy("float64"), equal_nan=True)
        assert (column in document["whole"]) == (cells[column].dtype.kind == "i")


def test_curves_are_those_of_the_table(study):
    header, streams = unpack_streams(curves_document(study.cells, study.cell_curves))
    table = study.cell_curves
    starts = np.flatnonzero(~table.duplicated(list(CELL_KEYS)))
    assert header["steps"] == [list(range(0, 201, 20))]
    assert header["kind"] == [0] * len(study.cells)
    for loss in ("train_loss", "test_loss"):
        changes = np.split(streams[f"{loss}_median"], starts[1:])
        median = np.concatenate([np.cumsum(one) for one in changes])
        for name, codes in (
            ("median", median),
            ("q25", median - streams[f"{loss}_q25"]),
            ("q75", median + streams[f"{loss}_q75"]),
        ):
            expected = np.clip(table[f"{loss}_{name}"], LOWEST, np.inf)
            assert coded_losses(codes) == pytest.approx(expected, rel=0.006)
    diverged = np.split(streams["n_diverged"], starts[1:])
    assert np.concatenate([np.cumsum(one) for one in diverged]).tolist() == list(
        table["n_diverged"]
    )


def test_the_limit_of_a_row_is_one_of_alpha(tables):
    cells, runs, initial = tables
    series = json.loads(cells_document(ABOUT, cells, runs, initial))["series"]
    limits = {(one["rule"], one["beta"]): one["limit"] for one in series}
    assert list(limits)[:3] == [("gd", 0.0), ("momentum", 0.5), ("momentum", 0.9)]
    assert limits["gd", 0.0] == 2
    assert limits["momentum", 0.9] == pytest.approx(38)
    # η below 2(1 + β)/(1 + 2β), and α is ten times η.
    assert limits["nesterov", 0.9] == pytest.approx(10 * 3.8 / 2.8)
    assert limits["adam", 0.9] is None


def test_axes_of_evenly_spaced_rates_are_linear(tables):
    cells, runs, initial = tables
    others = cells["grid"] == "others"
    places = cells.loc[others, "alpha"].rank(method="dense")
    even = cells.assign(alpha=cells["alpha"].mask(others, 0.1 * places))
    linear = json.loads(cells_document(ABOUT, even, runs, initial))["linear"]
    assert linear["main"] == {"all": [], "gd": [], "momentum": []}
    assert linear["others"] == {rule: ["alpha"] for rule in ("all", "adam", "nesterov")}


def test_cells_and_curves_of_different_studies_are_refused(study, tables):
    cells, runs, initial = tables
    with pytest.raises(StudyError, match="different studies"):
        curves_document(cells.iloc[1:].reset_index(drop=True), study.cell_curves)
    with pytest.raises(StudyError, match="cells have no runs"):
        cells_document(ABOUT, cells, runs[runs["grid"] == "main"], initial)
    with pytest.raises(StudyError, match="no rows"):
        cells_document(ABOUT, cells.iloc[:0], runs, initial)


# --- Colours ------------------------------------------------------------------------------------


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.99, 0.999])
@pytest.mark.parametrize("rule", ["gd", "momentum", "heavy_ball", "adam", "own"])
def test_lines_have_enough_contrast_in_both_themes(rule, beta):
    colors = line_colors(rule, beta if rule == "momentum" else 0.0)
    for theme, ground in GROUNDS.items():
        assert contrast(colors[theme], ground) >= LINE_CONTRAST


def test_a_colour_with_enough_contrast_is_unchanged():
    assert with_contrast("#0b5ea8", "#ffffff") == "#0b5ea8"


def test_metrics_are_columns_of_the_table_and_have_names_of_their_own(study):
    chosen = metrics(study.cells.columns)
    assert {column for metric in chosen for column in metric.columns} <= set(study.cells.columns)
    assert len({metric.name for metric in chosen}) == len(chosen)
    targets = [metric.name for metric in chosen if metric.kind == "steps"]
    assert targets == ["steps_to_0.5", "steps_to_0.2", "steps_to_0.1"]
