"""The table of cells, its summary, and where they come from."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from momentum_study.analysis.cells import cells_table
from momentum_study.core.errors import StudyError
from momentum_study.statistics.intervals import Intervals
from momentum_study.studies.compare.cells import compared_cells, summary_table
from momentum_study.studies.compare.effects import OUTCOMES
from momentum_study.studies.compare.metrics import Settings
from momentum_study.studies.compare.request import Match, parse
from momentum_study.studies.compare.schemas import CELLS, PROBLEM, SUMMARY
from momentum_study.studies.compare.studies import read_study
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.runs import RUNS
from tests.studies.compare.made_studies import (
    MADE,
    changed,
    compared_studies,
    made_runs,
    write_study,
)
from tests.synthetic import NULL_LOSS

METRICS = ["train_loss", "test_loss", "steps_to_0.5", "steps_to_0.2", "steps_to_0.1"]


def both_tables(
    folder: Path, baseline: str, candidate: str, match: Match = "auto"
) -> tuple[pd.DataFrame, pd.DataFrame, Settings]:
    """Cells and summary, through their files."""
    _, settings, pairs = compared_studies(folder, baseline, candidate, match)
    cells = compared_cells(pairs, settings)
    summary = summary_table(cells, pairs, settings)
    target = folder / "written" / f"{baseline}--{candidate}--{match}"
    tables = []
    for name, table, schema in (("cells", cells, CELLS), ("summary", summary, SUMMARY)):
        write_table(table, target / f"{name}.csv", schema)
        tables.append(read_table(target / f"{name}.csv", schema))
    return tables[0], tables[1], settings


@pytest.fixture(scope="module")
def better(results: Path) -> tuple[pd.DataFrame, pd.DataFrame, Settings]:
    return both_tables(results, "made", "better")


def test_a_study_is_the_same_as_itself(results: Path) -> None:
    cells, summary, _ = both_tables(results, "made", "made")
    assert len(cells) == 90 * len(METRICS)
    assert set(cells["outcome"]) == {"same"}
    assert (cells["p_adjusted"] == 1).all()
    assert (cells["effect"] == 0).all()
    assert (summary["alpha_ratio"].dropna() == 1).all()


def test_a_cell_is_compared_run_by_run(better) -> None:
    cells, _, settings = better
    assert list(settings.metrics) == METRICS
    runs, others = made_runs(), made_runs(factor=0.5)
    query = "dataset == 'digits' and batch == '8' and beta == 0.9 and learning_rate == 0.03"
    losses = [
        table.query(query).sort_values("replicate")["test_loss_at_best"].to_numpy("float64")
        / NULL_LOSS
        for table in (runs, others)
    ]
    ratios = np.log(np.maximum(losses[0], 0.01) / np.maximum(losses[1], 0.01))
    (row,) = cells[
        (cells["metric"] == "test_loss")
        & (cells["dataset"] == "digits")
        & (cells["batch"] == "8")
        & (cells["beta"] == 0.9)
        & (cells["baseline_learning_rate"] == 0.03)
    ].itertuples()
    assert row.effect == pytest.approx(ratios.mean(), rel=1e-5)
    assert row.p_value == pytest.approx(stats.ttest_1samp(ratios, 0).pvalue, rel=1e-4)
    assert (row.side, row.matched_by, row.paired, row.n_pairs) == ("both", "value", True, 4)
    assert row.baseline_median == pytest.approx(np.median(np.maximum(losses[0], 0.01)), rel=1e-5)


def test_smaller_losses_are_better_wherever_runs_completed(better) -> None:
    cells, _, _ = better
    losses = cells[(cells["metric"] == "train_loss") & (cells["kind"] == "loss")]
    above = losses[losses["candidate_median"] > 0.02]
    assert (above["outcome"] == "better").mean() > 0.9
    assert not (losses["outcome"] == "worse").any()


def test_p_values_are_adjusted_over_all_cells_of_a_metric(better) -> None:
    cells, _, _ = better
    for _, own in cells.groupby("metric"):
        expected = stats.false_discovery_control(own["p_value"])
        np.testing.assert_allclose(own["p_adjusted"], expected, rtol=1e-4)


def test_seeds_that_differ_are_not_paired(results: Path) -> None:
    cells, _, settings = both_tables(results, "made", "other")
    assert not settings.paired
    assert not cells["paired"].any()
    assert cells["n_pairs"].isna().all()


def test_cells_of_one_side_are_rows_too(results: Path) -> None:
    runs = made_runs()
    fewer = runs[(runs["dataset"] == "digits") & (runs["learning_rate"] > 0.003)]
    fewer = fewer[fewer["replicate"] < 3]
    grid = {"datasets": ["digits"], "learning_rates": [0.03, 0.3, 1.0, 3.0], "replicates": 3}
    write_study(results / "fewer", changed(MADE, grid, study="fewer"), fewer)
    cells, summary, _ = both_tables(results, "made", "fewer")
    own = cells[cells["metric"] == "train_loss"]
    assert own["side"].value_counts().to_dict() == {"both": 36, "baseline": 54}
    alone = own[own["side"] == "baseline"]
    assert set(alone.loc[alone["dataset"] == "digits", "baseline_learning_rate"]) == {0.003}
    assert alone["candidate_learning_rate"].isna().all()
    # Pairs are of the replicates that both have, where both have some.
    assert (alone["baseline_n"] == alone["dataset"].map({"digits": 3, "wine": 4})).all()
    both = own[own["side"] == "both"]
    assert (both["baseline_n"] == 3).all()
    assert (both["outcome"] == "same").all()
    backwards, _, _ = both_tables(results, "fewer", "made")
    assert (backwards["side"] == "candidate").sum() == (cells["side"] == "baseline").sum()
    wine = summary[(summary["dataset"] == "wine") & (summary["metric"] == "train_loss")]
    assert (wine["n_cells"] == 0).all()
    assert wine["n_only_baseline"].sum() == 45
    assert wine["candidate_alpha"].isna().all()
    assert wine["share_same"].isna().all()


def test_rates_that_differ_match_by_position(results: Path) -> None:
    runs = made_runs()
    runs[["learning_rate", "alpha", "eta"]] *= 2
    grid = {"learning_rates": [2 * rate for rate in MADE["grids"]["main"]["learning_rates"]]}
    write_study(results / "doubled", changed(MADE, grid, study="doubled"), runs)
    cells, summary, _ = both_tables(results, "made", "doubled")
    assert set(cells["matched_by"]) == {"position"}
    np.testing.assert_allclose(cells["candidate_alpha"], 2 * cells["baseline_alpha"])
    assert set(cells["outcome"]) == {"same"}
    assert (summary["alpha_ratio"].dropna() == 2).all()
    with pytest.raises(StudyError, match="no cell is on both sides"):
        both_tables(results, "made", "doubled", "value")


def test_summary_counts_what_is_in_the_cells(better) -> None:
    cells, summary, _ = better
    for metric, own in cells.groupby("metric"):
        rows = summary[(summary["metric"] == metric) & (summary["dataset"] != "")]
        (total,) = summary[(summary["metric"] == metric) & (summary["dataset"] == "")].itertuples()
        for outcome in OUTCOMES:
            count = (own["outcome"] == outcome).sum()
            assert rows[f"n_{outcome}"].sum() == getattr(total, f"n_{outcome}") == count
            assert getattr(total, f"share_{outcome}") == pytest.approx(count / len(own), rel=1e-5)
    assert summary.duplicated([*PROBLEM, "metric"]).sum() == 0


def test_best_cells_have_the_lowest_median_and_the_interval_of_a_studys_own_table(better) -> None:
    cells, summary, settings = better
    table = cells_table(
        made_runs(), Intervals(settings.confidence, settings.resamples, settings.seed)
    )
    checked = 0
    for row in summary[
        (summary["metric"] == "train_loss") & (summary["dataset"] != "")
    ].itertuples():
        own = cells[(cells["metric"] == "train_loss") & (cells["dataset"] == row.dataset)]
        own = own[(own["batch"] == row.batch) & (own["rule"] == row.rule)]
        assert row.baseline_value == own["baseline_median"].min()
        ties = own[own["baseline_median"] == row.baseline_value]
        assert row.baseline_alpha == ties["baseline_alpha"].min()
        assert row.candidate_value == own["candidate_median"].min()
        best = table[
            (table["dataset"] == row.dataset)
            & (table["batch"] == row.batch)
            & (table["rule"] == row.rule)
            & (table["beta"] == row.baseline_beta)
            & (table["alpha"] == row.baseline_alpha)
        ]
        for end in ("low", "high"):
            expected = max(best[f"train_loss_final_median_{end}"].item() / NULL_LOSS, 0.01)
            assert getattr(row, f"baseline_{end}") == pytest.approx(expected, rel=1e-5)
        checked += 1
    assert checked == 12


def test_where_all_cells_failed_there_is_no_best_one(results: Path) -> None:
    runs = made_runs()
    gone = runs[(runs["alpha"] == 3.0) & (runs["dataset"] == "digits") & (runs["beta"] == 0)]
    assert (gone["status"] == "diverged").all()
    grid = {"datasets": ["digits"], "rules": {"gd": {}}, "learning_rates": [3.0]}
    write_study(results / "gone", changed(MADE, grid, study="gone"), gone)
    _, summary, _ = both_tables(results, "gone", "gone")
    assert summary["baseline_alpha"].isna().all()
    assert (summary["n_same"] == summary["n_cells"]).all()


def test_one_grid_alone_and_unknown_grids(results: Path) -> None:
    assert read_study(results, parse("made.main")).grids == ["main"]
    with pytest.raises(StudyError, match=r"made\.mian: made has no such grid; .*'main'"):
        read_study(results, parse("made.mian"))


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"study": 1}', '{"study": {"grids": 1}}'])
def test_a_damaged_record_is_refused(tmp_path: Path, content: str) -> None:
    folder = write_study(tmp_path / "made", MADE, made_runs())
    (folder / "provenance.json").write_text(content)
    with pytest.raises(StudyError, match=r"provenance\.json: expected the record of a finished"):
        read_study(tmp_path, parse("made"))


def test_missing_runs_are_refused(results: Path, tmp_path: Path) -> None:
    runs = made_runs()
    write_table(runs.drop(index=runs.index[17]), tmp_path / "made/tables/runs.parquet", RUNS)
    text = (results / "made/provenance.json").read_text(encoding="utf-8")
    (tmp_path / "made/provenance.json").write_text(text, encoding="utf-8")
    study = read_study(tmp_path, parse("made"))
    with pytest.raises(StudyError, match="made: 1 runs of the grid main are missing"):
        list(study.problems("main"))
