"""Data drawn or computed by formulas of this study, and the numbers that these take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from momentum_study.core.errors import StudyError
from momentum_study.core.seeds import generator
from momentum_study.core.text import format_number, suggest
from momentum_study.datasets.raw import FloatArray
from momentum_study.datasets.table import Table, check_size


@dataclass(frozen=True)
class Parameter:
    """A number that a source takes: whole if its default is, within closed bounds."""

    default: int | float
    low: int | float
    high: int | float


@dataclass(frozen=True)
class Generator:
    """A formula, what it takes, and which values of it go together.

    Attributes
    ----------
    draw
        Called with every parameter by keyword.
    parameters
        What may be set, by name.
    fits
        Called likewise, raises `StudyError` if the values do not go together.
    """

    draw: Callable[..., Table]
    parameters: Mapping[str, Parameter]
    fits: Callable[..., None] | None = None

    def check(self, parameters: Mapping[str, object]) -> dict[str, int | float]:
        """Check the parameters given and fill in the defaults.

        Raises
        ------
        StudyError
            If one is unknown, of the wrong type or out of range, or they do not go together.
        """
        for key in parameters:
            if key not in self.parameters:
                raise StudyError(
                    f"parameters: there is no {key!r} (given {parameters[key]!r}); "
                    f"{suggest(key, self.parameters)}"
                )
        values = {
            key: _checked(f"parameters: {key!r}", parameters[key], parameter)
            if key in parameters
            else parameter.default
            for key, parameter in self.parameters.items()
        }
        if self.fits:
            self.fits(**values)
        return values

    def read(self, parameters: Mapping[str, object]) -> Table:
        """Draw the table; the same for the same parameters. Raises as `check` does."""
        return self.draw(**self.check(parameters))


def _checked(where: str, value: object, parameter: Parameter) -> int | float:
    """Return the value as the parameter's type, or refuse it."""
    low, high = format_number(parameter.low), format_number(parameter.high)
    whole = isinstance(parameter.default, int)
    expected = f"expected a {'whole ' if whole else ''}number from {low} to {high}"
    # True is an int to Python, never to the writer of a config.
    if isinstance(value, bool) or not isinstance(value, int | float):
        hint = ""
        if isinstance(value, str):
            hint = "; this is text (YAML reads 1e-3 as text, 1.0e-3 and 0.001 as numbers)"
        raise StudyError(f"{where} is {value!r}; {expected}{hint}")
    if (whole and isinstance(value, float)) or not parameter.low <= value <= parameter.high:
        raise StudyError(f"{where} is {value}; {expected}")
    return int(value) if whole else float(value)


def moons(*, samples: int, noise: float, seed: int) -> Table:
    """Draw two interleaving half circles, as scikit-learn's ``make_moons`` does.

    Parameters
    ----------
    samples
        Number of rows, both classes together.
    noise
        Standard deviation of the Gaussian noise on both coordinates.
    seed
        Seed of the points (a NumPy ``RandomState``).
    """
    from sklearn.datasets import make_moons

    features, targets = make_moons(n_samples=samples, noise=noise, random_state=seed)
    return Table(features, targets, "classification", ("upper", "lower"))


def chebyshev(*, samples: int, degree: int) -> Table:
    """Take equally spaced points of a Chebyshev polynomial, T(x) = cos(degree · arccos x).

    A few points of one are a regression on which small tanh networks sharpen: the largest
    eigenvalue of the Hessian grows during training until learning rate and momentum allow no more
    (Cohen et al. 2021).

    Parameters
    ----------
    samples
        Number of points on [-1, 1], both ends included.
    degree
        Degree of the polynomial.
    """
    x = np.linspace(-1.0, 1.0, samples)
    y = np.polynomial.chebyshev.Chebyshev.basis(degree)(x)
    return Table(x[:, np.newaxis], y, "regression", (), ("x",))


def conditioned(
    *,
    samples: int,
    features: int,
    classes: int,
    condition_number: float,
    label_noise: float,
    seed: int,
) -> Table:
    """Draw a classification problem whose condition number is known.

    The *condition number* κ is the ratio of the largest to the smallest eigenvalue of

        M = (1/n) Σᵢ (xᵢ - x̄)(xᵢ - x̄)ᵀ

    over all n rows (division by n, not n - 1). M has the eigenvalues ``κ^(i/(d-1))`` for
    ``i = 0 … d-1``, geometrically spaced from 1 to κ, along axes turned by a random rotation; this
    is exact, not only in expectation: the Gaussian draw z is whitened before it is stretched.
    The train rows, a sample of them, have κ up to sampling error.

    M is the Hessian of a linear model under the loss ½(wᵀx - y)², and M/4 that of the logistic
    loss at w = 0, so κ is the condition number of the linear problem; a network's Hessian is
    another matter, to be measured. Scaling each feature on its own (``standard``) changes κ;
    ``center`` keeps it and is this source's default.

    Labels follow a linear rule in the whitened coordinates, ``argmax_k aₖᵀz`` with K random
    orthonormal aₖ: classes are equally likely, and every eigendirection of M is as informative as
    any other, so that the slow directions must be learnt too. A share `label_noise` of the rows
    then gets another label, drawn evenly from the other classes.

    Parameters
    ----------
    samples
        Number n of rows, more than `features`.
    features
        Number d of features.
    classes
        Number K of classes, at most `features`.
    condition_number
        κ, at least 1.
    label_noise
        Probability that a row's label is a wrong one.
    seed
        Seed of everything drawn here.
    """
    random = generator(seed, "conditioned")
    whitened = _whiten(random.standard_normal((samples, features)))
    rotation = _rotation(random, features)
    directions = _rotation(random, features)[:, :classes]
    codes = np.argmax(whitened @ directions, axis=1)
    shifts = random.integers(1, classes, size=samples)
    wrong = random.random(samples) < label_noise
    codes = np.where(wrong, (codes + shifts) % classes, codes)
    spectrum = np.geomspace(1.0, condition_number, features)
    table = (whitened * np.sqrt(spectrum)) @ rotation.T
    return Table(table, codes, "classification", [f"class_{k}" for k in range(classes)])


def _conditioned_fits(*, samples: int, features: int, classes: int, **_: float) -> None:
    if classes > features:
        raise StudyError(
            f"parameters: 'classes' is {classes}; expected at most the number of features, "
            f"{features}, since each class has its own direction"
        )
    check_size("'samples' times 'features'", samples * features)
    if samples <= features:
        raise StudyError(
            f"parameters: 'samples' is {samples}; expected more than the number of features, "
            f"{features}, or the second moments have eigenvalue 0"
        )


def _whiten(rows: FloatArray) -> FloatArray:
    """Make the mean exactly zero and the second moments (division by n) the identity."""
    centred = rows - rows.mean(axis=0)
    lower = np.linalg.cholesky(centred.T @ centred / len(centred))
    return np.linalg.solve(lower, centred.T).T


def _rotation(random: np.random.Generator, size: int) -> FloatArray:
    """Draw an orthogonal matrix, evenly among all (reflections included)."""
    matrix, triangle = np.linalg.qr(random.standard_normal((size, size)))
    # Without these signs the QR decomposition would favour some directions (Mezzadri, 2007).
    return matrix * np.sign(np.diag(triangle))


_SEED = Parameter(0, 0, 2**32 - 1)

GENERATORS: dict[str, Generator] = {
    "moons": Generator(
        moons,
        {"samples": Parameter(300, 6, 1_000_000), "noise": Parameter(0.2, 0, 10), "seed": _SEED},
    ),
    "chebyshev": Generator(
        chebyshev,
        {"samples": Parameter(34, 6, 1_000_000), "degree": Parameter(5, 1, 100)},
    ),
    "conditioned": Generator(
        conditioned,
        {
            "samples": Parameter(1000, 6, 1_000_000),
            "features": Parameter(20, 2, 1000),
            "classes": Parameter(2, 2, 100),
            "condition_number": Parameter(100.0, 1, 1e8),
            "label_noise": Parameter(0.05, 0, 0.5),
            "seed": _SEED,
        },
        _conditioned_fits,
    ),
}
"""By the names of their sources."""
