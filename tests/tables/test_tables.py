import itertools

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from momentum_study.core.errors import StudyError
from momentum_study.tables import files
from momentum_study.tables.files import read_table, write_large_table, write_table
from momentum_study.tables.keys import RUN_KEYS, target_columns
from momentum_study.tables.run_schemas import CURVES, RUNS
from momentum_study.tables.validation import check_complete
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
def test_what_is_read_is_what_was_written(tmp_path, suffix, table, schema):
    frame = table()
    path = tmp_path / f"table.{suffix}"
    write_table(frame, path, schema)
    again = read_table(path, schema)
    expected = frame.sort_values(schema.unique, ignore_index=True)
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
def test_every_number_survives_exactly(tmp_path, suffix, runs):
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
def test_a_table_in_parts_makes_the_bytes_of_the_whole(tmp_path, runs, monkeypatch, row_group):
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


def test_targets_come_from_easy_to_hard(tmp_path, runs):
    runs = runs.rename(columns={"steps_to_0.1": "steps_to_1e-05", "steps_to_0.5": "steps_to_1"})
    expected = ["steps_to_1", "steps_to_0.2", "steps_to_1e-05"]
    assert target_columns(sorted(runs.columns)) == expected
    write_table(runs[sorted(runs.columns)], tmp_path / "runs.csv", RUNS)
    columns = list(read_table(tmp_path / "runs.csv", RUNS).columns)
    place = columns.index("steps_to_1")
    assert columns[place - 1 : place + 4] == ["test_score_at_best", *expected, "up_step_share"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_single_columns_can_be_read_in_the_order_wanted(tmp_path, suffix, runs):
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


# --- Files that are not whole -------------------------------------------------------------------


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


def test_a_folder_in_the_way_is_an_error_for_the_user(tmp_path, runs):
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
def test_a_file_cut_off_is_refused(tmp_path, suffix, share, runs):
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


def test_no_flipped_bit_in_a_parquet_file_changes_what_is_read(tmp_path, runs):
    path = tmp_path / "runs.parquet"
    write_table(runs.iloc[:20], path, RUNS)
    expected = read_table(path, RUNS)
    content = path.read_bytes()
    refused = 0
    for place in range(0, len(content), 97):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        path.write_bytes(flipped)
        try:
            again = read_table(path, RUNS)
        except StudyError:
            refused += 1
        else:
            pd.testing.assert_frame_equal(again, expected)
    assert refused > 50


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


def test_one_table_is_not_taken_for_another(tmp_path):
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


# --- What the schemas refuse --------------------------------------------------------------------


def first(runs, among="completed", **values):
    """Set values in the first run among those of a status."""
    row = runs.index[runs["status"] == among][0]
    for name, value in values.items():
        runs.loc[row, name] = value
    return runs


IMPOSSIBLE_RUNS = [
    (lambda r: r.drop(columns="beta"), "missing columns: beta"),
    (lambda r: r.assign(note="x", mood="y"), "unknown columns: note, mood"),
    (lambda r: r.assign(**{"steps_to_.5": 1}), "unknown columns: steps_to_.5"),
    (lambda r: pd.concat([r, r["beta"]], axis=1), "doubled columns: beta"),
    (lambda r: pd.concat([r, r]), "360 rows repeat the keys of another row: grid=main"),
    (lambda r: r.astype({"beta": "float32"}), "beta must be of type float64, got float32"),
    (lambda r: r.assign(network=32), "network must be of type str"),
    (lambda r: r.astype({"steps": "float64"}), "steps must be of type int64, got float64"),
    (
        lambda r: r.astype({"first_bad_step": "float64"}),
        "first_bad_step must be of type Int64, got float64",
    ),
    (lambda r: first(r, beta=1.0), r"beta must be in \[0, 1\), got 1.0 \(grid=main dataset="),
    (lambda r: first(r, beta=-0.1), r"beta must be in \[0, 1\), got -0.1"),
    (lambda r: first(r, beta=np.nan), "beta must not be missing"),
    (lambda r: first(r, dataset=""), "dataset must not be empty"),
    (lambda r: first(r, dataset=np.nan), "dataset must not be missing"),
    (lambda r: first(r, learning_rate=0.0), "learning_rate must be positive and finite"),
    (lambda r: first(r, alpha=np.inf), "alpha must be positive and finite, got inf"),
    (lambda r: first(r, replicate=-1), "replicate must be at least 0, got -1"),
    (lambda r: first(r, parameters=0), "parameters must be at least 1"),
    (lambda r: first(r, status="failed"), 'status must be "completed" or "diverged"'),
    (lambda r: first(r, "diverged", reason="bored"), "reason must be"),
    (lambda r: first(r, train_loss_best=-1e-9), "train_loss_best must not be negative"),
    (lambda r: first(r, test_score_final=1.1), "test_score_final must be at most 1, got 1.1"),
    (lambda r: first(r, up_step_share=1.01), r"up_step_share must be in \[0, 1\]"),
    (lambda r: first(r, sign_flip_share=-0.01), r"sign_flip_share must be in \[0, 1\]"),
    (lambda r: first(r, update_cosine=-1.01), r"update_cosine must be in \[-1, 1\]"),
    (lambda r: first(r, **{"steps_to_0.5": -1}), "steps_to.* must not be negative"),
    (lambda r: first(r, "diverged", reason=""), "first_bad_step and reason"),
    (lambda r: first(r, "diverged", first_bad_step=pd.NA), "first_bad_step and reason"),
    (lambda r: first(r, first_bad_step=7), "first_bad_step and reason"),
    (lambda r: first(r, reason="loss_limit"), "first_bad_step and reason"),
    (lambda r: r.assign(eta=r["alpha"] * 1.5), r"eta must be \(1 - beta\) alpha"),
    (lambda r: r.assign(learning_rate=7.0, replicate=range(len(r))), "learning_rate one of"),
    (lambda r: r.assign(rule="gd"), "rule gd must have beta 0"),
    (lambda r: first(r, train_loss_final=np.nan), "must have finite train losses"),
    (lambda r: first(r, train_loss_final=np.inf), "must have finite train losses"),
    (lambda r: first(r, "diverged", test_loss_final=1.0), "a diverged run no final values"),
    (lambda r: first(r, train_loss_best=1e9), "no worse than the final"),
    (lambda r: first(r, validation_loss_best=1e9), "no worse than the final"),
    (lambda r: first(r, validation_score_best=-5.0), "no worse than the final"),
    (lambda r: first(r, step_best_validation=201), "beyond the run's last"),
    (lambda r: first(r, **{"steps_to_0.5": 201, "steps_to_0.2": 201}), "beyond the run's"),
    (lambda r: first(r, "diverged", first_bad_step=201), "beyond the run's last"),
    (lambda r: first(r, **{"steps_to_0.5": 80, "steps_to_0.2": 60}), "an easier target"),
    (lambda r: first(r, **{"steps_to_0.5": pd.NA, "steps_to_0.2": 60}), "an easier target"),
]


@pytest.mark.parametrize(("change", "message"), IMPOSSIBLE_RUNS, ids=range(len(IMPOSSIBLE_RUNS)))
def test_runs_that_cannot_be_are_refused(tmp_path, runs, change, message):
    path = tmp_path / "runs.parquet"
    with pytest.raises(StudyError, match=message) as refusal:
        write_table(change(runs), path, RUNS)
    assert str(path) in str(refusal.value)
    assert not path.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.assign(step=-1, replicate=range(len(c))), "step must be at least 0"),
        (lambda c: c.astype({"train_loss": "float64"}), "train_loss must be of type float32"),
        (lambda c: c.assign(update_norm=np.float32(-1)), "update_norm must not be negative"),
        (lambda c: c.assign(train_loss=np.float32(np.nan)), "without a train loss"),
        (lambda c: c.assign(step=0), "rows repeat the keys of another row"),
    ],
)
def test_curves_that_cannot_be_are_refused(tmp_path, change, message):
    curves = synthetic_curves()
    assert curves["update_norm"].dtype == change(curves)["update_norm"].dtype
    with pytest.raises(StudyError, match=message):
        write_table(change(curves), tmp_path / "curves.parquet", CURVES)


def test_a_refusal_names_three_problems_and_counts_the_rest(tmp_path, runs):
    bad = np.float32(-1.0)
    runs = runs.assign(null_loss=-1.0, parameters=0, path_ratio=bad, test_loss_at_best=bad)
    with pytest.raises(StudyError, match=r"null_loss .*\), test_loss_at_best .* and 1 more"):
        write_table(runs, tmp_path / "runs.csv", RUNS)


def test_heavy_ball_and_adam_rates_are_accepted(tmp_path, runs):
    beta, rate = runs["beta"], runs["learning_rate"]
    heavy_ball = runs.assign(rule="heavy_ball", eta=rate, alpha=rate / (1 - beta))
    adam = runs.assign(rule="adam", alpha=rate, eta=(1 - beta) * rate)
    write_table(pd.concat([heavy_ball, adam]), tmp_path / "runs.parquet", RUNS)


# --- Completeness -------------------------------------------------------------------------------


def test_a_complete_table_passes(runs):
    check_complete(runs, runs[list(RUN_KEYS)].sample(frac=1, random_state=1))


def test_missing_runs_are_counted_and_the_first_few_named(runs):
    design = sorted_runs(runs)[list(RUN_KEYS)]
    with pytest.raises(StudyError, match="does not hold the 360 runs") as refusal:
        check_complete(sorted_runs(runs).iloc[5:], design)
    message = str(refusal.value)
    assert "5 missing: grid=main dataset=digits network=32 rule=gd batch=64" in message
    assert "replicate=2 and 2 more" in message
    assert "unexpected" not in message
    assert "doubled" not in message


def test_unexpected_and_doubled_runs_are_named(runs):
    design = runs[list(RUN_KEYS)]
    stray = runs.iloc[:1].assign(dataset="NA")
    twice = runs.iloc[[7, 7]]
    with pytest.raises(StudyError) as refusal:
        check_complete(pd.concat([runs, stray, twice]), design)
    message = str(refusal.value)
    assert "1 unexpected: grid=main dataset=NA" in message
    assert "1 doubled: grid=main dataset=digits" in message
    assert "missing:" not in message


def test_a_nearly_equal_learning_rate_is_another_run(runs):
    design = runs[list(RUN_KEYS)]
    other = runs.assign(learning_rate=np.nextafter(runs["learning_rate"], 1e9))
    with pytest.raises(StudyError, match=r"360 missing.*360 unexpected"):
        check_complete(other, design)


def test_a_design_with_a_run_twice_is_a_programming_error(runs):
    design = runs[list(RUN_KEYS)]
    with pytest.raises(ValueError, match="twice"):
        check_complete(runs, pd.concat([design, design.iloc[:1]]))
