"""Losses and learning rates of recorded configurations."""

from momentum_study.studies.compare.studies import loss_of, rates_of


def test_the_default_loss_of_the_data_is_default() -> None:
    assert loss_of({"loss": None}) == loss_of({"loss": "mse"}) == loss_of({"loss": "cross_entropy"})
    assert loss_of({"loss": "logistic"}) != loss_of({"loss": None})


def test_rates_are_those_of_the_rule_or_the_grid() -> None:
    rules = {"gd": {"learning_rates": None}, "adam": {"learning_rates": [3, 1]}}
    grid = {"rules": rules, "learning_rates": [0.1, 0.01]}
    assert rates_of(grid, "gd") == [0.01, 0.1]
    assert rates_of(grid, "adam") == [1, 3]
