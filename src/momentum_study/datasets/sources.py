"""Where datasets come from: bundled loaders and generators, by name.

A source is one entry of `SOURCES`: a function that builds a `RawDataset` from the dataset's name
and the source's parameters, what those parameters may be, and the scaling that suits it. Functions
import scikit-learn when called, never before: a training job reads prepared files and has no use
for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from momentum_study.datasets.raw import FloatArray, RawDataset, Task, make_raw
from momentum_study.datasets.splits import Scaling
from momentum_study.errors import StudyError
from momentum_study.seeds import generator
from momentum_study.text import format_number, suggest


@dataclass(frozen=True)
class Parameter:
    """A number that a source takes: whole if its default is, within closed bounds."""

    default: int | float
    low: int | float
    high: int | float


@dataclass(frozen=True)
class Source:
    """One way to come by data.

    Attributes
    ----------
    build
        Called with the dataset's name and every parameter by keyword; returns checked data.
    parameters
        What may be set, by name.
    task
        The task of its datasets, known before any data is loaded.
    scaling
        The scaling of datasets that ask for none in particular.
    """

    build: Callable[..., RawDataset]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    task: Task = "classification"
    scaling: Scaling = "standard"


def load_source(name: str, source: str, parameters: Mapping[str, object]) -> RawDataset:
    """Build a dataset from a registered source.

    Parameters
    ----------
    name
        The dataset's name in the study.
    source
        A key of `SOURCES`.
    parameters
        Values for some or all of the source's parameters; the others take their defaults.

    Returns
    -------
    RawDataset
        Checked data, the same for the same arguments.

    Raises
    ------
    StudyError
        If the source or a parameter is unknown, a parameter is of the wrong type or out of range,
        or the data cannot be used (see `make_raw`).
    """
    values = resolve_parameters(name, source, parameters)
    return find_source(name, source).build(name, **values)


def resolve_parameters(
    name: str, source: str, parameters: Mapping[str, object]
) -> dict[str, int | float]:
    """Check the parameters of a dataset and fill in the defaults, without loading any data.

    Parameters
    ----------
    name, source, parameters
        As in `load_source`.

    Returns
    -------
    dict
        A value for every parameter of the source.

    Raises
    ------
    StudyError
        If the source or a parameter is unknown, or a parameter is of the wrong type or out of
        range.
    """
    entry = find_source(name, source)
    for key in parameters:
        if key not in entry.parameters:
            raise StudyError(
                f"dataset {name!r}: source {source!r} has no parameter {key!r} "
                f"(given {parameters[key]!r}); {suggest(str(key), entry.parameters)}"
            )
    return {
        key: _checked(f"dataset {name!r}: parameter {key!r}", parameters[key], parameter)
        if key in parameters
        else parameter.default
        for key, parameter in entry.parameters.items()
    }


def find_source(name: str, source: str) -> Source:
    """Look up the source of the dataset `name`.

    Raises
    ------
    StudyError
        If there is no such source.
    """
    if source not in SOURCES:
        raise StudyError(
            f"dataset {name!r}: source {source!r} is unknown; {suggest(str(source), SOURCES)}"
        )
    return SOURCES[source]


def _checked(where: str, value: object, parameter: Parameter) -> int | float:
    """Return the value as the parameter's type, or refuse it."""
    low, high = format_number(parameter.low), format_number(parameter.high)
    whole = isinstance(parameter.default, int)
    expected = f"expected a {'whole ' if whole else ''}number from {low} to {high}"
    # True is an int to Python, never to the writer of a config.
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        hint = ""
        if isinstance(value, str):
            hint = "; this is text (YAML reads 1e-3 as text, 1.0e-3 and 0.001 as numbers)"
        raise StudyError(f"{where} is {value!r}; {expected}{hint}")
    fractional = isinstance(value, float | np.floating)
    if (whole and fractional) or not parameter.low <= value <= parameter.high:
        raise StudyError(f"{where} is {value}; {expected}")
    return int(value) if whole else float(value)


def bundled(name: str, loader: str, task: Task = "classification", **options: object) -> RawDataset:
    """Take a dataset that comes with scikit-learn, e.g. ``load_iris``; nothing is downloaded.

    Parameters
    ----------
    name
        The dataset's name in the study.
    loader
        A function of `sklearn.datasets`.
    task
        The task of this dataset.
    **options
        Passed to the loader.
    """
    from sklearn import datasets

    bunch = getattr(datasets, loader)(**options)
    classes = bunch.target_names if task == "classification" else ()
    return make_raw(name, bunch.data, bunch.target, task, classes, bunch.feature_names)


def moons(name: str, *, samples: int, noise: float, seed: int) -> RawDataset:
    """Draw two interleaving half circles, as scikit-learn's ``make_moons`` does.

    Parameters
    ----------
    name
        The dataset's name in the study.
    samples
        Number of rows, both classes together.
    noise
        Standard deviation of the Gaussian noise on both coordinates.
    seed
        Seed of the points (a NumPy ``RandomState``).
    """
    from sklearn.datasets import make_moons

    features, targets = make_moons(n_samples=samples, noise=noise, random_state=seed)
    return make_raw(name, features, targets, "classification", ("upper", "lower"))


def chebyshev(name: str, *, samples: int, degree: int) -> RawDataset:
    """Take equally spaced points of a Chebyshev polynomial, T(x) = cos(degree · arccos x).

    A few points of one are a regression on which small tanh networks sharpen: the largest
    eigenvalue of the Hessian grows during training until learning rate and momentum allow no more
    (Cohen et al. 2021).

    Parameters
    ----------
    name
        The dataset's name in the study.
    samples
        Number of points on [-1, 1], both ends included.
    degree
        Degree of the polynomial.
    """
    x = np.linspace(-1.0, 1.0, samples)
    y = np.polynomial.chebyshev.Chebyshev.basis(degree)(x)
    return make_raw(name, x[:, np.newaxis], y, "regression", (), ("x",))


def conditioned(
    name: str,
    *,
    samples: int,
    features: int,
    classes: int,
    condition_number: float,
    label_noise: float,
    seed: int,
) -> RawDataset:
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
    name
        The dataset's name in the study.
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

    Raises
    ------
    StudyError
        If there are more classes than features or not more rows than features.
    """
    if classes > features:
        raise StudyError(
            f"dataset {name!r}: parameter 'classes' is {classes}; expected at most the number of "
            f"features, {features}, since each class has its own direction"
        )
    if samples <= features:
        raise StudyError(
            f"dataset {name!r}: parameter 'samples' is {samples}; expected more than the number "
            f"of features, {features}, or the second moments have eigenvalue 0"
        )
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
    return make_raw(name, table, codes, "classification", [f"class_{k}" for k in range(classes)])


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

SOURCES: dict[str, Source] = {
    "iris": Source(partial(bundled, loader="load_iris")),
    "wine": Source(partial(bundled, loader="load_wine")),
    "breast_cancer": Source(partial(bundled, loader="load_breast_cancer")),
    "digits": Source(partial(bundled, loader="load_digits")),
    # The features in their own units, not in scikit-learn's scaling, which has seen the test rows.
    "diabetes": Source(
        partial(bundled, loader="load_diabetes", task="regression", scaled=False),
        task="regression",
    ),
    "moons": Source(
        moons,
        {"samples": Parameter(300, 6, 1_000_000), "noise": Parameter(0.2, 0, 10), "seed": _SEED},
    ),
    "chebyshev": Source(
        chebyshev,
        {"samples": Parameter(34, 6, 1_000_000), "degree": Parameter(5, 1, 100)},
        task="regression",
    ),
    "conditioned": Source(
        conditioned,
        {
            "samples": Parameter(1000, 6, 1_000_000),
            "features": Parameter(20, 2, 1000),
            "classes": Parameter(2, 2, 100),
            "condition_number": Parameter(100.0, 1, 1e8),
            "label_noise": Parameter(0.05, 0, 0.5),
            "seed": _SEED,
        },
        scaling="center",
    ),
}
"""Every source, by the name a config uses."""
