"""The tables of the landscapes: how long until the event, and the paths that figures draw."""

from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from momentum_study.core.seeds import generator
from momentum_study.experiments.landscapes.functions import (
    BoolArray,
    FloatArray,
    Landscape,
    all_landscapes,
)
from momentum_study.experiments.landscapes.runs import (
    Setting,
    draw_noise,
    event_times,
    fixed_settings,
    follow,
    tuned_settings,
)
from momentum_study.statistics.estimates import bootstrap_interval, median, wilson_interval

CONFIDENCE = 0.95
RESAMPLES = 400

_FINEST = 0.004  # of the window: closer points are not told apart in print
_DECIMALS = 4


def landscapes_tables(draws: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Race the update rules on every landscape, in every comparison.

    In the comparisons ``same_alpha`` and ``same_eta`` β is 0.9; for ``tuned`` see `runs.tune`,
    whose draws of the noise are others than those reported. All rules meet the same noise.

    Parameters
    ----------
    draws
        Independent runs, where there is noise.
    seed
        The study's.

    Returns
    -------
    landscapes
        Of the schema `LANDSCAPES`. Shares have Wilson intervals, medians bootstrap intervals;
        without noise an interval is the value itself.
    trajectories
        Of the schema `TRAJECTORIES`: paths up to the event under the draw that is nearest to all
        medians, thinned to what can be told apart in print. A path ends before it diverges.
    """
    rows: list[dict[str, Any]] = []
    paths: list[pd.DataFrame] = []
    for _, group in groupby(all_landscapes(), lambda landscape: landscape.name):
        alike = list(group)
        noise = draw_noise(alike[0], draws, seed, "measured")
        for landscape in alike:
            compared = [*fixed_settings(landscape), *tuned_settings(landscape, seed)]
            # Plain descent is the same at the same α and at the same η: run once.
            settings = list(dict.fromkeys(setting for _, setting in compared))
            runs = [event_times(landscape, s.rule, s.beta, s.rate, noise) for s in settings]
            times, diverged = (np.array(part) for part in zip(*runs, strict=True))
            summaries = _summaries(landscape, times, diverged, seed)
            typical = _typical_draw(times)
            for comparison, setting in compared:
                place = settings.index(setting)
                key = {"landscape": landscape.name, "comparison": comparison}
                rows.append({**key, **_facts(setting), **summaries[place]})
                if setting.rule.name != "momentum_corrected" and landscape.drawn:
                    time = times[place, typical]
                    path = _path(landscape, setting, noise[:, typical], time)
                    paths.append(pd.DataFrame({**key, **_names(setting), **path}))
    return pd.DataFrame(rows), pd.concat(paths, ignore_index=True)


def _names(setting: Setting) -> dict[str, Any]:
    return {"rule": setting.rule.name, "beta": setting.beta, "learning_rate": setting.rate}


def _facts(setting: Setting) -> dict[str, Any]:
    return {
        **_names(setting),
        "alpha": setting.rule.effective_rate(setting.rate, setting.beta),
        "eta": setting.rule.heavy_ball_rate(setting.rate, setting.beta),
        "on_edge": setting.on_edge,
    }


def _summaries(
    landscape: Landscape, times: FloatArray, diverged: BoolArray, seed: int
) -> list[dict[str, Any]]:
    """Shares and medians of the times ``(settings, draws)``, one for each setting."""
    draws = times.shape[1]
    reached = np.isfinite(times).sum(axis=1)
    share, steps = reached / draws, median(times)
    if landscape.noise:
        low, high = wilson_interval(reached, draws, CONFIDENCE)
        source = generator(seed, "landscapes", "resamples")
        first, last = bootstrap_interval(times, median, CONFIDENCE, RESAMPLES, source)
    else:
        low, high, first, last = share, share, steps, steps
    columns = {
        "n_reached": reached,
        "n_diverged": diverged.sum(axis=1),
        "share": share,
        "share_low": low,
        "share_high": high,
        "median_steps": steps,
        "median_steps_low": first,
        "median_steps_high": last,
    }
    return [
        {
            "height": landscape.height,
            "noise": landscape.noise,
            "event": landscape.event,
            "draws": draws,
            **{name: values[place] for name, values in columns.items()},
            "budget": landscape.budget,
        }
        for place in range(len(times))
    ]


def _typical_draw(times: FloatArray) -> int:
    """Of times ``(settings, draws)`` the draw nearest to all settings' medians, by its ranks."""
    ranks = rankdata(times, axis=1)
    return int(np.abs(ranks - (times.shape[1] + 1) / 2).sum(axis=0).argmin())


def _path(landscape: Landscape, setting: Setting, noise: FloatArray, time: float) -> dict[str, Any]:
    """The path under one draw, thinned; its values are those of the points as written."""
    path = follow(landscape, setting, noise, int(min(time, landscape.drawn)))
    steps = _thinned(path / np.ptp(landscape.window, axis=1))
    points = path[steps].round(_DECIMALS)
    return {"step": steps, "x": points[:, 0], "y": points[:, 1], "value": landscape.value(points)}


def _thinned(path: FloatArray) -> list[int]:
    """Steps to keep of a path ``(n, 2)`` so that the polygon through them is nowhere far from it.

    Douglas & Peucker (1973): of a stretch the point farthest from its chord is kept, until none is
    farther than `_FINEST`.
    """
    kept = {0, len(path) - 1}
    stretches = [(0, len(path) - 1)]
    while stretches:
        first, last = stretches.pop()
        if last - first < 2:
            continue
        chord = path[last] - path[first]
        offsets = path[first + 1 : last] - path[first]
        along = np.clip(offsets @ chord / max(chord @ chord, _FINEST**2), 0.0, 1.0)
        distances = np.linalg.norm(offsets - along[:, np.newaxis] * chord, axis=1)
        farthest = first + 1 + int(distances.argmax())
        if distances.max() > _FINEST:
            kept.add(farthest)
            stretches += [(first, farthest), (farthest, last)]
    return sorted(kept)
