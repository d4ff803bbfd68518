"""A damaged record of a finished study: `compare` and `verify` refuse it, `plan` ignores it."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from momentum_study.studies.compare.comparability import differences, refuse_incomparable
from momentum_study.studies.compare.matching import common_grids, problem_pairs
from momentum_study.studies.compare.metrics import settings_of
from momentum_study.studies.compare.request import parse
from momentum_study.studies.compare.studies import FinishedStudy, read_study
from momentum_study.studies.record import PROVENANCE, read_provenance
from momentum_study.studies.verify.report import report_lines, to_json
from momentum_study.studies.verify.study import compare_studies
from tests.bad_input.random_trees import edits, json_values, mutations
from tests.bad_input.refusals import SHARED, attempt, refusal
from tests.studies.compare.made_studies import MADE, changed, made_runs, write_study
from tests.tally import Tally

COMPUTING: dict[str, Any] = {
    "python": "3.11.7",
    "packages": {"numpy": "2.4.6"},
    "platform": "Linux-6.1-x86_64-with-glibc2.36",
    "blas": [{"internal_api": "openblas", "version": "0.3.31", "architecture": "Haswell"}],
    "numpy_simd": {"baseline": ["X86_V2"], "found": ["X86_V3"], "not found": []},
}
STUDY = changed(MADE, {"datasets": ["wine"], "batch_sizes": ["full"]})


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole study, and another whose record each example rewrites."""
    folder = tmp_path_factory.mktemp("results")
    runs = made_runs().query("dataset == 'wine' and batch == 'full'")
    for name in ("whole", "mine"):
        write_study(folder / name, STUDY, runs)
        record = json.loads((folder / name / PROVENANCE).read_text()) | COMPUTING
        (folder / name / PROVENANCE).write_text(json.dumps(record))
    return folder


@pytest.fixture(scope="module")
def record(results: Path) -> Any:
    return json.loads((results / "whole" / PROVENANCE).read_text())


@cache
def whole_study(results: Path) -> FinishedStudy:
    return read_study(results, parse("whole"))


def compared(results: Path) -> None:
    """Every step of a comparison before its figures, in both directions."""
    whole, mine = whole_study(results), read_study(results, parse("mine"))
    for baseline, candidate in ((whole, mine), (mine, whole)):
        grids = common_grids(baseline.grids, candidate.grids)
        refuse_incomparable(baseline, candidate, grids)
        settings = settings_of(baseline, candidate, "auto")
        list(problem_pairs(baseline, candidate, paired=settings.paired))
        differences(baseline, candidate, grids)


def verified(results: Path) -> None:
    reproduction = compare_studies(results / "mine", results / "whole")
    to_json(reproduction)
    report_lines(reproduction, "mine", "whole")


READERS: dict[str, Callable[[Path], None]] = {"compare": compared, "verify": verified}


@pytest.mark.parametrize("reader", READERS)
@SHARED
@given(data=st.data())
def test_a_record_with_changes(
    tally: Tally, results: Path, record: Any, reader: str, data: st.DataObject
) -> None:
    (results / "mine" / PROVENANCE).write_text(
        json.dumps(data.draw(mutations(record, json_values)))
    )
    attempt(tally, lambda: READERS[reader](results), "")


@SHARED
@given(data=st.data())
def test_a_record_with_damage(
    tally: Tally, results: Path, record: Any, data: st.DataObject
) -> None:
    path = results / "mine" / PROVENANCE
    content = json.dumps(record).encode()
    tokens = (b"{", b"}", b"[", b"]", b",", b":", b'"', b"NaN", b"\0", b"\xff", b"null", b"1e999")
    path.write_bytes(data.draw(edits(content, tokens, len(content))))
    attempt(tally, lambda: read_provenance(path), str(path))


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "3", "{}", '{"study": 3}', "[" * 100_000, '{"study": {}, "blas": 3}'],
    ids=["nothing", "null", "list", "number", "empty", "no study", "deep", "no list"],
)
def test_other_json_is_refused(tally: Tally, results: Path, text: str) -> None:
    path = results / "mine" / PROVENANCE
    path.write_text(text)
    assert attempt(tally, lambda: read_provenance(path), str(path)) is None


@settings(SHARED, max_examples=SHARED.max_examples // 4)  # each plans a whole study
@given(data=st.data())
def test_a_plan_ignores_damaged_records(
    tally: Tally, results: Path, tmp_path: Path, record: Any, data: st.DataObject
) -> None:
    (results / "published").mkdir(exist_ok=True)
    (results / "published" / PROVENANCE).write_text(
        json.dumps(data.draw(mutations(record, json_values)))
    )
    configuration = tmp_path / "study.yaml"
    configuration.write_text(json.dumps(STUDY))
    plan = ["plan", f"--configfile={configuration}", f"--results={results}", "--json"]
    assert refusal(tally, *plan, naming="") is None
