import base64
import gzip
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from momentum_study.core.errors import StudyError
from momentum_study.documents.explorer import data
from momentum_study.documents.explorer.colors import (
    GROUNDS,
    LINE_CONTRAST,
    contrast,
    line_colors,
    with_contrast,
)
from momentum_study.documents.explorer.data import About, explorer_content
from momentum_study.documents.explorer.encoding import (
    HIGHEST,
    INFINITE,
    LOWEST,
    PER_DECADE,
    differences,
    loss_codes,
    number_list,
    packed,
    stream_bytes,
)
from momentum_study.documents.explorer.metrics import metrics
from momentum_study.tables.files import read_table
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.runs import RUNS

PART = 50
ABOUT = About("made", "A study.", 0.95, {"main": "main", "others": "main"})


@pytest.fixture(scope="module")
def tables(study):
    folder = study.path.parent
    runs = read_table(folder / "runs.parquet", RUNS, ["grid", "dataset", "null_loss"])
    return study.cells, runs, read_table(folder / "initial_sharpness.csv", INITIAL_SHARPNESS)


@pytest.fixture(scope="module")
def content(study, tables):
    """The data in several parts, made from frames that end within cells."""
    curves = study.cell_curves
    frames = [curves.iloc[row : row + 333] for row in range(0, len(curves), 333)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "PART_CELLS", PART)
        return explorer_content(ABOUT, *tables, frames)


def coded_losses(codes: np.ndarray) -> np.ndarray:
    """Losses that `loss_codes` gives these codes, as the scripts of the page read them."""
    return np.where(codes == INFINITE, np.inf, 10.0 ** (codes / PER_DECADE))


def unpacked(text: str) -> bytes:
    """Reverse `packed`."""
    return gzip.decompress(base64.b64decode(text))


def decoded_streams(part: bytes, count: int) -> np.ndarray:
    """Reverse `stream_bytes` for some streams of equal length, one after the other."""
    planes = np.frombuffer(part, dtype=np.uint8).astype(np.int64).reshape(count, 2, -1)
    positive = planes[:, 0] + 256 * planes[:, 1]
    return np.where(positive % 2, -(positive + 1) // 2, positive // 2)


def study_of(cells, runs, initial, cell_curves):
    """The document of the study in a page of these tables."""
    return json.loads(unpacked(explorer_content(ABOUT, cells, runs, initial, [cell_curves]).study))


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
    again = decoded_streams(unpacked(packed(b"".join(map(stream_bytes, codes)))), len(codes))
    assert np.array_equal(again, codes)


def test_differences_start_again_with_each_cell():
    assert list(differences([5, 7, 4, 9, 9], [0, 2])) == [5, 2, 4, 5, 0]


def test_packing_depends_on_the_content_alone():
    assert packed(b"content") == packed(b"content")
    assert not set(packed(bytes(range(256)))) & set("<>&\"'")


# --- Documents ----------------------------------------------------------------------------------


def test_numbers_of_cells_are_those_of_the_table(content, study):
    cells = study.cells
    document = json.loads(unpacked(content.study))
    parts = [json.loads(unpacked(part)) for part in content.numbers]
    assert len(parts) == -(-len(cells) // PART) > 1
    numbers = {
        name: [value for part in parts for value in part[name]] for name in parts[0]
    } | document["numbers"]
    assert (document["rows"], document["part_cells"]) == (len(cells), PART)
    for key, entry in document["text"].items():
        assert [entry["names"][code] for code in entry["codes"]] == cells[key].tolist()
    shown = {column for metric in metrics(cells.columns) for column in metric.columns}
    assert {"beta", "learning_rate", "alpha", "eta", "n_diverged"} | shown <= set(numbers)
    for column, values in numbers.items():
        if column == "null_loss":
            assert set(values) == {2.0}
            continue
        again = np.array(values, dtype=np.float64)
        assert np.array_equal(again, cells[column].to_numpy("float64"), equal_nan=True)
        assert (column in document["whole"]) == (cells[column].dtype.kind == "i")


def test_curves_are_those_of_the_table(content, study):
    curves = json.loads(unpacked(content.study))["curves"]
    table = study.cell_curves
    evaluations = list(range(0, 201, 20))
    assert curves["steps"] == [evaluations]
    assert curves["kind"] == [0] * len(study.cells)
    names = curves["streams"]
    parts = [decoded_streams(unpacked(part), len(names)) for part in content.curves]
    sizes = {part.shape[1] // len(evaluations) for part in parts[:-1]}
    assert sizes == {PART}
    changes = np.concatenate(parts, axis=1).reshape(len(names), -1, len(evaluations))
    codes = dict(zip(names, changes.cumsum(axis=2).reshape(len(names), -1), strict=True))
    for loss in ("train_loss", "test_loss"):
        median = codes[f"{loss}_median"]
        for name, own in (
            ("median", median),
            ("q25", median - codes[f"{loss}_q25"]),
            ("q75", median + codes[f"{loss}_q75"]),
        ):
            expected = np.clip(table[f"{loss}_{name}"], LOWEST, np.inf)
            assert coded_losses(own) == pytest.approx(expected, rel=0.006)
    assert codes["n_diverged"].tolist() == table["n_diverged"].tolist()


def test_the_limit_of_a_row_is_one_of_alpha(content):
    series = json.loads(unpacked(content.study))["series"]
    limits = {(one["rule"], one["beta"]): one["limit"] for one in series}
    assert list(limits)[:3] == [("gd", 0.0), ("momentum", 0.5), ("momentum", 0.9)]
    assert limits["gd", 0.0] == 2
    assert limits["momentum", 0.9] == pytest.approx(38)
    # η below 2(1 + β)/(1 + 2β), and α is ten times η.
    assert limits["nesterov", 0.9] == pytest.approx(10 * 3.8 / 2.8)
    assert limits["adam", 0.9] is None


def test_axes_of_evenly_spaced_rates_are_linear(study, tables):
    cells, runs, initial = tables
    others = cells["grid"] == "others"
    places = cells.loc[others, "alpha"].rank(method="dense")
    even = cells.assign(alpha=cells["alpha"].mask(others, 0.1 * places))
    linear = study_of(even, runs, initial, study.cell_curves)["linear"]
    assert linear["main"] == {"all": [], "gd": [], "momentum": []}
    assert linear["others"] == {rule: ["alpha"] for rule in ("all", "adam", "nesterov")}


def test_cells_and_curves_of_different_studies_are_refused(study, tables):
    cells, runs, initial = tables
    curves = study.cell_curves
    for some, own in ((cells[1:].reset_index(drop=True), curves), (cells, curves[:0])):
        with pytest.raises(StudyError, match="tables of cells and curves"):
            study_of(some, runs, initial, own)
    with pytest.raises(StudyError, match="cells have no runs"):
        study_of(cells, runs[runs["grid"] == "main"], initial, curves)
    with pytest.raises(StudyError, match="no rows"):
        study_of(cells[:0], runs, initial, curves)


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
