"""The entry of a data set in the configuration: where it comes from and how it is made ready."""

import math
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from momentum_study.core.errors import StudyError
from momentum_study.core.fields import Fraction, Model, PositiveInt, distinct, known, workflow_path
from momentum_study.datasets.raw import Task
from momentum_study.datasets.scikit_learn import REFUSED, TASKS
from momentum_study.datasets.sources import SOURCES, Source
from momentum_study.datasets.splits import Scaling
from momentum_study.datasets.table import Missing

# Stands in the schema for what the source decides, until a recipe is made.
_FILLED_IN: Any = None

_FOR_ALL = ("source", "task", "scaling", "rows", "condition_number", "label_noise")


class Recipe(Model):
    """Where a data set comes from and how it is made ready.

    A recipe that has been made is complete: task and scaling are those of the source if they were
    left out. It has been checked as far as that needs no data.
    """

    source: str = Field(
        description="A built-in data set, a function of `sklearn.datasets` by its name, `file` or "
        "`openml`."
    )
    parameters: dict[str, Any] = Field(
        default={},
        description="Arguments of a generator or function; `name` and `version`, or `data_id`, of "
        "`openml`.",
    )
    path: str | None = Field(
        default=None,
        description="Of `file`: a .csv or .parquet file, from where the workflow is started.",
    )
    target: str | None = Field(
        default=None, description="Of `file` and `openml`: the column to learn."
    )
    task: Task = Field(
        default=_FILLED_IN,
        description="What the target holds; required for `file` and `openml`, known for the "
        "others.",
    )
    leave_out: list[str] = Field(
        default=[], description="Of `file` and `openml`: columns that are no features."
    )
    missing: Missing = Field(
        default="refuse",
        description="Of `file` and `openml`: whether a gap is an error, filled with the median of "
        "the training rows, or reason to drop its row.",
    )
    categorical: list[str] = Field(
        default=[],
        description="Of `file` and `openml`: columns of numbers to be one-hot encoded, as text is.",
    )
    scaling: Scaling = Field(
        default=_FILLED_IN,
        description="Of the features, fitted on the training rows: each to mean 0 and variance 1, "
        "centred and divided by one common number, or none. The source's own choice if left out.",
    )
    rows: PositiveInt | None = Field(
        default=None, description="Size of a sample of the rows; all rows if left out."
    )
    condition_number: Annotated[float, Field(ge=1, le=1e8)] | None = Field(
        default=None,
        description="That of the features' covariance, made by stretching them along its axes.",
    )
    label_noise: Fraction | None = Field(
        default=None,
        description="Share of rows that get a wrong class; of a number, noise by that share of its "
        "standard deviation.",
    )

    def files(self) -> list[str]:
        """Return the files that the data is read from, for the workflow."""
        return [self.path] if self.path else []

    @field_validator("source")
    @classmethod
    def _usable_source(cls, name: str) -> str:
        if name in REFUSED:
            raise ValueError(f"{name} {REFUSED[name]}; expected one of {', '.join(TASKS)}")
        return known(name, SOURCES)

    @field_validator("path")
    @classmethod
    def _plain_path(cls, path: str | None) -> str | None:
        return path and workflow_path(path)

    @field_validator("leave_out", "categorical")
    @classmethod
    def _distinct_columns(cls, names: list[str]) -> list[str]:
        return distinct(names)

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, entry: Any) -> Any:
        """Fill in what the source decides."""
        if not isinstance(entry, dict) or not isinstance(entry.get("source"), str):
            return entry
        source = SOURCES.get(entry["source"])
        if source is None:
            return entry
        # One factor for all features keeps the condition number that was asked for.
        chosen: dict[str, Any] = {
            "scaling": "center" if "condition_number" in entry else source.scaling
        }
        if source.task:
            chosen["task"] = source.task
        return chosen | entry

    @model_validator(mode="after")
    def _fits_the_source(self) -> Self:
        source = SOURCES[self.source]
        self._check_keys(source)
        if self.condition_number and self.missing == "impute":
            raise ValueError(
                "condition_number: gaps are filled in replicate by replicate, and the covariance "
                "depends on it; expected missing: drop"
            )
        _check_values(self.parameters, "parameters")
        try:
            source.check(**{key: getattr(self, key) for key in source.keys})
        except StudyError as error:
            raise ValueError(str(error)) from None
        return self

    def _check_keys(self, source: Source) -> None:
        for key, field in Recipe.model_fields.items():
            given = getattr(self, key) != field.default
            if given and key not in (*source.keys, *_FOR_ALL):
                takes = ", ".join(dict.fromkeys((*source.keys, *_FOR_ALL[1:])))
                raise ValueError(f"{key}: source {self.source!r} takes no such key, but {takes}")
            if key in source.required and not given:
                raise ValueError(f"{key}: this key is missing; source {self.source!r} needs it")
        if source.task and self.task != source.task:
            raise ValueError(
                f"task: {self.source} is a {source.task}, not a {self.task}; leave the key out"
            )
        for key in ("condition_number", "label_noise"):
            if self.source == "conditioned" and getattr(self, key):
                raise ValueError(f"{key}: source 'conditioned' has its own; write it in parameters")


def _check_values(value: Any, where: str) -> None:
    """Refuse what is no plain value: a date, say, or infinity, which JSON cannot carry."""
    if isinstance(value, dict):
        for key, entry in value.items():
            _check_values(entry, f"{where}: {key!r}")
    elif isinstance(value, list):
        for entry in value:
            _check_values(entry, where)
    elif not isinstance(value, str | int | float | None) or (
        isinstance(value, float) and not math.isfinite(value)
    ):
        raise ValueError(f"{where} is {value}; expected a finite number, text, true, false or null")
