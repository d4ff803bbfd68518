import base64
import hashlib
import os
import re
import subprocess
import sys

import pytest

from momentum_study.cli.main import main
from momentum_study.documents.explorer.page import FOLDER, SCRIPTS, STYLES
from tests.documents.explorer.made_pages import DESCRIPTION, explorer_command


@pytest.fixture(scope="module")
def page(study):
    return study.path.read_text(encoding="utf-8")


def policy(page):
    (text,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    return dict(part.strip().split(" ", 1) for part in text.split(";"))


def sha256(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_only_the_scripts_and_the_style_of_the_page_are_let_in(page):
    (style,) = re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert policy(page) == {
        "default-src": "'none'",
        "script-src": sha256(script),
        "style-src": sha256(style),
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_what_else_is_in_script_elements_is_data(page):
    kinds = re.findall(r"<script([^>]*)>", page)
    assert kinds == [
        *(f' type="text/plain" id="{name}"' for name in ("study", "numbers-0", "curves-0")),
        "",
    ]


def test_the_page_names_no_address(page):
    assert set(re.findall(r"\w+://[^\"'\s)]+", page)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\b(?:src|href)=(?!\"#)", page)


def test_there_is_no_attribute_that_a_policy_would_stop(page):
    assert not re.search(r"<[^>]* (?:on\w+|style)=", page)


def test_every_script_and_style_is_in_the_page_once(page):
    for suffix, names in (("js", SCRIPTS), ("css", STYLES)):
        assert sorted(path.stem for path in FOLDER.glob(f"*.{suffix}")) == sorted(names)
    assert all(page.count((FOLDER / f"{name}.css").read_text()) == 1 for name in STYLES)
    assert re.findall(r"^// ---- (\w+)$", page, flags=re.MULTILINE) == list(SCRIPTS)


def test_name_description_and_size_are_there_without_scripts(page, study):
    assert "<title>made: cells and learning curves</title>" in page
    assert DESCRIPTION in page
    assert f"in {len(study.cells):,} cells" in page


def test_the_same_tables_make_the_same_bytes_in_another_process(study, tmp_path):
    command = explorer_command(study.path.parent, tmp_path / "explorer.html")
    subprocess.run(
        [sys.executable, "-m", "momentum_study", *command],
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "1"},
    )
    assert (tmp_path / "explorer.html").read_bytes() == study.path.read_bytes()


def test_a_missing_table_is_an_error(study, tmp_path, capsys):
    assert main(explorer_command(tmp_path, tmp_path / "explorer.html")) == 1
    assert "cells.parquet: no such file" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
