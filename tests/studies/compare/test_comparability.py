"""Studies that may be compared, and differences of their configurations."""

import pandas as pd
import pytest

from momentum_study.config.difference import with_defaults
from momentum_study.core.errors import StudyError
from momentum_study.studies.compare.comparability import differences, refuse_incomparable
from momentum_study.studies.compare.metrics import settings_of
from momentum_study.studies.compare.request import Name
from momentum_study.studies.compare.studies import FinishedStudy, loss_of, rates_of
from momentum_study.studies.formats import versions
from tests.studies.compare.made_studies import MADE, changed

PAIRS = [("main", "main")]


def finished(tree=MADE, name: str = "mine", **formats: int) -> FinishedStudy:
    return FinishedStudy(Name(name), with_defaults(tree), versions() | formats, pd.DataFrame())


BASELINE = finished(name="published")


@pytest.mark.parametrize(
    ("candidate", "message"),
    [
        (
            finished(splits=2),
            r"the version of splits \(.*\) differs, 1 against 2. Run the one with",
        ),
        (finished(tables=2), "the version of tables"),
        (finished(metrics=9), "the version of metrics"),
        (
            finished(changed(MADE, loss_limit=50.0)),
            "loss_limit differs, 1000 against 50",
        ),
        (
            finished(changed(MADE, {"evaluations": 5})),
            "evaluations of the grid main differs, 10 against 5",
        ),
        (
            finished(changed(MADE, {"loss": "logistic"})),
            "the loss of the grid main differs, default against logistic",
        ),
        (
            finished(changed(MADE, datasets=MADE["datasets"] | {"wine": {"source": "iris"}})),
            "source of the data set wine differs, wine against iris. These are other data: give",
        ),
        (
            finished(
                changed(
                    MADE,
                    datasets=MADE["datasets"] | {"wine": {"source": "wine", "scaling": "center"}},
                )
            ),
            "scaling of the data set wine differs, standard against center",
        ),
    ],
)
def test_incomparable_studies_are_refused(candidate: FinishedStudy, message: str) -> None:
    with pytest.raises(StudyError, match=f"published and mine cannot be compared: .*{message}"):
        refuse_incomparable(BASELINE, candidate, PAIRS)


def test_without_a_common_grid_one_of_each_can_be_named() -> None:
    with pytest.raises(StudyError, match=r"no grid in common.*published\.main and mine\.main"):
        refuse_incomparable(BASELINE, finished(), [])


@pytest.mark.parametrize(
    "tree",
    [
        MADE,
        changed(MADE, {"loss": "cross_entropy"}),
        # Data sets that are not in both grids, or in no grid, do not matter.
        changed(MADE, {"datasets": ["digits"]}, datasets={"digits": {"source": "digits"}}),
        changed(MADE, datasets=MADE["datasets"] | {"more": {"source": "iris"}}),
        changed(MADE, seed=9, targets=[0.3]),
    ],
)
def test_what_means_the_same_is_not(tree) -> None:
    refuse_incomparable(BASELINE, finished(tree), PAIRS)


def listed(tree) -> dict[str, tuple[str, str]]:
    table = differences(BASELINE, finished(tree), PAIRS)
    assert (table["meaning"] != "").all()
    rows = table.itertuples()
    return {f"{row.place}: {row.key}": (row.baseline, row.candidate) for row in rows}


def test_a_study_does_not_differ_from_itself() -> None:
    assert listed(MADE) == {}
    assert listed(changed(MADE, {"batch_sizes": ["full", 64, 8]})) == {}
    assert settings_of(BASELINE, finished(), "auto").paired


@pytest.mark.parametrize(
    ("grid", "top", "expected"),
    [
        ({}, {"seed": 8}, {"study: seed": ("7", "8")}),
        ({}, {"kernels": "native"}, {"study: kernels": ("portable", "native")}),
        ({}, {"targets": [0.5]}, {"study: targets": ("0.5, 0.2, 0.1", "0.5")}),
        ({"steps": 50}, {}, {"grid main: steps": ("200", "50")}),
        ({"precision": "float64"}, {}, {"grid main: precision": ("float32", "float64")}),
        ({"gradient_noise": 0.5}, {}, {"grid main: gradient_noise": ("0", "0.5")}),
        ({"replicates": 2}, {}, {"grid main: replicates": ("4", "2")}),
        ({"datasets": ["wine"]}, {}, {"grid main: datasets": ("digits, wine", "wine")}),
        (
            {"rules": {"gd": {}, "momentum": {"beta": [0.9]}}},
            {},
            {"grid main: rules.momentum.beta": ("0.5, 0.9", "0.9")},
        ),
        (
            {"rules": {"gd": {}, "momentum": {"beta": [0.5, 0.9], "learning_rates": [1e-5]}}},
            {},
            {"grid main: rules.momentum.learning_rates": ("0.003, 0.03, 0.3, 1, 3", "1e-05")},
        ),
        (
            {},
            {"networks": {"32": {"hidden": [32], "activation": "tanh"}}},
            {"network 32: activation": ("relu", "tanh")},
        ),
        (
            {},
            {"statistics": {"confidence": 0.9}},
            {"statistics: confidence": ("0.95", "0.9")},
        ),
        ({}, {"verdicts": {"loss_floor": 0.1}}, {"verdicts: loss_floor": ("0.01", "0.1")}),
    ],
)
def test_what_differs_is_listed(grid, top, expected) -> None:
    assert listed(changed(MADE, grid, **top)) == expected


def test_layers_of_a_network_have_an_order() -> None:
    trees = [changed(MADE, networks={"32": {"hidden": hidden}}) for hidden in ([8, 4], [4, 8])]
    table = differences(finished(trees[0]), finished(trees[1]), PAIRS)
    assert table[["baseline", "candidate"]].to_numpy().tolist() == [["8, 4", "4, 8"]]


def test_grids_of_two_names_are_both_named() -> None:
    other = changed(MADE, {"steps": 5})
    other["grids"] = {"coarse": other["grids"]["main"]}
    table = differences(BASELINE, finished(other), [("main", "coarse")])
    assert set(table["place"]) == {"grid main / coarse"}


def test_the_default_loss_of_the_data_is_default() -> None:
    assert loss_of({"loss": None}) == loss_of({"loss": "mse"}) == loss_of({"loss": "cross_entropy"})
    assert loss_of({"loss": "logistic"}) != loss_of({"loss": None})


def test_rates_are_those_of_the_rule_or_the_grid() -> None:
    rules = {"gd": {"learning_rates": None}, "adam": {"learning_rates": [3, 1]}}
    grid = {"rules": rules, "learning_rates": [0.1, 0.01]}
    assert rates_of(grid, "gd") == [0.01, 0.1]
    assert rates_of(grid, "adam") == [1, 3]
