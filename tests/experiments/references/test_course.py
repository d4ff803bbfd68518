import numpy as np
import pytest

from momentum_study.experiments.references import course
from momentum_study.experiments.references.course import (
    constant_gradient_rows,
    moons_costs,
    moons_rows,
    one_update_rows,
)


def holding(rows):
    return [row["holds"] for row in rows]


def test_one_update_gives_the_forty_printed_numbers():
    rows = one_update_rows()
    assert len(rows) == 40
    # Eight digits were printed.
    assert max(abs(row["difference"]) for row in rows) < 5.0001e-9
    assert rows[5]["quantity"] == "W1[1,2]"
    assert rows[5]["published"] == -2.30085497


def test_one_update_sees_another_coefficient(monkeypatch):
    monkeypatch.setattr(course, "BETA", 0.8)
    assert sum(holding(one_update_rows())) < 5


def test_constant_gradient_gives_the_closed_forms():
    rows = constant_gradient_rows()
    assert all(holding(rows))
    by_quantity = {row["quantity"]: row["ours"] for row in rows}
    # W − αg = 0.5 + 0.02 with the bias corrected, a tenth of the way without.
    assert by_quantity["W after 1 updates, without bias correction"] == pytest.approx(0.502)
    assert by_quantity["W after 1 updates, with bias correction"] == pytest.approx(0.52)
    # In the long run the average lags behind by β/(1 − β) = 9 updates.
    lag = (
        by_quantity["W after 100 updates, with bias correction"]
        - by_quantity["W after 100 updates, without bias correction"]
    )
    assert lag / 0.02 == pytest.approx(9, abs=1e-3)


def test_moons_reproduces_the_printed_costs():
    rows = moons_rows(1001)
    assert [row["quantity"].split()[-2] for row in rows] == ["0,", "1000,"] * 3
    assert all(holding(rows))
    assert rows[1]["published"] == 0.685273
    assert len(moons_rows(1000)) == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "published"),
    [
        ("gd", (0.690736, 0.685273, 0.607243, 0.464518)),
        ("momentum", (0.690741, 0.685341, 0.607324, 0.464740)),
        ("adam", (0.690552, 0.185567, 0.104235, 0.197648)),
    ],
)
def test_the_engine_reproduces_the_whole_exercise(rule, published):
    costs = moons_costs(rule, [0, 1000, 5000, 9000])
    np.testing.assert_allclose(costs, published, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", ["MOONS_SEED", "MOONS_FIRST_ORDER_SEED"])
def test_other_random_numbers_change_the_costs(monkeypatch, name):
    monkeypatch.setattr(course, name, getattr(course, name) + 1)
    assert not any(holding(moons_rows(1)))


def test_course_does_not_change_the_global_random_state():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    one_update_rows()
    moons_rows(1)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
