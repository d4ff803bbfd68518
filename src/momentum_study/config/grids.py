"""Grids of a configuration: varied and fixed settings."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from momentum_study.core.fields import (
    Beta,
    Distinct,
    Evaluations,
    LearningRate,
    Model,
    PositiveInt,
    known,
)
from momentum_study.core.text import suggest
from momentum_study.engine.losses import LOSSES
from momentum_study.engine.optimizers import LINEAR_RULES, get_rule, known_rules
from momentum_study.engine.schedules import SCHEDULES

GRID_FIGURES = ("maps", "axes", "learning_curves", "isolation", "edge_of_stability")
"""Kinds of figures of a grid; `momentum_study.figures.catalogue` defines them."""


class RuleGrid(Model):
    """Varied settings of one update rule."""

    beta: Distinct[Beta] = Field(
        default=[],
        description="Momentum coefficients; β₁ for adam. Not for rules without momentum.",
    )
    learning_rates: Distinct[LearningRate] | None = Field(
        default=None, description="Learning rates of this rule, if not the grid's.", min_length=1
    )


class Sharpness(Model):
    """Runs of a grid whose largest Hessian eigenvalue is followed during training."""

    rules: Distinct[str] = Field(
        default=["gd", "momentum"], min_length=1, description="Update rules of the grid."
    )
    beta: Distinct[Beta] = Field(
        default=[0.9], description="Momentum coefficients of the grid, for rules that have one."
    )
    learning_rates: Distinct[LearningRate] = Field(
        min_length=1, description="Learning rates of the grid."
    )
    batch_sizes: Distinct[PositiveInt | Literal["full"]] = Field(
        default=["full"], min_length=1, description="Batch sizes of the grid."
    )
    replicates: PositiveInt = Field(
        default=3, description="Number of replicates, from the first one."
    )
    checkpoints: Annotated[int, Field(ge=2, le=10_000)] = Field(
        default=9,
        description="Number of evaluations at which it is computed, with the first and last.",
    )

    @field_validator("rules")
    @classmethod
    def _linear_rules(cls, names: list[str]) -> list[str]:
        return [known(name, LINEAR_RULES) for name in names]


class Grid(Model):
    """A full factorial design: every combination of the lists is a cell."""

    datasets: Distinct[str] = Field(min_length=1, description="Keys of `datasets`.")
    networks: Distinct[str] = Field(min_length=1, description="Keys of `networks`.")
    rules: dict[str, RuleGrid] = Field(min_length=1, description="Update rules and their β.")
    learning_rates: Distinct[LearningRate] = Field(
        min_length=1,
        description="Learning rate in the formula of a rule: α of gd, momentum, "
        "momentum_corrected and adam, η of heavy_ball and nesterov.",
    )
    batch_sizes: Distinct[PositiveInt | Literal["full"]] = Field(
        min_length=1, description="Rows per update, or `full` for all training rows."
    )
    schedules: Distinct[str] = Field(
        default=["constant"],
        min_length=1,
        description="Schedules of the learning rate or of β.",
    )
    replicates: PositiveInt = Field(
        description="Independent repetitions: split, initial weights and order of minibatches "
        "are drawn for each and shared by all cells."
    )
    steps: PositiveInt = Field(description="Updates per run.")
    gradient_noise: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = Field(
        default=0.0,
        description="Standard deviation of normal noise added to every component of the gradient "
        "in each update.",
    )
    evaluations: Evaluations = Field(
        default=40,
        description="Number of evaluations n of a run after the start, at the steps T(i/n)².",
    )
    loss: str | None = Field(
        default=None,
        description="Loss function; the default is cross_entropy for classes and mse for numbers.",
    )
    precision: Literal["float32", "float64"] = Field(
        default="float32", description="Floating-point type of the training."
    )
    sharpness: Sharpness | None = Field(
        default=None,
        description="Runs whose largest Hessian eigenvalue is followed.",
    )
    figures: Distinct[str] | None = Field(
        default=None, description="Kinds of figures of this grid; all suitable ones by default."
    )

    @field_validator("schedules")
    @classmethod
    def _known_schedules(cls, names: list[str]) -> list[str]:
        return [known(name, SCHEDULES) for name in names]

    @field_validator("figures")
    @classmethod
    def _known_figures(cls, names: list[str] | None) -> list[str] | None:
        return names and [known(name, GRID_FIGURES) for name in names]

    @field_validator("loss")
    @classmethod
    def _known_loss(cls, name: str | None) -> str | None:
        return name and known(name, LOSSES)

    @field_validator("rules")
    @classmethod
    def _known_rules(cls, rules: dict[str, RuleGrid]) -> dict[str, RuleGrid]:
        for name, grid in rules.items():
            known(name, known_rules())
            if get_rule(name).uses_beta and not grid.beta:
                raise ValueError(f"{name} needs a list of momentum coefficients, beta")
            if not get_rule(name).uses_beta and grid.beta:
                raise ValueError(f"{name} has no momentum coefficient: remove beta")
        return rules

    @model_validator(mode="after")
    def _has_followed_runs(self) -> Self:
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
            if key == "beta" and not any(get_rule(name).uses_beta for name in rules):
                continue
            there = {*present}
            for value in wanted:
                if value not in there:
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
            for name in self.rules:
                rule = get_rule(name)
                if SCHEDULES[schedule].beta and not rule.beta_may_change:
                    reason = "corrects its bias for one β" if rule.uses_beta else "has none"
                    raise ValueError(
                        f"schedules: {schedule!r} changes β during a run, and {name} {reason}; "
                        "use a separate grid for it"
                    )
        return self

    @property
    def compares(self) -> bool:
        """Whether it has both momentum and gradient descent without momentum."""
        return {"gd", "momentum"} <= set(self.rules)

    def rates(self, rule: RuleGrid) -> list[float]:
        """Return the learning rates of a rule: its list or the list of the grid."""
        return rule.learning_rates or self.learning_rates

    def counts(self, per_shard: int) -> tuple[int, int]:
        """Return the numbers of sweeps and runs, without listing them."""
        settings = (
            len(self.datasets) * len(self.networks) * len(self.batch_sizes) * len(self.schedules)
        )
        blocks = -(-self.replicates // per_shard)
        betas = {name: len(rule.beta) or 1 for name, rule in self.rules.items()}
        cells = sum(betas[name] * len(self.rates(rule)) for name, rule in self.rules.items())
        return settings * sum(betas.values()) * blocks, settings * cells * self.replicates
