"""Options survive the way over a command line."""

import argparse
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.cli.flags import POSITIONAL, add_arguments, read_options, to_flags
from momentum_study.config.verdicts import Verdicts


@dataclass(frozen=True)
class Inner:
    """Shared options.

    Attributes
    ----------
    count, rate
        Described in the docstring,
        on two lines.
    """

    count: int
    rate: float


@dataclass(frozen=True)
class Settings:
    name: str
    inner: Inner
    sizes: tuple[int, ...]
    rates: Annotated[tuple[float, ...], "50 % of the rates"]
    tree: dict[str, Any]


@dataclass(frozen=True)
class Options:
    file: Annotated[Path, "a file", POSITIONAL]
    verdicts: Verdicts
    pair: tuple[float, float]
    match: Literal["value", "position"] = "value"
    kind: Annotated[str, "a kind", ("maps", "axes")] = "maps"
    grid: str | None = None
    json: bool = False


FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=0)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0")).filter(
    lambda text: text[:1] != "-"
)


def parse(line: str, kind: type[Any]) -> Any:
    parser = argparse.ArgumentParser()
    add_arguments(parser, kind)
    return read_options(parser.parse_args(shlex.split(line)), kind)


@given(
    st.builds(
        Settings,
        TEXT,
        st.builds(Inner, st.integers(min_value=0), FINITE),
        st.lists(st.integers(min_value=1)).map(tuple),
        st.lists(FINITE).map(tuple),
        st.dictionaries(TEXT, st.lists(st.integers()) | FINITE | TEXT),
    )
)
def test_round_trip(settings: Settings) -> None:
    assert parse(to_flags(settings), Settings) == settings


def test_every_kind_of_flag_is_read() -> None:
    required = """x.yaml --verdicts '{"beta": 0.8}' --pair 0.1 1"""
    options = Options(Path("x.yaml"), Verdicts(beta=0.8), (0.1, 1.0))
    assert parse(required, Options) == options
    read = parse(f"{required} --match position --kind axes --grid main --json", Options)
    assert (read.match, read.kind, read.grid, read.json) == ("position", "axes", "main", True)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("--name a --count 1 --rate 0.5 --sizes 3 --tree {}", "required: --rates"),
        ("--name a --count 1 --rate 0.5 --sizes 3 --rates 1 --tree {", "argument --tree: invalid"),
        ("--name a --count 1.5", "argument --count: invalid int value: '1.5'"),
    ],
)
def test_wrong_flags_are_refused(
    line: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(line, Settings)
    assert problem in capsys.readouterr().err


def test_wrong_choices_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for flag in ("--match", "--kind"):
        with pytest.raises(SystemExit):
            parse(f"x --verdicts {{}} --pair 1 2 {flag} other", Options)
        assert f"argument {flag}: invalid choice: 'other'" in capsys.readouterr().err


def test_help_comes_from_annotations_and_docstrings() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser, Settings)
    text = " ".join(parser.format_help().split())
    assert "50 % of the rates" in text
    assert text.count("Described in the docstring, on two lines.") == 2


def test_flags_are_plain() -> None:
    settings = Settings("iris", Inner(7, 0.9), (), (0.001, 1000.0, 1e-5), {"a": 1})
    assert to_flags(settings) == (
        "--name iris --count 7 --rate 0.9 --sizes --rates 0.001 1000 1e-05 --tree '{\"a\": 1}'"
    )
