"""Strategies: values of any kind, and random changes of a tree or a text."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Place = tuple[Any, ...]

# Values that are valid somewhere in a configuration, and some extreme ones.
WORDS = (
    *("iris", "small", "one", "gd", "momentum", "adam", "full", "constant", "beta_up", "file"),
    *("make_moons", "conditioned", "regression", "classification", "impute", "maps", "he", "tanh"),
    *("mse", "logistic", "float64", "../x", "1e-3", "", "~", "<<", "a\nb", "\0", "\u202e", "\x85"),
)
NUMBERS = (-1, 0, 1, 2, 7, 2**31, 10**9, 10**9 + 1, 10**12, 10**30, 10**400, -(10**400))
REALS = (0.0, -0.0, 5e-324, 1e-12, 0.5, 1.0, 1e12, 1e308, float("inf"), float("nan"))

scalars = (
    st.none()
    | st.booleans()
    | st.sampled_from(NUMBERS)
    | st.sampled_from(REALS)
    | st.sampled_from(WORDS)
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.dates()
    | st.binary(max_size=5)
)


def trees(keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Nested values, lists and mappings."""
    return st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(keys | st.text(max_size=5), inner)
        ),
        max_leaves=12,
    )


json_values = (scalars | trees(st.text(max_size=5))).map(
    lambda value: json.loads(json.dumps(value, default=str))
)


def places(tree: Any, place: Place = ()) -> Iterator[Place]:
    """All places below a tree."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        yield (*place, key)
        if isinstance(value, dict | list):
            yield from places(value, (*place, key))


@st.composite
def mutations(draw: st.DrawFn, tree: Any, values: st.SearchStrategy[Any]) -> Any:
    """A tree with a few of its values replaced, deleted or inserted."""
    changed = copy.deepcopy(tree)
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(list(places(changed)) or [("study",)]))
        parent = changed
        for key in way:
            parent = parent[key]
        kind = draw(st.sampled_from(("replace", "delete", "insert")))
        if kind == "insert" and isinstance(parent, dict):
            parent[draw(st.sampled_from(WORDS))] = draw(values)
        elif kind == "insert":
            parent.insert(last, draw(values))
        elif kind == "delete":
            parent.pop(last, None) if isinstance(parent, dict) else parent.pop(last)
        else:
            parent[last] = draw(values)
    return changed


@st.composite
def edits(draw: st.DrawFn, content: bytes, tokens: tuple[bytes, ...], within: int) -> bytes:
    """Bytes with a few places overwritten, deleted or truncated, among the first `within`."""
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, min(len(changed), within)))
        kind = draw(st.sampled_from(("token", "cut", "flip", "twice", "end")))
        length = draw(st.integers(0, 30))
        if kind == "token":
            changed[start : start + draw(st.integers(0, 2))] = draw(st.sampled_from(tokens))
        elif kind == "cut":
            del changed[start : start + length]
        elif kind == "twice":
            changed[start:start] = changed[start : start + length]
        elif kind == "flip" and start < len(changed):
            changed[start] ^= 1 << draw(st.integers(0, 7))
        elif kind == "end" and draw(st.integers(0, 9)) == 0:
            del changed[start:]
    return bytes(changed)
