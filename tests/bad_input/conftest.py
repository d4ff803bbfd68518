"""Configurations of these tests may add rules, which must not remain for the next test."""

from collections.abc import Iterator

import pytest

from momentum_study.engine.optimizers import set_added_rules


@pytest.fixture(autouse=True)
def _remove_added_rules() -> Iterator[None]:
    yield
    set_added_rules([])
