"""A small valid configuration, and changes to it."""

import copy
from collections.abc import Callable
from typing import Any

Tree = dict[str, Any]

VALID: Tree = {
    "study": "mine",
    "seed": 1,
    "datasets": {
        "iris": {"source": "iris"},
        "sugar": {"source": "diabetes"},
        "moons": {"source": "moons", "parameters": {"noise": 0.1}},
    },
    "networks": {"small": {"hidden": [4]}},
    "grids": {
        "one": {
            "datasets": ["iris"],
            "networks": ["small"],
            "rules": {"gd": {}, "momentum": {"beta": [0.5, 0.9]}},
            "learning_rates": [0.01, 1],
            "batch_sizes": [16, "full"],
            "replicates": 2,
            "steps": 10,
        }
    },
}


def changed(change: Callable[[Tree], Any]) -> Tree:
    tree = copy.deepcopy(VALID)
    change(tree)
    return tree


def grid(**values: Any) -> Callable[[Tree], Any]:
    return lambda tree: tree["grids"]["one"].update(values)


def top(**values: Any) -> Callable[[Tree], Any]:
    return lambda tree: tree.update(values)


def rules(**values: Any) -> Callable[[Tree], Any]:
    return lambda tree: tree["grids"]["one"]["rules"].update(values)
