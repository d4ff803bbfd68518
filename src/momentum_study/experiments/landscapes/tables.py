"""The tables of the landscapes: times to the event, and the paths that figures draw."""

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
from momentum_study.statistics.intervals import Intervals

_FINEST = 0.004  # share of the window: closer points look the same in print
_DECIMALS = 4


def landscapes_tables(
    draws: int, beta: float, intervals: Intervals
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run the update rules on every landscape, in every comparison.

    All rules have the same noise in their gradients. The comparison ``tuned`` chooses β and the
    learning rate on draws of the noise that are not reported (`runs.tune`).

    Parameters
    ----------
    draws
        Number of independent runs, where there is noise.
    beta
        Momentum coefficient in the comparisons ``same_alpha`` and ``same_eta``.
    intervals
        Level of the intervals, resamples of the medians, and the seed of the study.

    Returns
    -------
    landscapes
        Table with the schema `LANDSCAPES`. Shares have Wilson intervals, medians bootstrap
        intervals; without noise an interval is the value itself.
    trajectories
        Table with the schema `TRAJECTORIES`: paths up to the event for the draw that is nearest to
        all medians, thinned to what is visible in print. A path ends before it diverges.
    """
    seed = intervals.seed
    rows: list[dict[str, Any]] = []
    paths: list[pd.DataFrame] = []
    for _, group in groupby(all_landscapes(), lambda landscape: landscape.name):
        alike = list(group)
        noise = draw_noise(alike[0], draws, seed, "measured")
        for landscape in alike:
            compared = [*fixed_settings(landscape, beta), *tuned_settings(landscape, seed)]
            # Gradient descent is the same in both comparisons at a fixed rate: run once.
            settings = list(dict.fromkeys(setting for _, setting in compared))
            runs = [event_times(landscape, s.rule, s.beta, s.rate, noise) for s in settings]
            times, diverged = (np.array(part) for part in zip(*runs, strict=True))
            summaries = _summaries(landscape, times, diverged, intervals)
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
    landscape: Landscape, times: FloatArray, diverged: BoolArray, intervals: Intervals
) -> list[dict[str, Any]]:
    """Summarize times ``(settings, draws)``: shares and medians for each setting."""
    draws = times.shape[1]
    reached = np.isfinite(times).sum(axis=1)
    share, steps = reached / draws, median(times)
    if landscape.noise:
        low, high = wilson_interval(reached, draws, intervals.confidence)
        source = generator(intervals.seed, "landscapes", "resamples")
        first, last = bootstrap_interval(
            times, median, intervals.confidence, intervals.resamples, source
        )
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
    """Return the draw of ``(settings, draws)`` that is nearest to all medians, by ranks."""
    ranks = rankdata(times, axis=1)
    return int(np.abs(ranks - (times.shape[1] + 1) / 2).sum(axis=0).argmin())


def _path(landscape: Landscape, setting: Setting, noise: FloatArray, time: float) -> dict[str, Any]:
    """Return the thinned path for one draw; its values are those of the rounded points."""
    path = follow(landscape, setting, noise, int(min(time, landscape.drawn)))
    steps = _thinned(path / np.ptp(landscape.window, axis=1))
    points = path[steps].round(_DECIMALS)
    return {"step": steps, "x": points[:, 0], "y": points[:, 1], "value": landscape.value(points)}


def _thinned(path: FloatArray) -> list[int]:
    """Return the steps to keep of a path ``(n, 2)``, by the algorithm of Douglas & Peucker (1973).

    A segment keeps the point farthest from its chord, until no point is farther than `_FINEST`.
    """
    kept = {0, len(path) - 1}
    segments = [(0, len(path) - 1)]
    while segments:
        first, last = segments.pop()
        if last - first < 2:
            continue
        chord = path[last] - path[first]
        offsets = path[first + 1 : last] - path[first]
        along = np.clip(offsets @ chord / max(chord @ chord, _FINEST**2), 0.0, 1.0)
        distances = np.linalg.norm(offsets - along[:, np.newaxis] * chord, axis=1)
        farthest = first + 1 + int(distances.argmax())
        if distances.max() > _FINEST:
            kept.add(farthest)
            segments += [(first, farthest), (farthest, last)]
    return sorted(kept)
