"""Generators: the formulas they follow, and the values they refuse."""

import math
from typing import Any

import numpy as np
import pytest
from sklearn import datasets as reference

from momentum_study.core.errors import StudyError
from momentum_study.core.seeds import generator
from momentum_study.datasets.generators import GENERATORS, _rotation
from momentum_study.datasets.raw import RawDataset
from momentum_study.datasets.splits import fit_scaling, make_split
from tests.datasets.recipes import loaded, recipe


def drawn(source: str, parameters: dict[str, Any]) -> RawDataset:
    return loaded(source, parameters=parameters)


def test_moons_are_scikit_learns_for_the_seed() -> None:
    raw = drawn("moons", {"samples": 101, "noise": 0.3, "seed": 3})
    features, targets = reference.make_moons(n_samples=101, noise=0.3, random_state=3)
    np.testing.assert_array_equal(raw.features, features)
    np.testing.assert_array_equal(raw.targets, targets)


def test_moons_without_noise_lie_on_the_named_half_circles() -> None:
    raw = drawn("moons", {"noise": 0})
    upper = raw.features[raw.targets == raw.classes.index("upper")]
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    assert upper[:, 1].min() >= 0


@pytest.mark.parametrize("asked", [1, 30, 1e4])
@pytest.mark.parametrize("features", [2, 20])
def test_conditioned_spectrum_is_geometric_over_all_rows(asked: float, features: int) -> None:
    raw = drawn("conditioned", {"condition_number": asked, "features": features})
    values = np.linalg.eigvalsh(np.cov(raw.features.T, bias=True))
    exponents = np.arange(features) / (features - 1)
    np.testing.assert_allclose(values, asked**exponents, rtol=1e-9)
    np.testing.assert_allclose(raw.features.mean(axis=0), 0, atol=1e-10 * math.sqrt(asked))


@pytest.mark.parametrize("asked", [1, 30, 1e4])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_conditioned_train_features_have_the_condition_number_asked_for(
    asked: float, seed: int
) -> None:
    features = 10
    parameters = {"condition_number": asked, "features": features, "samples": 2000, "seed": seed}
    raw = drawn("conditioned", parameters)
    scaling = recipe("conditioned").scaling
    assert scaling == "center"
    train = raw.features[make_split(raw.targets, raw.task, generator(seed, "test")).train]
    fitted = fit_scaling(train, scaling)
    values = np.linalg.eigvalsh(np.cov(((train - fitted.mean) / fitted.scale).T, bias=True))
    achieved = values[-1] / values[0]
    # Eigenvalues of n whitened Gaussian rows lie within (1 ± √(d/n))² of 1 (Marchenko, Pastur).
    edge = math.sqrt(features / len(train))
    assert (
        asked * ((1 - edge) / (1 + edge)) ** 2 < achieved < asked * ((1 + edge) / (1 - edge)) ** 2
    )
    # The bias column adds an eigenvalue 1, the largest there is: nothing changes.
    inputs = np.column_stack([(train - fitted.mean) / fitted.scale, np.ones(len(train))])
    moments = np.linalg.eigvalsh(inputs.T @ inputs / len(inputs))
    assert moments[-1] / moments[0] == pytest.approx(achieved, rel=1e-9)


@pytest.mark.parametrize("classes", [2, 5])
def test_conditioned_labels_are_linear_but_for_the_noise(classes: int) -> None:
    common = {"classes": classes, "samples": 4000, "features": 8, "condition_number": 1e3}
    clean = drawn("conditioned", {**common, "label_noise": 0})
    noisy = drawn("conditioned", {**common, "label_noise": 0.2})
    np.testing.assert_array_equal(clean.features, noisy.features)
    share = np.mean(clean.targets != noisy.targets)
    assert abs(share - 0.2) < 5 * math.sqrt(0.2 * 0.8 / 4000)
    balance = np.bincount(clean.targets) / 4000
    assert np.abs(balance - 1 / classes).max() < 0.05
    # A linear classifier of the whitened rows finds the rule.
    values, vectors = np.linalg.eigh(np.cov(clean.features.T, bias=True))
    whitened = clean.features @ vectors / np.sqrt(values)
    means = np.stack([whitened[clean.targets == k].mean(axis=0) for k in range(classes)])
    assert np.mean(np.argmax(whitened @ means.T, axis=1) == clean.targets) > 0.95


def test_conditioned_labels_depend_on_the_slow_directions() -> None:
    raw = drawn("conditioned", {"features": 3, "condition_number": 100, "samples": 5000})
    values, vectors = np.linalg.eigh(np.cov(raw.features.T, bias=True))
    whitened = raw.features @ vectors / np.sqrt(values)
    signs = 2 * raw.targets - 1
    assert abs(np.mean(whitened[:, 0] * signs)) > 3 / math.sqrt(5000)


def test_rotations_favour_no_direction() -> None:
    rotations = np.stack([_rotation(np.random.default_rng(seed), 3) for seed in range(3000)])
    identities = rotations @ rotations.transpose(0, 2, 1)
    np.testing.assert_allclose(identities, np.broadcast_to(np.eye(3), identities.shape), atol=1e-14)
    # Each entry has mean 0 and variance 1/3.
    assert np.abs(rotations.mean(axis=0)).max() < 5 * math.sqrt(1 / 3 / 3000)


def test_chebyshev_points_lie_on_the_polynomial() -> None:
    raw = drawn("chebyshev", {"samples": 21, "degree": 5})
    (x,) = raw.features.T
    np.testing.assert_allclose(raw.targets, 16 * x**5 - 20 * x**3 + 5 * x, atol=1e-14)
    np.testing.assert_allclose(np.diff(x), 0.1, rtol=1e-12)


def test_conditioned_seeds_differ() -> None:
    first = drawn("conditioned", {"seed": 0})
    second = drawn("conditioned", {"seed": 1})
    assert not np.isclose(first.features, second.features).any(axis=0).all()


def test_parameters_are_completed_from_the_defaults() -> None:
    resolved = GENERATORS["moons"].check({"noise": 1})
    assert resolved == {"samples": 300, "noise": 1.0, "seed": 0}
    assert type(resolved["noise"]) is float


ERRORS = [
    ("moons", {"sample": 9}, "parameters: there is no 'sample' (given 9)"),
    ("moons", {"sample": 9}, "expected one of noise, samples, seed; did you mean 'samples'?"),
    (
        "moons",
        {"samples": 5},
        "parameters: 'samples' is 5; expected a whole number from 6 to 1000000",
    ),
    ("moons", {"samples": 10**400}, "expected a whole number from 6 to 1000000"),
    ("moons", {"samples": 50.0}, "parameters: 'samples' is 50.0; expected a whole number"),
    ("moons", {"samples": True}, "parameters: 'samples' is True; expected a whole number"),
    ("moons", {"samples": None}, "parameters: 'samples' is None; expected a whole number"),
    ("moons", {"noise": "1e-3"}, "parameters: 'noise' is '1e-3'; expected a number from 0 to 10;"),
    ("moons", {"noise": "1e-3"}, "YAML reads 1e-3 as text"),
    ("moons", {"noise": -0.1}, "parameters: 'noise' is -0.1; expected a number from 0 to 10"),
    ("moons", {"noise": math.nan}, "parameters: 'noise' is nan; expected a number from 0 to 10"),
    (
        "moons",
        {"seed": -1},
        "parameters: 'seed' is -1; expected a whole number from 0 to 4294967295",
    ),
    ("conditioned", {"condition_number": 0.5}, "is 0.5; expected a number from 1 to 100000000"),
    ("conditioned", {"label_noise": 0.6}, "is 0.6; expected a number from 0 to 0.5"),
    ("conditioned", {"classes": 9, "features": 3}, "'classes' is 9; expected at most the number"),
    ("conditioned", {"samples": 20}, "'samples' is 20; expected more than the number of features"),
]


@pytest.mark.parametrize(("source", "parameters", "message"), ERRORS)
def test_bad_parameters_are_refused(source: str, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError) as caught:
        GENERATORS[source].check(parameters)
    assert str(caught.value).startswith("parameters: ")
    assert message in str(caught.value)


def test_classes_without_rows_are_refused_once_drawn() -> None:
    with pytest.raises(
        StudyError, match=r"^dataset 'toy': class .* member\(s\); expected at least 3"
    ):
        drawn("conditioned", {"samples": 6, "features": 4, "classes": 3})
