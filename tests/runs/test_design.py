"""From a configuration to shards of runs."""

import shlex
from typing import Any

import pytest
import yaml

from momentum_study.cli.flags import to_flags
from momentum_study.config.loading import load_study
from momentum_study.config.study import Study
from momentum_study.core.kernels import requested
from momentum_study.datasets.recipe import Recipe
from momentum_study.engine.optimizers import RULES
from momentum_study.runs.design import (
    blocks,
    families,
    followed_sweeps,
    prepare_flags,
    shards,
    starts,
    sweeps,
)
from momentum_study.runs.settings import SweepSettings
from tests.configurations import VALID
from tests.projects import ROOT


def study(**grid: Any) -> Study:
    tree = yaml.safe_load(yaml.safe_dump(VALID))
    tree["grids"]["one"].update(grid)
    return Study.model_validate(tree)


def trained(of: Study) -> dict[str, list[SweepSettings]]:
    """Path of each shard, and the settings of its sweeps."""
    return {shard.path: list(shard.sweeps()) for shard in shards(of)}


def test_a_small_design_by_hand() -> None:
    found = shards(study(schedules=["cosine", "constant"]))
    # 1 data set x 1 network x two rules x two batch sizes x one block.
    assert [shard.path for shard in found] == [
        f"one/iris/small/{rule}_batch{batch}_000-001.parquet"
        for rule in ("gd", "momentum")
        for batch in ("16", "full")
    ]
    assert list(found[2].runs()) == [
        ("one", "iris", "small", "momentum", "16", schedule, beta, rate, replicate)
        for schedule in ("constant", "cosine")
        for beta in (0.5, 0.9)
        for rate in (0.01, 1.0)
        for replicate in (0, 1)
    ]
    assert {sweep.name for sweep in sweeps(study())} == {
        f"one/iris/small/{rule}_batch{batch}_constant_000-001"
        for rule in ("gd_beta0", "momentum_beta0.5", "momentum_beta0.9")
        for batch in ("16", "full")
    }


LONG = {"steps": 4000, "learning_rates": [10.0**-k for k in range(12)], "replicates": 10}


def test_long_sweeps_are_alone_and_longer_ones_are_cut() -> None:
    tree = yaml.safe_load(yaml.safe_dump(VALID))
    tree["datasets"]["digits"] = {"source": "digits"}
    tree["networks"]["small"] = {"hidden": [32]}
    change = {"datasets": ["iris", "digits"], "rules": {"momentum": {"beta": [0.5, 0.9]}}}
    tree["grids"]["one"] |= LONG | change | {"steps": 1000}
    cut = ("000-004", "005-009")
    assert set(trained(Study.model_validate(tree))) == {
        "one/digits/small/momentum_batch16_000-009.parquet",
        *(
            f"one/digits/small/momentum_beta{beta}_batchfull_constant_{block}.parquet"
            for beta in (0.5, 0.9)
            for block in cut
        ),
        "one/iris/small/momentum_batch16_000-009.parquet",
        "one/iris/small/momentum_batchfull_000-009.parquet",
    }


def test_a_full_batch_of_unknown_size_is_a_shard_alone() -> None:
    names = {shard.name for shard in shards(study(datasets=["moons"]))}
    assert names == {
        "one/moons/small/gd_batch16_000-001",
        "one/moons/small/momentum_batch16_000-001",
        "one/moons/small/gd_beta0_batchfull_constant_000-001",
        "one/moons/small/momentum_beta0.5_batchfull_constant_000-001",
        "one/moons/small/momentum_beta0.9_batchfull_constant_000-001",
    }


@pytest.mark.parametrize("long", [{}, LONG], ids=["short", "long"])
@pytest.mark.parametrize("per_shard", [3, 10])
def test_shards_divide_the_runs_of_sweeps(long: dict[str, Any], per_shard: int) -> None:
    of = study(**long, datasets=["iris", "moons", "sugar"], schedules=["cosine", "constant"])
    of = of.model_copy(update={"replicates_per_shard": per_shard})
    found = [run for shard in shards(of) for run in shard.runs()]
    assert sorted(found) == sorted(
        run for sweep in sweeps(of) for run in sweep.runs_of(sweep.block)
    )
    assert len(set(found)) == len(found)
    for shard in shards(of):
        assert set(shard.block) <= set(shard.data)


def test_every_training_runs_with_the_kernels_of_the_study() -> None:
    for of in (study(), study().model_copy(update={"kernels": "native"})):
        flags = [shlex.split(to_flags(shard.settings)) for shard in shards(of)]
        assert set(map(requested, flags)) == {of.kernels}


def test_blocks_are_cut_at_multiples() -> None:
    assert [str(block) for block in blocks(12, 5)] == ["000-004", "005-009", "010-011"]
    assert [list(block) for block in blocks(3, 5)] == [[0, 1, 2]]


@pytest.mark.parametrize(
    "change",
    [
        {"rules": {"gd": {}, "momentum": {"beta": [0.5, 0.7, 0.9]}}},
        {"rules": {"adam": {"beta": [0.9]}, "gd": {}, "momentum": {"beta": [0.9, 0.5]}}},
        {"batch_sizes": ["full", 8, 16]},
        {"datasets": ["moons", "iris"]},
        {"schedules": ["cosine", "constant"]},
        {"replicates": 20},
        {"rules": {"gd": {}, "momentum": {"beta": [0.5, 0.9]}, "nesterov": {"beta": [0.9]}}},
    ],
    ids=["beta", "rule", "batch size", "data set", "schedule", "replicates", "another rule"],
)
@pytest.mark.parametrize("long", [{}, LONG], ids=["short", "long"])
def test_extending_a_design_keeps_its_sweeps(change: dict[str, Any], long: dict[str, Any]) -> None:
    """All that a shard had is in the file of the same name, so that none of it is trained again."""
    before = trained(study(**{"replicates": 10} | long))
    after = trained(study(**{"replicates": 10} | long | change))
    assert sum(map(len, after.values())) > sum(map(len, before.values()))
    for path, settings in before.items():
        assert [sweep for sweep in after[path] if sweep in settings] == settings


def test_runs_are_distinct() -> None:
    paper = load_study(ROOT / "config/paper.yaml")
    runs = [run for shard in shards(paper) for run in shard.runs()]
    assert len(set(runs)) == len(runs)
    paths = [shard.path for shard in shards(paper)]
    assert len(set(paths)) == len(paths)


def test_the_grid_of_the_paper_is_large_enough() -> None:
    paper = load_study(ROOT / "config/paper.yaml")
    grid = paper.grids["momentum"]
    rates = grid.learning_rates
    assert len(grid.datasets) >= 6
    assert len([beta for beta in grid.rules["momentum"].beta if 0.5 <= beta <= 0.99]) >= 6
    assert len(rates) >= 12
    assert max(rates) / min(rates) >= 1e5
    assert len(grid.batch_sizes) >= 3
    assert "full" in grid.batch_sizes
    assert grid.replicates >= 10
    assert sum(len(list(shard.runs())) for shard in shards(paper)) >= 20_000


def test_every_rule_is_in_the_paper_or_equals_one_that_is() -> None:
    used = {
        rule
        for grid in load_study(ROOT / "config/paper.yaml").grids.values()
        for rule in grid.rules
    }
    # The heavy ball has the iterates of momentum at another rate, bit for bit.
    assert used | {"heavy_ball"} == set(RULES)


def test_a_regression_gets_squared_error() -> None:
    (shard, *_) = shards(study(datasets=["sugar"]))
    assert shard.loss == "mse"
    (shard, *_) = shards(study())
    assert shard.loss == "cross_entropy"


def test_families_are_named_after_the_first_grid_with_their_training() -> None:
    changes: dict[str, dict[str, Any]] = {
        "noisy": {"gradient_noise": 0.1, "replicates": 5, "schedules": ["cosine"]},
        "longer": {"steps": 20},
        "spelt_out": {"loss": "cross_entropy"},
        "often": {"evaluations": 5},
        "exact": {"precision": "float64"},
        "logistic": {"datasets": ["moons"], "loss": "logistic"},
        "sugar": {"datasets": ["sugar"], "loss": "mse"},
        "longer_too": {"steps": 20, "batch_sizes": [8]},
        "mixed": {"datasets": ["iris", "sugar"]},
    }
    tree = yaml.safe_load(yaml.safe_dump(VALID))
    for name, change in changes.items():
        tree["grids"][name] = {**VALID["grids"]["one"], **change}
    assert families(Study.model_validate(tree)) == {
        "one": "one",
        "noisy": "one",
        "longer": "longer",
        "spelt_out": "one",
        "often": "often",
        "exact": "exact",
        "logistic": "logistic",
        "sugar": "one",
        "longer_too": "longer",
        "mixed": "one",
    }


def test_shards_have_the_noise_of_their_grid() -> None:
    of = study(gradient_noise=0.25)
    assert {shard.gradient_noise for shard in shards(of)} == {0.25}
    assert shards(study())[0].gradient_noise == 0


def test_the_recipe_survives_the_shell() -> None:
    flags = shlex.split(prepare_flags(study(), "moons", "000-009"))
    assert flags[:2] == ["--name", "moons"]
    assert Recipe.model_validate_json(flags[3]) == study().datasets["moons"]
    assert flags[4:] == ["--seed", "1", "--first", "0", "--last", "9"]


def test_followed_sweeps_have_only_the_followed_rates() -> None:
    follow = {"learning_rates": [1], "replicates": 1}
    of = study(sharpness=follow, replicates=12, schedules=["constant", "cosine"])
    all_rates = {sweep.name: sweep.learning_rates for sweep in sweeps(of)}
    followed = followed_sweeps(of)
    assert [sweep.name for sweep in followed] == [
        f"one/iris/small/{rule}_batchfull_constant_000-009"
        for rule in ("gd_beta0", "momentum_beta0.9")
    ]
    for sweep in followed:
        assert sweep.learning_rates == (1.0,)
        assert set(sweep.learning_rates) < set(all_rates[sweep.name])


def test_nothing_is_followed_by_default() -> None:
    assert followed_sweeps(study()) == []


def test_starting_points_belong_to_grids_that_compare_or_follow() -> None:
    of = study(replicates=12)
    assert [(start.dataset, start.network, str(block)) for start, block in starts(of)] == [
        ("iris", "small", "000-009"),
        ("iris", "small", "010-011"),
    ]
    assert starts(study(rules={"momentum": {"beta": [0.9]}})) == []
    follow = {"rules": ["momentum"], "learning_rates": [1], "replicates": 1}
    assert len(starts(study(rules={"momentum": {"beta": [0.9]}}, sharpness=follow))) == 1


def test_a_start_has_the_settings_of_its_shards() -> None:
    of = study()
    (start, _), *_ = starts(of)
    settings = shards(of)[0].settings
    assert {name: getattr(settings, name) for name in vars(start)} == vars(start)
