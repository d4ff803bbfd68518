from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.engine.optimizers import get_rule
from momentum_study.experiments.landscapes import tables
from momentum_study.experiments.landscapes.functions import (
    HEIGHTS,
    all_landscapes,
    double_well,
    ravine,
    saddle,
)
from momentum_study.experiments.landscapes.runs import draw_noise, event_times
from momentum_study.experiments.landscapes.tables import landscapes_tables
from momentum_study.statistics.intervals import Intervals
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.landscapes import LANDSCAPES
from momentum_study.tables.schemas.trajectories import TRAJECTORIES

DRAWS = 25


@pytest.fixture(scope="module")
def both():
    return landscapes_tables(DRAWS, 0.9, Intervals(0.95, 400, 20260101))


@pytest.fixture(scope="module")
def landscapes(both):
    return both[0]


@pytest.fixture(scope="module")
def trajectories(both):
    return both[1]


def test_tables_are_of_their_schemas_and_small(both, tmp_path):
    for table, schema in zip(both, (LANDSCAPES, TRAJECTORIES), strict=True):
        path = tmp_path / f"{schema.name}.csv"
        write_table(table, path, schema)
        assert len(read_table(path, schema)) == len(table)
        assert path.stat().st_size < 300_000


def test_every_landscape_has_every_comparison_and_the_wells_every_height(landscapes):
    found = set(landscapes[["landscape", "comparison"]].itertuples(index=False, name=None))
    names = {one.name for one in all_landscapes()}
    assert found == {(name, c) for name in names for c in ("same_alpha", "same_eta", "tuned")}
    for well in ("double_well", "double_well_slope"):
        here = landscapes[landscapes["landscape"] == well]
        assert len(here) == 10 * len(HEIGHTS)
        assert set(here["height"]) == set(HEIGHTS)
    others = landscapes[~landscapes["landscape"].str.startswith("double_well")]
    assert others["height"].isna().all()


def test_rates_are_given_in_both_conventions(landscapes):
    np.testing.assert_allclose(
        landscapes["eta"], (1 - landscapes["beta"]) * landscapes["alpha"], rtol=1e-12
    )
    own = landscapes[["alpha", "eta"]].to_numpy()
    assert np.all(np.isclose(own, landscapes[["learning_rate"]].to_numpy(), rtol=1e-12).any(axis=1))


def test_intervals_contain_their_values_and_need_noise(landscapes):
    for name in ("share", "median_steps"):
        low, value, high = (landscapes[column] for column in (f"{name}_low", name, f"{name}_high"))
        assert np.all((low <= value) & (value <= high))
        still = landscapes["noise"] == 0
        assert (low[still] == high[still]).all()
    assert set(landscapes.loc[landscapes["noise"] == 0, "draws"]) == {1}
    assert set(landscapes.loc[landscapes["noise"] > 0, "draws"]) == {DRAWS}


def test_runs_that_do_not_arrive_are_censored(landscapes):
    few = landscapes["n_reached"] < landscapes["draws"] / 2
    assert few.any()
    assert np.isinf(landscapes.loc[few, "median_steps"]).all()
    most = landscapes["n_reached"] > landscapes["draws"] / 2
    assert (landscapes.loc[most, "median_steps"] <= landscapes.loc[most, "budget"]).all()


def test_a_path_goes_from_the_start_to_the_event_and_has_the_values_of_its_points(
    landscapes, trajectories
):
    by_name = {one.name: one for one in all_landscapes() if one.drawn}
    keys = ["landscape", "comparison", "rule", "beta"]
    steps = landscapes.set_index(keys)["median_steps"]
    for key, path in trajectories.groupby(keys):
        landscape = by_name[key[0]]
        points = path[["x", "y"]].to_numpy()
        np.testing.assert_allclose(points[0], landscape.start)
        np.testing.assert_array_equal(path["value"], landscape.value(points))
        assert path["step"].is_monotonic_increasing
        assert path["step"].max() <= landscape.drawn
        if not landscape.noise and np.isfinite(steps[key]):
            assert path["step"].max() == steps[key]
            assert landscape.inside(points[-1])


def test_paths_are_those_of_the_tuned_and_fixed_settings(landscapes, trajectories):
    keys = ["landscape", "comparison", "rule", "beta", "learning_rate"]
    drawn = set(trajectories[keys].itertuples(index=False, name=None))
    known = set(landscapes[keys].itertuples(index=False, name=None))
    assert drawn <= known
    assert "momentum_corrected" not in set(trajectories["rule"])


def test_thinning_keeps_corners_and_drops_what_lies_between():
    corner = np.array([[0, 0], [0.2, 0], [0.4, 0.001], [0.6, 0], [0.6, 0.3], [0.6, 0.5]])
    assert tables._thinned(corner) == [0, 3, 5]
    there_and_back = np.array([[0.0, 0.0], [0.5, 0.0], [1.0, 0.0], [0.0, 0.0]])
    assert tables._thinned(there_and_back) == [0, 2, 3]
    assert tables._thinned(corner[:1]) == [0]


@given(st.integers(0, 2**32), st.integers(2, 120))
def test_a_thinned_path_is_nowhere_far_from_the_path(seed, n):
    path = np.random.default_rng(seed).normal(scale=0.01, size=(n, 2)).cumsum(axis=0)
    kept = tables._thinned(path)
    assert kept[0] == 0
    assert kept[-1] == n - 1
    for first, last in pairwise(kept):
        segment = np.linspace(path[first], path[last], 201)
        for point in path[first : last + 1]:
            # The points of the segment are less than 0.001 apart.
            assert np.linalg.norm(segment - point, axis=1).min() < tables._FINEST + 0.001


def small(
    seed,
    draws=12,
    landscapes=(saddle, lambda: double_well(0.4)),
    *,
    beta=0.9,
    confidence=0.95,
    resamples=400,
):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "all_landscapes", lambda: [make() for make in landscapes])
        return landscapes_tables(draws, beta, Intervals(confidence, resamples, seed))


def test_settings_of_the_study_reach_the_table():
    usual, _ = small(3, landscapes=(saddle,))
    other, _ = small(3, landscapes=(saddle,), beta=0.8, confidence=0.5, resamples=50)
    fixed = other[other["comparison"] != "tuned"]
    assert set(fixed.loc[fixed["rule"] != "gd", "beta"]) == {0.8}
    tuned = usual["comparison"] == "tuned"
    same, narrow = usual[tuned], other[tuned]
    assert same["median_steps"].equals(narrow["median_steps"])
    for name in ("share", "median_steps"):
        widths = [table[f"{name}_high"] - table[f"{name}_low"] for table in (same, narrow)]
        assert (widths[1] <= widths[0]).all()
        assert widths[1].sum() < widths[0].sum()


def test_all_paths_of_a_landscape_are_of_one_draw():
    landscapes, paths = small(3, landscapes=(saddle,))
    noise = draw_noise(saddle(), 12, 3, "measured")
    rows = landscapes[landscapes["rule"] != "momentum_corrected"]
    times = [
        event_times(saddle(), get_rule(row.rule), row.beta, row.learning_rate, noise)[0]
        for row in rows.itertuples()
    ]
    ends = paths.groupby(["comparison", "rule"])["step"].max()
    drawn = [ends[row.comparison, row.rule] for row in rows.itertuples()]
    assert np.all(np.transpose(times) == drawn, axis=1).any()
    last = paths.groupby(["comparison", "rule"]).last()
    assert saddle().inside(last[["x", "y"]].to_numpy()).all()


def test_the_typical_draw_is_nearest_to_all_medians():
    times = np.array([[9.0, 1.0, 5.0, 4.0, np.inf], [np.inf, np.inf, 30.0, 20.0, 90.0]])
    assert tables._typical_draw(times) == 2
    # Runs that never arrive are all alike: the others decide.
    times = np.array([[np.inf, np.inf, np.inf], [3.0, 1.0, 2.0]])
    assert tables._typical_draw(times) == 2


def test_equal_seeds_make_equal_tables_and_others_do_not():
    for first, second in zip(small(3), small(3), strict=True):
        pd.testing.assert_frame_equal(first, second, check_exact=True)
    assert not small(3)[0]["median_steps"].equals(small(4)[0]["median_steps"])


def test_a_landscape_without_noise_is_the_same_for_all_seeds_and_draws():
    only = (ravine,)
    for first, second in zip(small(3, 12, only), small(4, 7, only), strict=True):
        pd.testing.assert_frame_equal(first, second, check_exact=True)
