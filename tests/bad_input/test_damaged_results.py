"""Damaged pages and pictures are compared or refused by `verify`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.documents.explorer.encoding import pack_streams, unpack_streams
from momentum_study.studies.verify.pages import compare_explorers
from momentum_study.studies.verify.pictures import compare_pictures
from momentum_study.studies.verify.tolerances import Leeway
from tests.bad_input.random_trees import edits, json_values, mutations
from tests.bad_input.refusals import SHARED, attempt
from tests.studies.verify.published_studies import made_study, repack
from tests.tally import Tally

PAGE, PICTURE = "explorer.html", "figures/main/maps.png"
COMPARE = {".html": compare_explorers, ".png": compare_pictures}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_study(tmp_path_factory.mktemp("results") / "published")


def compared(tally: Tally, here: Path, published: Path) -> Any:
    return attempt(tally, lambda: COMPARE[here.suffix](here, published, Leeway.CHAOTIC), str(here))


def repacked(page: Path, folder: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    copy = folder / PAGE
    copy.write_bytes(page.read_bytes())
    repack(copy, name, change)
    return copy


@pytest.mark.parametrize("name", [PAGE, PICTURE])
@SHARED
@given(data=st.data())
def test_damaged_bytes(
    tally: Tally, tmp_path: Path, published: Path, name: str, data: st.DataObject
) -> None:
    whole = (published / name).read_bytes()
    path = tmp_path / Path(name).name
    path.write_bytes(data.draw(edits(whole, (b"\0", b"\xff", b"<", b"IDAT", b"null"), len(whole))))
    compared(tally, path, published / name)


@SHARED
@given(data=st.data())
def test_pages_with_valid_encoding_and_malformed_content(
    tally: Tally, tmp_path: Path, published: Path, data: st.DataObject
) -> None:
    """A checksum does not detect it: another program may have written the page."""

    def odd_cells(content: bytes) -> bytes:
        return json.dumps(data.draw(mutations(json.loads(content), json_values))).encode()

    def odd_curves(content: bytes) -> bytes:
        header, streams = unpack_streams(content)
        return pack_streams(data.draw(mutations(header, json_values)), streams)

    name, change = data.draw(st.sampled_from([("cells", odd_cells), ("curves", odd_curves)]))
    page = repacked(published / PAGE, tmp_path, name, change)
    compared(tally, page, published / PAGE)


def test_a_page_with_deeply_nested_data_is_refused(
    tally: Tally, tmp_path: Path, published: Path
) -> None:
    page = repacked(published / PAGE, tmp_path, "cells", lambda _: b"[" * 100_000)
    assert compared(tally, page, published / PAGE) is None
