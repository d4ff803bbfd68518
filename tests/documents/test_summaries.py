"""Display text of effects."""

import math

import pytest

from momentum_study.core.text import effect_text, signed


@pytest.mark.parametrize(
    ("unit", "numbers", "text"),
    [
        ("log_ratio", (0.0, -0.1, 0.1), "× 1.00 [0.90, 1.11]"),
        ("log_ratio", (math.log(2), -math.inf, math.inf), "× 2.00 [0, ∞]"),
        ("log_ratio", (-math.inf,) * 3, "× 0 [0, 0]"),
        ("share", (0.371, -0.004, 0.4), "+0.37 [+0.00, +0.40]"),
        ("share", (-0.25, -0.3, -0.2), "−0.25 [−0.30, −0.20]"),
        ("arrays", (0.0, 0.0, 0.0), "+0.00 [+0.00, +0.00]"),
    ],
)
def test_effects_with_their_intervals(unit, numbers, text):
    assert effect_text(unit, *numbers) == text


def test_zero_has_one_sign():
    assert signed(-0.0) == signed(-0.001) == signed(0.001) == "+0.00"
