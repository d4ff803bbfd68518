"""Display text of effects."""

import math

import pandas as pd
import pytest

from momentum_study.core.text import effect_text, signed
from momentum_study.documents.summaries import with_interval


@pytest.mark.parametrize(
    ("unit", "numbers", "text"),
    [
        ("log_ratio", (0.0, -0.1, 0.1), "× 1.00 [0.90, 1.11]"),
        ("log_ratio", (math.log(2), -math.inf, math.inf), "× 2.00 [0, ∞]"),
        ("log_ratio", (-math.inf,) * 3, "× 0 [0, 0]"),
        ("share", (0.371, -0.004, 0.4), "+0.37 [+0.00, +0.40]"),
        ("share", (-0.25, -0.3, -0.2), "−0.25 [−0.30, −0.20]"),
        ("arrays", (0.0, 0.0, 0.0), "+0.00 [+0.00, +0.00]"),
        ("share", (0.5, -math.inf, math.inf), "+0.50 [−∞, +∞]"),
        ("log_ratio", (math.nan,) * 3, "–"),
        ("share", (math.nan, -1.0, 1.0), "–"),
        ("arrays", (0.0, math.nan, math.nan), "+0.00 [–, –]"),
    ],
)
def test_effects_with_their_intervals(unit, numbers, text):
    assert effect_text(unit, *numbers) == text


def test_missing_and_infinite_numbers_of_a_table_have_a_display_text():
    table = pd.DataFrame(
        {"x": [0.5, math.nan, math.inf], "x_low": [0.4, 0.0, 1.0], "x_high": [0.6, 1.0, math.inf]}
    )
    texts = with_interval(table, "x", "{:.1f}".format)
    assert texts.tolist() == ["0.5 [0.4, 0.6]", "–", "∞ [1.0, ∞]"]
    assert with_interval(table.head(0), "x", str).tolist() == []


def test_zero_has_one_sign():
    assert signed(-0.0) == signed(-0.001) == signed(0.001) == "+0.00"
