from pathlib import Path

import pandas as pd
import pytest

from benchmarks.summary import replace_rows
from benchmarks.versions import make

MAKEFILE = """\
smoke:
\ttest ! -e results/smoke
\ttest -e results/published
\tpython3 -c 'sum(range(10**6))'
test:
\tfalse
"""


def checkout(folder: Path) -> Path:
    (folder / "Makefile").write_text(MAKEFILE, encoding="utf-8")
    for study in ("smoke", "published"):
        (folder / "results" / study).mkdir(parents=True)
    return folder


def test_a_study_is_made_from_nothing_and_costs_what_its_processes_take(tmp_path: Path) -> None:
    cost = make("smoke", checkout(tmp_path))
    assert cost["processor_seconds"] > 0
    assert cost["seconds"] > 0


def test_a_target_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="make test failed"):
        make("test", checkout(tmp_path))


def test_new_rows_replace_those_of_their_own_version(tmp_path: Path) -> None:
    path = tmp_path / "kept.csv"
    for version, seconds in (("old", 3), ("now", 2), ("now", 1)):
        replace_rows(path, pd.DataFrame({"version": [version], "seconds": [seconds]}), "version")
    assert path.read_text(encoding="utf-8") == "version,seconds\nold,3\nnow,1\n"
