import numpy as np
import pandas as pd
import pytest
from scipy import stats

from momentum_study.tables.schemas.theory import THEORY
from momentum_study.tables.validation import validate
from momentum_study.theory import measured, measured_noise, noise, quadratics, tuning
from momentum_study.theory.checks import compared, product, rows
from momentum_study.theory.table import STANDARD_ERRORS, theory_table

QUANTITIES = {
    "spectral_radius": {"gd", "momentum", "heavy_ball", "nesterov"},
    "regime": {"gd", "momentum", "heavy_ball", "nesterov"},
    "stability_limit": {"gd", "momentum", "heavy_ball", "nesterov"},
    "oscillation_start": {"momentum", "heavy_ball"},
    "oscillation_end": {"momentum", "heavy_ball"},
    "best_rate": {"gd", "momentum", "heavy_ball", "nesterov"},
    "best_beta": {"momentum", "heavy_ball", "nesterov"},
    "best_radius": {"gd", "momentum", "heavy_ball", "nesterov"},
    "tuned_radius": {"momentum"},
    "speed_up": {"momentum"},
    "break_even_kappa": {"momentum"},
    "variance": {"gd", "momentum", "heavy_ball"},
    "velocity_variance": {"momentum"},
    "jitter": {"gd", "momentum", "heavy_ball"},
    "variance_simulated": {"gd", "momentum", "heavy_ball"},
    "jitter_simulated": {"gd", "momentum", "heavy_ball"},
    "curvature_noise_limit": {"gd", "momentum"},
    "lag": {"momentum", "momentum_corrected"},
    "saddle_growth": {"gd", "momentum", "heavy_ball"},
}


@pytest.fixture(scope="module")
def table():
    return theory_table(2000, 20260101)


def is_simulated(table):
    return table["quantity"].str.endswith("_simulated")


def test_the_table_is_valid_and_has_every_quantity_of_every_form(table):
    validate(table, THEORY)
    found = table.groupby("quantity")["form"].agg(set).to_dict()
    assert found == QUANTITIES


def test_every_row_that_is_not_simulated_holds(table):
    exact = table[~is_simulated(table)]
    assert exact[~exact["holds"]].empty
    assert (exact["tolerance"] == np.where(exact["quantity"] == "regime", 0.0, 1e-6)).all()


def test_simulated_rows_have_the_expected_errors(table):
    simulated = table[is_simulated(table)]
    z = STANDARD_ERRORS * simulated["error"] / simulated["tolerance"]
    # One in 370 independent normal numbers exceeds 3. In 999 of 1000 tables all are within this
    # bound. One of 68 rows beyond its tolerance does not contradict a closed form.
    assert z.abs().max() < stats.norm.isf(0.0005 / len(z))
    assert (~simulated["holds"]).sum() <= stats.binom.isf(0.001, len(z), 2 * stats.norm.sf(3.0))
    # The two variances of a chain are correlated, so that each quantity is tested separately.
    for _, own in (z**2).groupby(simulated["quantity"]):
        assert 0.001 < stats.chi2.sf(own.sum(), len(own)) < 0.999


def test_every_regime_occurs(table):
    plane = table[table["quantity"] == "regime"]
    assert plane[["beta", "rate"]].notna().all(axis=None)
    assert plane[["kappa", "sigma", "step"]].isna().all(axis=None)
    for form, own in plane.groupby("form"):
        assert set(own["measured"]) == ({0, 2, 3} if form == "gd" else {0, 1, 2, 3})


def test_only_simulated_rows_depend_on_the_draws(table):
    other = theory_table(50, 20260101)
    exact = ~is_simulated(table)
    pd.testing.assert_frame_equal(other[exact], table[exact], check_exact=True)
    assert (other["measured"] != table["measured"])[~exact].all()


MOMENTUM = product(beta=[0.5, 0.9], rate=[0.1, 1.0])

WRONG = {
    "heavy ball for the average": (
        # At these rates the roots of the average are real; at larger ones both radii are √β.
        product(beta=[0.5, 0.9], rate=[0.01, 0.02]),
        lambda _, **at: quadratics.spectral_radius("heavy_ball", **at),
        measured.spectral_radius,
    ),
    "limit of Nesterov without 1 + 2β": (
        product(beta=[0.5, 0.9]),
        lambda _, beta: 2 * (1 + beta),
        lambda _, beta: measured.stability_limit("nesterov", beta),
    ),
    "lag one step late": (
        product(beta=[0.5, 0.9], step=[1, 10]),
        lambda form, beta, step: quadratics.lag(form, beta, step + 1),
        measured.lag,
    ),
    "floor of plain gradient descent": (
        MOMENTUM,
        lambda _, beta, rate: noise.position_variance("gd", beta, rate),
        lambda form, **at: measured_noise.stationary_covariance(form, **at)[..., 0, 0],
    ),
    "jitter without the square of α": (
        product(beta=[0.5, 0.9], rate=[0.1, 0.5]),
        lambda form, beta, rate: noise.jitter(form, beta, rate) / rate,
        measured_noise.jitter,
    ),
    "curvature without noise": (
        product(beta=[0.5, 0.9], sigma=[0.1, 1.0]),
        lambda form, beta, sigma: quadratics.stability_limit(form, beta),
        measured_noise.curvature_noise_limit,
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_formula_is_detected_in_every_row(mistake):
    at, closed_form, measurement = WRONG[mistake]
    assert not compared("of a test", "momentum", at, closed_form, measurement)["holds"].any()


def test_an_error_beyond_the_tolerance_or_without_a_value_does_not_hold():
    at = product(kappa=[1.0, 2.0, 3.0, 4.0])
    predicted = tuning.best_rate("momentum", **at)
    found = predicted + np.array([0.9e-6, 1.1e-6, np.nan, -1.1e-6])
    assert rows("best_rate", "momentum", at, predicted, found)["holds"].tolist() == [
        True,
        False,
        False,
        False,
    ]
