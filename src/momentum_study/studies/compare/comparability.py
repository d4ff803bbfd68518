"""What may be compared, and what differs between two studies that may."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from momentum_study.config.networks import Network
from momentum_study.core.errors import StudyError
from momentum_study.core.text import format_number, one_line
from momentum_study.datasets.recipe import Recipe
from momentum_study.studies.compare.configurations import Tree, loss_of, rates_of, recipe_of
from momentum_study.studies.compare.studies import FinishedStudy
from momentum_study.studies.formats import FORMATS

Pairs = Sequence[tuple[str, str]]

UNPAIRED = "other splits, initial weights and minibatches: runs are not paired"
"""What another seed comes to."""

_LISTS = ("datasets", "networks", "batch_sizes", "schedules")
_VALUES = {
    "steps": "runs of other lengths: losses and targets of other budgets",
    "precision": "numbers of another precision",
    "gradient_noise": "other noise in the gradients",
    "replicates": "of paired runs those that both have are compared, of others all",
}
_LARGEST = 1e300
_ONE_SIDED = "some cells are on one side only"


def refuse_incomparable(baseline: FinishedStudy, candidate: FinishedStudy, pairs: Pairs) -> None:
    """Refuse studies whose numbers mean different things.

    Parameters
    ----------
    baseline, candidate
        The two sides.
    pairs
        Grids that are compared with each other.

    Raises
    ------
    StudyError
        With the reason, both values, and what to do.
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
    """Yield what must agree, both values, and what to do if they do not."""
    for name, part in FORMATS.items():
        yield (
            f"the version of {name} ({part.covers})",
            [side.formats[name] for side in sides],
            "Run the one with the lower number again, with this version of the package",
        )
    yield (
        "loss_limit",
        [side.configuration["loss_limit"] for side in sides],
        "Runs count as diverged by another rule: give both the same, and run one again",
    )
    for pair in pairs:
        grids = _grids(sides, pair)
        yield (
            f"evaluations of the grid {_title(pair)}",
            [grid["evaluations"] for grid in grids],
            "Best losses and targets are seen at other steps: give both the same, and run one "
            "again",
        )
        common = _common([grid["datasets"] for grid in grids])
        for name in common:
            recipes = [recipe_of(side.configuration, name) for side in sides]
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
    """List what differs between two configurations, and does not forbid to compare them.

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
    yield from _differing("study", studies, ["targets"], "those that both have are compared")
    for place, keys in (("statistics", ["confidence", "resamples"]), ("verdicts", ["loss_floor"])):
        parts = [study[place] for study in studies]
        yield from _differing(place, parts, keys, "the baseline's holds for both")


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
        meaning = "matched by value where there are equal ones, else by position if as many"
        yield from _row(place, f"rules.{rule}.learning_rates", rates, meaning)


def _differing(
    place: str, trees: Sequence[Tree], keys: Iterable[str], meaning: str
) -> Iterator[Row]:
    for key in keys:
        yield from _row(place, key, [tree[key] for tree in trees], meaning)


def _row(place: str, key: str, values: Sequence[Any], meaning: str) -> Iterator[Row]:
    # Lists of the configuration have no order that matters; but for layers of a network.
    unordered = [
        sorted(map(value_text, value)) if isinstance(value, list) and key != "hidden" else value
        for value in values
    ]
    if unordered[0] != unordered[1]:
        yield place, key, value_text(values[0]), value_text(values[1]), meaning


def value_text(value: Any) -> str:
    """Write a value of a configuration for people: numbers in their one form, lists with commas."""
    if isinstance(value, list):
        return ", ".join(map(value_text, value)) or "none"
    if isinstance(value, int | float) and not isinstance(value, bool):
        # What a damaged record may hold has no number's form.
        return format_number(value) if abs(value) < _LARGEST else str(value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return "none" if value is None else one_line(value)


def _grids(sides: Sequence[FinishedStudy], pair: tuple[str, str]) -> list[Tree]:
    return [side.configuration["grids"][name] for side, name in zip(sides, pair, strict=True)]


def _common(names: Sequence[Sequence[str]]) -> list[str]:
    """Names on both sides, in the order of the first."""
    return [name for name in dict.fromkeys(names[0]) if name in names[1]]


def _title(pair: tuple[str, str]) -> str:
    return pair[0] if pair[0] == pair[1] else " / ".join(pair)
