"""Every figure that grows with a study, over random designs."""

import numpy as np
import pytest

from momentum_study.figures.catalogue import KINDS
from momentum_study.figures.layout import TALLEST
from tests.figures.designs import batch_of, random_design, tables_of
from tests.figures.drawings import assert_readable, draw

GROWING = (
    "maps",
    "axes",
    "isolation",
    "learning_curves",
    "edge_of_stability",
    "speed_up",
    "condition",
    "best_of_k",
    "intervention",
)


FEW = 4  # kinds of a design in the thorough tests, because a large drawing takes seconds


@pytest.mark.parametrize("seed", [30, 54])
def test_every_figure_of_a_random_design_is_readable(seed):
    assert_all_readable(seed, GROWING)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 160))
def test_figures_of_many_random_designs_are_readable(seed):
    assert_all_readable(seed, np.random.default_rng(seed).choice(GROWING, FEW, replace=False))


def assert_all_readable(seed, kinds):
    random = np.random.default_rng(seed)
    design = random_design(random)
    tables = tables_of(design, random)
    for kind in kinds:
        of_batch = batch_of(tables, design.batches[-1]) if KINDS[kind].per == "batch" else tables
        figure = draw(kind, of_batch)
        try:
            assert_readable(figure)
            assert all(page.get_figheight() <= TALLEST for page in figure.pages)
        except AssertionError as error:
            error.add_note(f"{kind}, {design}")
            raise
