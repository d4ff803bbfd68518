"""Text for values, and suggestions for unknown names."""

import difflib
import math
import re
from collections.abc import Callable, Iterable
from typing import SupportsFloat

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LONGEST_NAME = 60

MISSING = "–"
"""Display text of a missing value."""


def format_number(number: SupportsFloat) -> str:
    """Write a finite number in the one form used for paths, flags and labels.

    The text has the fewest digits that read back as the same double, without a decimal part for
    whole numbers and without a plus sign in the exponent: ``0.9``, ``0.001``, ``1000``, ``1e-05``.
    Equal numbers of any type have equal text; negative zero is written ``0``.

    Parameters
    ----------
    number
        A Python or NumPy number, finite.

    Returns
    -------
    str
        Text with ``float(text) == number``.

    Raises
    ------
    TypeError
        If `number` is not a number (text that looks like one included).
    ValueError
        If `number` is infinite or not a number (NaN).
    """
    if not isinstance(number, SupportsFloat):
        raise TypeError(f"expected a number, got {number!r}")
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"expected a finite number, got {value}")
    # Adding zero turns -0.0, which equals 0.0, into 0.0.
    return repr(value + 0.0).removesuffix(".0").replace("e+", "e")


def suggest(name: str, known: Iterable[str]) -> str:
    """Return the end of an error message about an unknown name: valid names, and the nearest.

    Parameters
    ----------
    name
        The name that was not found.
    known
        The valid names.

    Returns
    -------
    str
        ``"expected one of a, b, c; did you mean 'b'?"``, without the question if no name is near.
    """
    names = sorted(known)
    expected = f"expected one of {', '.join(names)}" if names else "none is accepted here"
    nearest = difflib.get_close_matches(name, names, n=1)
    return f"{expected}; did you mean {nearest[0]!r}?" if nearest else expected


def one_line(message: object) -> str:
    """Return a message, of an exception for example, without its line ends."""
    return " ".join(str(message).split())


def plain(name: str) -> str:
    """Return the name if it can be a file name and never needs quotes.

    Raises
    ------
    ValueError
        If it has other characters, or too many.
    """
    if not _PLAIN_NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise ValueError(
            f"expected a plain name (at most {_LONGEST_NAME} letters, digits, _ and -, the first "
            f"a letter or digit), got {name!r}"
        )
    return name


def effect_text(unit: str, value: float, low: float, high: float) -> str:
    """Write an effect with its interval.

    Parameters
    ----------
    unit
        ``"log_ratio"``, written as a ratio (``× 1.36 [1.29, 1.45]``), or that of a difference,
        written with its sign.
    value, low, high
        May be infinite: a ratio is then 0 or ∞.

    Returns
    -------
    str
        A dash for a missing effect (NaN).
    """
    form, sign = (_ratio, "× ") if unit == "log_ratio" else (signed, "")
    text = estimate_text(value, low, high, form)
    return text if text == MISSING else sign + text


def estimate_text(value: float, low: float, high: float, form: Callable[[float], str]) -> str:
    """Write a number with its interval, ``0.5 [0.4, 0.6]``, or a dash if it is missing (NaN).

    Parameters
    ----------
    value, low, high
        The number and the ends of its interval.
    form
        Writes a number; its ``inf`` becomes ∞. Not called for NaN.
    """
    texts = [
        MISSING if math.isnan(number) else form(number).replace("inf", "∞")
        for number in (value, low, high)
    ]
    return MISSING if math.isnan(value) else f"{texts[0]} [{texts[1]}, {texts[2]}]"


def signed(number: float) -> str:
    """Write a number with its sign and two decimals, zero as ``+0.00``."""
    return f"{round(number, 2) + 0.0:+.2f}".replace("-", "−")


def _ratio(log_ratio: float) -> str:
    return f"{math.exp(log_ratio):.2f}" if log_ratio > -math.inf else "0"


def counted(count: int, one: str, several: str = "") -> str:
    """Write a number with its noun: ``1 data set``, ``1,200 data sets``.

    Parameters
    ----------
    count
        The number.
    one, several
        The noun after 1 and after other numbers, by default with an s.
    """
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def span(values: Iterable[int], noun: str = "") -> str:
    """Write the range of some whole numbers: ``4``, ``4 to 10``; ``1 row``, ``4 to 10 rows``."""
    numbers = list(values)
    low, high = min(numbers), max(numbers)
    text = f"{low}" if low == high else f"{low} to {high}"
    return f"{text} {noun if low == high == 1 else noun + 's'}" if noun else text


def rounded(number: float, digits: int = 3) -> str:
    """Write a number with this many significant digits, as display text."""
    return format_number(float(f"{number:.{digits}g}"))


def percent(share: float) -> str:
    """Write a share in percent, with as few digits as necessary."""
    return f"{format_number(round(100 * share, 6))} %"
