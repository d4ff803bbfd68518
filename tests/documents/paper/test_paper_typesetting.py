"""Typesetting: reproducible bytes, tags, no date, whole pages, errors with their position."""

import re

import pytest
import typst

from momentum_study.core.errors import StudyError, StudyWarning
from momentum_study.documents.paper.typesetting import typeset
from tests.documents.paper.pages import assert_printable
from tests.projects import ROOT

HEAD = '#set document(title: "A title")\n#set text(lang: "en")\n'


@pytest.fixture
def document(tmp_path):
    def write(text):
        (tmp_path / "main.typ").write_text(HEAD + text, encoding="utf-8")
        return tmp_path / "main.typ", tmp_path

    return write


def test_the_paper_is_the_same_bytes_twice(inputs):
    root, values = inputs
    first, second = (typeset(root / "paper/main.typ", root, values) for _ in range(2))
    assert first == second


def test_it_is_tagged_and_has_no_date(inputs):
    root, values = inputs
    pdf = typeset(root / "paper/main.typ", root, values)
    assert re.search(rb"<pdfuaid:part>1</pdfuaid:part>", pdf)
    assert b"/StructTreeRoot" in pdf
    assert b"CreationDate" not in pdf
    assert b"CreateDate" not in pdf


def test_the_published_paper_is_printable():
    assert_printable((ROOT / "results/published/paper.pdf").read_bytes())


def test_inputs_are_found_as_json(document):
    source, root = document('#json(bytes(sys.inputs.facts)).at("β")')
    assert typeset(source, root, {"facts": {"β": "0.9"}}).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#nobody", "main.typ: the paper does not compile.*unknown variable: nobody.*main.typ:3"),
        ('#image("none.svg", alt: "x")', "the paper does not compile.*none.svg"),
        ("$x$", "missing alt text"),
        ('#set text(font: "Arial")\nText', "compiles with warnings.*unknown font family: arial"),
    ],
)
def test_an_error_names_its_position(document, text, expected):
    with pytest.raises(StudyError, match=f"(?s){expected}"):
        typeset(*document(text), {})


def test_pages_are_written_without_tags_where_typst_fails_to_write_them(document, monkeypatch):
    compiler_of = typst.Compiler

    class Failing:
        def __init__(self, *paths, **options):
            self.compiler = compiler_of(*paths, **options)

        def compile_with_warnings(self, *, pdf_tags=True, **options):
            if pdf_tags:
                raise typst.TypstError("internal error: parent group")
            return self.compiler.compile_with_warnings(pdf_tags=False, **options)

    monkeypatch.setattr(typst, "Compiler", Failing)
    with pytest.warns(StudyWarning, match="no tags for screen readers"):
        pdf = typeset(*document("Text"), {})
    assert b"/StructTreeRoot" not in pdf
    assert pdf.startswith(b"%PDF")


def test_numbers_that_are_invalid_in_json_are_refused(document):
    with pytest.raises(ValueError, match="not JSON compliant"):
        typeset(*document("Text"), {"facts": float("nan")})
