"""Papers of small studies: the text says only what the study has, in complete sentences."""

import re

import pytest

from momentum_study.documents.paper.facts import facts
from momentum_study.documents.paper.parts import plates
from tests.configurations import Tree
from tests.documents.paper.designs import (
    blank_plates,
    draw_plates,
    make_tables,
    random_design,
    read_tables,
    study_facts,
    typeset_paper,
)
from tests.documents.paper.paper_text import paragraphs, pdf_text

FEW, MANY = (1, 9), (*range(2, 9), *range(10, 60))

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


def text_of(tree, folder, *, drawn=False):
    """Return the paragraphs of the paper of a study, and the text of its PDF."""
    study = make_tables(tree, folder)
    (draw_plates if drawn else blank_plates)(study, folder)
    pdf = typeset_paper(study, folder)
    shown = {kind: f"/figures/{job.path}" for kind, job in plates(study).items()}
    values = facts(read_tables(folder / "tables"), study_facts(study))
    return paragraphs(folder, {"facts": values, "plates": shown}), pdf_text(pdf)


def faults(texts):
    return [
        (fault, text)
        for text in texts
        for fault, pattern in WRONG.items()
        if re.search(pattern, text)
    ]


@pytest.mark.parametrize(
    "seed", [*FEW, *(pytest.param(seed, marks=pytest.mark.slow) for seed in MANY)]
)
def test_the_paper_of_a_random_small_study_has_complete_sentences(seed, tmp_path):
    sentences, pdf = text_of(random_design(seed), tmp_path, drawn=seed % 10 == 5)
    assert faults(sentences) == []
    assert re.findall(r"\b(?:nan|inf)\b|\bnan%", pdf) == []


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
