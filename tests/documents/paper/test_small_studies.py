"""Papers of small studies.

The text says only what the study has, in complete sentences; nothing on the pages leaves the
margins or covers something else.
"""

import json
import random
import re
from dataclasses import dataclass

import pytest

from momentum_study.documents.paper.facts import facts
from momentum_study.documents.paper.parts import plates
from momentum_study.figures.layout import TALLEST
from tests.configurations import Tree
from tests.documents.paper.designs import (
    WORDS,
    blank_plates,
    draw_plates,
    make_tables,
    random_design,
    read_tables,
    study_facts,
    typeset_paper,
)
from tests.documents.paper.pages import assert_printable
from tests.documents.paper.paper_text import paragraphs, pdf_text

FEW, MANY = (1, 3), (2, *range(4, 65))
POINTS = 72  # per inch
PAGE_MARK = "\n<!-- page -->\n"  # before and after each page of a drawing of several

WRONG = {
    "a number that is none": r"\b(nan|inf|none|None|NaN)\b(?! of them varies)",
    "a missing value in a sentence": r"[\w,;:(] ?–(?!\d)",
    "a plural after 1": r"(?<![\d.,–] )(?<![\d.,/–×=])\b1 (?:\w+ )?"
    r"(?:batches|cases|cells|data sets|grids|groups|networks|pairs|problems|replicates|runs|sets"
    r"|tests|trials|updates)\b",
    "an empty description": r"”:  ?All",
    "1 are": r"\b1 (?:are|show|have|confirm)\b",
    "a hole": r" [,.;:)]|\( |\(\)|,,|\.\.|,\.| (?:or|of|with|than|by|at)[.,:;]",
}


def design(**grid: object) -> Tree:
    """A study of gradient descent and momentum on one data set, with changes to its grid."""
    rules = {"gd": {}, "momentum": {"beta": [0.5, 0.9]}}
    usual = {
        "datasets": ["rows"],
        "networks": ["small"],
        "rules": rules,
        "learning_rates": [0.03, 0.1, 0.3, 1],
        "batch_sizes": [16, "full"],
        "replicates": 3,
        "steps": 40,
        "evaluations": 5,
    }
    return {
        "study": "mine",
        "seed": 1,
        "datasets": {"rows": {"source": "conditioned", "parameters": {"samples": 60}}},
        "networks": {"small": {"hidden": [4]}},
        "grids": {"only": usual | grid},
        "statistics": {"resamples": 50},
    }


def framed(height, text):
    """A drawing with a frame and a text."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="504" height="{height}" '
        f'viewBox="0 0 504 {height}"><rect x="1" y="1" width="502" height="{height - 2}" '
        f'fill="none" stroke="black"/><text x="9" y="{height / 2}" font-size="7" '
        f'font-family="DejaVu Sans">{text}</text></svg>'
    )


def plates_of_any_height(study, folder, draw):
    """Write drawings of random heights, of one page or several, with captions of any length."""
    for kind, job in plates(study).items():
        stem = folder / "figures" / job.path
        stem.parent.mkdir(parents=True, exist_ok=True)
        count = draw.choice((1, 1, 1, 2, 5))
        heights = [draw.randint(72, int(POINTS * TALLEST)) for _ in range(count)]
        pages = [framed(height, f"{kind} page {place}") for place, height in enumerate(heights, 1)]
        whole = PAGE_MARK.join(["<svg>", *pages, "</svg>"]) if len(pages) > 1 else pages[0]
        stem.with_suffix(".svg").write_text(whole)
        notes = ["Held fixed: everything."] * draw.choice((1, 10, 60))
        stem.with_suffix(".json").write_text(json.dumps({**WORDS, "notes": notes}))


def sentences_of(study, folder):
    """Return the paragraphs of the paper of a study."""
    shown = {kind: f"/figures/{job.path}" for kind, job in plates(study).items()}
    values = facts(read_tables(folder / "tables"), study_facts(study))
    return paragraphs(folder, {"facts": values, "plates": shown})


def text_of(tree, folder):
    """Return the paragraphs of the paper of a study, and the text of its PDF."""
    study = make_tables(tree, folder)
    blank_plates(study, folder)
    pdf = typeset_paper(study, folder)
    return sentences_of(study, folder), pdf_text(pdf)


@dataclass(frozen=True)
class RandomPaper:
    """The paper of a random study, and how many pages its figures have beyond the first one."""

    sentences: list[str]
    pdf: bytes
    further_pages: int


@pytest.fixture(
    scope="module", params=[*FEW, *(pytest.param(seed, marks=pytest.mark.slow) for seed in MANY)]
)
def paper(request, tmp_path_factory):
    """Names of usual and of great length, seldom many data sets, sometimes the real figures."""
    seed = request.param
    folder = tmp_path_factory.mktemp("paper")
    most_datasets = 40 if seed % 20 == 0 else 5
    design = random_design(seed, most_datasets=most_datasets, letters=(0, 60, 20)[seed % 3])
    study = make_tables(design, folder)
    if seed % 10 == 5:
        draw_plates(study, folder)
    else:
        plates_of_any_height(study, folder, random.Random(seed))
    pdf = typeset_paper(study, folder)
    marks = [
        (folder / "figures" / f"{job.path}.svg").read_text().count(PAGE_MARK)
        for job in plates(study).values()
    ]
    return RandomPaper(sentences_of(study, folder), pdf, sum(max(0, n - 2) for n in marks))


def faults(texts):
    return [
        (fault, text)
        for text in texts
        for fault, pattern in WRONG.items()
        if re.search(pattern, text)
    ]


def test_the_paper_of_a_random_study_has_complete_sentences(paper):
    assert faults(paper.sentences) == []
    assert re.findall(r"\b(?:nan|inf)\b|\bnan%", pdf_text(paper.pdf)) == []


def test_the_pages_of_a_random_study_are_printable(paper):
    assert_printable(paper.pdf)


def test_further_pages_of_the_figures_of_a_random_study_are_printed_once(paper):
    text = pdf_text(paper.pdf)
    captions = re.findall(r"Figure\s[0-9]+,\spage\s[0-9]+\.", text)
    assert len(captions) == len(set(captions)) == paper.further_pages


def test_a_study_of_one_rate_says_that_nothing_was_tuned(tmp_path):
    sentences, pdf = text_of(design(learning_rates=[0.1]), tmp_path)
    assert faults(sentences) == []
    assert "nan" not in pdf.split()
    text = " ".join(sentences)
    assert "No learning rate was tuned" in text  # but β was
    assert "With both rules tuned" not in text
    assert "same α" in pdf


def test_a_study_of_one_cell_for_each_rule_says_that_nothing_was_tuned(tmp_path):
    rules = {"gd": {}, "adam": {"beta": [0.9], "learning_rates": [0.01]}}
    tree = design(rules=rules, learning_rates=[0.1], batch_sizes=[8])
    sentences, _ = text_of(tree, tmp_path)
    assert faults(sentences) == []
    assert "Nothing was tuned: there is one learning rate." in " ".join(sentences)
    assert "They cover 1 data set and minibatches." in " ".join(sentences)


def test_a_study_of_which_every_run_diverged_says_so(tmp_path):
    sentences, _ = text_of(design(learning_rates=[1e9, 1e10]), tmp_path)
    assert faults(sentences) == []
    assert "Every run of the study diverged." in " ".join(sentences)


def test_full_batches_alone_are_not_compared_with_minibatches(tmp_path):
    sentences, _ = text_of(design(batch_sizes=["full"], replicates=1), tmp_path)
    assert faults(sentences) == []
    assert not any("batches of" in text for text in sentences if text.startswith("Abstract"))
