"""The command: what it prints, what it writes, how it exits."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from momentum_study.cli.main import main
from momentum_study.studies.verify.report import WIDTH
from tests.studies.verify.published_studies import (
    CONFIGURATION,
    change_provenance,
    set_value,
    with_other_kernels,
)


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def verify(here: Path, *more: str) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["verify", f"--study={here.name}", f"--results={here.parent}", *more])
    return Done(code, out.getvalue(), err.getvalue())


def written(here: Path) -> dict[str, Any]:
    text = (here / "verify.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text, parse_constant=pytest.fail)
    return document


def test_reproduced(here: Path) -> None:
    done = verify(here)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "reproduced: all 8 files identical"
    assert written(here)["reproduced"] is True


def test_reproduced_within_tolerance(here: Path) -> None:
    with_other_kernels(here)
    done = verify(here)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[-1].startswith("reproduced within tolerance: 7 identical, 1 within tolerance (")
    assert "  BLAS kernels: here SkylakeX, published Haswell" in lines
    (row,) = [line for line in lines if line.startswith("  tables/runs.parquet")]
    assert row.split()[3] == "0"  # none beyond tolerance
    assert len(written(here)["files"]) == 8
    assert max(map(len, lines[1:-1])) <= WIDTH  # folders and verdict may be long


def test_not_reproduced(here: Path) -> None:
    set_value(here, "runs.parquet", 7, "train_loss_final", 12.5)
    (here / "paper.pdf").unlink()
    done = verify(here)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "NOT reproduced: 1 table differs, 1 page is missing"
    place = lines.index("tables/runs.parquet, the first values beyond tolerance:")
    difference = " ".join(" ".join(lines[place + 1 : -1]).split())
    assert difference.startswith("grid=main dataset=digits network=32 rule=")
    assert " replicate=3 train_loss_final: here 12.5, published 0." in difference
    assert max(map(len, lines[1:-1])) <= WIDTH  # folders and verdict may be long


def test_the_json_report_has_the_same_keys_for_every_result(here: Path) -> None:
    verify(here)
    identical = written(here)
    with_other_kernels(here)
    set_value(here, "claims.csv", 1, "effect", float("inf"))
    change_provenance(here, lambda tree: tree.update(study={**CONFIGURATION, "seed": 3}))
    verify(here)
    other = written(here)
    assert identical.keys() == other.keys()
    for one, another in zip(identical["files"], other["files"], strict=True):
        assert one.keys() == another.keys()
    assert other["counts"] == {"different": 2, "identical": 6}
    assert other["configuration"] == [{"key": "seed", "here": "3", "published": "1"}]
    assert other["verdict"].startswith("NOT reproduced: its configuration differs, 2 tables")
    (claims,) = [one for one in other["files"] if one["file"] == "tables/claims.csv"]
    (effect,) = claims["columns"]
    assert (effect["column"], effect["rows"], effect["differing"]) == ("effect", 12, 1)
    (difference,) = claims["differences"]
    assert (difference["row"], difference["here"], difference["gap"]) == ("number=2", "inf", None)
    assert other["computing"]["here"]["BLAS kernels"] == "Haswell"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda here: (here / "provenance.json").unlink(), "made: no finished study"),
        (
            lambda here: change_provenance(
                here, lambda tree: tree.update(study={"study": "other"})
            ),
            "published contains the study 'made', not 'other'",
        ),
    ],
)
def test_studies_that_cannot_be_compared_are_refused_in_one_line(
    here: Path, change, message: str
) -> None:
    change(here)
    done = verify(here)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert message in line
    assert not (here / "verify.json").exists()


def test_the_published_study_may_be_elsewhere(here: Path) -> None:
    (here.parent / "published").rename(here.parent / "elsewhere")
    assert verify(here).returncode == 1
    assert verify(here, "--published", str(here.parent / "elsewhere")).returncode == 0
