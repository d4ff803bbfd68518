"""The pages of the paper of any study: nothing leaves the margins or covers something else."""

import json
import random
import re

import pytest

from momentum_study.documents.paper.parts import plates
from momentum_study.figures.layout import TALLEST
from momentum_study.figures.style import apply_style
from tests.documents.paper.designs import (
    WORDS,
    draw_plates,
    make_tables,
    random_design,
    typeset_paper,
)
from tests.documents.paper.pages import assert_printable, pages_of
from tests.projects import ROOT

POINTS = 72  # per inch


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
        mark = "\n<!-- page -->\n"
        whole = mark.join(["<svg>", *pages, "</svg>"]) if len(pages) > 1 else pages[0]
        stem.with_suffix(".svg").write_text(whole)
        notes = ["Held fixed: everything."] * draw.choice((1, 10, 60))
        stem.with_suffix(".json").write_text(json.dumps({**WORDS, "notes": notes}))


def paper_of(folder, seed, *, letters, real=False):
    design = random_design(seed, most_datasets=40 if seed % 20 == 0 else 5, letters=letters)
    study = make_tables(design, folder)
    if real:
        apply_style()
        draw_plates(study, folder)
    else:
        plates_of_any_height(study, folder, random.Random(seed))
    return study, typeset_paper(study, folder)


@pytest.mark.parametrize(("seed", "letters"), [(1, 60), (3, 0)])
def test_the_pages_of_a_random_study_are_printable(tmp_path, seed, letters):
    assert_printable(paper_of(tmp_path, seed, letters=letters)[1])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 65))
def test_the_pages_of_many_random_studies_are_printable(tmp_path, seed):
    pdf = paper_of(tmp_path, seed, letters=(0, 20, 60)[seed % 3], real=seed % 10 == 5)[1]
    assert_printable(pdf)


def test_the_published_paper_is_printable():
    assert_printable((ROOT / "results/published/paper.pdf").read_bytes())


def test_further_pages_of_figures_are_printed_once(tmp_path):
    study, pdf = paper_of(tmp_path, 1, letters=0)
    text = " ".join(page.text for page in pages_of(pdf))
    further = sum(
        (tmp_path / "figures" / f"{job.path}.svg").read_text().count("<text") - 1
        for job in plates(study).values()
    )
    assert further > 0
    captions = re.findall(r"Figure\s[0-9]+,\spage\s[0-9]+\.", text)
    assert len(captions) == len(set(captions)) == further
