"""The entry of a data set in the configuration: its source and its preparation."""

import math
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from momentum_study.core.errors import StudyError
from momentum_study.core.fields import Distinct, Fraction, Model, PositiveInt, known, workflow_path
from momentum_study.datasets.raw import Missing, Task
from momentum_study.datasets.scikit_learn import REFUSED, TASKS
from momentum_study.datasets.sources import SOURCES, Source
from momentum_study.datasets.splits import Scaling

# Default in the schema for values that the source decides, filled in by validation.
_FILLED_IN: Any = None

_FOR_ALL = ("source", "task", "scaling", "rows", "condition_number", "label_noise")


class Recipe(Model):
    """Source and preparation of a data set.

    A validated recipe is complete: task and scaling default to those of the source. All checks that
    need no data have been made.
    """

    source: str = Field(
        description="A built-in data set, the name of a function of `sklearn.datasets`, `file` or "
        "`openml`."
    )
    parameters: dict[str, Any] = Field(
        default={},
        description="Arguments of a generator or function; for `openml` `name` and `version`, or "
        "`data_id`.",
    )
    path: str | None = Field(
        default=None,
        description="For `file`: a .csv or .parquet file, relative to the folder of the workflow.",
    )
    target: str | None = Field(
        default=None, description="For `file` and `openml`: the column to learn."
    )
    task: Task = Field(
        default=_FILLED_IN,
        description="Kind of the target; required for `file` and `openml`, known for the others.",
    )
    leave_out: Distinct[str] = Field(
        default=[], description="For `file` and `openml`: columns that are not features."
    )
    missing: Missing = Field(
        default="refuse",
        description="For `file` and `openml`: whether a gap is an error, is filled with the median "
        "of the training rows, or drops its row.",
    )
    categorical: Distinct[str] = Field(
        default=[],
        description="For `file` and `openml`: columns of numbers to one-hot encode, as text is.",
    )
    scaling: Scaling = Field(
        default=_FILLED_IN,
        description="Scaling of features, fitted on the training rows: each to mean 0 and variance "
        "1, centered and divided by one common number, or none. The default depends on the source.",
    )
    rows: PositiveInt | None = Field(
        default=None, description="Size of a sample of the rows; all rows by default."
    )
    condition_number: Annotated[float, Field(ge=1, le=1e8)] | None = Field(
        default=None,
        description="Condition number of the covariance of the features, which are scaled along "
        "its axes.",
    )
    label_noise: Fraction | None = Field(
        default=None,
        description="Share of rows that get a wrong class; for a regression, noise with this share "
        "of the standard deviation of the target.",
    )

    def files(self) -> list[str]:
        """Return the input files of the data, for the workflow."""
        return [self.path] if self.path else []

    @property
    def known_rows(self) -> int | None:
        """Number of rows, as far as it is known without the data."""
        generated = self.parameters.get("samples") or self.parameters.get("n_samples")
        return self.rows or SOURCES[self.source].rows or generated

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

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, entry: Any) -> Any:
        """Fill in the values that the source decides."""
        if not isinstance(entry, dict) or not isinstance(entry.get("source"), str):
            return entry
        source = SOURCES.get(entry["source"])
        if source is None:
            return entry
        # One factor for all features keeps the requested condition number.
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
                "condition_number: gaps are filled separately per replicate, which changes the "
                "covariance; expected missing: drop"
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
                raise ValueError(
                    f"{key}: source {self.source!r} has no such key; its keys are {takes}"
                )
            if key in source.required and not given:
                raise ValueError(f"{key}: this key is missing; source {self.source!r} needs it")
        if source.task and self.task != source.task:
            raise ValueError(
                f"task: {self.source} is a {source.task}, not a {self.task}; leave the key out"
            )
        for key in ("condition_number", "label_noise"):
            if self.source == "conditioned" and getattr(self, key):
                raise ValueError(
                    f"{key}: source 'conditioned' has this key in its parameters; write it there"
                )


def _check_values(value: Any, where: str) -> None:
    """Refuse values that JSON cannot represent, such as dates or infinity."""
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
