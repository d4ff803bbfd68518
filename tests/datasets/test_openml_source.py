"""OpenML: scikit-learn's own way to it, on a data set that it finds in its data home."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from momentum_study.core.errors import StudyError, StudyWarning
from momentum_study.datasets.preparation import load
from momentum_study.datasets.raw import ColumnUse
from tests.datasets import openml_home
from tests.datasets.recipes import loaded, recipe

BY_NAME = {"name": openml_home.NAME, "version": openml_home.VERSION}
BY_NUMBER = {"data_id": openml_home.NUMBER}


@pytest.fixture
def home(data_home: Path) -> Path:
    openml_home.answers(data_home)
    return data_home


def keys(**changes: Any) -> dict[str, Any]:
    settled = {"parameters": BY_NUMBER, "task": "classification", "missing": "impute"}
    return settled | changes


@pytest.mark.parametrize("parameters", [BY_NAME, BY_NUMBER])
def test_columns_are_what_openml_says_they_are(parameters: dict[str, Any], home: Path) -> None:
    credit = load("credit", recipe("openml", **keys(parameters=parameters)), 0)
    raw = credit.raw
    assert raw.feature_names == (
        *("amount", "Purpose=new car", "Purpose=radio", "Purpose is missing"),
        *("dependants=0", "dependants=1", "dependants=2", "remark=note 1"),
    )
    assert raw.classes == ("bad", "good")
    rows = np.arange(30)
    np.testing.assert_array_equal(raw.targets, 1 - rows % 2)
    np.testing.assert_array_equal(raw.features[:, 0], np.where(rows % 6, rows * 1.5, np.nan))
    for level in range(3):
        np.testing.assert_array_equal(raw.features[:, 1 + level], rows % 3 == level)
        np.testing.assert_array_equal(raw.features[:, 4 + level], rows % 3 == level)
    assert len(credit.repairs) == 2
    levels = {"Purpose": 2, "dependants": 3, "remark": 2}
    assert credit.columns == ColumnUse("class", ("amount",), levels, (), ())


def test_keys_are_those_of_files(home: Path) -> None:
    made = keys(
        target="amount", task="regression", missing="drop", leave_out=["remark", "dependants"]
    )
    raw = loaded("openml", **made)
    assert raw.feature_names == ("Purpose=radio", "class=good")
    rows = np.arange(30)
    kept = (rows % 6 != 0) & (rows % 3 != 2)
    np.testing.assert_array_equal(raw.targets, rows[kept] * 1.5)


def test_warnings_of_openml_are_reported(data_home: Path) -> None:
    openml_home.answers(data_home, status="deactivated", warning="half of it is wrong")
    with pytest.warns(StudyWarning) as caught:
        load("credit", recipe("openml", **keys()), 0)
    inactive, wrong = (str(warning.message) for warning in caught)
    assert inactive.startswith("Version 2 of dataset toy-credit is inactive, meaning that issues")
    assert "half of it is wrong" in wrong


@pytest.mark.parametrize("kind", ["numeric", "integer"])
def test_large_whole_numbers_are_no_classes(
    kind: str, data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # scikit-learn reads two of the three as the same number, whatever OpenML calls their type.
    rows = [
        f"{row},{2**53 + row % 3},radio,{row % 3},note,{('good', 'bad')[row % 2]}"
        for row in range(30)
    ]
    monkeypatch.setattr(openml_home, "ROWS", rows)
    monkeypatch.setitem(openml_home.COLUMNS, "amount", kind)
    openml_home.answers(data_home)
    with pytest.raises(
        StudyError, match=r"column 'amount' contains 90\d+ as a floating-point numb"
    ):
        loaded("openml", **keys(target="amount"))
    with pytest.raises(
        StudyError, match=r"column 'amount' contains 90\d+ as a floating-point numb"
    ):
        loaded("openml", **keys(categorical=["amount"]))


ERRORS = [
    (
        {"target": "clas"},
        "target: there is no column 'clas'; expected one of Purpose, amount, class",
    ),
    ({"target": "clas"}, "did you mean 'class'?"),
    ({"leave_out": ["remarks"]}, "leave_out: there is no column 'remarks'"),
    ({"categorical": ["row"]}, "categorical: there is no column 'row'"),  # no feature to OpenML
    ({"task": "regression"}, "the target 'class' contains 'good' (categories); expected"),
    ({"missing": "refuse"}, "missing: column 'amount' has a gap in row 0 (counted from 0), 15 gap"),
]


@pytest.mark.parametrize(("changes", "message"), ERRORS)
def test_inconsistent_keys_are_refused(changes: dict[str, Any], message: str, home: Path) -> None:
    with pytest.raises(StudyError) as caught:
        loaded("openml", **keys(**changes))
    assert str(caught.value).startswith("dataset 'toy': ")
    assert message in str(caught.value)


@pytest.mark.parametrize("default", [None, "good,bad"])
def test_without_a_target_of_its_own_one_must_be_named(
    default: str | None, data_home: Path
) -> None:
    openml_home.answers(data_home, default_target_attribute=default)
    with pytest.raises(
        StudyError, match=r"target: OpenML names .*; expected the name of one of it"
    ):
        loaded("openml", **keys())
    assert loaded("openml", **keys(target="class")).classes == ("bad", "good")


@pytest.mark.parametrize("parameters", [BY_NAME, BY_NUMBER])
def test_without_network_access_the_message_has_the_next_step(
    parameters: dict[str, Any], data_home: Path
) -> None:
    with pytest.raises(StudyError) as caught:
        loaded("openml", **keys(parameters=parameters))
    asked = ", ".join(f"{key} {value}" for key, value in parameters.items())
    assert str(caught.value) == (
        f"dataset 'toy': OpenML's data set {asked} is not in scikit-learn's data home, "
        f"{data_home}, and cannot be downloaded (<urlopen error Name or service not known>); run "
        "the study once with network access, or copy the data home of another machine and set "
        "SCIKIT_LEARN_DATA to the folder"
    )


def test_a_damaged_copy_is_reported(data_home: Path) -> None:
    openml_home.answers(data_home, md5_checksum="0" * 32)
    with pytest.raises(StudyError, match="data_id 4242, whose damaged copy was removed"):
        loaded("openml", **keys())


def test_sparse_data_is_refused(data_home: Path) -> None:
    openml_home.answers(data_home, format="Sparse_ARFF")
    with pytest.raises(
        StudyError, match="OpenML's data set data_id 4242 cannot be used: Sparse ARFF"
    ):
        loaded("openml", **keys())
