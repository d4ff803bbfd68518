"""The text of the paper: no typed numbers, no missing and no unused facts."""

import copy
import json
import re

import pytest

from momentum_study.documents.paper.parts import LEFT_OUT, plates
from momentum_study.documents.paper.typesetting import typeset
from tests.documents.paper.paper_text import PAPER, SECTIONS, paragraphs, query

OUTCOMES = ("for", "against", "no difference", "undecided")


def prose(text):
    """Return what is printed as it stands: no comments, code, formulas, names of cases."""
    text = re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    text = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    text = re.sub(r"\$.*?\$", "", text, flags=re.DOTALL)
    text = re.sub(r"^#?(?:set|let|import|show)\b.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"#[\w.-]+(?:\([^()]*\))?", "", text)
    text = re.sub(r"@[\w:]+", "", text)
    # Layout: columns, sizes, spans.
    return re.sub(r"^\s*(?:columns|size|align|table\.cell|fill)\b.*$", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", SECTIONS)
def test_no_number_is_typed(name):
    found = re.findall(r"(?<![\w.])\d+\.\d+|(?<![\w.Cx])\d{2,}", prose(SECTIONS[name]))
    assert found == []


@pytest.mark.parametrize("name", SECTIONS)
def test_no_semicolon_ends_a_piece_of_code_that_was_meant_to_be_printed(name):
    assert re.findall(r"(?:#[a-z][\w.-]*|\));", SECTIONS[name]) == []


def test_every_reference_is_cited_and_every_citation_is_known():
    known = set(re.findall(r"^@\w+\{(\w+),", (PAPER / "references.bib").read_text(), re.MULTILINE))
    cited = set(re.findall(r"@([a-z]+\d{4})\b", "".join(SECTIONS.values())))
    assert cited == known


def test_every_kind_of_figure_is_shown_and_named(study):
    text = "".join(SECTIONS.values())
    shown, named = (set(re.findall(rf'{what}\("(\w+)"[,)]', text)) for what in ("#plate", "see"))
    assert shown == named == set(plates(study))
    assert not shown & set(LEFT_OUT)


def test_every_case_that_the_text_names_is_in_the_published_study(published):
    levels = published["levels"] | {"beta": published["settings"]["beta"]}
    text = "".join(SECTIONS.values())
    named = re.findall(r'(?<!on-claim\()"(C\d+)", "([^"]+)"(?! \+)', text)
    assert len(set(named)) > 60
    missing = [
        (claim, name)
        for claim, name in named
        if name.format_map(levels) not in published["cases"][claim]
    ]
    assert missing == []


def test_nothing_is_said_of_a_case_that_the_study_does_not_have(inputs):
    root, values = inputs
    other = copy.deepcopy(values)
    for claim, cases in other["facts"]["cases"].items():
        other["facts"]["cases"][claim] = {"another": next(iter(cases.values()))}
    whole, less = (paragraphs(root, one) for one in (values, other))
    effect = re.compile(r"\((× |[+−])[\d.]+ \[")
    assert sum(bool(effect.search(text)) for text in whole) >= 5
    assert not any(effect.search(text) for text in less)
    assert len(less) > 50


def test_a_claim_without_cases_has_one_sentence(inputs):
    root, values = inputs
    other = copy.deepcopy(values)
    del other["facts"]["cases"]["C7"]
    assert len(query(root, other, "heading")) == len(query(root, values, "heading"))
    (words,) = (one["words"] for one in values["facts"]["claims"] if one["name"] == "C7")
    assert [text for text in paragraphs(root, other) if words in text] == [
        f"“{words}” This study has no runs that test it."
    ]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_paper_compiles_whatever_comes_out(inputs, outcome):
    root, values = inputs
    other = copy.deepcopy(values)
    for cases in other["facts"]["cases"].values():
        for case in cases.values():
            case["outcome"] = outcome
    assert typeset(root / "paper/main.typ", root, other).startswith(b"%PDF")


def test_the_paper_compiles_for_a_study_with_next_to_nothing_in_it(inputs):
    root, values = inputs
    other = copy.deepcopy(values)
    for name in ("claims", "tuned", "regret", "profiles", "predicted"):
        other["facts"][name] = []
    for name in ("cases", "budget", "best_rates", "exits", "limits"):
        other["facts"][name] = {}
    other["facts"]["theory"]["break_even"] = []
    other["facts"]["study"] = {"name": "mine", "description": "A study of my own."}
    other["plates"] = {}
    assert typeset(root / "paper/main.typ", root, other).startswith(b"%PDF")


def test_a_figure_with_nothing_to_draw_is_left_out(inputs):
    root, values = inputs
    (root / "empty.svg").write_text((root / "performance.svg").read_text())
    words = json.loads((root / "performance.json").read_text()) | {"notes": []}
    (root / "empty.json").write_text(json.dumps(words))
    other = values | {"plates": values["plates"] | {"performance": "/empty"}}
    assert len(query(root, values, "<fig:performance>")) == 1
    assert query(root, other, "<fig:performance>") == []


def test_the_paper_of_another_study_states_its_name(inputs):
    root, values = inputs
    other = copy.deepcopy(values)
    other["facts"]["study"] = {"name": "smoke", "description": "A smoke study."}
    assert query(root, values, "<other-study>") == []
    (note,) = query(root, other, "<other-study>")
    assert "A smoke study." in json.dumps(note)
