"""Data of scikit-learn: loaders, generators and downloads, by the names of the functions."""

import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from momentum_study.core.errors import StudyError
from momentum_study.core.text import format_number, one_line, suggest
from momentum_study.datasets.raw import Table, Task, check_size

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
"""Functions that return one table of numbers and one target, with their task."""

_NO_TARGET = "returns no target"
_SPARSE = "returns a sparse matrix"

REFUSED: dict[str, str] = {
    "fetch_20newsgroups": "returns texts",
    "fetch_20newsgroups_vectorized": _SPARSE,
    "fetch_file": "returns a file, not a table; to read a file, write source: file",
    "fetch_kddcup99": "returns columns of text, and classes of two rows",
    "fetch_lfw_pairs": "returns pairs of pictures",
    "fetch_openml": "has its own source; write source: openml",
    "fetch_rcv1": _SPARSE,
    "fetch_species_distributions": "returns maps, not a table",
    "load_files": "returns texts",
    "load_linnerud": "returns three targets",
    "load_sample_image": _NO_TARGET,
    "load_sample_images": _NO_TARGET,
    "load_svmlight_file": _SPARSE,
    "load_svmlight_files": _SPARSE,
    "make_biclusters": _NO_TARGET,
    "make_checkerboard": _NO_TARGET,
    "make_low_rank_matrix": _NO_TARGET,
    "make_multilabel_classification": "returns several labels per row",
    "make_sparse_coded_signal": _NO_TARGET,
    "make_sparse_spd_matrix": _NO_TARGET,
    "make_spd_matrix": _NO_TARGET,
}
"""Other functions, and why networks cannot be trained on their data."""

# Parameters of return values, storage and downloads, which are fixed here.
_FIXED = {
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
    """Check the arguments of a function with its signature and scikit-learn's constraints.

    Parameters
    ----------
    function
        A key of `TASKS`.
    parameters
        Arguments by name.

    Returns
    -------
    dict
        The arguments for the call: tuples where it accepts no list, and ``random_state`` 0 by
        default.

    Raises
    ------
    StudyError
        If an argument is unknown, or refused by scikit-learn.
    """
    from sklearn import datasets
    from sklearn.utils._param_validation import (
        InvalidParameterError,
        validate_parameter_constraints,
    )

    call = getattr(datasets, function)
    accepted = [key for key in inspect.signature(call).parameters if key not in _FIXED]
    for key in parameters:
        if key not in accepted:
            hint = "; set the environment variable SCIKIT_LEARN_DATA" if key == "data_home" else ""
            raise StudyError(
                f"parameters: {function} has no {key!r} here; {suggest(key, accepted)}{hint}"
            )
    # A private attribute, because a function checks its constraints only when it is called.
    constraints = call._skl_parameter_constraints
    arguments = {
        key: tuple(value) if isinstance(value, list) and tuple in constraints[key] else value
        for key, value in parameters.items()
    }
    if "random_state" in accepted:
        seed = arguments.setdefault("random_state", 0)
        if seed is None:
            raise StudyError(
                "parameters: 'random_state' is null, and the data would differ between jobs; "
                "expected a whole number, or no value for 0"
            )
    _check_sizes(call, arguments)
    try:
        validate_parameter_constraints(constraints, arguments, function)
    except InvalidParameterError as error:
        raise StudyError(f"parameters: {error}") from None
    return arguments


def _check_sizes(call: Callable[..., Any], arguments: Mapping[str, Any]) -> None:
    """Check all whole numbers among the arguments, and rows times columns."""
    defaults = {key: p.default for key, p in inspect.signature(call).parameters.items()}
    sizes = {
        key: value
        for key, value in {**defaults, **arguments}.items()
        if key != "random_state" and isinstance(value, int) and not isinstance(value, bool)
    }
    for what, numbers in sizes.items():
        check_size(what, numbers)
    total = sizes.get("n_samples", 1) * sizes.get("n_features", 1)
    check_size("n_samples times n_features", total)


def read(function: str, parameters: Mapping[str, Any]) -> Table:
    """Call a function of `sklearn.datasets`, which keeps downloads in its data home.

    Labels become codes in sorted order, with the class names of scikit-learn, if any.

    Parameters
    ----------
    function
        A key of `TASKS`.
    parameters
        Arguments by name.

    Raises
    ------
    StudyError
        If scikit-learn refuses the arguments, or the data is neither in its data home nor available
        from the network.
    """
    from sklearn import datasets

    arguments = check(function, parameters)
    try:
        with warnings.catch_warnings():
            # Warnings about retries and repeated downloads do not matter if the call succeeds.
            warnings.simplefilter("ignore")
            answer = getattr(datasets, function)(**arguments)
    except OSError as error:
        raise StudyError(offline(function, error)) from error
    except Exception as error:  # a damaged file in the data home can raise anything
        reason = one_line(error) or type(error).__name__
        advice = "; change its parameters"
        if function.startswith("fetch_"):
            advice = f"; if its file in {_data_home()} is damaged, delete it to download it again"
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
    # Some functions use these names for the target column, or for classes without rows.
    named = len(names) == len(values) and np.array_equal(values, np.arange(len(values)))
    classes = map(str, names) if named else map(format_number, values)
    return Table(features, codes, task, tuple(classes), tuple(columns))


def offline(what: str, error: Exception) -> str:
    """Return the message for data that is neither stored nor available from the network."""
    return (
        f"{what} is not in scikit-learn's data home, {_data_home()}, and cannot be downloaded "
        f"({error}); run the study once with network access, or copy the data home of another "
        "machine and set SCIKIT_LEARN_DATA to the folder"
    )


def _data_home() -> str:
    from sklearn.datasets import get_data_home

    return str(get_data_home())
