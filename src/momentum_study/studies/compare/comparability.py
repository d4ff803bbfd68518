"""Studies that may be compared, and differences between their configurations."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from momentum_study.config.difference import Tree, value_text
from momentum_study.config.difference import differences as configuration_differences
from momentum_study.config.networks import Network
from momentum_study.core.errors import StudyError
from momentum_study.datasets.recipe import Recipe
from momentum_study.studies.compare.studies import FinishedStudy, loss_of, rates_of
from momentum_study.studies.formats import FORMATS

Pairs = Sequence[tuple[str, str]]

UNPAIRED = "other splits, initial weights and minibatches: runs are not paired"
"""Effect of different seeds."""

ROUNDED = "other rounding: paired runs start equally, and unstable ones may end differently"
"""Effect of different kernels."""

_LISTS = ("datasets", "networks", "batch_sizes", "schedules")
_VALUES = {
    "steps": "runs of other lengths: losses and targets of other budgets",
    "precision": "numbers of another precision",
    "gradient_noise": "other noise in the gradients",
    "replicates": "paired runs: those on both sides are compared; other runs: all",
}
_ONE_SIDED = "some cells are on one side only"


def refuse_incomparable(baseline: FinishedStudy, candidate: FinishedStudy, pairs: Pairs) -> None:
    """Refuse studies whose numbers mean different things.

    Parameters
    ----------
    baseline, candidate
        The two sides.
    pairs
        Pairs of grids to compare.

    Raises
    ------
    StudyError
        If they cannot be compared; it has the reason, both values, and what to do.
    """
    if not pairs:
        raise StudyError(
            f"{_both(baseline, candidate)}: they have no grid in common "
            f"({', '.join(baseline.grids)}; {', '.join(candidate.grids)}). Name one grid of each, "
            f"such as {baseline.name.study}.{baseline.grids[0]} and "
            f"{candidate.name.study}.{candidate.grids[0]}"
        )
    for what, values, advice in _must_agree((baseline, candidate), pairs):
        if values[0] != values[1]:
            first, second = map(value_text, values)
            raise StudyError(
                f"{_both(baseline, candidate)}: {what} differs, {first} against {second}. {advice}"
            )


def _both(baseline: FinishedStudy, candidate: FinishedStudy) -> str:
    return f"{baseline.name} and {candidate.name} cannot be compared"


def _must_agree(
    sides: Sequence[FinishedStudy], pairs: Pairs
) -> Iterator[tuple[str, Sequence[Any], str]]:
    """Yield what must be equal, both values, and what to do if they differ."""
    for name, part in FORMATS.items():
        yield (
            f"the version of {name} ({part.covers})",
            [side.formats[name] for side in sides],
            "Run the one with the lower number again, with this version of the package",
        )
    yield (
        "loss_limit",
        [side.configuration["loss_limit"] for side in sides],
        "Divergence is defined differently: give both the same value, and run one again",
    )
    for pair in pairs:
        grids = _grids(sides, pair)
        yield (
            f"evaluations of the grid {_title(pair)}",
            [grid["evaluations"] for grid in grids],
            "Best losses and targets are evaluated at other steps: give both the same, and run one "
            "again",
        )
        common = _common([grid["datasets"] for grid in grids])
        for name in common:
            recipes = [side.configuration["datasets"][name] for side in sides]
            for key in Recipe.model_fields:
                yield (
                    f"{key} of the data set {name}",
                    [recipe.get(key) for recipe in recipes],
                    "These are other data: give one of them another name",
                )
        if common:
            yield (
                f"the loss of the grid {_title(pair)}",
                [loss_of(grid) for grid in grids],
                "Losses of two kinds have no ratio: compare grids of one loss",
            )


def differences(baseline: FinishedStudy, candidate: FinishedStudy, pairs: Pairs) -> pd.DataFrame:
    """List differences of two configurations that do not prevent a comparison.

    Parameters
    ----------
    baseline, candidate, pairs
        As for `refuse_incomparable`.

    Returns
    -------
    pandas.DataFrame
        Text, a row for each difference: ``place`` and ``key`` in the configuration, ``baseline``,
        ``candidate``, and ``meaning`` for the comparison.
    """
    sides = baseline, candidate
    rows = [*_of_studies([side.configuration for side in sides])]
    used: list[list[str]] = [[], []]
    for pair in pairs:
        grids = _grids(sides, pair)
        rows += _of_grids(_title(pair), grids)
        for names, grid in zip(used, grids, strict=True):
            names += grid["networks"]
    for name in _common(used):
        networks = [side.configuration["networks"][name] for side in sides]
        rows += _differing(f"network {name}", networks, Network.model_fields, "another network")
    columns = ["place", "key", "baseline", "candidate", "meaning"]
    return pd.DataFrame(rows, columns=columns, dtype="str")


Row = tuple[str, str, str, str, str]


def _of_studies(studies: Sequence[Tree]) -> Iterator[Row]:
    yield from _differing("study", studies, ["seed"], UNPAIRED)
    yield from _differing("study", studies, ["kernels"], ROUNDED)
    yield from _differing("study", studies, ["targets"], "those on both sides are compared")
    for place, keys in (("statistics", ["confidence", "resamples"]), ("verdicts", ["loss_floor"])):
        parts = [study[place] for study in studies]
        yield from _differing(place, parts, keys, "the baseline's is used for both")


def _of_grids(title: str, grids: Sequence[Tree]) -> Iterator[Row]:
    place = f"grid {title}"
    for key, meaning in _VALUES.items():
        yield from _differing(place, grids, [key], meaning)
    yield from _differing(place, grids, _LISTS, _ONE_SIDED)
    rules = [list(grid["rules"]) for grid in grids]
    yield from _row(place, "rules", rules, _ONE_SIDED)
    for rule in _common(rules):
        betas = [sorted(grid["rules"][rule]["beta"]) for grid in grids]
        yield from _row(place, f"rules.{rule}.beta", betas, _ONE_SIDED)
        rates = [rates_of(grid, rule) for grid in grids]
        meaning = "matched by value if some are equal, otherwise by position if there are as many"
        yield from _row(place, f"rules.{rule}.learning_rates", rates, meaning)


def _differing(
    place: str, trees: Sequence[Tree], keys: Iterable[str], meaning: str
) -> Iterator[Row]:
    for key in keys:
        yield from _row(place, key, [tree[key] for tree in trees], meaning)


def _row(place: str, key: str, values: Sequence[Any], meaning: str) -> Iterator[Row]:
    # The key goes through a mapping for its last part, ``hidden``, whose order matters.
    for found in configuration_differences({key: values[0]}, {key: values[1]}, ordered=False):
        yield place, found.key, found.first, found.second, meaning


def _grids(sides: Sequence[FinishedStudy], pair: tuple[str, str]) -> list[Tree]:
    return [side.configuration["grids"][name] for side, name in zip(sides, pair, strict=True)]


def _common(names: Sequence[Sequence[str]]) -> list[str]:
    """Return the names on both sides, in the order of the first."""
    return [name for name in dict.fromkeys(names[0]) if name in names[1]]


def _title(pair: tuple[str, str]) -> str:
    return pair[0] if pair[0] == pair[1] else " / ".join(pair)
