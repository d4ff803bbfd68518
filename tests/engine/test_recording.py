"""Path measures, by hand."""

import numpy as np

from momentum_study.engine.recording import norm, path_measures


def weights(*networks: list[float]) -> np.ndarray:
    """Weights of some cells of one replicate."""
    return np.array([networks], dtype=np.float32)


START = weights([0, 0, 0], [1, 1, 1])
EARLIER = weights([0, 0, 0], [1, 1, 1])
PREVIOUS = weights([3, 4, 0], [2, 1, 1])
NOW = weights([3, 4, 12], [1, 1, 1])


def test_norm_runs_over_all_weights_of_a_network() -> None:
    np.testing.assert_allclose(norm(NOW), [[13, np.sqrt(3)]], rtol=1e-15)


def test_all_measures() -> None:
    measures = path_measures(NOW, START, PREVIOUS, EARLIER)
    np.testing.assert_allclose(measures["displacement"], [[13, 0]])
    np.testing.assert_allclose(measures["update_norm"], [[12, 1]])
    # The updates (3, 4, 0) and (0, 0, 12) are at a right angle; (1, 0, 0) and (-1, 0, 0) opposed.
    np.testing.assert_allclose(measures["update_cosine"], [[0, -1]])
    np.testing.assert_allclose(measures["sign_flip_share"], [[0, 1 / 3]])


def test_what_was_not_kept_is_not_measured() -> None:
    assert path_measures(NOW, START, None, None).keys() == {"displacement"}
    assert path_measures(NOW, START, PREVIOUS, None).keys() == {"displacement", "update_norm"}


def test_small_numbers_do_not_underflow() -> None:
    tiny = weights([3e-30, 4e-30, 0])
    np.testing.assert_allclose(norm(tiny), [[5e-30]], rtol=1e-6)
