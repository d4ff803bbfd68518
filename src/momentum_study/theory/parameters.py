"""Parameters of a closed form as one text, such as ``beta=0.9 rate=0.5``, and back."""

from momentum_study.core.text import format_number, suggest

NAMES = ("beta", "rate", "kappa", "sigma", "step")


def parameters_text(**numbers: float) -> str:
    """Write parameters as text, always in the order of `NAMES`.

    Parameters
    ----------
    **numbers
        Finite numbers by name: ``beta``, ``rate``, ``kappa``, ``sigma``, ``step``.

    Returns
    -------
    str
        ``name=number`` for each, separated by spaces, the numbers as `format_number` writes them.

    Raises
    ------
    ValueError
        If a name is unknown or a number not finite.

    Examples
    --------
    >>> parameters_text(rate=0.5, beta=0.9)
    'beta=0.9 rate=0.5'
    """
    for name in numbers:
        _check_name(name)
    return " ".join(f"{name}={format_number(numbers[name])}" for name in NAMES if name in numbers)


def read_parameters(text: str) -> dict[str, float]:
    """Read what `parameters_text` wrote.

    Parameters
    ----------
    text
        Such as ``beta=0.9 rate=0.5``; the empty text has no parameters.

    Returns
    -------
    dict
        The numbers by name, in the order of the text.

    Raises
    ------
    ValueError
        If the text is not of that form.
    """
    numbers = {}
    for part in text.split():
        name, _, number = part.partition("=")
        _check_name(name)
        numbers[name] = float(number)
    return numbers


def _check_name(name: str) -> None:
    if name not in NAMES:
        raise ValueError(f"unknown parameter {name!r}: {suggest(name, NAMES)}")
