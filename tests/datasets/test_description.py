"""Description of prepared data sets, above all the condition number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.datasets.description import condition_number, described
from momentum_study.datasets.preparation import prepare
from momentum_study.tables.files import joined_tables, write_table
from momentum_study.tables.schemas.datasets import DATASETS
from tests.datasets.prepared import prepare_default
from tests.datasets.recipes import recipe

FEATURES = 6


def valley(kappa: float, **keys):
    parameters = {"samples": 3000, "features": FEATURES, "condition_number": kappa}
    made = recipe("conditioned", parameters=parameters, **keys)
    return prepare("valley", made, 0, [0, 1, 2])


@pytest.mark.parametrize("kappa", [1.0, 10.0, 300.0, 1e6])
def test_condition_number_of_a_valley_is_the_one_it_was_made_with(kappa):
    row = described(valley(kappa)).iloc[0]
    # Of 1800 train rows each eigenvalue is off by √(2/1800) or so, and the outer ones spread.
    assert row["condition_number"] == pytest.approx(kappa, rel=0.2)
    assert row["scaling"] == "center"


def test_scaling_every_feature_changes_it_and_dividing_all_by_one_number_does_not():
    numbers = {
        scaling: described(valley(300.0, scaling=scaling)).iloc[0]["condition_number"]
        for scaling in ("center", "none", "standard")
    }
    assert numbers["none"] == pytest.approx(numbers["center"])
    assert numbers["standard"] < numbers["center"] / 1.5


def rows(seed: int, count: int = 50, columns: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, columns))


def test_condition_number_by_hand():
    # Variances in the ratio 9 : 1, and no covariance.
    cross = np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    assert condition_number(cross) == pytest.approx(9)
    assert condition_number(cross + np.array([5.0, -7.0])) == pytest.approx(9)
    assert condition_number(cross[:, :1]) == 1
    assert condition_number(np.full((4, 2), 3.0)) == 1


@given(st.integers(0, 999), st.floats(-100, 100))
def test_a_constant_column_does_not_count(seed, value):
    table = rows(seed)
    constant = np.column_stack([table, np.full(len(table), value)])
    assert condition_number(constant) == pytest.approx(condition_number(table), rel=1e-6)


def test_nor_does_one_that_follows_from_others():
    table = rows(0)
    # The direction across is flat; along the others the spectrum is that of a rank of three.
    more = np.column_stack([table, table @ [1.0, -2.0, 0.5]])
    singular = np.linalg.svd(more - more.mean(axis=0), compute_uv=False)
    assert condition_number(more) == pytest.approx((singular[0] / singular[2]) ** 2)


@given(st.integers(0, 999), st.floats(0.01, 100))
def test_condition_number_does_not_depend_on_axes_or_unit(seed, unit):
    table = rows(seed)
    rotation, _ = np.linalg.qr(rows(seed + 1, 3))
    turned = unit * table @ rotation
    assert condition_number(turned) == pytest.approx(condition_number(table), rel=1e-6)
    assert condition_number(table) >= 1


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("iris", ("classification", 150, 90, 4, 3)),
        ("diabetes", ("regression", 442, 265, 10, 1)),
        # Pixels that are always white are features, and no dimension of the valley.
        ("digits", ("classification", 1797, 1078, 64, 10)),
    ],
)
def test_sizes(source, expected, tmp_path):
    table = described(prepare_default(source))
    row = table.iloc[0]
    assert row["dataset"] == source
    columns = ["task", "rows", "train_rows", "features", "outputs"]
    assert tuple(row[columns]) == expected
    assert 1 < row["condition_number"] < 1e7
    write_table(joined_tables([table], DATASETS), tmp_path / "datasets.csv", DATASETS)


def test_the_number_is_the_median_over_replicates():
    both = [described(prepare_default("wine", [n])).iloc[0]["condition_number"] for n in range(3)]
    together = described(prepare_default("wine")).iloc[0]["condition_number"]
    assert len(set(both)) == 3
    assert together == np.median(both)
