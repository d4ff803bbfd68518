"""The study's configuration as models.

The models below are the schema: `workflow/schemas/config.schema.json` and the table of keys in
`config/README.md` are written from them (``python -m momentum_study schema``).
"""

import re
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from momentum_study.activations import ACTIVATIONS
from momentum_study.datasets.sources import SOURCES, resolve_parameters
from momentum_study.errors import StudyError
from momentum_study.figures.catalogue import GRID_FIGURES
from momentum_study.losses import LOSSES
from momentum_study.networks import INITIALIZATIONS
from momentum_study.optimizers import RULES, USUAL_BETA
from momentum_study.schedules import SCHEDULES
from momentum_study.text import suggest
from momentum_study.theory.quadratics import LINEAR_RULES

PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")

T = TypeVar("T")

PositiveInt = Annotated[int, Field(gt=0)]
LearningRate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Beta = Annotated[float, Field(ge=0, lt=1)]
Fraction = Annotated[float, Field(gt=0, lt=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _distinct(values: list[T]) -> list[T]:
    repeated = [value for index, value in enumerate(values) if value in values[:index]]
    if repeated:
        raise ValueError(f"expected each value once, but {repeated[0]!r} stands there twice")
    return values


def _known(name: str, names: Any) -> str:
    if name not in names:
        raise ValueError(f"{name!r} is unknown; {suggest(name, names)}")
    return name


class Dataset(_Model):
    """Where a data set comes from and how it is made ready."""

    source: str = Field(description="A built-in source: a scikit-learn loader or a generator.")
    parameters: dict[str, float | int | str] = Field(
        default={}, description="Parameters of a generated source."
    )
    scaling: Literal["standard", "center", "none"] | None = Field(
        default=None,
        description="Of the features, fitted on the training rows: each to mean 0 and variance 1, "
        "centred and divided by one common number, or none. The source's own choice if left out.",
    )


class Network(_Model):
    """A fully connected network; sizes of input and output follow from the data set."""

    hidden: list[PositiveInt] = Field(
        description="Units of each hidden layer; [] for linear or softmax regression."
    )
    activation: str = Field(default="relu", description="Activation of the hidden layers.")
    initialization: str = Field(
        default="he", description="Spread of the initial weights: He, Glorot/Xavier, or 0.01."
    )

    @field_validator("activation")
    @classmethod
    def _known_activation(cls, name: str) -> str:
        return _known(name, ACTIVATIONS)

    @field_validator("initialization")
    @classmethod
    def _known_initialization(cls, name: str) -> str:
        return _known(name, INITIALIZATIONS)


class RuleGrid(_Model):
    """What is varied for one update rule."""

    beta: list[Beta] = Field(
        default=[],
        description="Momentum coefficients; for adam β₁. Left out for a rule that has none.",
    )
    learning_rates: list[LearningRate] | None = Field(
        default=None, description="Learning rates of this rule, if not the grid's.", min_length=1
    )

    @field_validator("beta", "learning_rates")
    @classmethod
    def _distinct_values(cls, values: list[float] | None) -> list[float] | None:
        return values and _distinct(values)


class Sharpness(_Model):
    """Runs of a grid whose largest Hessian eigenvalue is followed through training."""

    rules: list[str] = Field(
        default=["gd", "momentum"], min_length=1, description="Update rules of the grid."
    )
    beta: list[Beta] = Field(
        default=[0.9], description="Momentum coefficients of the grid, for rules that have one."
    )
    learning_rates: list[LearningRate] = Field(
        min_length=1, description="Learning rates, of those that the grid has for the rule."
    )
    batch_sizes: list[PositiveInt | Literal["full"]] = Field(
        default=["full"], min_length=1, description="Batch sizes of the grid."
    )
    replicates: PositiveInt = Field(default=3, description="The first so many replicates.")
    checkpoints: Annotated[int, Field(ge=2)] = Field(
        default=9, description="At how many of the evaluations, the first and the last included."
    )

    @field_validator("rules")
    @classmethod
    def _linear_rules(cls, names: list[str]) -> list[str]:
        return [_known(name, LINEAR_RULES) for name in _distinct(names)]

    @field_validator("beta", "learning_rates", "batch_sizes")
    @classmethod
    def _distinct_values(cls, values: list[Any]) -> list[Any]:
        return _distinct(values)


class Grid(_Model):
    """One full factorial design: every combination of the lists is a cell."""

    datasets: list[str] = Field(min_length=1, description="Keys of `datasets`.")
    networks: list[str] = Field(min_length=1, description="Keys of `networks`.")
    rules: dict[str, RuleGrid] = Field(min_length=1, description="Update rules and their β.")
    learning_rates: list[LearningRate] = Field(
        min_length=1,
        description="Each rule's own rate: α of gd, momentum, momentum_corrected and adam, "
        "η of heavy_ball and nesterov.",
    )
    batch_sizes: list[PositiveInt | Literal["full"]] = Field(
        min_length=1, description="Rows per update, or `full` for all training rows."
    )
    schedules: list[str] = Field(
        default=["constant"],
        min_length=1,
        description="Schedules of the learning rate or of β.",
    )
    replicates: PositiveInt = Field(
        description="Independent repetitions: split, initial weights and order of minibatches "
        "are drawn anew for each, and shared by all cells."
    )
    steps: PositiveInt = Field(description="Updates per run.")
    gradient_noise: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        default=0.0,
        description="Standard deviation of normal noise added to every component of the gradient, "
        "in each update.",
    )
    evaluations: PositiveInt = Field(
        default=40,
        description="How often a run is evaluated after the start, at the steps T(i/n)².",
    )
    loss: str | None = Field(
        default=None,
        description="Loss function; cross_entropy for classes and mse for numbers if left out.",
    )
    precision: Literal["float32", "float64"] = Field(
        default="float32", description="Floating-point type of the training."
    )
    sharpness: Sharpness | None = Field(
        default=None,
        description="Runs to follow the largest Hessian eigenvalue of.",
    )
    figures: list[str] | None = Field(
        default=None, description="Kinds of figures to draw of this grid; all that fit if left out."
    )

    @field_validator("datasets", "networks", "learning_rates", "batch_sizes", "schedules")
    @classmethod
    def _distinct_values(cls, values: list[Any]) -> list[Any]:
        return _distinct(values)

    @field_validator("schedules")
    @classmethod
    def _known_schedules(cls, names: list[str]) -> list[str]:
        return [_known(name, SCHEDULES) for name in names]

    @field_validator("figures")
    @classmethod
    def _known_figures(cls, names: list[str] | None) -> list[str] | None:
        return names and [_known(name, GRID_FIGURES) for name in _distinct(names)]

    @field_validator("loss")
    @classmethod
    def _known_loss(cls, name: str | None) -> str | None:
        return name and _known(name, LOSSES)

    @field_validator("rules")
    @classmethod
    def _known_rules(cls, rules: dict[str, RuleGrid]) -> dict[str, RuleGrid]:
        for name, grid in rules.items():
            _known(name, RULES)
            if RULES[name].uses_beta and not grid.beta:
                raise ValueError(f"{name} needs a list of momentum coefficients, beta")
            if not RULES[name].uses_beta and grid.beta:
                raise ValueError(f"{name} has no momentum coefficient: leave beta out")
        return rules

    @model_validator(mode="after")
    def _has_what_is_followed(self) -> Self:
        if self.sharpness is None:
            return self
        followed = self.sharpness
        rules = {name: self.rules[name] for name in followed.rules if name in self.rules}
        rates = [rate for rule in rules.values() for rate in self.rates(rule)]
        for key, wanted, present in (
            ("rules", followed.rules, list(self.rules)),
            ("beta", followed.beta, [beta for rule in rules.values() for beta in rule.beta]),
            ("learning_rates", followed.learning_rates, rates),
            ("batch_sizes", followed.batch_sizes, self.batch_sizes),
        ):
            if key == "beta" and not any(RULES[name].uses_beta for name in rules):
                continue
            for value in wanted:
                if value not in present:
                    raise ValueError(
                        f"sharpness.{key}: {value!r} is not in this grid; "
                        f"{suggest(str(value), map(str, present))}"
                    )
        if followed.replicates > self.replicates:
            raise ValueError(
                f"sharpness.replicates: {followed.replicates}, but the grid has {self.replicates}"
            )
        if "constant" not in self.schedules:
            raise ValueError("sharpness: only runs with the constant schedule can be followed")
        return self

    @model_validator(mode="after")
    def _lets_beta_change(self) -> Self:
        for schedule in self.schedules:
            for rule in self.rules:
                if SCHEDULES[schedule].beta and not RULES[rule].beta_may_change:
                    reason = "corrects its bias for one β" if RULES[rule].uses_beta else "has none"
                    raise ValueError(
                        f"schedules: {schedule!r} changes β in mid-run, and {rule} {reason}; "
                        "put it in a grid of its own"
                    )
        return self

    def rates(self, rule: RuleGrid) -> list[float]:
        """Learning rates of a rule: its own list, or the grid's."""
        return rule.learning_rates or self.learning_rates


class Statistics(_Model):
    """How intervals are computed."""

    confidence: Fraction = Field(default=0.95, description="Level of every interval.")
    resamples: PositiveInt = Field(default=1000, description="Bootstrap resamples.")


class Theory(_Model):
    """Update rules on quadratics, against closed forms."""

    draws: Annotated[int, Field(ge=2)] = Field(
        default=20_000, description="Independent chains behind each simulated variance."
    )


class Landscapes(_Model):
    """Update rules on two-dimensional landscapes."""

    draws: Annotated[int, Field(ge=2)] = Field(
        default=1000, description="Draws of the noise behind each distribution of exit times."
    )


class Validation(_Model):
    """The code against numbers of others."""

    epochs: PositiveInt = Field(
        default=10_000,
        description="Limit to the length of trainings: on two moons, where costs are known every "
        "1000 epochs up to 9000, and of scikit-learn's, of at most 400.",
    )


class Margins(_Model):
    """The largest effects that do not matter."""

    log_ratio: Fraction = Field(
        default=0.05, description="Of a loss or a number of updates, relative."
    )
    share: Fraction = Field(default=0.02, description="Of shares, absolute.")
    cost: Fraction = Field(default=0.25, description="Of the time that an update takes, relative.")
    arrays: Fraction = Field(default=0.05, description="Of the number of arrays held.")


class Verdicts(_Model):
    """How comparisons are made and claims judged: fixed before the runs are seen."""

    beta: Beta = Field(default=USUAL_BETA, description="The momentum coefficient usually advised.")
    learning_rates: list[LearningRate] = Field(
        default=[0.001, 0.01],
        min_length=2,
        max_length=2,
        description="The range of learning rates usually advised.",
    )
    loss_floor: Fraction = Field(
        default=0.01,
        description="Losses below this share of the best constant prediction's count as equal.",
    )
    oscillating_share: Fraction = Field(
        default=0.2,
        description="A run oscillates if by a quarter of its budget its training loss rose between "
        "at least this share of its evaluations.",
    )
    slow_loss: Fraction = Field(
        default=0.5,
        description="It is slow if it does not oscillate and its training loss is then still above "
        "this share of the initial one.",
    )
    margins: Margins = Field(default=Margins(), description="The largest effects without meaning.")
    supported_share: Fraction = Field(
        default=0.9, description="A claim is supported from this share of its decided cases on."
    )
    refuted_share: Fraction = Field(
        default=0.1, description="It is refuted up to this share; between the two it depends."
    )
    decided_share: Fraction = Field(
        default=0.5, description="Of all its cases at least this share must be decided."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        low, high = self.learning_rates
        if low > high:
            raise ValueError(f"learning_rates: expected the smaller one first, got [{low}, {high}]")
        if self.refuted_share >= self.supported_share:
            raise ValueError("refuted_share must be smaller than supported_share")
        return self


class Study(_Model):
    """A whole study."""

    study: str = Field(description="Its name: results go to `results/<study>/`.")
    description: str = Field(default="", description="One sentence, for people.")
    seed: Annotated[int, Field(ge=0)] = Field(description="Every random number follows from it.")
    datasets: dict[str, Dataset] = Field(min_length=1, description="Data sets by name.")
    networks: dict[str, Network] = Field(min_length=1, description="Networks by name.")
    grids: dict[str, Grid] = Field(min_length=1, description="Grids by name.")
    targets: list[Fraction] = Field(
        default=[0.5, 0.2, 0.1],
        min_length=1,
        description="Training losses whose first crossing is timed, as fractions of the loss of "
        "the best constant prediction.",
    )
    loss_limit: Annotated[float, Field(gt=1, allow_inf_nan=False)] = Field(
        default=1000.0,
        description="A run has diverged when its training loss exceeds this multiple of the "
        "initial one, or is not finite.",
    )
    replicates_per_shard: PositiveInt = Field(
        default=10, description="Replicates trained together in one job."
    )
    statistics: Statistics = Field(default=Statistics(), description="Intervals.")
    verdicts: Verdicts = Field(default=Verdicts(), description="Comparisons and claims.")
    theory: Theory = Field(default=Theory(), description="Update rules on quadratics.")
    landscapes: Landscapes = Field(default=Landscapes(), description="Update rules in the plane.")
    validation: Validation = Field(default=Validation(), description="Numbers of others.")

    @field_validator("study")
    @classmethod
    def _plain_study(cls, name: str) -> str:
        if name in ("published", "comparisons", "benchmarks"):
            raise ValueError(f"results/{name}/ has a purpose of its own; choose another name")
        return _plain(name)

    @field_validator("datasets", "networks", "grids")
    @classmethod
    def _plain_keys(cls, entries: dict[str, Any]) -> dict[str, Any]:
        for name in entries:
            _plain(name)
        return entries

    @field_validator("targets")
    @classmethod
    def _distinct_targets(cls, values: list[float]) -> list[float]:
        return _distinct(values)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for name, dataset in self.datasets.items():
            try:
                resolve_parameters(name, dataset.source, dataset.parameters)
            except StudyError as error:
                raise ValueError(str(error)) from None
        for grid_name, grid in self.grids.items():
            for kind, known in (("datasets", self.datasets), ("networks", self.networks)):
                for index, name in enumerate(getattr(grid, kind)):
                    if name not in known:
                        raise ValueError(
                            f"grids.{grid_name}.{kind}[{index}]: {name!r} is not defined under "
                            f"{kind}; {suggest(name, known)}"
                        )
            for name in grid.datasets:
                task = SOURCES[self.datasets[name].source].task
                if grid.loss and LOSSES[grid.loss].task != task:
                    raise ValueError(
                        f"grids.{grid_name}.loss: {grid.loss} is a loss for "
                        f"{LOSSES[grid.loss].task}, and dataset {name} is a {task}; leave loss out "
                        "or split the grid"
                    )
        return self


def _plain(name: str) -> str:
    if not PLAIN_NAME.fullmatch(name) or len(name) > 60:
        raise ValueError(
            "expected a plain name (at most 60 letters, digits, _ and -, the first a letter or "
            f"digit), got {name!r}"
        )
    return name
