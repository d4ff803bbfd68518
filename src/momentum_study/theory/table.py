"""The theory table: closed forms and measured update rules on grids of parameters."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from momentum_study.core.seeds import generator
from momentum_study.core.text import format_number
from momentum_study.theory import (
    measured,
    measured_noise,
    measured_tuning,
    noise,
    quadratics,
    tuning,
)
from momentum_study.theory.arrays import FloatArray
from momentum_study.theory.checks import compared, product, rows

STANDARD_ERRORS = 3.0
"""Largest error of a simulated variance, in standard errors; one in 370 exceeds it by chance."""

BETAS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
POSITIVE_BETAS = BETAS[1:]
ADVISED_BETAS = (0.8, 0.9, 0.95)
KAPPAS = (2.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 1e4, 3e4, 1e5)
SIGMAS = (0.1, 0.3, 1.0, 3.0)
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
NOISY_RATES = (0.01, 0.1, 0.5, 1.0, 1.5)
SIMULATED_RATES = (0.1, 1.0)
SADDLE_RATES = (0.001, 0.01, 0.1, 1.0)

# Number of rates of the stability plane, for each β.
_PLANE_RATES = {"gd": 25, "momentum": 25, "heavy_ball": 15, "nesterov": 15}

# κ with a published speed-up. The speed-up of β = 0.9 has its maximum at the last one.
_KNOWN_KAPPAS = (10.0, 30.0, 100.0, 300.0, 1442.0)


def theory_table(draws: int, seed: int) -> pd.DataFrame:
    """Compare every closed form with the study's update rules.

    Parameters
    ----------
    draws
        Number of independent chains for each simulated variance, at least 2. Other rows do not
        depend on it.
    seed
        The study's seed, for the noise of the chains.

    Returns
    -------
    pandas.DataFrame
        Of the schema `THEORY`. The tolerance is `checks.TOLERANCE`, 0 for a regime, and
        `STANDARD_ERRORS` standard errors, each √(2/(draws − 1)) times the prediction, for a
        simulated variance.
    """
    parts = (_plane(), _limits(), _saddles_and_lags(), _best(), _tuned(), _scatter())
    exact = [table for part in parts for table in part]
    table = pd.concat([*exact, *_simulated(draws, seed)], ignore_index=True)
    return table.astype({"step": "Int64"})


def _betas(form: str, betas: tuple[float, ...] = BETAS) -> tuple[float, ...]:
    """Return the values of β for a rule: 0 for plain gradient descent, which has no β."""
    return (0.0,) if form == "gd" else betas


def _four_digits(values: FloatArray) -> FloatArray:
    """Round to four significant digits, which makes parameters easier to read."""
    return np.array([float(f"{value:.4g}") for value in values])


def _plane() -> Iterator[pd.DataFrame]:
    for form, count in _PLANE_RATES.items():
        columns = []
        for beta in _betas(form):
            highest = 3.0 * float(quadratics.stability_limit(form, beta))
            rates = _four_digits(np.geomspace(0.01, highest, count))
            columns.append(np.stack([np.full(count, beta), rates]))
        beta, rate = np.concatenate(columns, axis=1)
        at = {"beta": beta, "rate": rate}
        yield compared(
            "spectral_radius", form, at, quadratics.spectral_radius, measured.spectral_radius
        )
        yield compared("regime", form, at, quadratics.regime, measured.regime, tolerance=0.0)


def _limits() -> Iterator[pd.DataFrame]:
    for form in ("gd", "momentum", "heavy_ball", "nesterov"):
        at = product(beta=_betas(form))
        yield compared(
            "stability_limit", form, at, quadratics.stability_limit, measured.stability_limit
        )
    for form in ("momentum", "heavy_ball"):
        at = product(beta=POSITIVE_BETAS)
        predicted = quadratics.oscillation_window(form, **at)
        found = measured.oscillation_window(form, **at)
        for place, end in enumerate(("start", "end")):
            yield rows(f"oscillation_{end}", form, at, predicted[place], found[place])
    for form in ("gd", "momentum"):
        yield compared(
            "curvature_noise_limit",
            form,
            product(beta=_betas(form, POSITIVE_BETAS), sigma=SIGMAS),
            noise.curvature_noise_limit,
            measured_noise.curvature_noise_limit,
        )


def _saddles_and_lags() -> Iterator[pd.DataFrame]:
    for form in ("gd", "momentum", "heavy_ball"):
        at = product(beta=_betas(form, POSITIVE_BETAS), rate=SADDLE_RATES)
        growth = measured.spectral_radius(form, **at, curvature=-1.0)
        yield rows("saddle_growth", form, at, quadratics.saddle_growth(form, **at), growth)
    for form in ("momentum", "momentum_corrected"):
        at = product(beta=POSITIVE_BETAS, step=STEPS)
        yield compared("lag", form, at, quadratics.lag, measured.lag)


def _best() -> Iterator[pd.DataFrame]:
    at = product(kappa=KAPPAS)
    for form in ("gd", "momentum", "heavy_ball", "nesterov"):
        rate, beta, radius = measured_tuning.best(form, **at)
        yield rows("best_rate", form, at, tuning.best_rate(form, **at), rate)
        yield rows("best_radius", form, at, tuning.best_radius(form, **at), radius)
        if form != "gd":
            yield rows("best_beta", form, at, tuning.best_beta(form, **at), beta)


def _tuned() -> Iterator[pd.DataFrame]:
    kappas = np.union1d(_four_digits(np.geomspace(2.0, 1e5, 25)), _KNOWN_KAPPAS)
    at = product(beta=ADVISED_BETAS, kappa=kappas)
    radius = measured_tuning.tuned_radius("momentum", **at)
    descent = measured_tuning.tuned_radius("gd", 0.0, at["kappa"])
    yield rows("tuned_radius", "momentum", at, tuning.tuned_radius(**at), radius)
    worth = np.log(radius) / np.log(descent)
    yield rows("speed_up", "momentum", at, tuning.speed_up(**at), worth)
    at = product(beta=POSITIVE_BETAS)
    found = measured_tuning.break_even_kappa("momentum", **at, largest=max(KAPPAS))
    yield rows("break_even_kappa", "momentum", at, tuning.break_even_kappa(**at), found)


def _scatter() -> Iterator[pd.DataFrame]:
    for form in ("gd", "momentum", "heavy_ball"):
        at = product(beta=_betas(form), rate=NOISY_RATES)
        covariance = measured_noise.stationary_covariance(form, **at)
        predicted = noise.position_variance(form, **at)
        yield rows("variance", form, at, predicted, covariance[:, 0, 0])
        if form == "momentum":
            predicted = noise.velocity_variance(**at)
            yield rows("velocity_variance", form, at, predicted, covariance[:, 1, 1])
        yield compared("jitter", form, at, noise.jitter, measured_noise.jitter)


def _simulated(draws: int, seed: int) -> Iterator[pd.DataFrame]:
    standard_error = np.sqrt(2.0 / (draws - 1))
    for form in ("gd", "momentum", "heavy_ball"):
        at = product(beta=_betas(form), rate=SIMULATED_RATES)
        variances = []
        for beta, rate in zip(at["beta"], at["rate"], strict=True):
            name = f"beta={format_number(beta)} rate={format_number(rate)}"
            stream = generator(seed, "theory", form, name)
            variances.append(measured_noise.simulated(form, beta, rate, draws, stream))
        for quantity, closed_form, found in zip(
            ("variance_simulated", "jitter_simulated"),
            (noise.position_variance, noise.jitter),
            np.transpose(variances),
            strict=True,
        ):
            predicted = closed_form(form, **at)
            tolerance = STANDARD_ERRORS * standard_error * predicted
            yield rows(quantity, form, at, predicted, found, tolerance)
