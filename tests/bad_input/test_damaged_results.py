"""Damaged pages and pictures, which `verify` and `publish` read."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_trees import edits, json_values, mutations
from refusals import SHARED, attempt
from tally import Tally

from momentum_study.explorer.encoding import pack_streams, unpack_streams
from momentum_study.reproduction.pages import compare_explorers
from momentum_study.reproduction.pictures import compare_pictures
from momentum_study.reproduction.tolerances import Leeway
from tests.reproduction.published_studies import made_study, repack

PAGE, PICTURE = "explorer.html", "figures/main/maps.png"
COMPARE: dict[str, Callable[..., Any]] = {PAGE: compare_explorers, PICTURE: compare_pictures}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_study(tmp_path_factory.mktemp("results") / "published")


@pytest.mark.parametrize("name", COMPARE)
@SHARED
@given(data=st.data())
def test_damaged_bytes(
    tally: Tally, tmp_path: Path, published: Path, name: str, data: st.DataObject
) -> None:
    whole = (published / name).read_bytes()
    path = tmp_path / Path(name).name
    path.write_bytes(data.draw(edits(whole, (b"\0", b"\xff", b"<", b"IDAT", b"null"), len(whole))))
    attempt(tally, partial(COMPARE[name], path, published / name, Leeway.CHAOS), str(path))


@SHARED
@given(data=st.data())
def test_pages_whose_data_are_packed_well_and_odd(
    tally: Tally, tmp_path: Path, published: Path, data: st.DataObject
) -> None:
    """What a checksum does not see, as another program may have made it."""
    path = tmp_path / PAGE
    path.write_bytes((published / PAGE).read_bytes())

    def odd_cells(content: bytes) -> bytes:
        return json.dumps(data.draw(mutations(json.loads(content), json_values))).encode()

    def odd_curves(content: bytes) -> bytes:
        header, streams = unpack_streams(content)
        return pack_streams(data.draw(mutations(header, json_values)), streams)

    name, change = data.draw(st.sampled_from([("cells", odd_cells), ("curves", odd_curves)]))
    repack(path, name, change)
    attempt(tally, partial(compare_explorers, path, published / PAGE, Leeway.CHAOS), str(path))


def test_a_page_whose_data_are_nested_without_end(
    tally: Tally, tmp_path: Path, published: Path
) -> None:
    path = tmp_path / PAGE
    path.write_bytes((published / PAGE).read_bytes())
    repack(path, "cells", lambda _: b"[" * 100_000)
    compare = partial(compare_explorers, path, published / PAGE, Leeway.CHAOS)
    assert attempt(tally, compare, str(path)) is None
