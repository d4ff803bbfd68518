"""The layout of the package and of the workflow."""

import ast
import re

import pytest

from tests.projects import ROOT, copy_project, snakemake

PACKAGE = ROOT / "src/momentum_study"
INITS = sorted(path for path in PACKAGE.glob("*/**/__init__.py"))


@pytest.mark.parametrize("path", INITS, ids=lambda path: str(path.parent.relative_to(PACKAGE)))
def test_a_package_has_a_docstring_and_no_code(path):
    # An import there would make every importer depend on all modules of the package.
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1


def test_both_entry_points_have_the_same_jobs(tmp_path):
    folder = copy_project(tmp_path / "project")
    jobs = []
    for snakefile in ("Snakefile", "workflow/Snakefile"):
        done = snakemake(folder, "--dry-run", "--snakefile", snakefile)
        jobs.append(re.findall(r"^(\w+) +(\d+)$", done.stdout + done.stderr, flags=re.MULTILINE))
    assert jobs[0] == jobs[1]
    assert {"train", "provenance", "all"} <= dict(jobs[0]).keys()
