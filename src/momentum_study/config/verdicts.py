"""How comparisons are made and claims judged: the part of a configuration that is fixed first."""

from typing import Self

from pydantic import Field, model_validator

from momentum_study.core.fields import Beta, Fraction, LearningRate, Model
from momentum_study.engine.optimizers import USUAL_BETA


class Margins(Model):
    """The largest effects that do not matter."""

    log_ratio: Fraction = Field(
        default=0.05, description="Of a loss or a number of updates, relative."
    )
    share: Fraction = Field(default=0.02, description="Of shares, absolute.")
    cost: Fraction = Field(default=0.25, description="Of the time that an update takes, relative.")
    arrays: Fraction = Field(default=0.05, description="Of the number of arrays held.")


class Verdicts(Model):
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
