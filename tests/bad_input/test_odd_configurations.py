"""Configurations that are known to be difficult: too large, recursive, not text, odd values."""

import os
from pathlib import Path

import pytest
import yaml

from momentum_study.config.loading import load_study
from momentum_study.config.strict_yaml import MOST_BYTES
from momentum_study.runs.design import sweeps
from tests.bad_input.refusals import refusal
from tests.configurations import changed, grid, rules, top
from tests.tally import Tally

_HUGE = 10**12


def _laughs(levels: int, start: str, refer: str) -> str:
    lines = [f"a0: &a0 {start}"]
    lines += [f"a{n}: &a{n} {refer.format(n - 1)}" for n in range(1, levels)]
    return "\n".join(lines) + f"\nstudy: *a{levels - 1}\n"


def sklearn(**parameters: object) -> object:
    entry = {"source": "make_classification", "parameters": parameters}
    return lambda tree: tree["datasets"].update(made=entry)


def conditioned(**parameters: object) -> object:
    entry = {"source": "conditioned", "parameters": parameters}
    return lambda tree: tree["datasets"].update(made=entry)


LARGE = {
    "replicates": (grid(replicates=_HUGE), "grids.one.replicates: expected a number ≤"),
    "shards": (
        lambda tree: (top(replicates_per_shard=1)(tree), grid(replicates=10**9)(tree)),
        "6,000,000,000 sweeps, most of them in one; expected at most 100,000",
    ),
    "runs": (
        lambda tree: (top(replicates_per_shard=10**9)(tree), grid(replicates=10**9)(tree)),
        "12,000,000,000 runs",
    ),
    "steps": (grid(steps=_HUGE), "grids.one.steps"),
    "evaluations": (grid(evaluations=_HUGE), "grids.one.evaluations"),
    "batch size": (grid(batch_sizes=[_HUGE]), "grids.one.batch_sizes[0]"),
    "noise": (grid(gradient_noise=1e308), "grids.one.gradient_noise"),
    "rate": (grid(learning_rates=[1.7e308]), "learning_rates[0]: expected a number ≤"),
    "small rate": (grid(learning_rates=[5e-324]), "learning_rates[0]: expected a number ≥ 1e-12"),
    "units": (top(networks={"small": {"hidden": [10**9]}}), "networks.small.hidden: these layers"),
    "layers": (top(networks={"small": {"hidden": [10**6] * 2}}), "1,000,004,000,001 weights"),
    "seed": (top(seed=10**30), "seed: expected a number <"),
    "loss limit": (top(loss_limit=1e300), "loss_limit"),
    "resamples": (top(statistics={"resamples": _HUGE}), "statistics.resamples"),
    "draws": (top(theory={"draws": _HUGE}), "theory.draws"),
    "epochs": (top(validation={"epochs": _HUGE}), "validation.epochs"),
    "rows": (lambda tree: tree["datasets"]["iris"].update(rows=10**15), "datasets.iris.rows"),
    "samples": (sklearn(n_samples=_HUGE), "n_samples is 1,000,000,000,000"),
    "table": (sklearn(n_samples=10**6, n_features=10**6), "n_samples times n_features"),
    "conditioned": (conditioned(samples=10**6, features=1000), "'samples' times 'features'"),
    "path": (top(rule_files=["a" * 5000 + ".py"]), "rule_files: "),
    "data path": (
        lambda tree: tree["datasets"].update(
            own={"source": "file", "path": "a" * 5000 + ".csv", "target": "y", "task": "regression"}
        ),
        "datasets.own.path: ",
    ),
    "keys of a whole file": (top(**{"x" * 200_000: 1}), "unknown key"),
}


@pytest.mark.parametrize(("change", "expected"), LARGE.values(), ids=LARGE)
def test_a_study_that_is_too_large_is_refused_at_once(
    tally: Tally, tmp_path: Path, change: object, expected: str
) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(changed(change)), encoding="utf-8")
    line = refusal(tally, "plan", f"--configfile={path}", naming=str(path))
    assert expected in (line or "")
    assert len(line or "") < 3000


@pytest.mark.parametrize("per_shard", [1, 3, 10])
@pytest.mark.parametrize(
    "change",
    [
        grid(replicates=7, batch_sizes=[1, 2, "full"], schedules=["constant", "cosine"]),
        grid(replicates=3, datasets=["iris", "moons"]),
        rules(momentum={"beta": [0.5, 0.9, 0.99], "learning_rates": [1, 2, 3, 4, 5]}),
    ],
    ids=["batches and schedules", "data sets", "learning rates of one rule"],
)
def test_a_grid_counts_its_sweeps_and_runs(tmp_path: Path, change: object, per_shard: int) -> None:
    path = tmp_path / "study.yaml"
    tree = changed(change) | {"replicates_per_shard": per_shard}
    path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    study = load_study(path)
    listed = sweeps(study)
    runs = sum(len(list(sweep.runs_of(sweep.block))) for sweep in listed)
    assert study.grids["one"].counts(per_shard) == (len(listed), runs)


TEXTS = {
    "multiplied lists": _laughs(12, "[x, x]", "[*a{0}, *a{0}, *a{0}, *a{0}, *a{0}, *a{0}]"),
    "multiplied merges": _laughs(12, "{b: 1, c: 2}", "{{<<: [*a{0}, *a{0}, *a{0}, *a{0}]}}"),
    "multiplied text": f"a: &a {'x' * 10_000}\nstudy: [{', '.join(['*a'] * 1000)}]\n",
    "chain of aliases": _laughs(2000, "[x]", "[*a{0}]"),
    "list that contains itself": "study: &a [*a]\n",
    "mapping that contains itself": "&a {study: *a}\n",
    "mapping that is its own key": "&a {*a : 1}\n",
    "merge with itself": "study: &a\n  <<: *a\n",
    "deep lists": "study: " + "[" * 50_000,
    "deep mappings": "study: " + "{a: " * 3000,
    "deep blocks": "- " * 20_000,
    "many digits": f"seed: {'9' * 5000}\n",
    "many hexadecimal digits": f"seed: 0x{'f' * 5000}\n",
    "many sexagesimal digits": f"seed: 1{':59' * 3000}.0\n",
    "no date": "seed: 2001-99-99\n",
    "no time zone": "seed: 2001-12-14t21:59:43.10-99:00\n",
    "no number": "seed: 0x_\n",
    "tag of a number": "seed: !!int a\n",
    "tag of a truth value": "seed: !!bool x\n",
    "tag of a date": "seed: !!timestamp x\n",
    "null byte by an escape": 'study: "a\\0"\n',
    "half a character by an escape": 'study: "\\ud800"\n',
    "text that is written right to left": 'study: "\\u202e"\n',
    "line end in a key": '"a\\nb": 1\n',
    "two documents": "study: a\n---\nstudy: b\n",
    "tabulator": "study:\n\t- a\n",
    "key that is no text": "1: 2\n",
    "key that is null": "~: 2\n",
    "key that is a list": "? [1]\n: 2\n",
    "too large": f"study: {'x' * MOST_BYTES}\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_odd_yaml_is_refused_in_one_short_line(tally: Tally, tmp_path: Path, text: str) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(text, encoding="utf-8")
    line = refusal(tally, "plan", f"--configfile={path}", naming=str(path))
    assert line is not None
    assert len(line) < 3000


def test_a_folder_or_a_pipe_is_refused(tally: Tally, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    for path in (tmp_path, tmp_path / "pipe.yaml"):
        line = refusal(tally, "plan", f"--configfile={path}", naming=str(path))
        assert "expected a file" in (line or "")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused(tally: Tally, tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.touch(mode=0)
    assert refusal(tally, "plan", f"--configfile={path}", naming=str(path))


def test_a_tag_runs_no_code(tally: Tally, tmp_path: Path) -> None:
    path, trace = tmp_path / "study.yaml", tmp_path / "trace"
    for tag in ("object/apply", "object/new", "name"):
        path.write_text(f'study: !!python/{tag}:os.mkdir ["{trace}"]\n', encoding="utf-8")
        assert refusal(tally, "plan", f"--configfile={path}", naming="not valid YAML")
    assert not trace.exists()
