"""Data sets of OpenML by name and version or by number, fetched with scikit-learn."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from momentum_study.core.errors import StudyError, StudyWarning
from momentum_study.core.text import one_line, suggest
from momentum_study.datasets.raw import Missing, Table, Task
from momentum_study.datasets.scikit_learn import offline
from momentum_study.datasets.table_files import Header, feature_names

_KEYS = ("data_id", "name", "version")

# Beginnings of scikit-learn's warnings about the data, not about the download.
_DOUBTS = ("Version ", "OpenML ")


def check(*, parameters: Mapping[str, Any], **_: object) -> None:
    """Check that the parameters identify one data set, which never changes.

    Raises
    ------
    StudyError
        If they are neither a name and a version, nor a number.
    """
    for key in parameters:
        if key not in _KEYS:
            raise StudyError(f"parameters: OpenML has no {key!r}; {suggest(key, _KEYS)}")
    for key in ("data_id", "version"):
        value = parameters.get(key, 1)
        if type(value) is not int or value < 1:
            raise StudyError(f"parameters: {key!r} is {value!r}; expected a whole number from 1")
    name = parameters.get("name", "-")
    if not isinstance(name, str) or not name.strip():
        raise StudyError(f"parameters: 'name' is {name!r}; expected the name of a data set")
    if set(parameters) not in ({"data_id"}, {"name", "version"}):
        raise StudyError(
            f"parameters: {', '.join(parameters) or 'none'} given; expected name and version "
            "(without a version, the data can change), or only data_id"
        )


def read(
    *,
    parameters: Mapping[str, Any],
    target: str | None,
    task: Task,
    leave_out: Sequence[str],
    missing: Missing,
    categorical: Sequence[str],
) -> Table:
    """Fetch a data set, from scikit-learn's data home if possible.

    Columns that OpenML marks as ignored or as row numbers are omitted.

    Parameters
    ----------
    parameters
        ``name`` and ``version``, or ``data_id``.
    target
        The column to learn; the choice of OpenML if None.
    task, leave_out, missing, categorical
        As in `momentum_study.datasets.table_files.read`.

    Raises
    ------
    StudyError
        If the data is neither in the data home nor available from the network, OpenML does not know
        it, or a name or the content of a column is not usable.
    """
    from momentum_study.datasets.columns import parse_columns

    bunch = _fetch(parameters)
    # scikit-learn reads whole numbers as floats; as integers they would seem to be exact.
    frame = bunch.frame.astype(dict.fromkeys(bunch.frame.select_dtypes("Int64"), "Float64"))
    chosen = target or bunch.details.get("default_target_attribute")
    if not chosen or (target is None and chosen not in frame):
        raise StudyError(
            f"target: OpenML names {chosen or 'none'!r} for this data set; expected the name of "
            f"one of its columns: {', '.join(frame)}"
        )
    features = feature_names(Header(list(frame)), chosen, leave_out, categorical)
    return parse_columns(frame[[*features, chosen]], chosen, task, missing, categorical)


def _fetch(parameters: Mapping[str, Any]) -> Any:
    """Return scikit-learn's bunch; OpenML's warnings about the data set become `StudyWarning`."""
    from sklearn.datasets import fetch_openml

    what = "OpenML's data set " + ", ".join(f"{key} {parameters[key]}" for key in parameters)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            # All columns, because the name of the target is checked like the others. The parser
            # "pandas" is six times as fast, but with pandas 3.1 it fails on categories that are
            # whole numbers, and removes the file from the data home (scikit-learn #34892).
            bunch = fetch_openml(
                **parameters, target_column=None, as_frame=True, parser="liac-arff"
            )
    except OSError as error:
        if any(str(warning.message).startswith("Invalid cache") for warning in caught):
            what += ", whose damaged copy was removed by scikit-learn,"
        raise StudyError(offline(what, error)) from error
    except Exception as error:  # exceptions of damaged answers are not documented
        reason = one_line(error) or type(error).__name__
        raise StudyError(
            f"{what} cannot be used: {reason}; choose another data set or version"
        ) from error
    for text in (one_line(warning.message) for warning in caught):
        if text.startswith(_DOUBTS):
            warnings.warn(text, StudyWarning, stacklevel=2)
    return bunch
