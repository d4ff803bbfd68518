"""Where datasets come from, by name.

A source is one entry of `SOURCES`: a function that reads a table, one that checks the same keys of
a recipe before anything runs, and what is known of its tables beforehand. Functions import pandas
and scikit-learn when called, never before: the workflow asks for names and tasks only, and training
jobs read prepared files.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from momentum_study.datasets import headers, openml, scikit_learn, table_files
from momentum_study.datasets.generators import GENERATORS
from momentum_study.datasets.raw import Task
from momentum_study.datasets.splits import Scaling
from momentum_study.datasets.table import Table


@dataclass(frozen=True)
class Source:
    """One way to come by data.

    Attributes
    ----------
    read
        Called with the keys of a recipe that the source takes, by keyword; returns a table.
    check
        Called likewise; raises `StudyError` with the key that is wrong. It reads no data.
    task
        The task of its datasets; None if every recipe has to say.
    scaling
        The scaling of datasets that ask for none in particular.
    keys
        The keys of a recipe that it takes, besides those that go with every source.
    required
        Those that must be given.
    """

    read: Callable[..., Table]
    check: Callable[..., Any]
    task: Task | None
    scaling: Scaling = "standard"
    keys: tuple[str, ...] = ("parameters",)
    required: tuple[str, ...] = ()


def _drawn(name: str, task: Task, scaling: Scaling = "standard") -> Source:
    return Source(GENERATORS[name].read, GENERATORS[name].check, task, scaling)


def _bundled(function: str, **settled: object) -> Source:
    """Take a data set that comes with scikit-learn, and leave nothing to be set."""
    return Source(
        partial(scikit_learn.read, function, settled),
        lambda: None,
        scikit_learn.TASKS[function],
        keys=(),
    )


def _function(name: str, task: Task) -> Source:
    return Source(partial(scikit_learn.read, name), partial(scikit_learn.check, name), task)


_COLUMNS = ("target", "task", "leave_out", "missing", "categorical")

SOURCES: dict[str, Source] = {
    "iris": _bundled("load_iris"),
    "wine": _bundled("load_wine"),
    "breast_cancer": _bundled("load_breast_cancer"),
    "digits": _bundled("load_digits"),
    # The features in their own units, not in scikit-learn's scaling, which has seen the test rows.
    "diabetes": _bundled("load_diabetes", scaled=False),
    "moons": _drawn("moons", "classification"),
    "chebyshev": _drawn("chebyshev", "regression"),
    "conditioned": _drawn("conditioned", "classification", "center"),
    **{name: _function(name, task) for name, task in scikit_learn.TASKS.items()},
    "file": Source(
        table_files.read,
        headers.check,
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
"""Every source, by the name a config uses."""
