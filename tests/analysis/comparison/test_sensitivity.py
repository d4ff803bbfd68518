"""Near-best shares, best rates and scaling exponents on grids with given losses."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.comparison.sensitivity import sensitivity_table, start_curvature
from momentum_study.statistics.intervals import USUAL_INTERVALS
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.sensitivity import SENSITIVITY
from tests.analysis.comparison.made_problems import ABSENT, DIVERGED, FLOOR, made_problem

MARGIN = 0.1
RATES = (0.01, 0.1, 1.0, 10.0)


def grid(rule: str, losses: dict[float, list[float]], replicates: int = 3):
    """Cells of a rule: for each β a loss per rate, the same in all replicates."""
    return {
        (rule, beta, rate): [loss] * replicates
        for beta, own in losses.items()
        for rate, loss in zip(RATES, own, strict=True)
    }


def curvatures(values, grid_name="main", dataset="iris", network="small") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "grid": grid_name,
            "dataset": dataset,
            "network": network,
            "replicate": range(len(values)),
            "lambda_max": values,
        }
    )


NONE = curvatures([])
# At β = 0.9 the best rate is ten times that at β = 0.
RISING = grid("gd", {0.0: [0.9, 0.5, 0.52, 0.8]}) | grid(
    "momentum", {0.0: [0.9, 0.5, 0.52, 0.8], 0.9: [0.9, 0.43, 0.4, DIVERGED]}
)


def by_beta(table: pd.DataFrame, rule: str, criterion: str = "test_loss") -> pd.DataFrame:
    own = table[(table["rule"] == rule) & (table["criterion"] == criterion)]
    return own.assign(beta=own["beta"].fillna(-1)).set_index("beta")


def test_shares_widths_and_exponent_by_hand():
    rows = by_beta(sensitivity_table([made_problem(RISING)], NONE, FLOOR, MARGIN), "momentum")
    overall, low, high = rows.loc[-1], rows.loc[0.0], rows.loc[0.9]
    # Within 10 % of 0.4, the best at any β: 0.43 and itself.
    assert [row["near_best_share"] for row in (overall, low, high)] == [2 / 8, 0, 2 / 4]
    assert [row["best_alpha"] for row in (overall, low, high)] == [1.0, 0.1, 1.0]
    assert [row["best_beta"] for row in (overall, low, high)] == [0.9, 0.0, 0.9]
    # Against the best at the same β two rates are near, whichever β it is.
    np.testing.assert_allclose(rows["width_decades"], 2)
    assert overall["scaling_exponent"] == pytest.approx(1)
    assert np.isnan([low["scaling_exponent"], high["scaling_exponent"]]).all()


def test_intervals_have_no_width_if_replicates_agree():
    table = sensitivity_table([made_problem(RISING)], NONE, FLOOR, MARGIN)
    for name in ("near_best_share", "best_alpha", "scaling_exponent"):
        for end in ("low", "high"):
            pd.testing.assert_series_equal(table[f"{name}_{end}"], table[name], check_names=False)


def test_intervals_are_wide_where_replicates_disagree():
    # Alone the first replicate would choose 0.1, the others 1; together they choose 1.
    losses = {0.01: [0.9] * 3, 0.1: [0.1, 0.5, 0.5], 1.0: [0.5, 0.2, 0.2], 10.0: [0.9] * 3}
    problem = made_problem({("gd", 0.0, rate): own for rate, own in losses.items()})
    row = sensitivity_table([problem], NONE, FLOOR, MARGIN).iloc[0]
    assert row["best_alpha"] == 1.0
    assert (row["best_alpha_low"], row["best_alpha_high"]) == (0.1, 1.0)


def test_a_rule_with_one_beta_has_one_row():
    cells = RISING | grid("adam", {0.9: [0.9, 0.5, 0.52, 0.8]})
    table = sensitivity_table([made_problem(cells)], NONE, FLOOR, MARGIN)
    assert by_beta(table, "gd").index.tolist() == [0.0]
    assert by_beta(table, "adam").index.tolist() == [0.9]
    assert by_beta(table, "momentum").index.tolist() == [0.0, 0.9, -1]


def test_equal_rules_have_equal_rows():
    losses = {0.5: [0.9, 0.5, 0.52, 0.8], 0.9: [0.9, 0.43, 0.4, DIVERGED]}
    cells = grid("momentum", losses) | grid("momentum_corrected", losses)
    table = sensitivity_table([made_problem(cells)], curvatures([2.0]), FLOOR, MARGIN)
    first, second = (by_beta(table, rule) for rule in ("momentum", "momentum_corrected"))
    pd.testing.assert_frame_equal(first.drop(columns="rule"), second.drop(columns="rule"))


def test_failures_are_counted_and_never_near_the_best():
    losses = {0.0: [0.5, DIVERGED, 0.5, 0.5]}
    cells = grid("gd", losses)
    cells["gd", 0.0, 1.0] = [0.5, 0.5, DIVERGED]  # one diverged run: the cell has failed
    row = sensitivity_table([made_problem(cells)], NONE, FLOOR, MARGIN).iloc[0]
    assert row[["n_cells", "n_failed_cells", "n_runs", "n_failed"]].tolist() == [4, 2, 12, 4]
    assert row["near_best_share"] == 0.5
    assert row["width_decades"] == pytest.approx(1)


def test_if_all_cells_failed_none_is_near_the_best(tmp_path):
    cells = grid("momentum", {0.5: [DIVERGED] * 4, 0.9: [DIVERGED] * 4})
    table = sensitivity_table([made_problem(cells)], curvatures([2.0]), FLOOR, MARGIN)
    assert (table["near_best_share_high"] == 0).all()
    missing = [
        "best_beta",
        "best_alpha",
        "best_alpha_high",
        "width_decades",
        "scaling_exponent",
        "scaling_exponent_low",
    ]
    assert table[[*missing, "best_alpha_lambda_max"]].isna().all(axis=None)
    write_table(table, tmp_path / "sensitivity.csv", SENSITIVITY)


def test_a_beta_whose_cells_failed_does_not_change_the_exponent():
    cells = RISING | grid("momentum", {0.99: [DIVERGED] * 4})
    rows = by_beta(sensitivity_table([made_problem(cells)], NONE, FLOOR, MARGIN), "momentum")
    assert rows.loc[-1, "scaling_exponent"] == pytest.approx(1)


def test_replicates_that_a_rule_lacks_are_left_out():
    cells = grid("gd", {0.0: [0.9, 0.5, 0.52, 0.8]})
    cells |= {("adam", 0.9, rate): [0.3, 0.3, ABSENT] for rate in RATES}
    table = sensitivity_table([made_problem(cells)], NONE, FLOOR, MARGIN).set_index("rule")
    assert table["n_runs"].to_dict() == {"gd": 12, "adam": 8}


def test_speed_is_the_running_time_to_the_hardest_target_of_gradient_descent():
    slow, fast = ("gd", 0.0, 0.1), ("gd", 0.0, 1.0)
    problem = made_problem(
        dict.fromkeys((slow, fast), [0.1] * 2),
        times={
            "0.5": {slow: [2, 2], fast: [10, 10]},
            "0.2": {slow: [90, np.nan], fast: [20, 20]},
            "0.1": {fast: [99, np.nan]},
        },
    )
    row = by_beta(sensitivity_table([problem], NONE, FLOOR, MARGIN), "gd", "speed").iloc[0]
    assert row["best_alpha"] == 1.0  # 20 updates against 190
    assert (row["n_failed_cells"], row["n_failed"]) == (0, 1)


def test_the_best_rate_in_units_of_the_curvature_at_the_start():
    table = sensitivity_table([made_problem(RISING)], curvatures([4, 6, 50]), FLOOR, MARGIN)
    np.testing.assert_allclose(table["best_alpha_lambda_max"], 6 * table["best_alpha"])


def test_the_curvature_is_that_of_the_family_or_of_the_first_grid():
    problem = made_problem({("gd", 0.0, 1.0): [0.1]})
    other, main = curvatures([1.0], "edge"), curvatures([2.0])
    later = curvatures([3.0], "zoom")
    assert start_curvature(pd.concat([other, main, later]), problem) == 2
    assert start_curvature(pd.concat([later, other]), problem) == 1
    assert np.isnan(start_curvature(curvatures([1.0], dataset="wine"), problem))
    assert np.isnan(start_curvature(curvatures([1.0], network="deep"), problem))


def test_the_table_is_valid_and_reproducible(tmp_path):
    losses = np.random.default_rng(0).uniform(0.1, 0.9, (2, 4, 5))
    cells = {
        ("momentum", beta, rate): losses[i, j].tolist()
        for i, beta in enumerate((0.5, 0.9))
        for j, rate in enumerate(RATES)
    }
    study = [made_problem(cells, dataset=name) for name in ("iris", "wine")]
    for name in ("a", "b"):
        table = sensitivity_table(
            study, NONE, FLOOR, MARGIN, replace(USUAL_INTERVALS, resamples=200)
        )
        write_table(table, tmp_path / f"{name}.csv", SENSITIVITY)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_no_problems_make_an_empty_table(tmp_path):
    write_table(sensitivity_table([], NONE, FLOOR, MARGIN), tmp_path / "s.csv", SENSITIVITY)


def test_decayed_rates_are_left_out():
    problem = made_problem({("gd", 0.0, 1.0): [0.1, 0.1]})
    problem.cells["schedule"] = "cosine"
    assert sensitivity_table([problem], NONE, FLOOR, MARGIN).empty
