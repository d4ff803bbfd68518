"""Numbers as text, and suggestions for unknown names."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.core.text import counted, format_number, percent, span, suggest

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(finite)
def test_reads_back_as_the_same_double(number: float) -> None:
    assert float(format_number(number)) == number


@given(finite)
def test_has_no_plus_sign_and_no_empty_decimal_part(number: float) -> None:
    text = format_number(number)
    assert "+" not in text
    assert not text.endswith(".0")


@given(finite)
def test_no_decimal_text_with_fewer_digits_reads_back(number: float) -> None:
    mantissa = format_number(number).split("e")[0]
    digits = len(mantissa.replace(".", "").lstrip("-0").rstrip("0"))
    if digits > 1:
        assert float(f"{number:.{digits - 2}e}") != number


@given(finite)
def test_equal_numbers_have_equal_text_whatever_their_type(number: float) -> None:
    assert format_number(np.float64(number)) == format_number(number)
    if number.is_integer() and abs(number) < 2**53:
        assert format_number(int(number)) == format_number(number)
        assert format_number(np.int64(number)) == format_number(number)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_single_precision_numbers_keep_their_value(number: float) -> None:
    assert float(format_number(np.float32(number))) == np.float32(number)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.9, "0.9"),
        (0.001, "0.001"),
        (1000.0, "1000"),
        (1000, "1000"),
        (1e-5, "1e-05"),
        (1e22, "1e22"),
        (1.5e300, "1.5e300"),
        (0.0, "0"),
        (-0.0, "0"),
        (-2.0, "-2"),
        (1 / 3, "0.3333333333333333"),
    ],
)
def test_known_forms(number: float, text: str) -> None:
    assert format_number(number) == text


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, np.float32("nan")])
def test_non_finite_numbers_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="expected a finite number"):
        format_number(number)


def test_text_that_looks_like_a_number_is_refused() -> None:
    with pytest.raises(TypeError, match="expected a number, got '1e-3'"):
        format_number("1e-3")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "known", "text"),
    [
        ("momentun", ["momentum", "adam"], "one of adam, momentum; did you mean 'momentum'?"),
        ("zzz", ["momentum", "adam"], "one of adam, momentum"),
    ],
)
def test_a_suggestion_lists_valid_names_and_the_nearest(
    name: str, known: list[str], text: str
) -> None:
    assert suggest(name, known) == f"expected {text}"
    assert suggest(name, []) == "none is accepted here"


def test_shares_in_percent():
    assert percent(0.05) == "5 %"
    assert percent(0.125) == "12.5 %"
    assert percent(0.07) == "7 %"  # 7.000000000000001 in floating point


def test_numbers_have_their_noun() -> None:
    assert counted(1, "data set") == "1 data set"
    assert counted(0, "data set") == "0 data sets"
    assert counted(1200, "batch", "batches") == "1,200 batches"
    assert span([1, 1], "row") == "1 row"
    assert span([2, 2], "row") == "2 rows"
    assert span([3, 1], "row") == "1 to 3 rows"
    assert span([3, 1]) == "1 to 3"
