"""Generators by name: the same for the same names, different for different ones."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.core.seeds import generator

names = st.lists(st.one_of(st.text(max_size=5), st.integers()), max_size=4).map(tuple)


def draw(seed: int, *parts: str | int) -> list[int]:
    """Three numbers of 32 bits from the stream of these names."""
    numbers: list[int] = generator(seed, *parts).integers(2**32, size=3).tolist()
    return numbers


def test_streams_are_pinned() -> None:
    """A change here changes every result of every study ever run."""
    assert draw(0) == [1651975464, 730447421, 3454238587]
    assert draw(7, "split", "iris", 3) == [411918618, 2377932555, 611893587]


def test_the_bit_generator_is_pcg64() -> None:
    assert isinstance(generator(0, "a").bit_generator, np.random.PCG64)


@given(st.integers(), names)
def test_same_names_same_stream(seed: int, parts: tuple[str | int, ...]) -> None:
    assert draw(seed, *parts) == draw(seed, *parts)


@given(st.tuples(st.integers(), names), st.tuples(st.integers(), names))
def test_different_names_different_streams(
    first: tuple[int, tuple[str | int, ...]], second: tuple[int, tuple[str | int, ...]]
) -> None:
    assert (draw(first[0], *first[1]) == draw(second[0], *second[1])) == (first == second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("a", "b"), ("ab",)),
        (("a", "b"), ('a", "b',)),
        (("a", "b"), ("b", "a")),
        (("a", ""), ("a",)),
        ((1, 2), (12,)),
        ((1,), ("1",)),
    ],
)
def test_names_are_not_concatenated(
    first: tuple[str | int, ...], second: tuple[str | int, ...]
) -> None:
    assert draw(0, *first) != draw(0, *second)


def test_numpy_integers_count_as_integers() -> None:
    assert draw(0, np.int64(3)) == draw(0, 3)  # type: ignore[arg-type]


def test_fractional_names_are_refused() -> None:
    with pytest.raises(TypeError):
        generator(0, 0.5)  # type: ignore[arg-type]


def test_streams_do_not_depend_on_the_hash_seed_of_the_process() -> None:
    program = (
        "from momentum_study.core.seeds import generator;"
        "print(generator(7, 'split', 'iris', 3).integers(2**32, size=3).tolist())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert answers == {f"{draw(7, 'split', 'iris', 3)}\n"}
