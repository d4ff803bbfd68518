"""Settings of comparisons and verdicts."""

from typing import Self

from pydantic import Field, model_validator

from momentum_study.core.fields import Beta, Fraction, LearningRate, Model
from momentum_study.engine.optimizers import USUAL_BETA


class Margins(Model):
    """Equivalence margins: the largest effects that do not matter."""

    log_ratio: Fraction = Field(
        default=0.05, description="Relative effect on a loss or a number of updates."
    )
    share: Fraction = Field(default=0.02, description="Absolute difference of shares.")
    cost: Fraction = Field(default=0.25, description="Relative effect on the time of an update.")
    arrays: Fraction = Field(default=0.05, description="Relative effect on the number of arrays.")


class Verdicts(Model):
    """Settings of comparisons and verdicts, to be fixed before the runs are seen."""

    beta: Beta = Field(default=USUAL_BETA, description="The momentum coefficient usually advised.")
    learning_rates: list[LearningRate] = Field(
        default=[0.001, 0.01],
        min_length=2,
        max_length=2,
        description="The range of learning rates usually advised.",
    )
    loss_floor: Fraction = Field(
        default=0.01,
        description="Losses below this share of the loss of the best constant prediction count as "
        "equal.",
    )
    oscillating_share: Fraction = Field(
        default=0.2,
        description="A run oscillates if its training loss rises between at least this share of "
        "the evaluations in the first quarter of its steps.",
    )
    slow_loss: Fraction = Field(
        default=0.5,
        description="A run is slow if it does not oscillate and its training loss after a quarter "
        "of its steps is above this share of the initial one.",
    )
    margins: Margins = Field(default=Margins(), description="Equivalence margins.")
    supported_share: Fraction = Field(
        default=0.9,
        description="A claim is supported if at least this share of its decided cases supports it.",
    )
    refuted_share: Fraction = Field(
        default=0.1,
        description="A claim is refuted if at most this share supports it; in between it depends.",
    )
    decided_share: Fraction = Field(
        default=0.5, description="Minimum share of decided cases for a verdict."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        low, high = self.learning_rates
        if low > high:
            raise ValueError(f"learning_rates: expected the smaller one first, got [{low}, {high}]")
        if self.refuted_share >= self.supported_share:
            raise ValueError("refuted_share must be smaller than supported_share")
        return self
