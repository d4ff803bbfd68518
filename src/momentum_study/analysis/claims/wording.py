"""The claims in words, and the figure that shows the experiment for each."""

from dataclasses import dataclass

from momentum_study.analysis.comparison.questions import Defaults
from momentum_study.core.text import format_number


@dataclass(frozen=True)
class Claim:
    """A claim of the tutorial.

    Attributes
    ----------
    name
        ``C1`` … ``C12``.
    words
        Text of the claim, with ``{beta}`` and ``{rates}`` for the usual advice.
    figure
        Kind of the figure that shows its experiment.
    """

    name: str
    words: str
    figure: str

    def about(self, advice: Defaults) -> str:
        """Return its text about this advice."""
        rates = " to ".join(dict.fromkeys(map(format_number, advice.rates)))
        return self.words.format(beta=format_number(advice.beta), rates=rates)


CLAIMS = (
    Claim("C1", "Momentum converges faster than plain gradient descent.", "speed_up"),
    Claim("C2", "Its path is smooth where plain descent oscillates.", "axes"),
    Claim("C3", "It is more robust to gradient noise.", "noise_floor"),
    Claim("C4", "It leaves saddle points and local minima more easily.", "exit_times"),
    Claim("C5", "β = {beta} is the value to take.", "speed_up"),
    Claim("C6", "A learning rate of {rates} is the range to take.", "maps"),
    Claim("C7", "If the loss falls slowly early in training, raise β.", "intervention"),
    Claim("C8", "If training oscillates, lower β.", "intervention"),
    Claim("C9", "Correcting the bias of the average is optional.", "lag"),
    Claim("C10", "A decay of the learning rate combines well with it.", "verdicts"),
    Claim("C11", "It costs little: one more array per parameter.", "verdicts"),
    Claim("C12", "Nearly every task is better off with momentum or a variant.", "performance"),
)
