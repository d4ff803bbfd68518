"""Any configuration is a design or is refused in one line."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from momentum_study.config.grids import Grid
from momentum_study.config.loading import load_study
from momentum_study.config.study import Study
from momentum_study.runs.design import shards
from tests.bad_input.random_trees import WORDS, edits, mutations, scalars, trees
from tests.bad_input.refusals import SHARED, refusal
from tests.configurations import VALID
from tests.projects import ROOT
from tests.tally import Tally

FILES = [ROOT / "config/smoke.yaml", *sorted((ROOT / "config/examples").glob("*.yaml"))]
TOKENS = (
    *(b"[", b"]", b"{", b"}", b":", b": ", b"- ", b"\n", b"\n  ", b"\t", b"#", b"'", b'"', b"&a "),
    *(b"*a", b"!!int ", b"!!binary ", b"<<: ", b"---\n", b"%", b"\0", b"\xff", b"\xef\xbb\xbf"),
    *(b"999999999999", b".inf", b"1e-3", b"-", b"0x", b"2001-99-99", b'"\\ud800"', b"? "),
)

# A configuration that sets almost every key.
WHOLE = VALID | {
    "description": "One sentence.",
    "rule_files": ["config/examples/quasi_hyperbolic.py"],
    "datasets": VALID["datasets"]
    | {
        "houses": {
            "source": "file",
            "path": "config/examples/houses.csv",
            "target": "price",
            "task": "regression",
            "leave_out": ["id"],
            "missing": "impute",
            "rows": 100,
        },
        "hard": {"source": "conditioned", "parameters": {"samples": 60, "features": 4}},
    },
    "grids": VALID["grids"]
    | {
        "two": VALID["grids"]["one"]
        | {
            "datasets": ["houses", "sugar"],
            "rules": {"gd": {}, "momentum": {"beta": [0.5], "learning_rates": [0.01]}},
            "batch_sizes": ["full"],
            "schedules": ["constant"],
            "sharpness": {"rules": ["gd"], "learning_rates": [0.01], "replicates": 1},
            "figures": ["maps"],
            "gradient_noise": 0.1,
        }
    },
    "targets": [0.5],
    "loss_limit": 100,
    "replicates_per_shard": 1,
    "statistics": {"confidence": 0.9, "resamples": 10},
    "verdicts": {"beta": 0.9, "learning_rates": [0.001, 0.01], "margins": {"share": 0.1}},
    "theory": {"draws": 10},
    "landscapes": {"draws": 10},
    "validation": {"epochs": 10},
}
KEYS = st.sampled_from([*WORDS, *Study.model_fields, *Grid.model_fields])
VALUES = scalars | trees(KEYS)
_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9_-]*"
SHARD_PATH = re.compile(rf"{_SEGMENT}/{_SEGMENT}/{_SEGMENT}/[A-Za-z0-9_.-]+\.parquet")


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def try_configuration(tally: Tally, folder: Path, content: bytes) -> str | None:
    path = folder / "study.yaml"
    path.write_bytes(content)
    plan = ["plan", f"--configfile={path}", f"--results={folder / 'results'}", "--cores=2"]
    line = refusal(tally, *plan, naming=str(path))
    if line is None:
        paths = [shard.path for shard in shards(load_study(path))]
        assert paths
        assert len(set(paths)) == len(paths)
        assert all(map(SHARD_PATH.fullmatch, paths))
    return line


def written(tree: Any) -> bytes:
    return yaml.safe_dump(tree, allow_unicode=True).encode()


def test_the_unchanged_configuration_is_valid(tally: Tally, tmp_path: Path) -> None:
    assert try_configuration(tally, tmp_path, written(WHOLE)) is None


@SHARED
@given(tree=trees(KEYS) | st.dictionaries(KEYS, VALUES))
def test_any_tree(tally: Tally, tmp_path: Path, tree: Any) -> None:
    assert try_configuration(tally, tmp_path, written(tree)) is not None


@SHARED
@given(tree=mutations(WHOLE, VALUES))
@example(tree=WHOLE | {"description": "a\0b"})
@example(tree=WHOLE | {"a\nb": 1})
@example(tree=WHOLE | {"rule_files": ["a\nb.py"]})
@example(tree=WHOLE | {"seed": 10**400})
def test_a_configuration_with_changes(tally: Tally, tmp_path: Path, tree: Any) -> None:
    try_configuration(tally, tmp_path, written(tree))


@SHARED
@given(data=st.data())
def test_a_file_with_typos(tally: Tally, tmp_path: Path, data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(FILES)).read_bytes()
    try_configuration(tally, tmp_path, data.draw(edits(content, TOKENS, len(content))))


@SHARED
@given(content=st.binary() | st.text().map(str.encode))
def test_any_bytes(tally: Tally, tmp_path: Path, content: bytes) -> None:
    assert try_configuration(tally, tmp_path, content) is not None
