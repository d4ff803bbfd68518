"""Settings survive the way over a command line."""

import argparse
import shlex
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.cli.flags import add_dataclass_arguments, read_dataclass, to_flags


@dataclass(frozen=True)
class Settings:
    name: str
    count: int
    rate: float
    layer_sizes: tuple[int, ...]
    rates: tuple[float, ...]


FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=0)


def parse(line: str) -> Settings:
    parser = argparse.ArgumentParser()
    add_dataclass_arguments(parser, Settings)
    return read_dataclass(parser.parse_args(shlex.split(line)), Settings)


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0")).filter(lambda s: s[:1] != "-"),
    st.integers(min_value=0),
    FINITE,
    st.lists(st.integers(min_value=1)),
    st.lists(FINITE),
)
def test_round_trip(
    name: str, count: int, rate: float, sizes: list[int], rates: list[float]
) -> None:
    settings = Settings(name, count, rate, tuple(sizes), tuple(rates))
    assert parse(to_flags(settings)) == settings


def test_every_flag_is_required(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse("--name a --count 1 --rate 0.5 --layer-sizes 3")
    assert "required: --rates" in capsys.readouterr().err


def test_flags_are_plain() -> None:
    settings = Settings("iris", 7, 0.9, (), (0.001, 1000.0, 1e-5))
    assert to_flags(settings) == (
        "--name iris --count 7 --rate 0.9 --layer-sizes --rates 0.001 1000 1e-05"
    )
