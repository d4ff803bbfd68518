"""Shared parts of pages."""

import base64
import hashlib
import re

from momentum_study.documents.web import BASE_STYLE, content_hash


def test_an_element_is_let_in_by_the_hash_of_its_text() -> None:
    digest = hashlib.sha256("é\n".encode()).digest()
    kind, _, text = content_hash("é\n").strip("'").partition("-")
    assert kind == "sha256"
    assert base64.b64decode(text) == digest


def test_every_colour_is_a_pair() -> None:
    style = BASE_STYLE.read_text(encoding="utf-8")
    pairs = re.findall(r"light-dark\(#[0-9a-f]{6}, #[0-9a-f]{6}\)", style)
    assert len(pairs) > 3
    assert len(re.findall("#[0-9a-f]{6}", style)) == 2 * len(pairs)
