"""Finished studies say how fast the machine is."""

import json
from pathlib import Path

import pandas as pd
import pytest

from momentum_study.runs.design import shards
from momentum_study.studies.plan.calibration import FEWEST_SHARDS, calibration
from momentum_study.studies.plan.rates import recorded_rates
from momentum_study.studies.plan.trainings import kind_of, trainings
from momentum_study.studies.plan.work import work
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.cost import COST
from tests.studies.plan.planned_studies import SIZES, made_study

STUDY = made_study()


def finish(results: Path, factor: float, share: float = 1.0, only: int | None = None) -> None:
    """Write the costs of a study whose trainings took a factor of what is reckoned."""
    known = trainings(STUDY, shards(STUDY), SIZES)
    rows = []
    for shard in shards(STUDY)[:only]:
        training = known[kind_of(shard)]
        seconds = factor * recorded_rates().time(work(training))
        rows.append(
            {
                "stage": "train",
                "job": shard.path.removesuffix(".parquet"),
                "started": 0.0,
                "finished": seconds,
                "seconds": seconds,
                "processor_seconds": seconds,
                "peak_mib": 100.0,
                "runs": training.networks,
                "net_updates": int(share * training.net_updates),
                "training_seconds": seconds,
                "us_per_net_update": 1.0,
            }
        )
    table = pd.DataFrame(rows).astype({"runs": "Int64", "net_updates": "Int64"})
    write_table(table, results / "made/tables/cost.csv", COST)
    provenance = {"study": STUDY.model_dump(mode="json")}
    (results / "made/provenance.json").write_text(json.dumps(provenance), encoding="utf-8")


def test_the_factor_is_found_again(tmp_path: Path) -> None:
    finish(tmp_path, 3.0)
    found = calibration(tmp_path, recorded_rates())
    assert found is not None
    assert found.factor == pytest.approx(3.0)
    assert found.studies == ("made",)
    assert FEWEST_SHARDS <= found.shards <= len(shards(STUDY))


def test_shards_with_diverged_networks_say_nothing(tmp_path: Path) -> None:
    finish(tmp_path, 3.0, share=0.5)
    assert calibration(tmp_path, recorded_rates()) is None


def test_a_few_shards_say_too_little(tmp_path: Path) -> None:
    finish(tmp_path, 3.0, only=FEWEST_SHARDS - 1)
    assert calibration(tmp_path, recorded_rates()) is None


@pytest.mark.parametrize("text", ["", "{}", '{"study": {"study": "of another version"}}'])
def test_studies_that_cannot_be_read_are_passed_over(text: str, tmp_path: Path) -> None:
    finish(tmp_path, 3.0)
    (tmp_path / "made/provenance.json").write_text(text, encoding="utf-8")
    assert calibration(tmp_path, recorded_rates()) is None
