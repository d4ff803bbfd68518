"""The facts of the paper compared with the tables, computed in another way."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from momentum_study.documents.paper.design_facts import failed_groups, grids_list, levels
from momentum_study.documents.paper.facts import COLUMNS, listed
from momentum_study.documents.paper.parts import TABLES
from momentum_study.documents.paper.result_facts import (
    budget_counts,
    cases_by_claim,
    claims_list,
    tuned_list,
    tuning,
)
from momentum_study.documents.paper.theory_facts import closed_forms, limits_reached, predicted
from momentum_study.tables.catalogue import SCHEMAS
from momentum_study.tables.keys import RUN_KEYS
from tests.arms import arm_columns, labels


def test_the_tables_read_are_those_that_the_workflow_names():
    assert set(COLUMNS) < set(TABLES) < set(SCHEMAS)


def test_facts_are_valid_json(published):
    json.dumps(published, allow_nan=False)

    def leaves(value):
        if isinstance(value, dict):
            return leaves(list(value.values()))
        if isinstance(value, list):
            return [text for one in value for text in leaves(one)]
        return [value] if isinstance(value, str) else []

    texts = leaves(published)
    assert len(texts) > 1000
    assert not [text for text in texts if "nan" in text.lower().split() or "np." in text]


def test_runs_are_counted(published, tables):
    runs = tables["runs.parquet"]
    counts = published["counts"]
    assert counts["runs"] == f"{len(runs):,}"
    assert int(counts["diverged"].replace(",", "")) == sum(runs["status"] == "diverged")
    by_grid = {one["name"]: one["runs"] for one in published["grids"]}
    assert sum(int(text.replace(",", "")) for text in by_grid.values()) == len(runs)


def test_a_grid_is_described():
    runs = pd.DataFrame(
        {
            "grid": "a_grid",
            "dataset": ["wine", "iris", "wine", "wine"],
            "network": "deep",
            "rule": ["gd", "gd", "momentum", "momentum"],
            "batch": ["full", "16", "16", "16"],
            "schedule": "constant",
            "beta": [0.0, 0.0, 0.9, 0.5],
            "learning_rate": [0.1, 0.1, 0.3, 0.3],
            "alpha": [0.1, 0.1, 0.3, 0.3],
            "steps": 100,
            "replicate": [0, 0, 0, 1],
            "gradient_noise": 0.0,
            "status": ["completed", "completed", "diverged", "completed"],
        }
    )
    (grid,) = grids_list(runs)
    assert grid["name"] == "a grid"
    assert grid["datasets"] == "iris, wine"
    assert grid["rules"] == "gd; momentum 0.5, 0.9"
    assert grid["alpha"] == "0.1 to 0.3"
    assert grid["batches"] == "16, full"
    assert (grid["replicates"], grid["runs"], grid["diverged"]) == ("2", "4", "25%")


def test_a_case_with_an_infinite_effect_names_the_failing_side(published, tables):
    table = tables["claim_cases.csv"]
    for sign, who, count in ((-1, "arm", "n_failed"), (1, "reference", "n_reference_failed")):
        for row in table[table["effect"] == sign * math.inf].itertuples():
            case = published["cases"][row.claim][row.case]
            assert (case["failing"], case["failures"]) == (who, str(getattr(row, count)))
    finite = table[np.isfinite(table["effect"])].iloc[0]
    assert published["cases"][finite["claim"]][finite["case"]]["failing"] == ""


def test_trials_are_counted_by_their_interval(published, tables):
    budget = tables["budget.csv"]
    for arm in ("momentum 0.9", "momentum tuned"):
        for row in published["budget"][arm]:
            own = budget[(labels(budget) == arm) & (budget["trials"] == int(row["trials"]))]
            assert row["better"] == str(sum(low > 0 for low in own["advantage_low"]))
            assert row["worse"] == str(sum(high < 0 for high in own["advantage_high"]))
            assert row["problems"] == str(len(own))


def test_numbers_of_trials_that_few_problems_have_are_left_out():
    rows = pd.DataFrame(
        {
            **arm_columns("momentum tuned"),
            "trials": [1, 1, 1, 40],
            "advantage": 0.1,
            "advantage_low": [0.05, -0.1, -0.3, 0.05],
            "advantage_high": [0.2, 0.2, -0.1, 0.2],
        }
    )
    assert budget_counts(rows)["momentum tuned"] == [
        {"trials": "1", "problems": "3", "better": "1", "worse": "1"}
    ]


def test_the_best_rate_within_the_range_advised_is_counted(published, tables):
    table = tables["sensitivity.csv"]
    for criterion, fact in published["best_rates"].items():
        alphas = [
            row.best_alpha
            for row in table.itertuples()
            if (row.rule, row.beta, row.criterion) == ("momentum", 0.9, criterion)
            and row.gradient_noise == 0
            and row.best_alpha > 0
        ]
        assert fact["problems"] == str(len(alphas))
        assert fact["inside"] == str(sum(0.001 <= alpha <= 0.01 for alpha in alphas))
        assert float(fact["alpha"]["highest"]) == pytest.approx(max(alphas), rel=0.05)


def test_choices_of_tuning_are_listed_for_both_halves(published, tables):
    rows = {(row["dataset"], row["batch"]): row for row in published["tuned"]}
    table = tables["tuned.csv"]
    asked = (
        (table["dataset"] == "iris")
        & (table["batch"] == "full")
        & (labels(table) == "momentum 0.9")
        & (table["criterion"] == "speed")
        & (table["gradient_noise"] == 0)
    )
    even, odd = table[asked].sort_values("evaluation_fold").to_dict("records")
    usual = rows["iris", "full"]["usual"]
    assert usual["updates"] == f"{even['median_updates']:.0f} / {odd['median_updates']:.0f}"
    assert usual["missed"] == str(even["n_missed"] + odd["n_missed"])
    contrasts = tables["contrasts.csv"]
    own = contrasts[
        (contrasts["dataset"] == "iris")
        & (contrasts["batch"] == "full")
        & (labels(contrasts) == "momentum 0.9")
        & (contrasts["comparison"] == "tuned")
        & (contrasts["criterion"] == "speed")
        & (contrasts["gradient_noise"] == 0)
    ]
    assert usual["effect"].startswith(f"× {math.exp(own['effect'].iloc[0]):.2f} [")


def test_the_full_batch_comes_last_and_an_arm_that_was_not_run_is_empty(published):
    batches = [row["batch"] for row in published["tuned"] if row["dataset"] == "wine"]
    assert batches == ["16", "64", "full"]
    (chebyshev,) = (row for row in published["tuned"] if row["dataset"] == "chebyshev")
    assert chebyshev["tuned"] == {}


def test_a_study_without_descent_has_no_speed_up(tables):
    tuned, contrasts = tables["tuned.csv"], tables["contrasts.csv"]
    rows = tuned_list(tuned, contrasts[:0], 0.9)
    assert not any("effect" in row["usual"] for row in rows)


def test_closed_forms_are_the_mathematics(tables):
    for beta in (0.8, 0.9, 0.95):
        forms = closed_forms(tables["theory.csv"], beta)
        assert float(forms["limit"]) == pytest.approx(2 * (1 + beta) / (1 - beta), rel=0.005)
        assert float(forms["jitter"]) == pytest.approx((1 + beta) / (1 - beta), rel=0.01)
        assert float(forms["lag"]) == pytest.approx(beta / (1 - beta), rel=0.01)
    root = math.sqrt(0.9)
    kappas = {row["beta"]: float(row["text"]) for row in forms["break_even"]}
    assert kappas["0.9"] == pytest.approx((1 + root) / (1 - root), rel=0.005)


def test_a_beta_missing_in_the_theory_has_no_values(tables):
    forms = closed_forms(tables["theory.csv"], 0.123)
    assert (forms["limit"], forms["jitter"], forms["lag"]) == (None, None, None)


@pytest.mark.parametrize("grid", ["edge", "momentum", "valleys"])
def test_runs_are_predicted_correctly_or_diverge_late_or_early(tables, grid):
    table = tables["stability.csv"]
    rows = predicted(table, grid)
    assert rows
    for row in rows:
        own = table[
            (table["grid"] == grid)
            & (table["batch"] == row["batch"])
            & (table["outcome"] == "diverged")
        ]
        wrong = sum(int(row[name].replace(",", "")) for name in ("spared", "early"))
        assert wrong == own["n_runs"].sum() - own["n_correct"].sum()


def test_facts_of_the_line_and_of_sharpness_are_of_the_printed_grids(published):
    assert [row["batch"] for row in published["predicted"]] == ["16", "64", "full"]
    assert {fact["datasets"] for fact in published["limits"].values()} == {"chebyshev"}


def test_levels_are_those_of_the_study(published):
    assert published["levels"] == {
        "small": "16",
        "middle": ["64"],
        "full": True,
        "weak": "0.03",
        "strong": "0.3",
        "corrected": "0.99",
        "kappa": "38",
    }


def test_a_study_without_noise_or_minibatches_lacks_these_levels():
    runs = pd.DataFrame({"batch": ["full"], "gradient_noise": 0.0, "rule": "gd", "beta": 0.0})
    assert levels(runs, 0.5) == {
        "small": None,
        "middle": [],
        "full": True,
        "weak": None,
        "strong": None,
        "corrected": None,
        "kappa": "6",  # (1 + √0.5) / (1 − √0.5) = 5.8
    }


def checkpoints(replicate, lambdas):
    steps = range(len(lambdas))
    keys = dict(
        zip(RUN_KEYS, ("edge", "chebyshev", "deep", "gd", "full", "constant"), strict=False)
    )
    own = {"beta": 0.0, "learning_rate": 0.1, "replicate": replicate}
    return pd.DataFrame(
        {**keys, **own, "step": steps, "lambda_max": lambdas, "stability_limit": 20.0}
    )


def test_sharpness_ends_at_the_median_of_its_last_tenth():
    rising = [*np.linspace(1, 15, 18), 18.0, 22.0]  # 20 checkpoints: the last two
    short = [5.0, 10.0]  # the last one
    diverged = [5.0, 50.0, np.nan]
    runs = pd.concat([checkpoints(n, one) for n, one in enumerate((rising, short, diverged))])
    (fact,) = limits_reached(runs, "edge").values()
    assert (fact["datasets"], fact["runs"]) == ("chebyshev", "2")
    assert (fact["low"], fact["median"], fact["high"]) == ("0.50", "0.75", "1.00")


def test_a_missing_value_of_a_table_is_none():
    table = pd.DataFrame({"a": ["x", "y"], "b": [1, 2], "c": [None, "z"]})
    rows = [["x", "1", None], ["y", "2", "z"]]
    assert listed(table) == {"columns": ["a", "b", "c"], "rows": rows}


def test_problems_without_a_tuned_arm_are_counted_by_their_reason():
    rows = [
        ("iris", False, "one rate"),
        ("iris", True, "one rate"),
        ("wine", False, "one rate"),
        ("wine", False, "every cell failed"),
        ("digits", False, "one rate"),
        ("digits", True, ""),
        ("moons", False, "one rate"),
        ("moons", False, ""),
    ]
    table = pd.DataFrame(rows, columns=["dataset", "arm_tunes_beta", "reason"])
    keys = {"family": "main", "network": "small", "batch": "full", "gradient_noise": 0.0}
    assert tuning(table.assign(**keys)) == {
        "problems": "4",
        "any": True,
        "untuned": [
            {"what": "No learning rate", "reason": "one rate", "problems": "1"},
            {"what": "Nothing", "reason": "every cell failed and one rate", "problems": "1"},
            {"what": "Nothing", "reason": "one rate", "problems": "1"},
        ],
    }


@pytest.mark.parametrize("unit", ["log_ratio", "share", "arrays"])
def test_a_missing_effect_is_none(tables, unit):
    ends = dict.fromkeys(("effect", "low", "high"), np.nan)
    cases, claims = (
        tables[name].head(1).assign(unit=unit, **ends) for name in ("claim_cases.csv", "claims.csv")
    )
    ((case,),) = (own.values() for own in cases_by_claim(cases).values())
    assert case["effect"] is claims_list(claims)[0]["effect"] is None


def test_groups_of_which_every_run_diverged_are_named():
    runs = pd.DataFrame(
        {
            "grid": "a_grid",
            "dataset": ["iris", "iris", "wine", "wine"],
            "network": "small",
            "batch": ["full", "full", "full", "8"],
            "status": ["diverged", "completed", "diverged", "diverged"],
        }
    )
    assert failed_groups(runs) == {
        "groups": "3",
        "failed": ["a grid on wine, small, batch 8", "a grid on wine, small, batch full"],
    }
