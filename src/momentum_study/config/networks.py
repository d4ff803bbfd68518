"""Networks of a configuration."""

from itertools import pairwise

from pydantic import Field, field_validator

from momentum_study.core.fields import Model, PositiveInt, known
from momentum_study.engine.activations import ACTIVATIONS
from momentum_study.engine.networks import INITIALIZATIONS

MOST_WEIGHTS = 100_000_000
"""400 MB in single precision; training needs several arrays of this size."""


class Network(Model):
    """A fully connected network; sizes of input and output follow from the data set."""

    hidden: list[PositiveInt] = Field(
        description="Units of each hidden layer; [] for linear or softmax regression."
    )
    activation: str = Field(default="relu", description="Activation of the hidden layers.")
    initialization: str = Field(
        default="he", description="Spread of the initial weights: He, Glorot/Xavier, or 0.01."
    )

    @field_validator("hidden")
    @classmethod
    def _fits_in_memory(cls, hidden: list[int]) -> list[int]:
        sizes = [1, *hidden, 1]
        weights = sum((inputs + 1) * units for inputs, units in pairwise(sizes))
        if weights > MOST_WEIGHTS:
            raise ValueError(
                f"these layers have {weights:,} weights or more; expected at most {MOST_WEIGHTS:,}"
            )
        return hidden

    @field_validator("activation")
    @classmethod
    def _known_activation(cls, name: str) -> str:
        return known(name, ACTIVATIONS)

    @field_validator("initialization")
    @classmethod
    def _known_initialization(cls, name: str) -> str:
        return known(name, INITIALIZATIONS)
