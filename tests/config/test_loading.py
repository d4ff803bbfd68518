"""A configuration is accepted whole or refused with one message."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from momentum_study.cli.main import main
from momentum_study.config.loading import load_study
from momentum_study.config.schema_docs import schema_json, with_key_tables
from momentum_study.config.verdicts import Margins, Verdicts
from momentum_study.core.errors import StudyError
from tests.configurations import VALID, Tree, changed, grid, rules, top
from tests.projects import ROOT
from tests.tally import Tally

# A custom table, and errors in its entry. `...` removes a key.
_OWN = {
    "source": "file",
    "path": str(ROOT / "config/examples/houses.csv"),
    "target": "price",
    "task": "regression",
    "leave_out": ["id"],
    "missing": "impute",
}


def data(**entry: Any) -> Callable[[Tree], Any]:
    return lambda tree: tree["datasets"].update(mine=entry)


def own(**entry: Any) -> Callable[[Tree], Any]:
    return data(**{key: value for key, value in (_OWN | entry).items() if value is not ...})


def openml(task: str | None = "classification", **parameters: Any) -> Callable[[Tree], Any]:
    return data(source="openml", parameters=parameters, **({"task": task} if task else {}))


def files(*paths: Any) -> Callable[[Tree], Any]:
    return top(rule_files=list(paths))


_RULE = str(ROOT / "config/examples/quasi_hyperbolic.py")


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_valid_configuration_is_read(tmp_path: Path) -> None:
    study = load_study(write(tmp_path, yaml.safe_dump(VALID)))
    assert study.study == "mine"
    assert study.grids["one"].learning_rates == [0.01, 1.0]
    assert study.grids["one"].batch_sizes == [16, "full"]


@pytest.mark.parametrize(
    "change",
    [
        grid(learning_rates=[1, 3]),
        grid(schedules=["cosine", "step"]),
        grid(schedules=["constant", "rate_up", "rate_down"]),
        grid(schedules=["constant", "beta_up"], rules={"nesterov": {"beta": [0.9]}}),
        grid(gradient_noise=1),
        grid(datasets=["sugar"], loss="mse"),
        grid(datasets=["moons"], loss="logistic"),
        rules(adam={"beta": [0.0]}),
        rules(momentum={"beta": [0.9], "learning_rates": [5.0]}),
        lambda tree: tree["networks"].update(linear={"hidden": []}),
        grid(sharpness={"learning_rates": [1], "replicates": 2}),
        grid(sharpness={"rules": ["gd"], "learning_rates": [0.01], "replicates": 1}),
        grid(figures=["maps"]),
        grid(figures=[]),
        data(**_OWN),
        data(source="make_friedman1", parameters={"n_samples": 50}),
        openml(data_id=61),
        lambda tree: (files(_RULE)(tree), rules(quasi_hyperbolic={"beta": [0.9]})(tree)),
        top(verdicts={"beta": 0.5, "learning_rates": [0.01, 0.01], "margins": {"cost": 0.5}}),
    ],
    ids=[
        "whole numbers",
        "schedules",
        "change of the rate",
        "change of beta",
        "noise",
        "mse",
        "logistic",
        "adam",
        "own rates",
        "no hidden layer",
        "sharpness",
        "sharpness of descent",
        "one figure",
        "no figure",
        "own table",
        "scikit-learn",
        "OpenML",
        "own rule",
        "verdicts",
    ],
)
def test_valid_variations_are_read(tmp_path: Path, change: Callable[[Tree], Any]) -> None:
    load_study(write(tmp_path, yaml.safe_dump(changed(change))))


def test_the_rule_for_verdicts_is_there_without_being_asked_for(tmp_path: Path) -> None:
    study = load_study(write(tmp_path, yaml.safe_dump(VALID)))
    assert study.verdicts == Verdicts()
    own = changed(top(verdicts={"margins": {"share": 0.1}}))
    verdicts = load_study(write(tmp_path, yaml.safe_dump(own))).verdicts
    assert verdicts.margins == Margins(share=0.1)
    assert verdicts.model_copy(update={"margins": Margins()}) == Verdicts()


def test_the_published_study_is_judged_by_the_default_rule() -> None:
    assert load_study(ROOT / "config/paper.yaml").verdicts == Verdicts()


REFUSED = [
    (top(sed=1), "sed: unknown key", "did you mean 'seed'"),
    (lambda tree: tree.pop("seed"), "seed: this key is missing", ""),
    (top(seed=-1), "seed: expected a number ≥ 0, got -1", ""),
    (top(seed="x"), "seed: expected a whole number, got 'x'", ""),
    (top(study="../x"), "study: expected a plain name", "'../x'"),
    (top(study="<script>"), "study: expected a plain name", "'<script>'"),
    (top(study="published"), "study: results/published/", "choose another name"),
    (top(datasets={}), "datasets: expected at least one entry", ""),
    (top(datasets={"a b": {"source": "iris"}}), "datasets: expected a plain name", "'a b'"),
    (top(targets=[1.5]), "targets[0]: expected a number < 1, got 1.5", ""),
    (top(loss_limit=1), "loss_limit: expected a number > 1, got 1", ""),
    (top(statistics={"confidence": 1.0}), "statistics.confidence: expected a number < 1", ""),
    (grid(learing_rates=[1]), "grids.one.learing_rates: unknown key", "'learning_rates'"),
    (grid(learning_rates=[]), "grids.one.learning_rates: expected at least one entry", ""),
    (grid(learning_rates=["1e-3"]), "learning_rates[0]: expected a number, got '1e-3'", "0.001"),
    (grid(learning_rates=[0.1, -1]), "learning_rates[1]: expected a number > 0, got -1", ""),
    (grid(learning_rates=[1, 1.0]), "learning_rates: expected each value once", ""),
    (grid(learning_rates=[float("inf")]), "learning_rates[0]: expected a finite number", ""),
    (grid(learning_rates=0.1), "learning_rates: expected a list, got 0.1", ""),
    (grid(learning_rates=[True]), "learning_rates[0]: expected a number, got True", ""),
    (grid(batch_sizes=["ful"]), "batch_sizes[0]: expected a whole number or 'full'", "'ful'"),
    (grid(steps=0), "steps: expected a number > 0, got 0", ""),
    (grid(replicates=None), "replicates: expected a whole number, got None", ""),
    (grid(schedules=["cosin"]), "schedules: 'cosin' is unknown", "'cosine'"),
    (
        grid(schedules=["constant", "beta_up"]),
        "grids.one.schedules: 'beta_up' changes β during a run, and gd has none",
        "use a separate grid",
    ),
    (
        grid(
            schedules=["beta_down"],
            rules={"momentum": {"beta": [0.9]}, "momentum_corrected": {"beta": [0.9]}},
        ),
        "grids.one.schedules: 'beta_down' changes β during a run, and momentum_corrected corrects",
        "use a separate grid",
    ),
    (grid(gradient_noise=-0.1), "gradient_noise: expected a number ≥ 0, got -0.1", ""),
    (grid(loss="mse"), "grids.one.loss: mse is a loss for regression", "iris"),
    (grid(loss="mes"), "loss: 'mes' is unknown", "'mse'"),
    (grid(figures=["map"]), "grids.one.figures: 'map' is unknown", "'maps'"),
    (grid(sharpness={}), "sharpness.learning_rates: this key is missing", ""),
    (grid(sharpness={"learning_rates": [5]}), "sharpness.learning_rates: 5", "not in this grid"),
    (grid(sharpness={"learning_rates": [1], "beta": [0.8]}), "sharpness.beta: 0.8", "0.9"),
    (grid(sharpness={"learning_rates": [1], "rules": ["adam"]}), "'adam' is unknown", "gd"),
    (
        grid(sharpness={"learning_rates": [1], "rules": ["nesterov"]}),
        "sharpness.rules: 'nesterov' is not in this grid",
        "momentum",
    ),
    (grid(sharpness={"learning_rates": [1], "replicates": 3}), "sharpness.replicates: 3", "has 2"),
    (
        grid(sharpness={"learning_rates": [1], "replicates": 1}, schedules=["cosine"]),
        "constant schedule",
        "",
    ),
    (top(theory={"draws": 1}), "theory.draws: expected a number ≥ 2, got 1", ""),
    (grid(precision="float16"), "precision: expected 'float32' or 'float64'", "'float16'"),
    (grid(datasets=["irs"]), "grids.one.datasets[0]: 'irs' is not defined", "'iris'"),
    (grid(networks=["big"]), "grids.one.networks[0]: 'big' is not defined", "small"),
    (grid(rules={}), "rules: expected at least one entry", ""),
    (grid(rules=[1]), "rules: expected a mapping, got [1]", ""),
    (rules(momentun={"beta": [0.5]}), "rules: 'momentun' is unknown", "'momentum'"),
    (rules(momentum={}), "rules: momentum needs", "beta"),
    (rules(gd={"beta": [0.5]}), "rules: gd has no momentum coefficient", ""),
    (rules(momentum={"beta": [1.0]}), "rules.momentum.beta[0]: expected a number < 1", "1.0"),
    (rules(momentum={"beta": [-0.1]}), "rules.momentum.beta[0]: expected a number ≥ 0", ""),
    (rules(momentum={"beta": ["0.9"]}), "beta[0]: expected a number, got '0.9'", "write 0.9"),
    (top(networks={"n": {"hidden": [8, 0]}}), "networks.n.hidden[1]: expected a number > 0", ""),
    (
        top(networks={"n": {"hidden": [8], "activation": "rely"}}),
        "networks.n.activation: 'rely' is unknown",
        "'relu'",
    ),
    (top(verdicts={"beta": 1}), "verdicts.beta: expected a number < 1, got 1", ""),
    (top(verdicts={"betta": 0.9}), "verdicts.betta: unknown key", "did you mean 'beta'"),
    (
        top(verdicts={"learning_rates": [0.1, 0.01]}),
        "verdicts.learning_rates: expected the smaller one first, got [0.1, 0.01]",
        "",
    ),
    (top(verdicts={"learning_rates": [0.1]}), "verdicts.learning_rates: expected", ""),
    (
        top(verdicts={"supported_share": 0.4, "refuted_share": 0.4}),
        "verdicts: refuted_share must be smaller than supported_share",
        "",
    ),
    (top(verdicts={"margins": {"log_ratio": 0}}), "margins.log_ratio: expected", "> 0, got 0"),
    (data(), "datasets.mine.source: this key is missing", ""),
    (data(sorce="iris"), "datasets.mine.sorce: unknown key", "did you mean 'source'"),
    (data(source="irsi"), "datasets.mine.source: 'irsi' is unknown", "did you mean 'iris'"),
    (data(source="iris", scaling="max"), "mine.scaling: expected 'standard', 'center' or", "'max'"),
    (data(source="iris", rows=0), "mine.rows: expected a number > 0, got 0", ""),
    (data(source="iris", rows=9.5), "mine.rows: expected a whole number, got 9.5", ""),
    (data(source="moons", parameters=[1]), "mine.parameters: expected a mapping, got [1]", ""),
    (own(path=...), "mine.path: this key is missing; source 'file' needs it", ""),
    (own(path="hoses.csv"), "mine.path: 'hoses.csv' does not exist", "does not exist in"),
    (own(target="pries"), "mine.target: there is no column 'pries'", "did you mean 'price'"),
    (own(leave_out="id"), "mine.leave_out: expected a list, got 'id'", ""),
    (top(rule_files=_RULE), "rule_files: expected a list, got '/", ""),
    (files(3), "rule_files[0]: expected text, got 3", ""),
    (files("absent.py"), "rule_files: absent.py: no such file, relative to", ""),
    (files(_OWN["path"]), "rule_files: ", "expected a Python file, ending in .py"),
    (files("https://example.org/a.py"), "rule_files: ", "nothing is fetched"),
    (files(_RULE, _RULE), "rule_files: expected each value once", "twice"),
    (files(__file__), "rule_files: ", "expected RULE = Rule(…)"),
    (rules(quasi_hyperbolic={"beta": [0.9]}), "rules: 'quasi_hyperbolic' is unknown", "gd"),
    (top(networks={"n": {"hiden": [8]}}), "networks.n.hiden: unknown key", "'hidden'"),
    (top(networks={"n": [8]}), "networks.n: expected a mapping, got [8]", ""),
]


@pytest.mark.parametrize(
    ("change", "where", "also"), REFUSED, ids=[f"{case[1]} {case[2]}" for case in REFUSED]
)
def test_refused_in_one_line_with_place_value_and_expectation(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    tally: Tally,
    change: Callable[[Tree], Any],
    where: str,
    also: str,
) -> None:
    path = write(tmp_path, yaml.safe_dump(changed(change)))
    with tally.trying("bad inputs"):
        assert main(["plan", "--configfile", str(path)]) == 1
        said = capsys.readouterr()
        assert said.out == ""
        (line,) = said.err.splitlines()
        assert line.startswith(f"error: {path}: ")
        assert where in line
        assert also in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("study: a\nstudy: b\n", "the key 'study' is repeated"),
        ("- 1\n", "expected a mapping with the keys study"),
        ("", "expected a mapping with the keys study"),
        ("a: [1\n", "not valid YAML"),
    ],
    ids=["doubled key", "list", "empty", "open bracket"],
)
def test_invalid_files_are_refused(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(StudyError, match=r"study\.yaml: ") as caught:
        load_study(write(tmp_path, text))
    assert expected in str(caught.value)


def test_missing_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="cannot be read"):
        load_study(tmp_path / "absent.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StudyError, match="expected text in UTF-8"):
        load_study(tmp_path / "binary.yaml")


def test_schema_file_and_key_tables_are_those_of_the_models() -> None:
    written = (ROOT / "workflow/schemas/config.schema.json").read_text(encoding="utf-8")
    assert written == schema_json(), "run: python -m momentum_study schema"
    readme = (ROOT / "config/README.md").read_text(encoding="utf-8")
    assert readme == with_key_tables(readme), "run: python -m momentum_study schema"


def test_every_key_is_described() -> None:
    schema = json.loads(schema_json())
    for model in (schema, *schema["$defs"].values()):
        for key, about in model["properties"].items():
            assert about.get("description"), key
