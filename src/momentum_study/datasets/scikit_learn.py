"""Data of scikit-learn: its loaders, generators and downloads, by the names of their functions."""

import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from momentum_study.core.errors import StudyError
from momentum_study.core.text import format_number, one_line, suggest
from momentum_study.datasets.raw import Task
from momentum_study.datasets.table import Table, check_size

TASKS: dict[str, Task] = {
    "fetch_california_housing": "regression",
    "fetch_covtype": "classification",
    "fetch_lfw_people": "classification",
    "fetch_olivetti_faces": "classification",
    "load_breast_cancer": "classification",
    "load_diabetes": "regression",
    "load_digits": "classification",
    "load_iris": "classification",
    "load_wine": "classification",
    "make_blobs": "classification",
    "make_circles": "classification",
    "make_classification": "classification",
    "make_friedman1": "regression",
    "make_friedman2": "regression",
    "make_friedman3": "regression",
    "make_gaussian_quantiles": "classification",
    "make_hastie_10_2": "classification",
    "make_moons": "classification",
    "make_regression": "regression",
    "make_s_curve": "regression",
    "make_sparse_uncorrelated": "regression",
    "make_swiss_roll": "regression",
}
"""The functions that give one table of numbers and one target; what the target is."""

_NO_TARGET = "gives no target"
_SPARSE = "gives a sparse matrix"

REFUSED: dict[str, str] = {
    "fetch_20newsgroups": "gives texts",
    "fetch_20newsgroups_vectorized": _SPARSE,
    "fetch_file": "gives a file, not a table; to read one, write source: file",
    "fetch_kddcup99": "gives columns of text, and classes of two rows",
    "fetch_lfw_pairs": "gives pairs of pictures",
    "fetch_openml": "has a source of its own; write source: openml",
    "fetch_rcv1": _SPARSE,
    "fetch_species_distributions": "gives maps, not a table",
    "load_files": "gives texts",
    "load_linnerud": "gives three targets at once",
    "load_sample_image": _NO_TARGET,
    "load_sample_images": _NO_TARGET,
    "load_svmlight_file": _SPARSE,
    "load_svmlight_files": _SPARSE,
    "make_biclusters": _NO_TARGET,
    "make_checkerboard": _NO_TARGET,
    "make_low_rank_matrix": _NO_TARGET,
    "make_multilabel_classification": "gives several labels a row",
    "make_sparse_coded_signal": _NO_TARGET,
    "make_sparse_spd_matrix": _NO_TARGET,
    "make_spd_matrix": _NO_TARGET,
}
"""The other functions, and why a network cannot be trained on what they give."""

# What a function returns, where it keeps files and how it loads them is settled here.
_SETTLED = {
    "as_frame",
    "coef",
    "data_home",
    "delay",
    "download_if_missing",
    "n_retries",
    "n_targets",
    "return_X_y",
    "return_centers",
    "slice_",
}


def check(function: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Check the arguments of a function by its signature and scikit-learn's own constraints.

    Parameters
    ----------
    function
        A key of `TASKS`.
    parameters
        Arguments by name.

    Returns
    -------
    dict
        The arguments to call it with: tuples where it takes no list, ``random_state`` 0 if it was
        left out.

    Raises
    ------
    StudyError
        If an argument is unknown, or not what scikit-learn takes.
    """
    from sklearn import datasets
    from sklearn.utils._param_validation import (
        InvalidParameterError,
        validate_parameter_constraints,
    )

    call = getattr(datasets, function)
    accepted = [key for key in inspect.signature(call).parameters if key not in _SETTLED]
    for key in parameters:
        if key not in accepted:
            hint = "; set SCIKIT_LEARN_DATA in the environment" if key == "data_home" else ""
            raise StudyError(
                f"parameters: {function} takes no {key!r} here; {suggest(key, accepted)}{hint}"
            )
    # Only scikit-learn knows them; a function checks them itself, but when it is too late.
    constraints = call._skl_parameter_constraints
    arguments = {
        key: tuple(value) if isinstance(value, list) and tuple in constraints[key] else value
        for key, value in parameters.items()
    }
    if "random_state" in accepted:
        seed = arguments.setdefault("random_state", 0)
        if seed is None:
            raise StudyError(
                "parameters: 'random_state' is null, and the data would be others in every job; "
                "expected a whole number, or leave it out for 0"
            )
    _check_sizes(call, arguments)
    try:
        validate_parameter_constraints(constraints, arguments, function)
    except InvalidParameterError as error:
        raise StudyError(f"parameters: {error}") from None
    return arguments


def _check_sizes(call: Callable[..., Any], arguments: Mapping[str, Any]) -> None:
    """Check each whole number that a function takes, and its rows times columns."""
    defaults = {key: p.default for key, p in inspect.signature(call).parameters.items()}
    sizes = {
        key: value
        for key, value in {**defaults, **arguments}.items()
        if key != "random_state" and isinstance(value, int) and not isinstance(value, bool)
    }
    for what, numbers in sizes.items():
        check_size(what, numbers)
    in_all = sizes.get("n_samples", 1) * sizes.get("n_features", 1)
    check_size("n_samples times n_features", in_all)


def read(function: str, parameters: Mapping[str, Any]) -> Table:
    """Call a function of `sklearn.datasets`; what it downloads, it keeps in its data home.

    Labels become codes in sorted order, with the names that scikit-learn has for them, if any.

    Parameters
    ----------
    function
        A key of `TASKS`.
    parameters
        Arguments by name.

    Raises
    ------
    StudyError
        If scikit-learn refuses the arguments, or the data can be had neither from its data home
        nor from the network.
    """
    from sklearn import datasets

    arguments = check(function, parameters)
    try:
        with warnings.catch_warnings():
            # Of retries, and of files fetched anew: the outcome is what matters.
            warnings.simplefilter("ignore")
            answer = getattr(datasets, function)(**arguments)
    except OSError as error:
        raise StudyError(offline(function, error)) from error
    except Exception as error:  # a damaged file of the data home may raise anything
        reason = one_line(error) or type(error).__name__
        advice = "; mend its parameters"
        if function.startswith("fetch_"):
            advice = f"; if its file in {_data_home()} is damaged, delete it to fetch it anew"
        raise StudyError(f"{function} fails: {reason}{advice}") from error
    if isinstance(answer, tuple):
        features, labels, names, columns = answer[0], answer[1], (), ()
    else:
        features, labels = answer.data, answer.target
        names, columns = answer.get("target_names", ()), answer.get("feature_names", ())
    task = TASKS[function]
    if task == "regression":
        return Table(features, labels, task, (), tuple(columns))
    values, codes = np.unique(labels, return_inverse=True)
    # Some call their target column by these names, and some name classes that are not there.
    named = len(names) == len(values) and np.array_equal(values, np.arange(len(values)))
    classes = map(str, names) if named else map(format_number, values)
    return Table(features, codes, task, tuple(classes), tuple(columns))


def offline(what: str, error: Exception) -> str:
    """Say what to do when data is neither on this machine nor to be had from the network."""
    return (
        f"{what} is not in scikit-learn's data home, {_data_home()}, and cannot be downloaded "
        f"({error}); run the study once with a network, or copy the data home of a machine that "
        "has it and name the folder in SCIKIT_LEARN_DATA"
    )


def _data_home() -> str:
    from sklearn.datasets import get_data_home

    return str(get_data_home())
