"""Configurations as provenance tells them, also those of older studies."""

import json

import pytest

from momentum_study.config.study import Study
from momentum_study.studies.compare.configurations import filled, loss_of, rates_of, recipe_of
from tests.studies.compare.made_studies import MADE, SMALL, changed


@pytest.mark.parametrize("tree", [SMALL, MADE])
def test_filled_in_it_is_what_a_study_records(tree) -> None:
    recorded = json.loads(Study.model_validate(tree).model_dump_json())
    written = filled(tree)
    for key in ("grids", "networks", "statistics", "verdicts", "targets", "loss_limit", "seed"):
        assert written[key] == recorded[key]
    assert filled(recorded) == recorded


def test_what_is_unknown_today_is_kept() -> None:
    written = filled(changed(SMALL, {"colour": "red"}, purpose="none"))
    assert written["grids"]["main"]["colour"] == "red"
    assert written["purpose"] == "none"


def test_what_a_source_decides_belongs_to_the_recipe() -> None:
    short, old = {"source": "iris"}, {"source": "iris", "parameters": {}, "scaling": None}
    spelt = {"source": "iris", "scaling": "standard"}
    recipes = [recipe_of({"datasets": {"a": entry}}, "a") for entry in (short, old, spelt)]
    assert recipes[0] == recipes[1] == recipes[2]
    assert recipes[0]["task"] == "classification"


def test_a_recipe_whose_file_has_moved_is_as_it_was_recorded() -> None:
    entry = {"source": "file", "path": "gone.csv", "target": "price", "task": "regression"}
    recipe = recipe_of({"datasets": {"a": entry}}, "a")
    assert recipe | entry == recipe


def test_a_loss_that_the_data_have_anyway_is_no_other() -> None:
    assert loss_of({"loss": None}) == loss_of({"loss": "mse"}) == loss_of({"loss": "cross_entropy"})
    assert loss_of({"loss": "logistic"}) != loss_of({"loss": None})


def test_rates_of_a_rule_are_its_own_or_the_grids() -> None:
    rules = {"gd": {"learning_rates": None}, "adam": {"learning_rates": [3, 1]}}
    grid = {"rules": rules, "learning_rates": [0.1, 0.01]}
    assert rates_of(grid, "gd") == [0.01, 0.1]
    assert rates_of(grid, "adam") == [1, 3]
