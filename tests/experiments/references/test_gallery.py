import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import MinMaxScaler

from momentum_study.experiments.references import gallery
from momentum_study.experiments.references.gallery import STRATEGIES, gallery_rows


@pytest.fixture
def _short(monkeypatch):
    """All data sets, a few epochs each."""
    short = {name: (load, 4) for name, (load, _) in gallery.DATASETS.items()}
    monkeypatch.setattr(gallery, "DATASETS", short)


def only(monkeypatch, dataset, strategy, epochs=20):
    load, _ = gallery.DATASETS[dataset]
    monkeypatch.setattr(gallery, "DATASETS", {dataset: (load, epochs)})
    monkeypatch.setattr(gallery, "STRATEGIES", {"it": strategy})
    return gallery_rows()


@pytest.mark.usefixtures("_short")
def test_both_programs_train_the_same_networks():
    rows = gallery_rows()
    assert len(rows) == 2 * len(gallery.DATASETS) * len(STRATEGIES)
    assert max(abs(row["difference"]) for row in rows) < 1e-12


@pytest.mark.parametrize(
    ("strategy", "rule"),
    [("Nesterov", "heavy_ball"), ("momentum", "nesterov"), ("momentum, as an average", "gd")],
)
def test_another_rule_is_seen(monkeypatch, strategy, rule):
    rows = only(monkeypatch, "moons", replace(STRATEGIES[strategy], rule=rule))
    assert not any(row["holds"] for row in rows)


def test_adam_of_scikit_learn_differs_by_where_epsilon_is_added(monkeypatch):
    def unscaled(self, *arguments):
        return MLPClassifier._backprop(self, *arguments)

    assert all(row["holds"] for row in only(monkeypatch, "iris", STRATEGIES["Adam"]))
    monkeypatch.setattr(gallery._Watched, "_backprop", unscaled)
    rows = gallery_rows()
    # Only weights whose gradients are tiny feel it.
    assert 1e-6 < rows[1]["ours"] < 0.1


def test_the_network_watched_is_scikit_learns_own():
    features, labels = load_iris(return_X_y=True)
    features = MinMaxScaler().fit_transform(features)
    strategy = STRATEGIES["momentum"]
    watched = gallery._fit(features, labels, strategy, 5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = MLPClassifier(
            (100,), alpha=0, random_state=0, max_iter=5, tol=0, **strategy.settings
        ).fit(features, labels)
    for own, other in zip(watched.coefs_, plain.coefs_, strict=True):
        np.testing.assert_array_equal(own, other)
