"""The tables of comparisons of a small made-up study."""

import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.comparison.criteria import UPDATES
from momentum_study.analysis.comparison.questions import RULES_QUESTIONS, Defaults
from momentum_study.analysis.comparison.states import StateRule
from momentum_study.analysis.comparison.tables import ComparisonSettings, comparison_tables
from momentum_study.statistics.intervals import Intervals
from momentum_study.tables.arms import REFERENCE_KEYS
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.keys import PROBLEM_KEYS
from momentum_study.tables.schemas.advice import ADVICE
from momentum_study.tables.schemas.contrasts import CONTRASTS
from momentum_study.tables.schemas.pairs import PAIRS
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.schemas.tuned import TUNED
from tests.arms import labels
from tests.synthetic import synthetic_runs

SETTINGS = ComparisonSettings(
    families={"main": "main"},
    floor=0.01,
    defaults=Defaults(rates=(0.003, 0.03)),
    state_rule=StateRule(),
    intervals=Intervals(confidence=0.95, resamples=100, seed=0),
)
SCHEMAS = {"tuned": TUNED, "pairs": PAIRS, "contrasts": CONTRASTS, "advice": ADVICE}
COMPARISON = ["question", "comparison", "reference", "arm", "criterion", "given_target", "state"]


@pytest.fixture(scope="module")
def runs():
    table = synthetic_runs(replicates=5)
    own = table["batch"] == "full"
    # The easiest target would add nothing here.
    return table[own].drop(columns=["steps_to_0.5"]).reset_index(drop=True)


@pytest.fixture(scope="module")
def tables(runs):
    return comparison_tables(runs, SETTINGS)


def named(table, target):
    """Table with the columns of `COMPARISON`; the target is given by the criterion or varies."""
    return table.assign(
        arm=labels(table),
        reference=labels(table, REFERENCE_KEYS),
        given_target=table[target].where(table["criterion"] == UPDATES, 0.0),
    )


@pytest.fixture(scope="module")
def pairs(tables):
    return named(tables.pairs, "target")


@pytest.fixture(scope="module")
def effects(tables):
    both = pd.concat([tables.contrasts, tables.advice], ignore_index=True)
    return named(both, "hardest_target")


def test_tables_are_valid_and_do_not_depend_on_the_order_of_runs(runs, tables, tmp_path):
    write_table(runs, tmp_path / "runs.parquet", RUNS)
    again = comparison_tables(runs.sample(frac=1, random_state=1), SETTINGS)
    for name, schema in SCHEMAS.items():
        files = [tmp_path / f"{name}{part}.csv" for part in ("", "_again")]
        for file, made in zip(files, (tables, again), strict=True):
            write_table(getattr(made, name), file, schema)
        assert files[0].read_bytes() == files[1].read_bytes()
        assert len(read_table(files[0], schema)) > 0


def test_every_effect_is_that_of_its_pairs(pairs, effects):
    keys = [*PROBLEM_KEYS, *COMPARISON]
    found = pairs.groupby(keys).agg(
        easiest_target=("target", "max"),
        hardest_target=("target", "min"),
        n_pairs=("gain", "size"),
        n_compared=("gain", "count"),
        n_diverged=("diverged", "sum"),
        n_reference_diverged=("reference_diverged", "sum"),
    )
    own = effects[effects["n_pairs"] > 0].set_index(keys)
    pd.testing.assert_frame_equal(
        own[found.columns].sort_index(), found.sort_index(), check_dtype=False
    )
    assert own["n_reference_diverged"].sum() > 0
    assert (own["reason"] == "").all()


def test_questions_of_rules_are_contrasts_and_the_others_advice(tables):
    assert set(tables.contrasts["question"]) <= set(RULES_QUESTIONS)
    assert set(tables.advice["question"]) == {"default_beta", "default_rate"}


def test_p_values_are_corrected_after_holm_over_the_data_sets_of_a_comparison(effects):
    assert (effects["p_holm"] >= effects["p_value"]).all()
    assert (effects["p_holm"] > effects["p_value"]).any()
    others = [name for name in PROBLEM_KEYS if name != "dataset"]
    for _, own in effects.groupby([*others, *COMPARISON]):
        ordered = own.sort_values("p_value")
        assert set(ordered["dataset"]) == {"digits", "wine"}
        first, second = ordered["p_value"]
        first = min(1.0, 2 * first)
        np.testing.assert_allclose(ordered["p_holm"], [first, max(first, second)])


def test_effects_that_are_certain_by_construction(pairs, effects):
    # In this study the rate determines the speed of a run, and β only how large it can be.
    same = pairs[(pairs["comparison"] == "every_alpha") & (pairs["criterion"] == "train_loss")]
    stable = same[~same["reference_diverged"]]
    assert not stable["diverged"].any()
    assert np.isposinf(same.loc[same["reference_diverged"] & ~same["diverged"], "gain"]).all()
    key = {"arm": "momentum tuned", "comparison": "tuned", "criterion": "speed"}
    tuned = effects[(effects[list(key)] == pd.Series(key)).all(axis=1)]
    assert len(tuned) == 2
    assert (tuned["effect"] >= 0).all()


def test_tuned_momentum_has_the_trials_of_gradient_descent_in_addition_to_its_own(tables):
    trials = tables.tuned.assign(arm=labels(tables.tuned)).groupby("arm")["n_trials"].first()
    assert trials[["gd", "momentum 0.9", "momentum tuned"]].tolist() == [5, 5, 15]
    assert trials["momentum 0.9, 0.003 to 0.03"] == 2


def test_one_replicate_allows_comparisons_at_every_alpha_only(runs, tmp_path):
    single = comparison_tables(runs[runs["replicate"] == 0], SETTINGS)
    assert set(single.pairs["comparison"]) == {"every_alpha"}
    rest = single.contrasts[single.contrasts["comparison"] != "every_alpha"]
    assert len(rest) > 0
    assert (rest["n_pairs"] == 0).all()
    assert rest["reason"].str.contains("no replicates are odd").all()
    assert rest[["effect", "low", "high"]].isna().all(axis=None)
    for name, schema in SCHEMAS.items():
        write_table(getattr(single, name), tmp_path / f"{name}.csv", schema)


def test_a_study_with_one_rule_has_nothing_to_compare(runs, tmp_path):
    alone = comparison_tables(runs[runs["rule"] == "gd"], SETTINGS)
    for name, schema in SCHEMAS.items():
        assert getattr(alone, name).empty
        write_table(getattr(alone, name), tmp_path / f"{name}.csv", schema)
