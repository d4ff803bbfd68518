"""Runs of the registered rules on a landscape: time to the event, and tuning of the rates."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from momentum_study.core.seeds import generator
from momentum_study.engine.optimizers import Rule, get_rule
from momentum_study.engine.points import Points
from momentum_study.experiments.landscapes.functions import (
    MINIMUM,
    BoolArray,
    FloatArray,
    Landscape,
)
from momentum_study.statistics.estimates import median

FAR = 1e3
"""A run with a coordinate beyond this has diverged; windows are 4 to 15 wide."""

TUNING_DRAWS = 40
TUNED_BETAS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99)
TUNED_RATES = np.geomspace(0.02, 4.0, 37)
"""η in units of 1/curvature, 16 per decade. No rule is stable beyond 2(1 + β) < 4."""
ADAM_RATES = np.geomspace(0.001, 10.0, 65)
"""In units of the plane: Adam's updates have the size of its learning rate."""

_CHUNK = 50  # updates between two checks for arrivals
_STABILITY_UPDATES = 200


@dataclass(frozen=True)
class Setting:
    """A rule with its hyperparameters; `on_edge` if tuning chose the edge of the grid."""

    rule: Rule
    beta: float
    rate: float
    on_edge: bool = False


def fixed_settings(landscape: Landscape, beta: float) -> Iterator[tuple[str, Setting]]:
    """Yield the settings of the comparisons ``same_alpha`` and ``same_eta``, each with its name.

    Gradient descent has the rate of the landscape in both. With ``same_alpha`` this is the
    effective rate α = η/(1 − β) of every rule, with ``same_eta`` the heavy-ball rate η.
    """
    rate = landscape.rate
    yield "same_alpha", Setting(get_rule("gd"), 0.0, rate)
    for name in ("momentum", "momentum_corrected"):
        yield "same_alpha", Setting(get_rule(name), beta, rate)
    yield "same_alpha", Setting(get_rule("nesterov"), beta, (1 - beta) * rate)
    yield "same_eta", Setting(get_rule("gd"), 0.0, rate)
    for name in ("heavy_ball", "nesterov"):
        yield "same_eta", Setting(get_rule(name), beta, rate)


def tuned_settings(landscape: Landscape, seed: int) -> Iterator[tuple[str, Setting]]:
    """Yield each rule with its tuned hyperparameters, for the comparison ``tuned``.

    Adam is tuned only where the event is reaching a minimum: its first update has the size of the
    learning rate and would decide how soon a saddle is left.
    """
    names = ["gd", "momentum", "nesterov", *(["adam"] if landscape.event == MINIMUM else [])]
    noise = draw_noise(landscape, TUNING_DRAWS, seed, "tuning")
    for name in names:
        yield "tuned", tune(landscape, get_rule(name), noise)


def draw_noise(landscape: Landscape, draws: int, seed: int, purpose: str) -> FloatArray:
    """Draw the gradient noise, the same for every rule, learning rate and height.

    Returns
    -------
    numpy.ndarray
        ``(budget, draws, 2)``; zeros ``(budget, 1, 2)`` for a landscape without noise.
    """
    if not landscape.noise:
        return np.zeros((landscape.budget, 1, 2))
    source = generator(seed, "landscapes", landscape.name, purpose)
    return landscape.noise * source.standard_normal((landscape.budget, draws, 2))


def event_times(
    landscape: Landscape,
    rule: Rule,
    beta: ArrayLike,
    rate: ArrayLike,
    noise: FloatArray,
    *,
    first_median: bool = False,
) -> tuple[FloatArray, BoolArray]:
    """Run a rule until the event, divergence or the end of the budget.

    Parameters
    ----------
    landscape, rule
        What to run.
    beta, rate
        Numbers, or ``(settings, 1, 1)``.
    noise
        Added to the gradients, ``(budget, draws, 2)``.
    first_median
        Whether to stop as soon as half of the draws of one setting have arrived. Times that are not
        known by then are infinite.

    Returns
    -------
    times
        ``(draws,)`` or ``(settings, draws)``: number of the update that causes the event,
        infinite if none does.
    diverged
        Which runs diverged before the event.
    """
    shape = np.broadcast_shapes(np.shape(beta), np.shape(rate), noise.shape[1:])
    points = Points(rule, beta, rate, np.broadcast_to(landscape.start, shape))
    times, diverged = np.full(shape[:-1], np.inf), np.zeros(shape[:-1], dtype=bool)
    before = np.zeros((landscape.hold - 1, *shape[:-1]), dtype=bool)

    def gradient(positions: FloatArray) -> FloatArray:
        return np.asarray(landscape.gradient(positions) + noise[points.updates])

    # Diverging runs overflow; they are detected by their position.
    with np.errstate(over="ignore", invalid="ignore"):
        while points.updates < len(noise):
            done = points.updates
            path = points.run(gradient, min(_CHUNK, len(noise) - done))[1:]
            inside = np.concatenate([before, landscape.inside(path)])
            stays = sliding_window_view(inside, landscape.hold, axis=0).all(axis=-1)
            new = stays.any(axis=0) & np.isinf(times) & ~diverged
            times[new] = done + stays.argmax(axis=0)[new] + 2 - landscape.hold
            before = inside[len(inside) - landscape.hold + 1 :]
            near = np.all(np.abs(path[-1]) < FAR, axis=-1)
            diverged |= ~near & np.isinf(times)
            if np.all(diverged | np.isfinite(times)):
                break
            if first_median and np.isfinite(median(times)).any():
                break
    return times, diverged


def tune(landscape: Landscape, rule: Rule, noise: FloatArray) -> Setting:
    """Find the setting with the smallest median number of updates to the event.

    The grid is `TUNED_BETAS` × `TUNED_RATES`, without settings that are unstable at the curvature
    of the landscape, whose divergence could count as arrival. Ties go to the setting with more
    arrivals, then to the smaller β, then to the smaller rate.

    Parameters
    ----------
    landscape, rule
        What to tune.
    noise
        ``(budget, draws, 2)``, draws that are not reported.
    """
    betas = TUNED_BETAS if rule.uses_beta else (0.0,)
    rates = {beta: _rates(rule, beta, landscape.curvature) for beta in betas}
    grid = np.array([(beta, rate) for beta in betas for rate in rates[beta]])
    stable = grid[_is_stable(rule, grid[:, 0], grid[:, 1] * landscape.curvature)]
    betas_, rates_ = stable.T[:, :, np.newaxis, np.newaxis]
    times, _ = event_times(landscape, rule, betas_, rates_, noise, first_median=True)
    best = np.lexsort((-np.isfinite(times).sum(axis=1), median(times)))[0]
    beta, rate = stable[best].tolist()
    on_edge = rate in (rates[beta][0], rates[beta][-1]) or (beta > 0 and beta == betas[-1])
    return Setting(rule, beta, rate, on_edge)


def _rates(rule: Rule, beta: float, curvature: float) -> FloatArray:
    """Return the learning rates of the grid in the convention of the rule."""
    if not rule.homogeneous:
        return ADAM_RATES
    eta = TUNED_RATES / curvature
    return eta / (1 - beta) if rule.averages else eta


def _is_stable(rule: Rule, beta: FloatArray, rate: FloatArray) -> BoolArray:
    """Test on ½w² whether a rule stays near the minimum; rules that normalize steps do."""
    if not rule.homogeneous:
        return np.ones(len(beta), dtype=bool)
    points = Points(rule, beta, rate, np.ones(len(beta)))
    return np.asarray(np.abs(points.run(lambda w: w, _STABILITY_UPDATES)[-1]) <= 1)


def follow(landscape: Landscape, setting: Setting, noise: FloatArray, updates: int) -> FloatArray:
    """Return a path ``(updates + 1, 2)`` from the start.

    Parameters
    ----------
    landscape, setting
        What to run.
    noise
        Added to the gradient, ``(budget, 2)``.
    updates
        Number of updates; a diverging path ends before it exceeds `FAR`.
    """
    points = Points(setting.rule, setting.beta, setting.rate, landscape.start)
    with np.errstate(over="ignore", invalid="ignore"):
        path = points.run(
            lambda position: landscape.gradient(position) + noise[points.updates], updates
        )
    far = ~np.all(np.abs(path) < FAR, axis=-1)
    return path[: far.argmax()] if far.any() else path
