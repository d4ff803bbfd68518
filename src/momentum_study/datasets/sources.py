"""Sources of data sets, by name.

A source is one entry of `SOURCES`: a function that reads a table, a function that checks the same
keys of a recipe before anything runs, and known properties of the tables. Functions import pandas
and scikit-learn only when called, because the workflow needs only names and tasks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from momentum_study.datasets import openml, scikit_learn, table_files
from momentum_study.datasets.generators import GENERATORS
from momentum_study.datasets.raw import Table, Task
from momentum_study.datasets.splits import Scaling


@dataclass(frozen=True)
class Source:
    """A source of data.

    Attributes
    ----------
    read
        Called with `keys` of the recipe by keyword; returns a table.
    check
        Called in the same way; raises `StudyError` with the wrong key. It reads no data.
    task
        Task of the data; None if the recipe has to specify it.
    scaling
        Default scaling.
    keys
        Keys of a recipe for this source, in addition to those for all sources.
    required
        Required keys.
    rows
        Number of rows, if it is fixed.
    """

    read: Callable[..., Table]
    check: Callable[..., Any]
    task: Task | None
    scaling: Scaling = "standard"
    keys: tuple[str, ...] = ("parameters",)
    required: tuple[str, ...] = ()
    rows: int | None = None


def _drawn(name: str, task: Task, scaling: Scaling = "standard") -> Source:
    return Source(GENERATORS[name].read, GENERATORS[name].check, task, scaling)


def _bundled(function: str, rows: int, **fixed: object) -> Source:
    """Return the source for a data set of scikit-learn, without parameters."""
    return Source(
        partial(scikit_learn.read, function, fixed),
        lambda: None,
        scikit_learn.TASKS[function],
        keys=(),
        rows=rows,
    )


def _function(name: str, task: Task) -> Source:
    return Source(partial(scikit_learn.read, name), partial(scikit_learn.check, name), task)


_COLUMNS = ("target", "task", "leave_out", "missing", "categorical")

SOURCES: dict[str, Source] = {
    "iris": _bundled("load_iris", 150),
    "wine": _bundled("load_wine", 178),
    "breast_cancer": _bundled("load_breast_cancer", 569),
    "digits": _bundled("load_digits", 1797),
    # Features in their original units: scikit-learn's scaling is fitted on all rows, with the test
    # rows.
    "diabetes": _bundled("load_diabetes", 442, scaled=False),
    "moons": _drawn("moons", "classification"),
    "chebyshev": _drawn("chebyshev", "regression"),
    "conditioned": _drawn("conditioned", "classification", "center"),
    **{name: _function(name, task) for name, task in scikit_learn.TASKS.items()},
    "file": Source(
        table_files.read,
        table_files.check,
        task=None,
        keys=("path", *_COLUMNS),
        required=("path", "target", "task"),
    ),
    "openml": Source(
        openml.read,
        openml.check,
        task=None,
        keys=("parameters", *_COLUMNS),
        required=("parameters", "task"),
    ),
}
"""All sources, by their names in the configuration."""
