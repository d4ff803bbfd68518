"""Complete configurations, and differences between them."""

import json
from math import inf

import pytest

from momentum_study.config.difference import ABSENT, Difference, differences, with_defaults
from momentum_study.config.loading import load_study
from momentum_study.config.study import Study
from tests.configurations import VALID, changed, grid, top
from tests.projects import ROOT


@pytest.mark.parametrize(
    "study", [Study.model_validate(VALID), load_study(ROOT / "config/paper.yaml")]
)
def test_a_complete_configuration_is_what_a_study_records(study: Study) -> None:
    recorded = json.loads(study.model_dump_json())
    written = json.loads(study.model_dump_json(exclude_defaults=True))
    assert with_defaults(written) == with_defaults(recorded) == recorded


def test_unknown_keys_and_damaged_entries_are_kept() -> None:
    tree = changed(grid(colour="red")) | {"purpose": "none", "networks": 3}
    tree["datasets"]["iris"] = None
    written = with_defaults(tree)
    assert written["grids"]["one"]["colour"] == "red"
    assert (written["purpose"], written["networks"]) == ("none", 3)
    assert written["datasets"]["iris"] is None


@pytest.mark.parametrize(
    "entry",
    [
        {"source": "iris", "parameters": {}, "scaling": None},
        {"source": "iris", "scaling": "standard"},
    ],
)
def test_a_recipe_includes_what_its_source_decides(entry: dict[str, object]) -> None:
    short = with_defaults(VALID)["datasets"]["iris"]
    assert short["task"] == "classification"
    assert with_defaults({"datasets": {"iris": entry}})["datasets"]["iris"] == short


def test_a_recipe_whose_file_has_moved_is_as_recorded() -> None:
    entry = {"source": "file", "path": "gone.csv", "target": "price", "task": "regression"}
    recipe = with_defaults({"datasets": {"a": entry}})["datasets"]["a"]
    assert recipe | entry == recipe
    assert recipe["missing"] == "refuse"


def test_a_missing_key_equals_its_default() -> None:
    first, second = with_defaults(VALID), with_defaults(changed(top(targets=[0.5, 0.2, 0.1])))
    assert differences(first, second) == ()


def test_differences_name_the_key_and_both_values() -> None:
    first = {"seed": 1, "grids": {"a": {"steps": 1000.0, "beta": [0.9, 0.5]}}, "only": None}
    second = {"seed": inf, "grids": {"a": {"steps": 1000, "beta": [0.5, 0.9]}}}
    assert differences(first, second) == (
        Difference("seed", "1", "inf"),
        Difference("grids.a.beta", "0.9, 0.5", "0.5, 0.9"),
        Difference("only", "none", ABSENT),
    )


def test_without_order_lists_are_sets_but_layers_are_not() -> None:
    first = {"a": {"hidden": [8, 4], "beta": [0.9, 0.5], "rules": ["gd"]}}
    second = {"a": {"hidden": [4, 8], "beta": [0.5, 0.9], "rules": "gd"}}
    found = differences(first, second, ordered=False)
    assert [difference.key for difference in found] == ["a.hidden", "a.rules"]
