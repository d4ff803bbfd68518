"""The paper of the published study: its facts, and blank figures."""

import json
import shutil

import pytest

from momentum_study.config.loading import load_study
from momentum_study.documents.paper.facts import facts
from momentum_study.documents.paper.parts import plates
from tests.documents.paper.designs import BLANK, WORDS, read_tables, study_facts
from tests.documents.paper.paper_text import PAPER, ROOT


@pytest.fixture(scope="session")
def study():
    return load_study(ROOT / "config/paper.yaml")


@pytest.fixture(scope="session")
def tables():
    """The published tables that the paper reads."""
    return read_tables(ROOT / "results/published/tables")


@pytest.fixture(scope="session")
def published(tables, study):
    """The facts of the published study."""
    return facts(tables, study_facts(study))


@pytest.fixture(scope="session")
def inputs(published, study, tmp_path_factory):
    """The inputs of the text, and its root folder."""
    root = tmp_path_factory.mktemp("paper")
    shutil.copytree(PAPER, root / "paper")
    shown = {}
    for kind in plates(study):
        (root / f"{kind}.svg").write_text(BLANK)
        (root / f"{kind}.json").write_text(json.dumps(WORDS))
        shown[kind] = f"/{kind}"
    return root, {"facts": published, "plates": shown}
